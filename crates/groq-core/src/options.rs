//! What can be set for a client and again for each call.

use std::time::Duration;

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::audio::AudioTier;
use crate::config::checked_header;
use crate::error::Error;
use crate::retry::RetryPolicy;
use crate::retry::decision::RetryConfig;
use crate::retry::policy::Rule;
use crate::sse::Limits;

/// What holds for a call, after all defaults and options.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) first_byte_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) progress_timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: RetryConfig,
    pub(crate) max_response_bytes: usize,
    pub(crate) max_error_bytes: usize,
    pub(crate) write_timeout: Duration,
    pub(crate) max_audio_bytes: u64,
    pub(crate) max_file_bytes: u64,
    pub(crate) stream_limits: Limits,
    pub(crate) skip_undecodable_events: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) retry_rule: Option<Rule>,
    pub(crate) max_queue_wait: Duration,
    pub(crate) compression: bool,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) extra_body: Map<String, Value>,
    /// Why an option cannot be honoured; told when a call is made.
    pub(crate) problem: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            first_byte_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(60),
            progress_timeout: Duration::from_secs(120),
            deadline: None,
            retry: RetryConfig::default(),
            max_response_bytes: 64 << 20,
            max_error_bytes: 64 << 10,
            write_timeout: Duration::from_secs(60),
            max_audio_bytes: AudioTier::Free.max_bytes(),
            max_file_bytes: 100 << 20,
            stream_limits: Limits::default(),
            skip_undecodable_events: false,
            headers: HeaderMap::new(),
            retry_rule: None,
            max_queue_wait: Duration::from_secs(600),
            compression: true,
            query: Vec::new(),
            extra_body: Map::new(),
            problem: None,
        }
    }
}

impl Settings {
    /// Refuses a call whose options cannot be honoured.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.problem {
            Some(problem) => Err(Error::refused(problem.clone())),
            None => Ok(()),
        }
    }
}

/// Headers may hold secrets of a gateway, so they are not shown.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("first_byte_timeout", &self.first_byte_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("progress_timeout", &self.progress_timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("max_error_bytes", &self.max_error_bytes)
            .field("write_timeout", &self.write_timeout)
            .field("max_audio_bytes", &self.max_audio_bytes)
            .field("max_file_bytes", &self.max_file_bytes)
            .field("stream_limits", &self.stream_limits)
            .finish_non_exhaustive()
    }
}

/// Options for some calls: what is set here wins over the client's own settings, the rest stays as it is.
///
/// [`Client::with_options`](crate::Client::with_options) gives a client that has them; it shares connections, budget and key with
/// the one it came from, and costs next to nothing.
///
/// ```no_run
/// use groq_core::{Client, RequestOptions};
/// use std::time::Duration;
///
/// # async fn example(client: Client) -> Result<(), groq_core::Error> {
/// let options = RequestOptions::new().deadline(Duration::from_secs(5)).max_retries(0);
/// let models = client.with_options(options).models().list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct RequestOptions {
    first_byte_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    progress_timeout: Option<Duration>,
    deadline: Option<Duration>,
    no_deadline: bool,
    max_retries: Option<u32>,
    max_retry_wait: Option<Duration>,
    max_response_bytes: Option<usize>,
    write_timeout: Option<Duration>,
    max_audio_bytes: Option<u64>,
    max_file_bytes: Option<u64>,
    stream_limits: Option<Limits>,
    skip_undecodable_events: Option<bool>,
    retry: Option<RetryPolicy>,
    max_queue_wait: Option<Duration>,
    query: Vec<(String, String)>,
    extra_body: Map<String, Value>,
    headers: Vec<(String, String)>,
}

impl RequestOptions {
    /// Options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long the whole call may take, with all attempts, waits, and the stream to its end.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self.no_deadline = false;
        self
    }

    /// Lifts the client's deadline.
    pub fn no_deadline(mut self) -> Self {
        self.deadline = None;
        self.no_deadline = true;
        self
    }

    /// Sets how long each attempt may wait for the answer to begin.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.first_byte_timeout = Some(limit);
        self
    }

    /// Sets how long an answer may pause once it has begun.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = Some(limit);
        self
    }

    /// Sets how long an answer may go on without getting anywhere.
    pub fn progress_timeout(mut self, limit: Duration) -> Self {
        self.progress_timeout = Some(limit);
        self
    }

    /// Sets how often a failed call is made again.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// Sets the longest wait that the server may ask for.
    pub fn max_retry_wait(mut self, limit: Duration) -> Self {
        self.max_retry_wait = Some(limit);
        self
    }

    /// Sets the largest answer that is read whole, in bytes.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = Some(bytes);
        self
    }

    /// Sets how long an upload may stop, whether the server does not read or the source has nothing to send.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.write_timeout = Some(limit);
        self
    }

    /// Sets the largest audio that is attached to a request, in bytes.
    pub fn max_audio_bytes(mut self, bytes: u64) -> Self {
        self.max_audio_bytes = Some(bytes);
        self
    }

    /// Sets [`max_audio_bytes`](Self::max_audio_bytes) to what the account may attach.
    pub fn audio_tier(self, tier: AudioTier) -> Self {
        self.max_audio_bytes(tier.max_bytes())
    }

    /// Sets the largest file that is uploaded, in bytes.
    pub fn max_file_bytes(mut self, bytes: u64) -> Self {
        self.max_file_bytes = Some(bytes);
        self
    }

    /// Sets the bounds of a stream's lines, events, and whole length.
    pub fn stream_limits(mut self, limits: Limits) -> Self {
        self.stream_limits = Some(limits);
        self
    }

    /// Sets whether events of a stream that do not decode are left out, instead of ending it; they are not, unless this is set.
    ///
    /// The reply may then lack something: [`ChatStream::skipped_events`](crate::ChatStream::skipped_events) and
    /// [`ResponseStream::skipped_events`](crate::ResponseStream::skipped_events) count them. Errors
    /// that the server reports are not among them, and an event that is cut off still ends the stream.
    pub fn skip_undecodable_events(mut self, skip: bool) -> Self {
        self.skip_undecodable_events = Some(skip);
        self
    }

    /// Sets a header, such as `Groq-Model-Version`, in place of the client's own of that name.
    ///
    /// A header that cannot be sent, or that only the client may set, makes the call fail with
    /// [`is_invalid_request`](Error::is_invalid_request).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets when a failed call is made again, in place of the client's policy.
    ///
    /// [`max_retries`](Self::max_retries) and [`max_retry_wait`](Self::max_retry_wait) win over the policy's own.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets how long a call may wait for its turn, by pacing and by the limit on concurrent calls.
    pub fn max_queue_wait(mut self, limit: Duration) -> Self {
        self.max_queue_wait = Some(limit);
        self
    }

    /// Sets the version of Groq's systems: `latest`, `prerelease`, or a date; the header `Groq-Model-Version` (docs).
    pub fn model_version(self, version: impl Into<String>) -> Self {
        self.header("Groq-Model-Version", version)
    }

    /// Asks for something that is being tried out, such as `inference-metrics`; the header `Groq-Beta` (docs).
    pub fn beta(self, feature: impl Into<String>) -> Self {
        self.header("Groq-Beta", feature)
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets a field of the JSON that is sent, for what the request's type does not know yet. It wins over one of the same name.
    ///
    /// A call that sends no JSON object fails with [`is_invalid_request`](Error::is_invalid_request).
    ///
    /// ```
    /// use groq_core::RequestOptions;
    ///
    /// let options = RequestOptions::new().extra_body("new_switch", true);
    /// ```
    pub fn extra_body(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra_body.insert(name.into(), value.into());
        self
    }

    /// Lays these options over `settings`.
    pub(crate) fn over(self, settings: &Settings) -> Settings {
        let mut new = settings.clone();
        replace(&mut new.first_byte_timeout, self.first_byte_timeout);
        replace(&mut new.idle_timeout, self.idle_timeout);
        replace(&mut new.progress_timeout, self.progress_timeout);
        new.deadline = if self.no_deadline {
            None
        } else {
            self.deadline.or(settings.deadline)
        };
        if let Some(policy) = self.retry {
            new.retry = policy.config;
            new.retry_rule = policy.rule;
        }
        replace(&mut new.max_queue_wait, self.max_queue_wait);
        new.query.extend(self.query);
        new.extra_body.extend(self.extra_body);
        replace(&mut new.retry.max_retries, self.max_retries);
        replace(&mut new.retry.max_wait, self.max_retry_wait);
        replace(&mut new.max_response_bytes, self.max_response_bytes);
        replace(&mut new.write_timeout, self.write_timeout);
        replace(&mut new.max_audio_bytes, self.max_audio_bytes);
        replace(&mut new.max_file_bytes, self.max_file_bytes);
        replace(&mut new.stream_limits, self.stream_limits);
        replace(
            &mut new.skip_undecodable_events,
            self.skip_undecodable_events,
        );
        for (name, value) in &self.headers {
            match checked_header(name, value) {
                Ok((name, value)) => drop(new.headers.insert(name, value)),
                Err(problem) => new.problem = Some(problem),
            }
        }
        new
    }
}

fn replace<T>(setting: &mut T, option: Option<T>) {
    if let Some(option) = option {
        *setting = option;
    }
}

impl std::fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestOptions")
            .field("deadline", &self.deadline)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_win_and_the_rest_stays() {
        let settings = Settings {
            deadline: Some(Duration::from_secs(9)),
            ..Settings::default()
        };
        let new = RequestOptions::new()
            .max_retries(7)
            .header("x-a", "b")
            .over(&settings);
        assert_eq!(new.retry.max_retries, 7);
        assert_eq!(new.deadline, Some(Duration::from_secs(9)));
        assert_eq!(new.headers["x-a"], "b");
        assert!(new.check().is_ok());
        assert_eq!(
            RequestOptions::new().no_deadline().over(&settings).deadline,
            None
        );
    }

    #[test]
    fn a_header_that_cannot_be_sent_fails_the_call() {
        let new = RequestOptions::new()
            .header("host", "evil.example")
            .over(&Settings::default());
        assert!(
            new.check()
                .expect_err("a reserved header")
                .is_invalid_request()
        );
    }
}
