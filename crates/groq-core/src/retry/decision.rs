//! Whether a failed attempt is followed by another one.

use std::time::Duration;

use http::StatusCode;

use super::backoff::Backoff;

/// How a client retries, by default and where a call says nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RetryConfig {
    /// Retries after the first attempt.
    pub(crate) max_retries: u32,
    /// The longest wait that a server may ask for; beyond it the call fails at once and names the time.
    pub(crate) max_wait: Duration,
    /// No attempt begins later than this after the call began.
    pub(crate) max_elapsed: Option<Duration>,
    /// The waits where the server asks for none.
    pub(crate) backoff: Backoff,
}

impl Default for RetryConfig {
    /// Two retries, and at most a minute for a wait that the server asks for.
    fn default() -> Self {
        Self {
            max_retries: 2,
            max_wait: Duration::from_secs(60),
            max_elapsed: None,
            backoff: Backoff::default(),
        }
    }
}

/// Whether doing a call twice does harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Reading and deleting, and inference: a second run costs tokens, and changes nothing.
    Idempotent,
    /// Creating something (a file, a batch): a second run may make a second one.
    Creates,
    /// The body came from a reader, which is used up.
    Impossible,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was written to the server.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(dead_code, reason = "a browser never says so")
    )]
    Unsent,
    /// The request may have reached the server, and no answer came back.
    Sent,
    /// The server answered with this status.
    Answered {
        status: StatusCode,
        should_retry: Option<bool>,
        retry_after: Option<Duration>,
    },
    /// It failed in a way that another attempt cannot mend.
    Final,
}

/// What the decision depends on, besides the outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryContext {
    pub(crate) config: RetryConfig,
    pub(crate) replay: Replay,
    /// What the user's rule says, if it says anything.
    pub(crate) rule: Option<bool>,
    /// Time since the call began.
    pub(crate) elapsed: Duration,
    /// Retries made so far.
    pub(crate) retries_made: u32,
    /// What is left of the timeout of the call, if it has one.
    pub(crate) remaining: Option<Duration>,
    /// A number in `0.0..1.0`.
    pub(crate) random: f64,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait this long, then try again, if the budget has a token for it.
    Retry(Duration),
    /// Give up.
    Stop(Stop),
}

/// Why no attempt follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Another attempt would fail in the same way.
    NotRetryable,
    /// All retries are used, or none were allowed.
    Exhausted,
    /// It might do twice what must be done once.
    Unsafe,
    /// The body came from a reader, and cannot be sent again.
    UsedUp,
    /// The server asks for a longer wait than the client may make.
    WaitTooLong,
    /// The next wait would exceed the timeout of the call.
    Timeout,
    /// The budget for retries, shared by all clones of the client, is spent.
    Budget,
}

/// Decides, from the server's word first, then the status, then the phase, then the limits of the caller.
pub(crate) fn decide(outcome: Outcome, context: &RetryContext) -> Decision {
    if !context.rule.unwrap_or_else(|| may_heal(outcome)) || matches!(outcome, Outcome::Final) {
        return Decision::Stop(Stop::NotRetryable);
    }
    if context.replay == Replay::Impossible {
        return Decision::Stop(Stop::UsedUp);
    }
    if context.replay == Replay::Creates && !proves_nothing_was_done(outcome) {
        return Decision::Stop(Stop::Unsafe);
    }
    if context.retries_made >= context.config.max_retries {
        return Decision::Stop(Stop::Exhausted);
    }
    wait(outcome, context)
}

/// Whether a status heals by itself, seen alone.
///
/// 429, 408, 409 and most of 5xx: sdk. 498, Groq's "flex tier at capacity", and 529, a gateway's "overloaded", heal too,
/// though the official SDKs do not retry the first. 501 and 505 stay as they are.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        408 | 409 | 429 | 498 | 500 | 502 | 503 | 504 | 520..=524 | 529 | 530
    )
}

fn may_heal(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unsent | Outcome::Sent => true,
        Outcome::Final => false,
        Outcome::Answered {
            status,
            should_retry,
            ..
        } => should_retry.unwrap_or_else(|| is_transient(status)),
    }
}

fn proves_nothing_was_done(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unsent => true,
        Outcome::Sent | Outcome::Final => false,
        Outcome::Answered {
            status,
            should_retry,
            ..
        } => should_retry == Some(true) || matches!(status.as_u16(), 429 | 498 | 503 | 529),
    }
}

fn wait(outcome: Outcome, context: &RetryContext) -> Decision {
    let asked = match outcome {
        Outcome::Answered { retry_after, .. } => retry_after.unwrap_or(Duration::ZERO),
        Outcome::Unsent | Outcome::Sent | Outcome::Final => Duration::ZERO,
    };
    if asked > context.config.max_wait {
        return Decision::Stop(Stop::WaitTooLong);
    }
    let wait = context
        .config
        .backoff
        .wait_at_least(asked, context.retries_made, context.random);
    if let Some(limit) = context.config.max_elapsed
        && context.elapsed.saturating_add(wait) > limit
    {
        return Decision::Stop(Stop::Exhausted);
    }
    match context.remaining {
        // What was asked fits, and only the spread after it does not: then there is less spread.
        Some(remaining) if wait >= remaining && !asked.is_zero() && asked < remaining => {
            Decision::Retry(asked)
        }
        Some(remaining) if wait >= remaining => Decision::Stop(Stop::Timeout),
        _ => Decision::Retry(wait),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn context() -> RetryContext {
        RetryContext {
            config: RetryConfig::default(),
            replay: Replay::Idempotent,
            rule: None,
            elapsed: Duration::ZERO,
            retries_made: 0,
            remaining: None,
            random: 0.0,
        }
    }

    fn answered(status: u16) -> Outcome {
        answered_with(status, None, None)
    }

    fn answered_with(
        status: u16,
        should_retry: Option<bool>,
        retry_after: Option<Duration>,
    ) -> Outcome {
        Outcome::Answered {
            status: StatusCode::from_u16(status).expect("a status"),
            should_retry,
            retry_after,
        }
    }

    const FIRST_BACKOFF: Decision = Decision::Retry(Duration::from_millis(500));

    #[test]
    fn statuses_that_heal_are_retried() {
        for status in [408, 409, 429, 498, 500, 502, 503, 504, 529] {
            assert_eq!(
                decide(answered(status), &context()),
                FIRST_BACKOFF,
                "{status}"
            );
        }
    }

    #[test]
    fn statuses_that_do_not_heal_are_not() {
        for status in [
            400, 401, 402, 403, 404, 405, 413, 415, 422, 424, 501, 505, 999,
        ] {
            assert_eq!(
                decide(answered(status), &context()),
                Decision::Stop(Stop::NotRetryable),
                "{status}"
            );
        }
    }

    #[test]
    fn the_servers_word_overrides_the_status() {
        let no = answered_with(429, Some(false), None);
        assert_eq!(decide(no, &context()), Decision::Stop(Stop::NotRetryable));
        let yes = answered_with(400, Some(true), None);
        assert_eq!(decide(yes, &context()), FIRST_BACKOFF);
    }

    #[test]
    fn retries_run_out() {
        let used = RetryContext {
            retries_made: 2,
            ..context()
        };
        assert_eq!(
            decide(answered(500), &used),
            Decision::Stop(Stop::Exhausted)
        );
    }

    #[test]
    fn a_wait_over_the_cap_fails_at_once() {
        let hour = answered_with(429, None, Some(Duration::from_secs(3600)));
        assert_eq!(decide(hour, &context()), Decision::Stop(Stop::WaitTooLong));
    }

    #[test]
    fn no_wait_passes_the_deadline() {
        let near = RetryContext {
            remaining: Some(Duration::from_millis(400)),
            ..context()
        };
        assert_eq!(decide(answered(500), &near), Decision::Stop(Stop::Timeout));
        let asked = answered_with(429, None, Some(Duration::from_secs(2)));
        assert_eq!(decide(asked, &near), Decision::Stop(Stop::Timeout));
    }

    #[test]
    fn the_spread_gives_way_to_the_deadline() {
        let tight = RetryContext {
            remaining: Some(Duration::from_millis(2100)),
            random: 0.9,
            ..context()
        };
        let asked = answered_with(429, None, Some(Duration::from_secs(2)));
        assert_eq!(
            decide(asked, &tight),
            Decision::Retry(Duration::from_secs(2))
        );
    }

    #[test]
    fn what_creates_is_repeated_only_when_it_was_not_done() {
        let creating = RetryContext {
            replay: Replay::Creates,
            ..context()
        };
        for outcome in [
            Outcome::Unsent,
            answered(429),
            answered(503),
            answered_with(500, Some(true), None),
        ] {
            assert_eq!(decide(outcome, &creating), FIRST_BACKOFF, "{outcome:?}");
        }
        for outcome in [Outcome::Sent, answered(500), answered(504), answered(408)] {
            assert_eq!(
                decide(outcome, &creating),
                Decision::Stop(Stop::Unsafe),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn broken_connections_are_retried() {
        assert_eq!(decide(Outcome::Unsent, &context()), FIRST_BACKOFF);
        assert_eq!(decide(Outcome::Sent, &context()), FIRST_BACKOFF);
        assert_eq!(
            decide(Outcome::Final, &context()),
            Decision::Stop(Stop::NotRetryable)
        );
    }

    proptest! {
        #[test]
        fn a_retry_waits_as_asked_and_ends_before_the_deadline(
            status in 400u16..600,
            asked in prop::option::of(0u64..200_000),
            remaining in prop::option::of(0u64..200_000),
            retries_made in 0u32..5,
            random in 0.0..1.0f64,
        ) {
            let asked = asked.map(Duration::from_millis);
            let remaining = remaining.map(Duration::from_millis);
            let context = RetryContext { retries_made, remaining, random, ..context() };
            if let Decision::Retry(wait) = decide(answered_with(status, None, asked), &context) {
                prop_assert!(wait >= asked.unwrap_or_default());
                prop_assert!(!wait.is_zero());
                prop_assert!(remaining.is_none_or(|remaining| wait < remaining));
                prop_assert!(retries_made < context.config.max_retries);
            }
        }
    }
}
