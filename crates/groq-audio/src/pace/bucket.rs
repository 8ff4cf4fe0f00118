//! A token bucket.

use std::time::Duration;

use groq_core::limits::RateLimit;

use super::need::Need;

/// What is left of one limit, as the service reported it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    limit: u64,
    pub(super) remaining: u64,
    /// How long until all of it is there again, if nothing more is used.
    pub(super) reset: Duration,
}

impl Left {
    /// None if too little was reported.
    pub(super) fn new(limit: &RateLimit) -> Option<Self> {
        let remaining = limit.remaining?;
        Some(Self {
            limit: limit.limit.unwrap_or(remaining.saturating_add(1)),
            remaining,
            reset: limit.reset?,
        })
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Request,
    Second,
    Token,
}

/// So much now, and more as time goes by.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) unit: Unit,
    capacity: f64,
    /// What comes back in a second.
    rate: f64,
    /// What is left; less than nothing is promised to those who wait.
    left: f64,
}

impl Bucket {
    /// A full one, which comes back in `period` seconds.
    pub(super) fn new(limit: u64, unit: Unit, period: f64) -> Self {
        let capacity = limit.max(1) as f64;
        Self {
            unit,
            capacity,
            rate: capacity / period,
            left: capacity,
        }
    }

    /// A limit that the service reported, if it reported enough. It may not count the requests in flight yet.
    pub(super) fn learned(unit: Unit, said: Left, in_flight: Need) -> Option<Self> {
        let mut bucket = Self {
            unit,
            capacity: said.limit as f64,
            rate: rate(said)?,
            left: said.remaining as f64,
        };
        bucket.take(in_flight, 1.0);
        Some(bucket)
    }

    /// Takes over what the service reported, which may or may not count the requests in flight.
    pub(super) fn correct(&mut self, said: Left, in_flight: Need) {
        self.capacity = said.limit as f64;
        self.rate = rate(said).unwrap_or(self.rate);
        let remaining = said.remaining as f64;
        self.left = self
            .left
            .clamp(remaining - self.amount(in_flight), remaining);
    }

    /// Time goes by.
    pub(super) fn pass(&mut self, seconds: f64) {
        self.left = (self.left + seconds * self.rate).min(self.capacity);
    }

    /// How long until there is so much.
    pub(super) fn wait(&self, need: Need) -> Duration {
        match self.amount(need) {
            amount if amount > 0.0 => crate::clock::span((amount - self.left) / self.rate),
            _ => Duration::ZERO,
        }
    }

    pub(super) fn take(&mut self, need: Need, times: f64) {
        self.left -= self.amount(need) * times;
    }

    fn amount(&self, need: Need) -> f64 {
        match self.unit {
            Unit::Request => need.requests,
            Unit::Second => need.seconds,
            Unit::Token => need.tokens,
        }
    }
}

/// What comes back in a second, by the time that all that is used takes to come back. The service rounds that time, so a
/// hundredth of a second is added: who comes too early is refused, and waits longer still.
fn rate(said: Left) -> Option<f64> {
    let used = said.limit.saturating_sub(said.remaining) as f64;
    let seconds = said.reset.as_secs_f64();
    (used > 0.0 && seconds > 0.0).then(|| used / (seconds + 0.01))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_fill_again() {
        let requests = |requests| Need {
            requests,
            ..Need::default()
        };
        let mut bucket = Bucket::new(60, Unit::Request, 60.0);
        assert_eq!(bucket.wait(requests(60.0)), Duration::ZERO);
        bucket.take(requests(60.0), 1.0);
        assert_eq!(bucket.wait(requests(1.0)), Duration::from_secs(1));
        bucket.pass(3.0);
        assert_eq!(bucket.wait(requests(3.0)), Duration::ZERO);
        bucket.pass(1e9);
        assert_eq!(bucket.wait(requests(61.0)), Duration::from_secs(1));
        assert_eq!(bucket.wait(Need::default()), Duration::ZERO);
    }
}
