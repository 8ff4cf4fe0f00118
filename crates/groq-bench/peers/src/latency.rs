//! From the server's write to the item: the server writes the time into each event, and the client looks at its own clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// How long each item took, in nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<u64>);

/// How many events a stream has; the server writes one each half of a millisecond.
pub const EVENTS: usize = 2000;

impl Latencies {
    /// Notes an item, if it brings the time at which it was written.
    pub(crate) fn came(&mut self, text: &str) {
        let now = now();
        let written = text.parse::<u64>().ok();
        self.0
            .extend(written.map(|written| now.saturating_sub(written)));
    }

    /// The latency that `percent` percent of the items stay below.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn percentile(mut self, percent: usize) -> u64 {
        self.0.sort_unstable();
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

/// Nanoseconds of a clock that is the same in all processes.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.expect("after 1970").as_nanos()).expect("before 2554")
}
