//! One limit of a model: plain arithmetic on a time that is passed in.

use std::time::Duration;

use crate::limits::status::{DAY, MINUTE};
use crate::limits::{LimitStatus, LimitUnit, RateLimit};
use crate::runtime::Instant;

/// How a limit is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// It was configured, or a 429 named it.
    Named,
    /// Headers report it, with every response.
    Reported,
}

/// What is left of a limit, and when more is there.
///
/// Groq's own limits refill steadily: after 42 tokens of 6000 a minute, the headers say that all is there again in 420 ms. Other
/// servers count by windows, at whose end all is there at once. Which of them, consecutive reports tell apart: with more used, the
/// time until all is there grows, or does not. Where a server with a named limit counts by windows, a full meter followed by a steady
/// refill would be too much for one window; [`smooth`](Self::smooth) then makes it small, so that any window gets at most what it allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    pub(super) unit: LimitUnit,
    pub(super) source: Source,
    limit: f64,
    period: f64,
    capacity: f64,
    /// What is refilled in a second; 0 where windows are counted.
    rate: f64,
    level: f64,
    at: Instant,
    /// All of it is there then, whatever the rate says.
    whole_at: Option<Instant>,
    /// What was used by the last report, and the time until all would be there.
    last: Option<(f64, f64)>,
}

impl Meter {
    /// The share of a limit that a smooth meter holds.
    const SMOOTH: f64 = 0.05;
    /// When all is there, where the server does not say so: a guess.
    const GUESS: Duration = MINUTE;

    /// A full meter.
    pub(super) fn new(unit: LimitUnit, limit: u64, period: Duration, now: Instant) -> Self {
        let limit = float(limit);
        Self {
            unit,
            source: Source::Named,
            limit,
            period: period.as_secs_f64(),
            capacity: limit,
            rate: limit / period.as_secs_f64(),
            level: limit,
            at: now,
            whole_at: None,
            last: None,
        }
    }

    /// A limit that headers report. By Groq's convention, requests are those of a day, and tokens those of a minute.
    pub(super) fn reported(unit: LimitUnit, limit: u64, now: Instant) -> Self {
        let period = if unit == LimitUnit::Requests {
            DAY
        } else {
            MINUTE
        };
        Self {
            source: Source::Reported,
            ..Self::new(unit, limit, period, now)
        }
    }

    pub(super) fn period(&self) -> Duration {
        seconds(self.period)
    }

    /// The limit, and what is left of it now.
    pub(super) fn status(&self) -> LimitStatus {
        let mut status = LimitStatus::new(self.unit, whole(self.limit), self.period());
        status.used = whole(self.limit - self.level.floor().max(0.0));
        status
    }

    /// The time until this much is there; `None` if it never will be.
    pub(super) fn wait(&mut self, amount: f64, now: Instant) -> Option<Duration> {
        if amount > self.limit {
            return None;
        }
        self.refill(now);
        // What is larger than a smooth meter makes it as large as it needs to be.
        if amount > self.capacity {
            self.shrink(amount);
        }
        let missing = amount - self.level;
        if missing <= 0.0 {
            return Some(Duration::ZERO);
        }
        // Rounded up, so that a timer that is exact does not come too early.
        let wait = seconds(missing / self.rate) + Duration::from_micros(1);
        let whole = self.whole_at.map(|at| at.saturating_duration_since(now));
        Some(whole.map_or(wait, |whole| whole.min(wait)))
    }

    /// The time until this much has come together, however much it is.
    pub(super) fn wait_in_the_long_run(&mut self, amount: f64, now: Instant) -> Duration {
        self.refill(now);
        let missing = (amount - self.level).max(0.0);
        seconds(missing * self.period / self.limit)
    }

    pub(super) fn take(&mut self, amount: f64, now: Instant) {
        self.refill(now);
        self.level -= amount;
        if self.rate == 0.0 && self.whole_at.is_none() && amount > 0.0 {
            self.whole_at = now.checked_add(self.period());
        }
    }

    pub(super) fn give_back(&mut self, amount: f64, now: Instant) {
        self.refill(now);
        self.level = (self.level + amount).min(self.capacity);
    }

    /// Takes over what a 429 says, and the wait that it asks for. Returns whether it contradicts what was known.
    pub(super) fn named(&mut self, status: &LimitStatus, wait: Duration, now: Instant) -> bool {
        self.refill(now);
        let mut left = float(status.remaining());
        let requested = float(status.requested);
        if left >= requested {
            // The numbers are rounded: there was less, or it would not have been refused.
            let rate = float(status.limit) / status.period.as_secs_f64();
            left = left.min(requested - wait.as_secs_f64() * rate).max(0.0);
        }
        let surprising = self.level >= 1.0 && self.level > left;
        if (float(status.limit) - self.limit).abs() > 0.5 {
            *self = Self::new(self.unit, status.limit, status.period, now);
        }
        self.level = self.level.min(left);
        surprising
    }

    /// Takes over what headers say. `pending` was set aside for calls that the server may not have counted yet.
    pub(super) fn report(&mut self, told: RateLimit, pending: f64, now: Instant) {
        let Some(remaining) = told.remaining.map(float) else {
            return;
        };
        self.refill(now);
        if let Some(limit) = told.limit.map(float) {
            self.rate *= limit / self.limit;
            (self.limit, self.capacity) = (limit, limit);
        }
        self.level = self.level.clamp(remaining - pending, remaining);
        let used = self.limit - remaining;
        if used <= 0.0 {
            return;
        }
        let Some(reset) = told.reset.filter(|reset| !reset.is_zero()) else {
            if self.period > Self::GUESS.as_secs_f64() {
                self.rate = 0.0;
                self.whole_at = self.whole_at.or(now.checked_add(Self::GUESS));
            }
            return;
        };
        let reset_seconds = reset.as_secs_f64();
        let steady = match self.last {
            None => {
                let expected = used * self.period / self.limit;
                Some((reset_seconds - expected).abs() <= 0.25 * expected.max(reset_seconds))
            }
            Some((before, until)) => (used > before).then_some(reset_seconds > until),
        };
        match steady {
            Some(true) => {
                self.rate = used / reset_seconds;
                self.period = self.limit / self.rate;
            }
            Some(false) if self.rate > 0.0 => (self.rate, self.period) = (0.0, reset_seconds),
            _ if self.rate == 0.0 => self.period = self.period.max(reset_seconds),
            _ => {}
        }
        self.last = Some((used, reset_seconds));
        self.whole_at = now.checked_add(reset);
    }

    /// Spends steadily from now on.
    pub(super) fn smooth(&mut self) {
        self.shrink((self.limit * Self::SMOOTH).max(1.0));
    }

    fn shrink(&mut self, capacity: f64) {
        self.capacity = capacity.min(self.limit);
        self.level = self.level.min(self.capacity);
        let least = self.limit * Self::SMOOTH;
        self.rate = (self.limit - self.capacity).max(least) / self.period;
    }

    fn refill(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.level = (self.level + since * self.rate).min(self.capacity);
        if self.whole_at.is_some_and(|at| self.at >= at) {
            self.whole_at = None;
            self.level = self.capacity;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}

/// A whole number; what is negative is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates"
)]
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}

fn seconds(seconds: f64) -> Duration {
    const FAR: Duration = Duration::from_secs(86_400 * 365);
    Duration::try_from_secs_f64(seconds).map_or(FAR, |time| time.min(FAR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_fills_up_steadily() {
        let now = Instant::now();
        let mut meter = Meter::new(LimitUnit::Requests, 600, MINUTE, now);
        meter.take(600.0, now);
        let wait = meter.wait(10.0, now).expect("it fits");
        assert!((wait.as_secs_f64() - 1.0).abs() < 1e-3, "{wait:?}");
        assert_eq!(meter.wait(10.0, now + wait), Some(Duration::ZERO));
        assert_eq!(meter.wait(600.0, now + 2 * MINUTE), Some(Duration::ZERO));
        assert_eq!(meter.wait(601.0, now + 2 * MINUTE), None);
    }

    fn told(limit: u64, remaining: u64, reset: Option<f64>) -> RateLimit {
        let mut told = RateLimit::default();
        (told.limit, told.remaining) = (Some(limit), Some(remaining));
        told.reset = reset.map(Duration::from_secs_f64);
        told
    }

    fn reported(limit: u64, now: Instant) -> Meter {
        Meter::reported(LimitUnit::Requests, limit, now)
    }

    #[test]
    fn the_servers_word_counts() {
        let now = Instant::now();
        let mut meter = reported(600, now);
        meter.report(told(600, 0, Some(9.0)), 0.0, now);
        assert!(meter.wait(1.0, now).expect("it fits") > Duration::ZERO);
        meter.report(told(600, 500, Some(9.0)), 100.0, now);
        assert_eq!(meter.wait(400.0, now), Some(Duration::ZERO));
        assert!(meter.wait(401.0, now).expect("it fits") > Duration::ZERO);
        meter.report(told(60, 60, None), 0.0, now);
        assert_eq!(meter.wait(61.0, now), None);
    }

    /// The wait for one more, when all is used up, after these reports: what was used, and when all would be there.
    fn wait_after(limit: u64, reports: &[(u64, f64)]) -> f64 {
        let now = Instant::now();
        let mut meter = reported(limit, now);
        for (used, reset) in reports {
            meter.report(told(limit, limit - used, Some(*reset)), 0.0, now);
        }
        meter.level = 0.0;
        meter.wait(1.0, now).expect("it fits").as_secs_f64()
    }

    #[test]
    fn windows_and_steady_refills_are_told_apart() {
        type Reports = &'static [(u64, f64)];
        let table: [(u64, Reports, f64); 7] = [
            // Groq's: 14,400 a day refill one by one in 6 s.
            (14_400, &[(30, 179.56)], 6.0),
            (14_400, &[(1, 6.0), (2, 12.0)], 6.0),
            // Five in a second, counted in windows.
            (5, &[(1, 1.0)], 1.0),
            (5, &[(1, 0.99), (2, 0.98), (5, 0.9)], 0.9),
            (100, &[(50, 0.8), (51, 0.79)], 0.79),
            // Five in a second, refilled steadily.
            (5, &[(1, 0.2), (2, 0.4), (5, 1.0)], 0.2),
            // A window of an hour.
            (1000, &[(10, 3000.0), (11, 2999.0)], 2999.0),
        ];
        for (limit, reports, expected) in table {
            let wait = wait_after(limit, reports);
            assert!((wait - expected).abs() < 0.02, "{reports:?}: {wait}");
        }
    }

    #[test]
    fn no_long_wait_is_guessed() {
        let now = Instant::now();
        let mut meter = reported(5, now);
        meter.report(told(5, 0, None), 0.0, now);
        assert_eq!(meter.wait(1.0, now), Some(Meter::GUESS));
    }

    #[test]
    fn a_new_window_begins_with_its_first_request() {
        let now = Instant::now();
        let mut meter = reported(5, now);
        meter.report(told(5, 0, Some(1.0)), 0.0, now);
        let then = now + Duration::from_secs(9);
        assert_eq!(meter.wait(5.0, then), Some(Duration::ZERO));
        meter.take(5.0, then);
        assert_eq!(meter.wait(1.0, then), Some(Duration::from_secs(1)));
    }

    proptest! {
        #[test]
        fn a_smooth_meter_never_gives_more_than_the_limit_in_a_window(
            limit in 20u64..10_000,
            amounts in prop::collection::vec(0.001..0.05f64, 1..200),
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut meter = Meter::new(LimitUnit::Tokens, limit, MINUTE, now);
            meter.smooth();
            let mut taken = Vec::new();
            for share in amounts {
                let amount = (share * float(limit)).max(1.0).floor();
                now += meter.wait(amount, now).expect("it fits");
                meter.take(amount, now);
                taken.push((now, amount));
            }
            for (index, (begin, _)) in taken.iter().enumerate() {
                let window: f64 = taken[index..].iter().filter(|(at, _)| *at < *begin + MINUTE).map(|(_, amount)| amount).sum();
                prop_assert!(window <= float(limit) + 1.0, "{window} of {limit}");
            }
        }
    }
}
