//! What a user says about retries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::backoff::Backoff;
use super::decision::RetryConfig;
use crate::error::Error;

/// Decides when a failed call is retried.
///
/// Set it for a client with [`ClientBuilder::retry`](crate::ClientBuilder::retry), or for single calls with
/// [`RequestOptions::retry`](crate::RequestOptions::retry). With any policy, the client never retries earlier than the server asked,
/// never waits beyond the timeout of the call, keeps to the retry budget that its clones share, and does not repeat calls that must happen
/// only once.
///
/// ```
/// use groq_core::{Backoff, Client, RetryPolicy};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::new()
///     .max_retries(4)
///     .max_retry_time(Duration::from_secs(30))
///     .except_when(|error| error.is_flex_capacity())
///     .backoff(Backoff::new(Duration::from_millis(200)).max(Duration::from_secs(5)).jitter(0.5));
/// let client = Client::builder().api_key("gsk_example").retry(policy).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a policy does nothing until it is given to a client"]
pub struct RetryPolicy {
    pub(crate) config: RetryConfig,
    pub(crate) rule: Option<Rule>,
}

/// What a user says about a failure: `None` leaves it to the client.
#[derive(Clone)]
pub(crate) struct Rule(Arc<Opinion>);

type Opinion = dyn Fn(&Error) -> Option<bool> + Send + Sync;

impl RetryPolicy {
    /// Creates the default policy: two retries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a policy without retries.
    ///
    /// ```
    /// use groq_core::{RequestOptions, RetryPolicy};
    ///
    /// let options = RequestOptions::new().retry(RetryPolicy::never());
    /// ```
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets the number of retries after a failed attempt; 2 by default.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.config.max_retries = retries;
        self
    }

    /// Sets how long after its start a call may begin another attempt; no limit by default. It does not end an attempt.
    ///
    /// ```
    /// use groq_core::RetryPolicy;
    /// use std::time::Duration;
    ///
    /// let policy = RetryPolicy::new().max_retry_time(Duration::from_secs(30));
    /// ```
    pub fn max_retry_time(mut self, limit: Duration) -> Self {
        self.config.max_elapsed = Some(limit);
        self
    }

    /// Sets the longest wait that the server may ask for; 60 seconds by default. Beyond it, the call fails at once.
    pub fn max_retry_wait(mut self, limit: Duration) -> Self {
        self.config.max_wait = limit;
        self
    }

    /// Sets the waits between attempts for which the server asks no wait.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.config.backoff = backoff;
        self
    }

    /// Retries only these failures, of those that the client would retry.
    ///
    /// ```
    /// use groq_core::{Error, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().only_when(Error::is_rate_limited);
    /// ```
    pub fn only_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { None } else { Some(false) })
    }

    /// Does not retry these failures.
    ///
    /// ```
    /// use groq_core::{Error, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().except_when(Error::is_timeout);
    /// ```
    pub fn except_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { Some(false) } else { None })
    }

    /// Also retries these failures, if the server answered. Each attempt may be billed.
    ///
    /// ```
    /// use groq_core::{Error, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().also_when(Error::is_failed_generation);
    /// ```
    pub fn also_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { Some(true) } else { None })
    }

    /// The last rule with an opinion wins.
    fn with_rule(mut self, rule: impl Fn(&Error) -> Option<bool> + Send + Sync + 'static) -> Self {
        let before = self.rule.take();
        self.rule = Some(Rule(Arc::new(move |error| {
            rule(error).or_else(|| before.as_ref()?.of(error))
        })));
        self
    }
}

impl Rule {
    pub(crate) fn of(&self, error: &Error) -> Option<bool> {
        (self.0)(error)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rule")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn setters_set_their_field() {
        let policy = RetryPolicy::new()
            .max_retries(4)
            .max_retry_time(Duration::from_secs(9));
        assert_eq!(policy.config.max_retries, 4);
        assert_eq!(policy.config.max_elapsed, Some(Duration::from_secs(9)));
        assert_eq!(RetryPolicy::never().config.max_retries, 0);
    }

    #[test]
    fn the_last_rule_with_an_opinion_counts() {
        let policy = RetryPolicy::new()
            .except_when(|error| error.kind() == ErrorKind::Transport)
            .also_when(|error| error.kind() == ErrorKind::Decode);
        let rule = policy.rule.expect("there are rules");
        let of = |kind| rule.of(&Error::new(kind, "x"));
        assert_eq!(of(ErrorKind::Transport), Some(false));
        assert_eq!(of(ErrorKind::Decode), Some(true));
        assert_eq!(of(ErrorKind::Api), None);
        let only = RetryPolicy::new().only_when(Error::is_timeout);
        let rule = only.rule.expect("there is a rule");
        assert_eq!(rule.of(&Error::new(ErrorKind::Api, "x")), Some(false));
    }
}
