//! What may still be sent to one model: plain arithmetic on a time that is passed in.

use std::time::Duration;

use http::StatusCode;

use super::bucket::{Bucket, float, seconds};
use crate::limits::{AcquireError, Feedback, Quota, RateLimit};
use crate::runtime::Instant;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What a call needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) tokens: u64,
    pub(super) audio: Duration,
}

/// What was set aside for a call and not needed, or needed beyond it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Difference {
    /// Tokens that were not needed.
    pub(super) tokens: u64,
    /// Seconds that were not needed; negative where more came.
    pub(super) audio: f64,
}

/// The state of one model.
#[derive(Debug)]
pub(super) struct Budgets {
    requests_per_minute: Option<Bucket>,
    requests_per_day: Option<Bucket>,
    tokens_per_minute: Option<Bucket>,
    tokens_per_day: Option<Bucket>,
    audio_per_hour: Option<Bucket>,
    audio_per_day: Option<Bucket>,
    /// The server asked for silence until then.
    paused_until: Option<Instant>,
    /// Whether the limits are known: configured, or told by a response.
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
#[derive(Debug)]
pub(super) enum Ready {
    Now,
    /// Not before this long.
    In(Duration),
    /// When the first answer has come.
    AfterTheFirst,
    Never(AcquireError),
}

impl Budgets {
    pub(super) fn new(quota: &Quota, now: Instant) -> Self {
        let bucket =
            |limit: Option<u64>, period| limit.map(|limit| Bucket::new(limit, period, now));
        Self {
            requests_per_minute: bucket(quota.requests_per_minute, MINUTE),
            requests_per_day: bucket(quota.requests_per_day, DAY),
            tokens_per_minute: bucket(quota.tokens_per_minute, MINUTE),
            tokens_per_day: bucket(quota.tokens_per_day, DAY),
            audio_per_hour: bucket(quota.audio_seconds_per_hour, HOUR),
            audio_per_day: bucket(quota.audio_seconds_per_day, DAY),
            paused_until: None,
            knowledge: if *quota == Quota::default() {
                Knowledge::None
            } else {
                Knowledge::Known
            },
            pending: (0.0, 0.0),
        }
    }

    /// Whether a call that needs this much may go now.
    pub(super) fn ready(&mut self, need: Need, now: Instant) -> Ready {
        if self.knowledge == Knowledge::Asked {
            return Ready::AfterTheFirst;
        }
        let mut wait = self
            .paused_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        for (unit, bucket, amount) in self.buckets(need) {
            let Some(time) = bucket.wait(amount, now) else {
                return Ready::Never(never(unit, need, bucket.limit()));
            };
            wait = wait.max(time);
        }
        if wait.is_zero() {
            Ready::Now
        } else {
            Ready::In(wait)
        }
    }

    /// Reserves what a call needs.
    pub(super) fn take(&mut self, need: Need, now: Instant) {
        for (_, bucket, amount) in self.buckets(need) {
            bucket.take(amount, now);
        }
        self.pending.0 += 1.0;
        self.pending.1 += float(need.tokens);
        if self.knowledge == Knowledge::None {
            self.knowledge = Knowledge::Asked;
        }
    }

    /// Takes in what a response says.
    pub(super) fn feedback(&mut self, feedback: &Feedback, random: f64, now: Instant) {
        // While the first call is under way, no other one is: its response is the only one that can come with unknown limits.
        let known = self.knowledge == Knowledge::Known;
        self.knowledge = Knowledge::Known;
        let limits = &feedback.rate_limits;
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
        if feedback.status != StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        self.pause(feedback.retry_after.unwrap_or_default(), random, now);
        if known {
            // All that is known was kept to, and yet it was too much: by windows, or by others.
            for (_, bucket, _) in self.buckets(Need::default()) {
                bucket.smooth();
            }
        }
    }

    /// A call is over, for which this many tokens were set aside.
    pub(super) fn release(&mut self, tokens: u64, back: Difference, now: Instant) {
        self.pending.0 = (self.pending.0 - 1.0).max(0.0);
        self.pending.1 = (self.pending.1 - float(tokens)).max(0.0);
        for (unit, bucket, _) in self.buckets(Need::default()) {
            match unit {
                Unit::Requests => {}
                Unit::Tokens => bucket.give_back(float(back.tokens), now),
                Unit::Audio => bucket.give_back(back.audio, now),
            }
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

    fn buckets(&mut self, need: Need) -> impl Iterator<Item = (Unit, &mut Bucket, f64)> {
        let tokens = float(need.tokens);
        let audio = need.audio.as_secs_f64();
        [
            (Unit::Requests, &mut self.requests_per_minute, 1.0),
            (Unit::Requests, &mut self.requests_per_day, 1.0),
            (Unit::Tokens, &mut self.tokens_per_minute, tokens),
            (Unit::Tokens, &mut self.tokens_per_day, tokens),
            (Unit::Audio, &mut self.audio_per_hour, audio),
            (Unit::Audio, &mut self.audio_per_day, audio),
        ]
        .into_iter()
        .filter_map(|(unit, bucket, amount)| Some((unit, bucket.as_mut()?, amount)))
    }
}

/// What a limit is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Requests,
    Tokens,
    Audio,
}

/// Why a call never fits.
fn never(unit: Unit, need: Need, limit: f64) -> AcquireError {
    match unit {
        Unit::Audio => AcquireError::TooMuchAudio {
            audio: need.audio,
            limit: seconds(limit),
        },
        Unit::Tokens | Unit::Requests => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it was a u64"
            )]
            let limit = limit as u64;
            let tokens = need.tokens;
            AcquireError::TooManyTokens { tokens, limit }
        }
    }
}

fn correct(
    bucket: &mut Option<Bucket>,
    told: RateLimit,
    period: Duration,
    pending: f64,
    now: Instant,
) {
    // Nobody answers a call where nothing is allowed: a limit of zero is none that was meant, and what remains of it would hold back
    // all that follow.
    if told.limit == Some(0) {
        return;
    }
    if bucket.is_none()
        && let Some(limit) = told.limit
    {
        *bucket = Some(Bucket::new(limit, period, now));
    }
    if let (Some(bucket), Some(remaining)) = (bucket, told.remaining) {
        // The call that is answered has been counted.
        bucket.correct(told.limit, remaining, pending, now);
        bucket.whole_after(told.reset, remaining, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::RateLimits;

    const SECOND: Duration = Duration::from_secs(1);

    fn told(limit: Option<u64>, remaining: u64, reset: Duration) -> Feedback {
        let mut limits = RateLimits::default();
        limits.requests.limit = limit;
        limits.requests.remaining = Some(remaining);
        limits.requests.reset = Some(reset);
        Feedback::new(StatusCode::OK).rate_limits(limits)
    }

    fn tokens(tokens: u64) -> Need {
        Need {
            tokens,
            ..Need::default()
        }
    }

    fn wait(budgets: &mut Budgets, amount: u64, now: Instant) -> Duration {
        match budgets.ready(tokens(amount), now) {
            Ready::Now => Duration::ZERO,
            Ready::In(wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_call_asks_for_limits_that_nobody_knows() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::default(), now);
        assert!(matches!(budgets.ready(tokens(1), now), Ready::Now));
        budgets.take(tokens(1), now);
        assert!(matches!(
            budgets.ready(tokens(1), now),
            Ready::AfterTheFirst
        ));
        budgets.release(1, Difference::default(), now);
        assert!(
            matches!(budgets.ready(tokens(1), now), Ready::Now),
            "it came to nothing"
        );
        budgets.take(tokens(1), now);
        budgets.feedback(&Feedback::new(StatusCode::OK), 0.0, now);
        assert!(
            matches!(budgets.ready(tokens(1), now), Ready::Now),
            "there are no limits"
        );
    }

    #[test]
    fn nothing_remaining_is_a_pause() {
        let now = Instant::now();
        for limit in [None, Some(8640)] {
            let mut budgets = Budgets::new(&Quota::default(), now);
            budgets.take(tokens(1), now);
            budgets.feedback(&told(limit, 0, 10 * SECOND), 0.0, now);
            let wait = wait(&mut budgets, 1, now);
            assert!(
                wait >= 10 * SECOND && wait < 11 * SECOND,
                "{limit:?}: {wait:?}"
            );
        }
    }

    #[test]
    fn a_limit_of_zero_is_not_believed() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::default(), now);
        for (limit, remaining) in [(0, 0), (100, 50), (0, 0), (0, 50)] {
            budgets.take(tokens(1), now);
            budgets.feedback(&told(Some(limit), remaining, SECOND), 0.0, now);
            assert!(
                matches!(budgets.ready(tokens(1), now), Ready::Now),
                "{limit}"
            );
        }
    }

    #[test]
    fn one_refusal_pauses_everybody_beyond_the_servers_time() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::new().requests_per_minute(600), now);
        budgets.take(tokens(1), now);
        let refusal = Feedback::new(StatusCode::TOO_MANY_REQUESTS).retry_after(4 * SECOND);
        budgets.feedback(&refusal, 0.5, now);
        let wait = wait(&mut budgets, 1, now);
        assert!(wait >= 4 * SECOND && wait <= 6 * SECOND, "{wait:?}");
    }

    #[test]
    fn what_can_never_fit_is_refused() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::new().tokens_per_minute(6000), now);
        let Ready::Never(error) = budgets.ready(tokens(6001), now) else {
            panic!("it never fits");
        };
        assert_eq!(
            error.to_string(),
            "the request needs about 6001 tokens, and the limit of its model is 6000"
        );
        assert!(matches!(budgets.ready(tokens(6000), now), Ready::Now));
    }

    #[test]
    fn what_was_not_needed_comes_back() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::new().tokens_per_minute(6000), now);
        budgets.take(tokens(6000), now);
        assert!(wait(&mut budgets, 1000, now) > 9 * SECOND);
        let back = Difference {
            tokens: 5000,
            ..Difference::default()
        };
        budgets.release(6000, back, now);
        assert_eq!(wait(&mut budgets, 5000, now), Duration::ZERO);
    }

    #[test]
    fn the_servers_word_on_when_all_is_there_again_shortens_the_wait() {
        let now = Instant::now();
        let mut budgets = Budgets::new(&Quota::default(), now);
        budgets.take(tokens(1), now);
        // Thirty a day would come back one by one in 48 minutes each; this server counts by another time.
        budgets.feedback(&told(Some(30), 0, 10 * SECOND), 0.0, now);
        let wait = wait(&mut budgets, 1, now);
        assert!(wait > 9 * SECOND && wait <= 10 * SECOND, "{wait:?}");
        let then = now + wait;
        for _ in 0..30 {
            assert!(matches!(budgets.ready(tokens(1), then), Ready::Now));
            budgets.take(tokens(1), then);
        }
        assert!(matches!(budgets.ready(tokens(1), then), Ready::In(_)));
    }

    #[test]
    fn audio_is_paced_by_what_is_known_before_and_by_what_is_told_afterwards() {
        let now = Instant::now();
        let quota = Quota::new()
            .audio_seconds_per_hour(7200)
            .audio_seconds_per_day(28_800);
        let mut budgets = Budgets::new(&quota, now);
        let audio = |seconds: u32| Need {
            tokens: 1,
            audio: seconds * SECOND,
        };
        budgets.take(audio(7200), now);
        let Ready::In(wait) = budgets.ready(audio(720), now) else {
            panic!("it has to wait");
        };
        assert!(wait >= 360 * SECOND && wait < 361 * SECOND, "{wait:?}");

        // Half of it was not there.
        let back = |audio| Difference { tokens: 0, audio };
        budgets.release(1, back(3600.0), now);
        assert!(matches!(budgets.ready(audio(3600), now), Ready::Now));
        // Nobody knew how long this one was.
        budgets.take(Need::default(), now);
        budgets.release(0, back(-3600.0), now);
        assert!(matches!(budgets.ready(audio(10), now), Ready::In(_)));

        let never = budgets.ready(audio(7201), now);
        assert!(
            matches!(never, Ready::Never(AcquireError::TooMuchAudio { .. })),
            "{never:?}"
        );
    }
}
