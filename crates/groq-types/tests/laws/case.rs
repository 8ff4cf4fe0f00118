//! How many cases, and from which seed on.

use std::{env, ops::Range};

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Few enough that the laws of all types take seconds in a debug build.
const DEFAULT_CASES: u64 = 64;

/// The cases to try of each law, from the environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cases {
    first: u64,
    count: u64,
}

impl Cases {
    pub(crate) fn from_env() -> Self {
        Self {
            first: number("LAWS_SEED").unwrap_or(0),
            count: number("LAWS_CASES").unwrap_or(DEFAULT_CASES),
        }
    }

    /// The seeds, one per case.
    pub(crate) fn seeds(self) -> Range<u64> {
        self.first..self.first + self.count
    }

    /// The same cases for proptest.
    pub(crate) fn runner(self) -> TestRunner {
        let config = Config {
            cases: u32::try_from(self.count).unwrap_or(u32::MAX),
            // A failure says its JSON; there is nothing to keep in a file.
            failure_persistence: None,
            ..Config::default()
        };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.first.to_le_bytes());
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text:?}")),
    )
}

/// Random numbers for the generator of instances: `SplitMix64`, whose every seed is as good as another.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Below a limit, which is not 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let length = u64::try_from(items.len()).unwrap();
        (length > 0).then(|| &items[usize::try_from(self.below(length)).unwrap()])
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
