//! What a user says about retries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::backoff::Backoff;
use super::decision::RetryConfig;
use crate::error::Error;

/// When a failed call is made again.
///
/// It reads as a sentence, and is set for a client with [`ClientBuilder::retry`](crate::ClientBuilder::retry) or for some calls with
/// [`RequestOptions::retry`](crate::RequestOptions::retry). Whatever it says, the client never comes back earlier than the server asked it
/// to, never waits beyond a deadline, keeps to the budget that its clones share, and does not make twice what must be made once.
///
/// ```
/// use groq_core::{Backoff, Client, RetryPolicy};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::up_to_attempts(5)
///     .within(Duration::from_secs(30))
///     .except_when(|error| error.is_flex_capacity())
///     .with_backoff(Backoff::from(Duration::from_millis(200)).up_to(Duration::from_secs(5)).with_jitter(0.5));
/// let client = Client::builder().api_key("gsk_example").retry(policy).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RetryPolicy {
    pub(crate) config: RetryConfig,
    pub(crate) rule: Option<Rule>,
}

/// What a user says about a failure: `None` leaves it to the client.
#[derive(Clone)]
pub(crate) struct Rule(Arc<Opinion>);

type Opinion = dyn Fn(&Error) -> Option<bool> + Send + Sync;

impl RetryPolicy {
    /// The policy of a client that nothing was said to: three attempts.
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt.
    pub fn never() -> Self {
        Self::up_to_attempts(1)
    }

    /// At most so many attempts, the first included.
    pub fn up_to_attempts(attempts: u32) -> Self {
        let mut policy = Self::default();
        policy.config.max_retries = attempts.saturating_sub(1);
        policy
    }

    /// No attempt begins later than this after the call began. Unlike a deadline, it does not end one that is under way.
    pub fn within(mut self, limit: Duration) -> Self {
        self.config.max_elapsed = Some(limit);
        self
    }

    /// The longest wait that the server may ask for; a minute, unless this is said. Beyond it, the call fails at once.
    pub fn waiting_at_most(mut self, limit: Duration) -> Self {
        self.config.max_wait = limit;
        self
    }

    /// The waits where the server asks for none.
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.config.backoff = backoff;
        self
    }

    /// Only failures of this sort, of those that the client would retry.
    pub fn only_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { None } else { Some(false) })
    }

    /// All that the client would retry, but failures of this sort.
    pub fn except_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { Some(false) } else { None })
    }

    /// Failures of this sort too, where the server answered. They may cost as much each time.
    pub fn also_when(self, rule: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.with_rule(move |error| if rule(error) { Some(true) } else { None })
    }

    /// The rule that was said last and has an opinion counts.
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
    fn a_policy_says_what_it_reads_as() {
        let policy = RetryPolicy::up_to_attempts(5).within(Duration::from_secs(9));
        assert_eq!(policy.config.max_retries, 4);
        assert_eq!(policy.config.max_elapsed, Some(Duration::from_secs(9)));
        assert_eq!(RetryPolicy::never().config.max_retries, 0);
        assert_eq!(RetryPolicy::up_to_attempts(0).config.max_retries, 0);
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
