//! What one model may still be sent: plain arithmetic, which is told the time.

use std::time::{Duration, Instant};

use http::StatusCode;

use super::bucket::{Bucket, float};
use crate::limits::{Allowance, RateLimit, Refused, Verdict};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// The state of one model.
#[derive(Debug)]
pub(super) struct Pace {
    requests_per_minute: Option<Bucket>,
    requests_per_day: Option<Bucket>,
    tokens_per_minute: Option<Bucket>,
    tokens_per_day: Option<Bucket>,
    /// The server asked for silence until then.
    paused_until: Option<Instant>,
    /// Whether the limits are known: configured, or told by an answer.
    knowledge: Knowledge,
    /// Requests and tokens of calls that are under way.
    pending: (f64, f64),
}

/// Whether the limits are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    None,
    /// A first call is under way, and the others wait for its answer.
    Asked,
    Known,
}

/// Whether a call may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    Now,
    /// Not before so long.
    In(Duration),
    /// When the first answer has come.
    AfterTheFirst,
    Never(Refused),
}

impl Pace {
    pub(super) fn new(allowance: &Allowance, now: Instant) -> Self {
        let bucket =
            |limit: Option<u64>, period| limit.map(|limit| Bucket::new(limit, period, now));
        Self {
            requests_per_minute: bucket(allowance.requests_per_minute, MINUTE),
            requests_per_day: bucket(allowance.requests_per_day, DAY),
            tokens_per_minute: bucket(allowance.tokens_per_minute, MINUTE),
            tokens_per_day: bucket(allowance.tokens_per_day, DAY),
            paused_until: None,
            knowledge: if *allowance == Allowance::default() {
                Knowledge::None
            } else {
                Knowledge::Known
            },
            pending: (0.0, 0.0),
        }
    }

    /// Whether a call of so many tokens may go now.
    pub(super) fn ready(&mut self, tokens: u64, now: Instant) -> Ready {
        if self.knowledge == Knowledge::Asked {
            return Ready::AfterTheFirst;
        }
        let mut wait = self
            .paused_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        for (bucket, amount) in self.buckets(tokens) {
            let Some(time) = bucket.wait(amount, now) else {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it was a u64"
                )]
                let limit = bucket.limit() as u64;
                return Ready::Never(Refused::Never { tokens, limit });
            };
            wait = wait.max(time);
        }
        if wait.is_zero() {
            Ready::Now
        } else {
            Ready::In(wait)
        }
    }

    /// Sets aside what a call needs; says whether the limits were known.
    pub(super) fn take(&mut self, tokens: u64, now: Instant) -> bool {
        for (bucket, amount) in self.buckets(tokens) {
            bucket.take(amount, now);
        }
        self.pending.0 += 1.0;
        self.pending.1 += float(tokens);
        let known = self.knowledge == Knowledge::Known;
        if self.knowledge == Knowledge::None {
            self.knowledge = Knowledge::Asked;
        }
        known
    }

    /// Hears an answer. `known` is what [`take`](Self::take) said.
    pub(super) fn answered(&mut self, verdict: &Verdict, known: bool, random: f64, now: Instant) {
        self.knowledge = Knowledge::Known;
        let limits = &verdict.rate_limits;
        let (requests, tokens) = self.pending;
        correct(
            &mut self.requests_per_day,
            limits.requests,
            DAY,
            requests,
            now,
        );
        correct(
            &mut self.tokens_per_minute,
            limits.tokens,
            MINUTE,
            tokens,
            now,
        );
        for limit in [limits.requests, limits.tokens] {
            if limit.limit.is_none() && limit.remaining == Some(0) {
                self.pause(limit.reset.unwrap_or_default(), random, now);
            }
        }
        if verdict.status != StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        self.pause(verdict.retry_after.unwrap_or_default(), random, now);
        if known {
            // All that is known was kept to, and yet it was too much: by windows, or by others.
            for (bucket, _) in self.buckets(0) {
                bucket.smooth();
            }
        }
    }

    /// A call is over. `back` is what it did not need of what was set aside for it.
    pub(super) fn done(&mut self, tokens: u64, back: u64, now: Instant) {
        self.pending.0 = (self.pending.0 - 1.0).max(0.0);
        self.pending.1 = (self.pending.1 - float(tokens)).max(0.0);
        for bucket in [&mut self.tokens_per_minute, &mut self.tokens_per_day]
            .into_iter()
            .flatten()
        {
            bucket.give_back(float(back), now);
        }
        if self.knowledge == Knowledge::Asked {
            // It brought no answer; another one may ask.
            self.knowledge = Knowledge::None;
        }
    }

    /// Nobody goes before the server's time, and then not all at once.
    fn pause(&mut self, time: Duration, random: f64, now: Instant) {
        let spread = (time / 4).clamp(Duration::from_millis(100), Duration::from_secs(2));
        let until = now
            .checked_add(time.saturating_add(spread.mul_f64(random.clamp(0.0, 1.0))))
            .unwrap_or(now + DAY);
        self.paused_until = self.paused_until.max(Some(until));
    }

    fn buckets(&mut self, tokens: u64) -> impl Iterator<Item = (&mut Bucket, f64)> {
        let tokens = float(tokens);
        [
            (&mut self.requests_per_minute, 1.0),
            (&mut self.requests_per_day, 1.0),
            (&mut self.tokens_per_minute, tokens),
            (&mut self.tokens_per_day, tokens),
        ]
        .into_iter()
        .filter_map(|(bucket, amount)| Some((bucket.as_mut()?, amount)))
    }
}

fn correct(
    bucket: &mut Option<Bucket>,
    told: RateLimit,
    period: Duration,
    pending: f64,
    now: Instant,
) {
    if bucket.is_none()
        && let Some(limit) = told.limit
    {
        *bucket = Some(Bucket::new(limit, period, now));
    }
    if let (Some(bucket), Some(remaining)) = (bucket, told.remaining) {
        // The call that is answered has been counted.
        bucket.correct(told.limit, remaining, pending, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::RateLimits;

    const SECOND: Duration = Duration::from_secs(1);

    fn told(limit: Option<u64>, remaining: u64, reset: Duration) -> Verdict {
        let mut limits = RateLimits::default();
        limits.requests.limit = limit;
        limits.requests.remaining = Some(remaining);
        limits.requests.reset = Some(reset);
        Verdict::new(StatusCode::OK).with_rate_limits(limits)
    }

    fn wait(pace: &mut Pace, tokens: u64, now: Instant) -> Duration {
        match pace.ready(tokens, now) {
            Ready::Now => Duration::ZERO,
            Ready::In(wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_call_asks_for_limits_that_nobody_knows() {
        let now = Instant::now();
        let mut pace = Pace::new(&Allowance::default(), now);
        assert_eq!(pace.ready(1, now), Ready::Now);
        assert!(!pace.take(1, now));
        assert_eq!(pace.ready(1, now), Ready::AfterTheFirst);
        pace.done(1, 0, now);
        assert_eq!(pace.ready(1, now), Ready::Now, "it came to nothing");
        pace.take(1, now);
        pace.answered(&Verdict::new(StatusCode::OK), false, 0.0, now);
        assert_eq!(pace.ready(1, now), Ready::Now, "there are no limits");
        assert!(pace.take(1, now));
    }

    #[test]
    fn nothing_remaining_is_a_pause() {
        let now = Instant::now();
        for limit in [None, Some(8640)] {
            let mut pace = Pace::new(&Allowance::default(), now);
            pace.take(1, now);
            pace.answered(&told(limit, 0, 10 * SECOND), false, 0.0, now);
            let wait = wait(&mut pace, 1, now);
            assert!(
                wait >= 10 * SECOND && wait < 11 * SECOND,
                "{limit:?}: {wait:?}"
            );
        }
    }

    #[test]
    fn one_refusal_pauses_everybody_beyond_the_servers_time() {
        let now = Instant::now();
        let mut pace = Pace::new(&Allowance::new().with_requests_per_minute(600), now);
        pace.take(1, now);
        let refusal = Verdict::new(StatusCode::TOO_MANY_REQUESTS).with_retry_after(4 * SECOND);
        pace.answered(&refusal, true, 0.5, now);
        let wait = wait(&mut pace, 1, now);
        assert!(wait >= 4 * SECOND && wait <= 6 * SECOND, "{wait:?}");
    }

    #[test]
    fn what_can_never_fit_is_refused() {
        let now = Instant::now();
        let mut pace = Pace::new(&Allowance::new().with_tokens_per_minute(6000), now);
        let refused = Refused::Never {
            tokens: 6001,
            limit: 6000,
        };
        assert_eq!(pace.ready(6001, now), Ready::Never(refused));
        assert_eq!(pace.ready(6000, now), Ready::Now);
    }

    #[test]
    fn what_was_not_needed_comes_back() {
        let now = Instant::now();
        let mut pace = Pace::new(&Allowance::new().with_tokens_per_minute(6000), now);
        pace.take(6000, now);
        assert!(wait(&mut pace, 1000, now) > 9 * SECOND);
        pace.done(6000, 5000, now);
        assert_eq!(wait(&mut pace, 5000, now), Duration::ZERO);
    }
}
