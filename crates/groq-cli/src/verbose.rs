//! `--verbose`: every HTTP attempt in a line on standard error.

use std::fmt;

use groq_core::{Attempt, AttemptHead, AttemptOutcome, Middleware};
use serde_json::json;

use crate::{
    output::Talk,
    session::in_words,
    terminal::{self, shown},
};

/// Tells of attempts.
pub(crate) struct Watch {
    talk: Talk,
    as_json: bool,
}

impl Watch {
    pub(crate) fn new(talk: Talk, as_json: bool) -> Self {
        Self { talk, as_json }
    }
}

impl Middleware for Watch {
    fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
        let status = attempt.status().map(|status| status.as_u16());
        let retry_in = match outcome {
            AttemptOutcome::RetryIn(wait) => Some(wait),
            _ => None,
        };
        if self.as_json {
            let line = json!({"attempt": {
                "doing": head.operation(),
                "number": head.number(),
                "status": status,
                "request_id": attempt.request_id(),
                "waited": head.waited().as_secs_f64(),
                "elapsed": attempt.elapsed().as_secs_f64(),
                "failure": attempt.failure(),
                "retry_in": retry_in.map(|wait| wait.as_secs_f64()),
            }});
            self.talk.always(&terminal::json(&line));
            return;
        }
        let mut line = format!("{}: attempt {}", head.operation(), head.number());
        if !head.waited().is_zero() {
            line.push_str(&format!(" after waiting {}", in_words(head.waited())));
        }
        match (status, attempt.failure()) {
            (Some(status), _) => line.push_str(&format!(": status {status}")),
            (None, Some(failure)) => line.push_str(&format!(": {failure}")),
            (None, None) => {}
        }
        line.push_str(&format!(" in {}", in_words(attempt.elapsed())));
        if let Some(id) = attempt.request_id() {
            line.push_str(&format!(", request {id}"));
        }
        if let Some(wait) = retry_in {
            line.push_str(&format!(", again in {}", in_words(wait)));
        }
        let style = self.talk.style();
        self.talk.always(&style.dim(shown(&line)));
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
