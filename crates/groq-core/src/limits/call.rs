//! What a rate limiter is asked, and what it grants.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use groq_models::Billing;

/// Which calls go first. Within a priority, calls go in the order in which they began.
///
/// ```
/// use groq_core::{RequestOptions, limits::Priority};
///
/// let bulk = RequestOptions::new().priority(Priority::Low);
/// assert!(Priority::High > Priority::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// Work that can wait.
    Low,
    /// Everything else.
    #[default]
    Normal,
    /// Work that someone waits for.
    High,
}

/// What is known about a call before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEstimate {
    /// The model; empty if the call has none.
    pub model: String,
    /// The service tier. Flex has limits of its own.
    pub billing: Billing,
    /// The size of the JSON body, in bytes.
    pub request_bytes: u64,
    /// The tokens of the prompt, if they were counted; otherwise they are estimated from the size.
    pub prompt_tokens: Option<u64>,
    /// The most tokens the reply may have, if the request sets a limit.
    pub max_completion_tokens: Option<u64>,
    /// The duration of the attached recording, if known. At least ten seconds count.
    pub audio: Option<Duration>,
    /// On whose behalf the call is made, for limiters that share the limits between tenants.
    pub tenant: Option<Arc<str>>,
    /// Which calls go first.
    pub priority: Priority,
    /// The place of the call among those of its priority: lower numbers go first, and a retry keeps its number. Zero is the end.
    pub order: u64,
    /// The longest time the call can wait.
    pub max_wait: Duration,
}

impl CallEstimate {
    /// Creates an estimate for a call of this model.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            ..Self::default()
        }
    }

    setters! {
        /// Sets the service tier.
        billing(billing: Billing) => billing = billing;
        /// Sets the size of the JSON body, in bytes.
        ///
        /// ```
        /// use groq_core::limits::CallEstimate;
        ///
        /// let call = CallEstimate::new("openai/gpt-oss-20b").request_bytes(2_000).max_completion_tokens(500);
        /// assert_eq!(call.max_completion_tokens, Some(500));
        /// ```
        request_bytes(bytes: u64) => request_bytes = bytes;
        /// Sets the tokens of the prompt.
        prompt_tokens(tokens: u64) => prompt_tokens = Some(tokens);
        /// Sets the most tokens the reply may have.
        max_completion_tokens(tokens: u64) => max_completion_tokens = Some(tokens);
        /// Sets the duration of the attached recording.
        ///
        /// ```
        /// use groq_core::limits::CallEstimate;
        /// use std::time::Duration;
        ///
        /// let call = CallEstimate::new("whisper-large-v3").audio(Duration::from_secs(90));
        /// ```
        audio(duration: Duration) => audio = Some(duration);
        /// Sets on whose behalf the call is made.
        tenant(tenant: impl Into<Arc<str>>) => tenant = Some(tenant.into());
        /// Sets the priority.
        ///
        /// ```
        /// use groq_core::limits::{CallEstimate, Priority};
        ///
        /// let call = CallEstimate::new("openai/gpt-oss-20b").tenant("acme").priority(Priority::High);
        /// assert_eq!(call.tenant.as_deref(), Some("acme"));
        /// ```
        priority(priority: Priority) => priority = priority;
        /// Sets the longest time the call can wait.
        max_wait(wait: Duration) => max_wait = wait;
    }

    /// Gives the call its place, unless it has one.
    pub(crate) fn place(&mut self) {
        if self.order == 0 {
            self.order = next_order();
        }
    }
}

/// The place of a call that begins now.
pub(super) fn next_order() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The permission to send one attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "a permit is returned with `RateLimiter::release`"]
pub struct Permit {
    /// The call it was granted for.
    pub estimate: CallEstimate,
    /// The tokens that were reserved.
    pub tokens: u64,
    /// A number for the limiter's own use.
    pub id: u64,
}

impl Permit {
    /// Creates a permit for this call, with no tokens reserved.
    ///
    /// ```
    /// use groq_core::limits::{CallEstimate, Permit};
    ///
    /// let permit = Permit::new(CallEstimate::new("openai/gpt-oss-20b")).tokens(700).id(1);
    /// assert_eq!(permit.tokens, 700);
    /// ```
    pub fn new(estimate: CallEstimate) -> Self {
        Self {
            estimate,
            tokens: 0,
            id: 0,
        }
    }

    setters! {
        /// Sets the tokens that were reserved.
        tokens(tokens: u64) => tokens = tokens;
        /// Sets a number for the limiter's own use.
        id(id: u64) => id = id;
    }
}
