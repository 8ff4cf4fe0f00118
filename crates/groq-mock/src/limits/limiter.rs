//! The counters: what each request takes, what is left, and who is refused.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use super::duration::go_duration;
use super::throttle::{DAY, HOUR, Limit, MINUTE, SECOND, Throttle, Unit};
use crate::api_error::{ApiError, Outcome};
use crate::lock::lock;
use crate::response::Response;

/// The counters of all models.
#[derive(Debug)]
pub(crate) struct Limiter {
    default: Throttle,
    models: HashMap<String, Throttle>,
    counters: Mutex<HashMap<String, Vec<Counter>>>,
}

type Counter = (Limit, Bucket);

/// What a request uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge<'a> {
    pub(crate) model: &'a str,
    pub(crate) tier: &'a str,
    /// Prompt and the most that may be generated.
    pub(crate) requested: u64,
    /// Prompt and what is generated.
    pub(crate) spent: u64,
    /// Seconds of audio, upwards.
    pub(crate) seconds: u64,
}

/// What is left, for the headers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RateLimits {
    requests: Option<RateLimit>,
    tokens: Option<RateLimit>,
}

#[derive(Clone, Debug, PartialEq)]
struct RateLimit {
    limit: u32,
    remaining: u32,
    reset: Duration,
}

impl<'a> Charge<'a> {
    /// As many tokens as are known before anything is generated.
    pub(crate) fn tokens(model: &'a str, tokens: u64) -> Self {
        Self {
            model,
            tier: "on_demand",
            requested: tokens,
            spent: tokens,
            seconds: 0,
        }
    }

    pub(crate) fn audio(model: &'a str, seconds: u64) -> Self {
        Self {
            seconds,
            ..Self::tokens(model, 0)
        }
    }
}

impl Limiter {
    pub(crate) fn new(default: Throttle, models: Vec<(String, Throttle)>) -> Self {
        Self {
            default,
            models: models.into_iter().collect(),
            counters: Mutex::default(),
        }
    }

    /// Counts a request, or refuses it and counts nothing; what is left is for the headers of either answer.
    pub(crate) fn charge(&self, charge: Charge<'_>, now: Instant) -> (RateLimits, Outcome<()>) {
        let throttle = self.models.get(charge.model).unwrap_or(&self.default);
        let mut counters = lock(&self.counters);
        let counters = counters.entry(charge.model.to_owned()).or_insert_with(|| {
            let limits = throttle.limits.iter();
            limits
                .map(|limit| (*limit, Bucket::new(limit.amount, limit.per, now)))
                .collect()
        });
        for (_, bucket) in counters.iter_mut() {
            bucket.leak(now);
        }
        let outcome = if throttle.enforced {
            admit(counters, charge)
        } else {
            Ok(())
        };
        if outcome.is_ok() {
            for (limit, bucket) in counters.iter_mut() {
                bucket.take(limit.unit.of(charge.spent, charge));
            }
        }
        (RateLimits::new(counters, throttle.enforced), outcome)
    }
}

impl Unit {
    /// How much of it a request with this many tokens takes.
    fn of(self, tokens: u64, charge: Charge<'_>) -> u64 {
        match self {
            Self::Requests => 1,
            Self::Tokens => tokens,
            Self::AudioSeconds => charge.seconds,
        }
    }

    /// Its name, its initials, and the `type` of an error about it.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Requests => ["requests", "R", "requests"],
            Self::Tokens => ["tokens", "T", "tokens"],
            Self::AudioSeconds => ["seconds of audio", "AS", "seconds"],
        }
    }
}

impl RateLimits {
    /// Groq's headers are about requests per day and tokens per minute: the longest and the shortest of their kind.
    /// A limit that is not enforced always has something left, so that no client waits for it.
    fn new(counters: &[Counter], enforced: bool) -> Self {
        let of = |unit| counters.iter().filter(move |(limit, _)| limit.unit == unit);
        let left = |(limit, bucket): &Counter| RateLimit {
            limit: limit.amount,
            remaining: bucket.remaining().max(u32::from(!enforced)),
            reset: bucket.full_in(),
        };
        let longest = of(Unit::Requests).max_by_key(|(limit, _)| limit.per);
        let shortest = of(Unit::Tokens).min_by_key(|(limit, _)| limit.per);
        Self {
            requests: longest.map(left),
            tokens: shortest.map(left),
        }
    }

    pub(crate) fn write(&self, response: &mut Response) {
        for (unit, left) in [("requests", &self.requests), ("tokens", &self.tokens)] {
            let Some(left) = left else { continue };
            let mut set = |what: &str, value: String| {
                response.set(format!("x-ratelimit-{what}-{unit}"), value);
            };
            set("limit", left.limit.to_string());
            set("remaining", left.remaining.to_string());
            set("reset", go_duration(left.reset));
        }
    }
}

/// The first limit that has not enough left, as an error.
fn admit(counters: &[Counter], charge: Charge<'_>) -> Outcome<()> {
    for (limit, bucket) in counters {
        let amount = limit.unit.of(charge.requested, charge);
        if amount > u64::from(limit.amount) {
            return Err(too_large(*limit, amount, charge));
        }
        if let Some(wait) = bucket.wait_for(amount) {
            return Err(exhausted(*limit, bucket, amount, wait, charge));
        }
    }
    Ok(())
}

fn exhausted(
    limit: Limit,
    bucket: &Bucket,
    amount: u64,
    wait: Duration,
    charge: Charge<'_>,
) -> Box<ApiError> {
    let (place, used, again) = (place(limit, charge), bucket.used(), go_duration(wait));
    let message = format!(
        "Rate limit reached for {place}, Used {used}, Requested {amount}. Please try again in {again}."
    );
    let mut error = refusal(429, message, limit);
    error.retry_after = Some(wait);
    error
}

/// Waiting does not help here, so there is no `retry-after`.
fn too_large(limit: Limit, amount: u64, charge: Charge<'_>) -> Box<ApiError> {
    let place = place(limit, charge);
    let message = format!(
        "Request too large for {place}, Requested {amount}. Please make your messages shorter, or ask for fewer completion tokens."
    );
    refusal(413, message, limit)
}

fn refusal(status: u16, message: String, limit: Limit) -> Box<ApiError> {
    let [_, _, kind] = limit.unit.words();
    ApiError::with_status(status, message)
        .kind(kind)
        .code("rate_limit_exceeded")
}

/// The model, the tier and the limit, in words: `... on tokens per minute (TPM): Limit 8000`.
fn place(limit: Limit, charge: Charge<'_>) -> String {
    let Charge { model, tier, .. } = charge;
    let [name, initial, _] = limit.unit.words();
    let per = match limit.per {
        MINUTE => format!("minute ({initial}PM)"),
        HOUR => format!("hour ({initial}PH)"),
        DAY => format!("day ({initial}PD)"),
        SECOND => "second".to_owned(),
        per => go_duration(per),
    };
    let amount = limit.amount;
    format!(
        "model `{model}` in organization `org_mock` service tier `{tier}` on {name} per {per}: Limit {amount}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(requested: u64, spent: u64) -> Charge<'static> {
        Charge {
            model: "m",
            tier: "on_demand",
            requested,
            spent,
            seconds: 0,
        }
    }

    fn left(limit: u32, remaining: u32, reset: u64) -> RateLimit {
        RateLimit {
            limit,
            remaining,
            reset: Duration::from_secs(reset),
        }
    }

    #[test]
    fn requests_are_counted_and_come_back() {
        let limiter = Limiter::new(Throttle::new().requests(2, 10 * SECOND), Vec::new());
        let start = Instant::now();
        let at = |seconds: u32| limiter.charge(charge(5, 5), start + SECOND * seconds);
        assert_eq!(at(0).0.requests, Some(left(2, 1, 5)));
        assert!(at(0).1.is_ok());
        let (limits, refused) = at(0);
        let error = refused.unwrap_err();
        assert_eq!(limits.requests, Some(left(2, 0, 10)));
        assert_eq!(
            (error.status, error.code, error.kind),
            (429, Some("rate_limit_exceeded"), "requests")
        );
        assert_eq!(error.retry_after, Some(5 * SECOND));
        assert!(
            error.message.contains(
                "requests per 10s: Limit 2, Used 2, Requested 1. Please try again in 5s."
            )
        );
        assert!(at(4).1.is_err());
        assert!(at(5).1.is_ok());
    }

    #[test]
    fn what_was_not_generated_is_given_back() {
        let limiter = Limiter::new(Throttle::new().tokens(1000, MINUTE), Vec::new());
        let now = Instant::now();
        let (limits, outcome) = limiter.charge(charge(900, 100), now);
        assert!(outcome.is_ok());
        assert_eq!(limits.tokens, Some(left(1000, 900, 6)));
        assert!(limiter.charge(charge(901, 100), now).1.is_err());
        assert!(limiter.charge(charge(900, 100), now).1.is_ok());
    }

    #[test]
    fn more_than_there_ever_is_cannot_be_waited_for() {
        let limiter = Limiter::new(Throttle::new().tokens(1000, MINUTE), Vec::new());
        let error = limiter
            .charge(charge(1001, 1), Instant::now())
            .1
            .unwrap_err();
        assert_eq!(
            (error.status, error.kind, error.retry_after),
            (413, "tokens", None)
        );
        assert!(
            error
                .message
                .contains("tokens per minute (TPM): Limit 1000, Requested 1001."),
            "{}",
            error.message
        );
    }

    #[test]
    fn generous_limits_count_and_refuse_nobody() {
        let limiter = Limiter::new(Throttle::generous(), Vec::new());
        let now = Instant::now();
        assert!(limiter.charge(charge(u64::MAX, 2_000_000), now).1.is_ok());
        let (limits, outcome) = limiter.charge(charge(1, 1), now);
        assert!(outcome.is_ok());
        // Never none left: nobody is to wait for a limit that is not enforced.
        assert_eq!(limits.tokens.map(|left| left.remaining), Some(1));
        assert_eq!(limits.requests.map(|left| left.remaining), Some(499_998));
    }

    #[test]
    fn models_count_on_their_own() {
        let own = vec![("m".to_owned(), Throttle::new().requests(1, MINUTE))];
        let limiter = Limiter::new(Throttle::new().requests(2, MINUTE), own);
        let now = Instant::now();
        let ask = |model| {
            limiter
                .charge(
                    Charge {
                        model,
                        ..charge(1, 1)
                    },
                    now,
                )
                .1
                .is_ok()
        };
        assert_eq!(
            [ask("m"), ask("m"), ask("n"), ask("n"), ask("n")],
            [true, false, true, true, false]
        );
    }

    #[test]
    fn headers_speak_of_days_and_minutes() {
        let limiter = Limiter::new(Throttle::free_plan(), Vec::new());
        let (limits, _) = limiter.charge(charge(10, 10), Instant::now());
        assert_eq!(limits.requests.map(|left| left.limit), Some(1000));
        assert_eq!(limits.tokens.map(|left| left.limit), Some(8000));
        let mut response = Response::json(200, "{}");
        limiter
            .charge(charge(10, 10), Instant::now())
            .0
            .write(&mut response);
        assert_eq!(response.headers.len(), 7);
    }
}
