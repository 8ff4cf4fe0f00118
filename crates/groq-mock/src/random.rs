//! Numbers that look random and are a pure function of a seed.

/// A `SplitMix64` generator: tiny, fast, and the same on every platform.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        if low >= high {
            return low;
        }
        let span = high.abs_diff(low).saturating_add(1);
        low.saturating_add_unsigned(self.next() % span)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or(0);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// A generator of its own for one purpose, so that a change in one place moves nothing elsewhere.
    pub(crate) fn fork(&self, purpose: &str) -> Self {
        Self(Digest::new(self.0).text(purpose).finish())
    }
}

/// A fast hash over texts, to turn a request into a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0xA076_1D64_78BD_642F))
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self = self.number(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        // The length ends the text, so that "ab" + "c" is not "a" + "bc".
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.number(u64::from_le_bytes(last)).number(length)
    }

    pub(crate) const fn number(self, number: u64) -> Self {
        let mixed = (self.0 ^ number).wrapping_mul(0x9FB2_1C65_1E98_DF25);
        Self(mixed ^ mixed.rotate_right(29))
    }

    pub(crate) const fn finish(self) -> u64 {
        mix(self.0)
    }
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_numbers() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        assert!((0..100).all(|_| one.next() == two.next()));
    }

    #[test]
    fn numbers_stay_inside_their_bounds() {
        let mut random = Random::new(1);
        for _ in 0..1000 {
            assert!(random.below(3) < 3);
            assert!((-2..=5).contains(&random.between(-2, 5)));
            assert!((0.0..1.0).contains(&random.unit()));
        }
        assert_eq!(random.below(0), 0);
        assert_eq!(random.between(4, 4), 4);
        assert!(random.between(i64::MIN, i64::MAX) != random.between(i64::MIN, i64::MAX));
    }

    #[test]
    fn digest_tells_where_texts_end() {
        let joined = |texts: &[&str]| {
            texts
                .iter()
                .fold(Digest::new(0), |digest, text| digest.text(text))
                .finish()
        };
        assert_ne!(joined(&["ab", "c"]), joined(&["a", "bc"]));
        assert_ne!(joined(&["12345678", "9"]), joined(&["123456789"]));
        assert_eq!(joined(&["x"]), joined(&["x"]));
    }
}
