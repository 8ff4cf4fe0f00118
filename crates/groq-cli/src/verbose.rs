//! `--verbose`: one line on standard error for each HTTP attempt.

use std::{fmt, time::Duration};

use groq_core::{Attempt, AttemptHead, AttemptOutcome, Middleware};
use serde_json::json;

use crate::{output::Stderr, units};

/// Prints attempts.
pub(crate) struct AttemptLog(pub(crate) Stderr);

impl Middleware for AttemptLog {
    fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
        let retry_in = match outcome {
            AttemptOutcome::RetryIn(wait) => Some(wait),
            _ => None,
        };
        let document = json!({"attempt": {
            "operation": head.operation(),
            "number": head.number(),
            "status": attempt.status().map(|status| status.as_u16()),
            "request_id": attempt.request_id(),
            "waited": head.waited().as_secs_f64(),
            "elapsed": attempt.elapsed().as_secs_f64(),
            "failure": attempt.failure(),
            "retry_in": retry_in.map(|wait| wait.as_secs_f64()),
        }});
        self.0.detail(&document, || words(head, attempt, retry_in));
    }
}

fn words(head: &AttemptHead, attempt: &Attempt, retry_in: Option<Duration>) -> String {
    let some = |before: &str, value: Option<String>| {
        value.map_or_else(String::new, |value| format!("{before}{value}"))
    };
    let waited = Some(head.waited()).filter(|wait| !wait.is_zero());
    let status = attempt.status().map(|status| status.as_u16());
    let outcome = status.map(|status| format!("status {status}"));
    format!(
        "{}: attempt {}{}{} in {}{}{}",
        head.operation(),
        head.number(),
        some(" after waiting ", waited.map(units::duration)),
        some(": ", outcome.or(attempt.failure().map(ToString::to_string))),
        units::duration(attempt.elapsed()),
        some(", request ", attempt.request_id().map(ToString::to_string)),
        some(", retry in ", retry_in.map(units::duration)),
    )
}

impl fmt::Debug for AttemptLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptLog").finish_non_exhaustive()
    }
}
