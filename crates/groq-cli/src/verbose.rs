//! `--verbose`: one line on standard error for each HTTP attempt.

use groq_core::{Attempt, AttemptHead, AttemptOutcome, Middleware};
use serde_json::json;

use crate::{output::Stderr, units};

/// Prints attempts.
#[derive(Debug)]
pub(crate) struct AttemptLog(pub(crate) Stderr);

impl Middleware for AttemptLog {
    fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
        let retry_in = match outcome {
            AttemptOutcome::RetryIn(wait) => Some(wait),
            _ => None,
        };
        let status = attempt.status().map(|status| status.as_u16());
        let (waited, elapsed) = (head.waited(), attempt.elapsed());
        let (failure, request_id) = (attempt.failure(), attempt.request_id());
        let document = json!({"attempt": {
            "operation": head.operation(),
            "number": head.number(),
            "status": status,
            "request_id": request_id,
            "waited": waited.as_secs_f64(),
            "elapsed": elapsed.as_secs_f64(),
            "failure": failure,
            "retry_in": retry_in.map(|wait| wait.as_secs_f64()),
        }});
        self.0.detail(&document, || {
            let mut words = format!("{}: attempt {}", head.operation(), head.number());
            if !waited.is_zero() {
                words += &format!(" after waiting {}", units::duration(waited));
            }
            if let Some(status) = status {
                words += &format!(": status {status}");
            } else if let Some(failure) = failure {
                words += &format!(": {failure}");
            }
            words += &format!(" in {}", units::duration(elapsed));
            words.extend(request_id.map(|id| format!(", request {id}")));
            words.extend(retry_in.map(|wait| format!(", retry in {}", units::duration(wait))));
            words
        });
    }
}
