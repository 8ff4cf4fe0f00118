//! How many tokens a call will need.

use super::meter::{float, whole};
use crate::limits::{CallEstimate, Usage};

/// Learns from the calls before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimator {
    /// Tokens of a request for each byte of its JSON.
    per_byte: f64,
    /// Tokens of a reply that the request does not bound.
    completion: f64,
}

impl Default for Estimator {
    fn default() -> Self {
        Self {
            // English has about four characters to a token; JSON around short texts makes it less.
            per_byte: 0.25,
            completion: 256.0,
        }
    }
}

impl Estimator {
    /// How much one call changes what was learned.
    const WEIGHT: f64 = 0.2;

    /// What the service counts when the call comes in: `max_completion_tokens` as if it were used.
    pub(super) fn tokens(&self, call: &CallEstimate) -> u64 {
        let estimated = float(call.request_bytes) * self.per_byte;
        let prompt = call.prompt_tokens.map_or(estimated, float);
        let completion = call.max_completion_tokens.map_or(self.completion, float);
        whole((prompt + completion).ceil())
    }

    pub(super) fn learn(&mut self, call: &CallEstimate, spent: Usage) {
        if call.request_bytes > 0 && spent.prompt_tokens > 0 {
            let per_byte = float(spent.prompt_tokens) / float(call.request_bytes);
            self.per_byte += Self::WEIGHT * (per_byte - self.per_byte);
        }
        if call.max_completion_tokens.is_none() {
            self.completion += Self::WEIGHT * (float(spent.completion_tokens) - self.completion);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_the_reply_counts_in_full() {
        let call = CallEstimate::new("m")
            .request_bytes(400)
            .max_completion_tokens(1000);
        assert_eq!(Estimator::default().tokens(&call), 1100);
    }

    #[test]
    fn it_learns_from_what_was_spent() {
        let call = CallEstimate::new("m").request_bytes(1000);
        let mut estimator = Estimator::default();
        for _ in 0..50 {
            estimator.learn(&call, Usage::new(500, 10));
        }
        assert!((505..=515).contains(&estimator.tokens(&call)));
    }

    #[test]
    fn nothing_overflows() {
        let call = CallEstimate::new("m")
            .request_bytes(u64::MAX)
            .max_completion_tokens(u64::MAX);
        assert_eq!(Estimator::default().tokens(&call), u64::MAX);
        assert_eq!(Estimator::default().tokens(&CallEstimate::default()), 256);
    }

    #[test]
    fn counted_tokens_are_not_estimated() {
        let call = CallEstimate::new("m")
            .request_bytes(4000)
            .prompt_tokens(7)
            .max_completion_tokens(0);
        assert_eq!(Estimator::default().tokens(&call), 7);
    }
}
