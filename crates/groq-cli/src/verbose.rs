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
    let mut line = format!("{}: attempt {}", head.operation(), head.number());
    if !head.waited().is_zero() {
        line.push_str(&format!(
            " after waiting {}",
            units::duration(head.waited())
        ));
    }
    match (attempt.status(), attempt.failure()) {
        (Some(status), _) => line.push_str(&format!(": status {}", status.as_u16())),
        (None, Some(failure)) => line.push_str(&format!(": {failure}")),
        (None, None) => {}
    }
    line.push_str(&format!(" in {}", units::duration(attempt.elapsed())));
    if let Some(id) = attempt.request_id() {
        line.push_str(&format!(", request {id}"));
    }
    if let Some(wait) = retry_in {
        line.push_str(&format!(", retry in {}", units::duration(wait)));
    }
    line
}

impl fmt::Debug for AttemptLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptLog").finish_non_exhaustive()
    }
}
