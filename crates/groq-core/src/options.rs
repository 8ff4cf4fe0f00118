//! Settings of a client, which each call can override.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use groq_models::{Catalog, Plan};
use http::HeaderMap;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::header::checked_header;
use crate::limits::Priority;
use crate::retry::decision::RetryConfig;
use crate::retry::policy::Rule;
use crate::retry::{Backoff, RetryPolicy};
use crate::sse::StreamLimits;

/// The table of simple options: name, argument, default. `$then` makes of it fields or setters.
macro_rules! simple_options {
    ($then:ident) => {
        $then! {
            /// Sets the longest wait for the head of a response, for each attempt; 60 seconds by default.
            ///
            /// The same limit holds for the first byte of the body, because models may think before they stream.
            first_byte_timeout(limit: Duration) = Duration::from_secs(60);

            /// Sets the longest pause between two reads of a response body, like reqwest's `read_timeout`; 60 seconds by default.
            ///
            /// Only time spent waiting for the server counts. A slow reader of a stream does not cause a timeout.
            read_timeout(limit: Duration) = Duration::from_secs(60);

            /// Sets the longest time a response may continue without progress; 2 minutes by default.
            ///
            /// In a stream, only whole events are progress: neither keep-alive comments nor single bytes are. In other responses, a
            /// kilobyte is progress.
            progress_timeout(limit: Duration) = Duration::from_secs(120);

            /// Sets the longest pause of an upload, whether the server does not read or the source does not deliver; 60 seconds by default.
            write_timeout(limit: Duration) = Duration::from_secs(60);

            /// Sets the longest wait for the rate limiter and for [`max_concurrency`](crate::ClientBuilder::max_concurrency); 10 minutes by default.
            max_wait(limit: Duration) = Duration::from_secs(600);

            /// Sets which calls the rate limiter serves first; [`Priority::Normal`] by default.
            priority(priority: Priority) = Priority::Normal;

            /// Sets whether calls wait for the rate limiter, and are reported to it; they are by default.
            rate_limited(limited: bool) = true;

            /// Sets the largest response body that is read into memory; 64 MiB by default.
            max_response_bytes(bytes: u64) = 64 << 20;

            /// Sets how much of an error response is read and kept; 64 KiB by default.
            max_error_bytes(bytes: u64) = 64 << 10;

            /// Sets the largest audio that is attached to a request; 25,000,000 bytes by default, the limit of the free plan.
            ///
            /// See [`plan`](Self::plan). Larger audio is passed by URL.
            max_audio_bytes(bytes: u64) = Catalog::shipped().upload_bytes(Plan::Free);

            /// Sets the largest file that is uploaded; 100,000,000 bytes by default.
            max_file_bytes(bytes: u64) = Catalog::shipped().service().file_bytes;

            /// Sets the limits for lines, events and the whole length of a stream.
            stream_limits(limits: StreamLimits) = StreamLimits::default();

            /// Sets whether stream events that do not decode are skipped instead of ending the stream; they are not by default.
            ///
            /// The reply may then be incomplete. [`ChatStream::skipped_events`](crate::ChatStream::skipped_events) and
            /// [`ResponseStream::skipped_events`](crate::ResponseStream::skipped_events) count what was skipped. Errors reported by the server
            /// are never skipped, and a truncated event still ends the stream.
            skip_undecodable_events(skip: bool) = false;

            /// Sets whether responses that are read whole may be compressed with gzip; they may by default.
            ///
            /// Sizes are counted after decompression. Streams never ask for compression; one that comes compressed is decompressed as it is read.
            compression(allow: bool) = true;
        }
    };
}

/// Makes of the table the fields of [`Settings`] and [`RequestOptions`], and the setters of the latter.
macro_rules! define {
    ($($(#[$doc:meta])* $name:ident($argument:ident: $type:ty) = $default:expr;)*) => {
        /// What holds for a call, after all defaults and options.
        #[derive(Clone)]
        pub(crate) struct Settings {
            $(pub(crate) $name: $type,)*
            pub(crate) timeout: Option<Duration>,
            pub(crate) tenant: Option<Arc<str>>,
            pub(crate) retry: RetryConfig,
            pub(crate) retry_rule: Option<Rule>,
            pub(crate) headers: HeaderMap,
            pub(crate) query: Vec<(String, String)>,
            pub(crate) extra_body: Map<String, Value>,
            /// Why an option cannot be honored; reported when a call is made.
            pub(crate) problem: Option<String>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {
                    $($name: $default,)*
                    timeout: None,
                    tenant: None,
                    retry: RetryConfig::default(),
                    retry_rule: None,
                    headers: HeaderMap::new(),
                    query: Vec::new(),
                    extra_body: Map::new(),
                    problem: None,
                }
            }
        }

        /// Headers, queries and bodies may hold secrets, so they are not shown.
        impl fmt::Debug for Settings {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct("Settings");
                $(shown.field(stringify!($name), &self.$name);)*
                shown.field("timeout", &self.timeout).field("retry", &self.retry);
                shown.finish_non_exhaustive()
            }
        }

        /// The simple options that are set.
        #[derive(Clone, Default)]
        pub(crate) struct Simple {
            $(pub(crate) $name: Option<$type>,)*
        }

        impl Simple {
            fn over(self, settings: &mut Settings) {
                $(if let Some(value) = self.$name {
                    settings.$name = value;
                })*
            }
        }

        impl RequestOptions {
            $($(#[$doc])*
            pub fn $name(mut self, $argument: $type) -> Self {
                self.simple.$name = Some($argument);
                self
            })*
        }
    };
}

simple_options!(define);

/// Options for single calls. They override the settings of the client.
///
/// [`Client::with_options`](crate::Client::with_options) returns a client that has them. It shares connections, budget and key with
/// the original, and is cheap to create.
///
/// ```no_run
/// use groq_core::{Client, RequestOptions};
/// use std::time::Duration;
///
/// # async fn example(client: Client) -> Result<(), groq_core::Error> {
/// let options = RequestOptions::new().timeout(Duration::from_secs(5)).max_retries(0);
/// let models = client.with_options(options).models().list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are given to a client"]
pub struct RequestOptions {
    pub(crate) simple: Simple,
    pub(crate) plan: Option<Plan>,
    #[expect(clippy::option_option, reason = "unset, or set to none")]
    pub(crate) timeout: Option<Option<Duration>>,
    pub(crate) tenant: Option<Arc<str>>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) max_retry_wait: Option<Duration>,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) extra_body: Map<String, Value>,
    pub(crate) headers: Vec<(String, String)>,
}

impl RequestOptions {
    /// Creates options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the limits of the plan from a catalog.
    pub(crate) fn with_catalog(mut self, catalog: &Catalog) -> Self {
        let bytes = self.plan.map(|plan| catalog.upload_bytes(plan));
        self.simple.max_audio_bytes = self.simple.max_audio_bytes.or(bytes);
        self
    }

    /// Lays these options over `settings`.
    pub(crate) fn over(self, settings: &Settings) -> Settings {
        let mut new = settings.clone();
        self.simple.over(&mut new);
        new.timeout = self.timeout.unwrap_or(new.timeout);
        new.tenant = self.tenant.or(new.tenant);
        if let Some(policy) = self.retry {
            new.retry = policy.config;
            new.retry_rule = policy.rule;
        }
        new.retry.max_retries = self.max_retries.unwrap_or(new.retry.max_retries);
        new.retry.max_wait = self.max_retry_wait.unwrap_or(new.retry.max_wait);
        new.retry.backoff = self.backoff.unwrap_or(new.retry.backoff);
        new.query.extend(self.query);
        new.extra_body.extend(self.extra_body);
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            match checked_header(name, value) {
                Ok((name, value)) => drop(headers.append(name, value)),
                Err(problem) => new.problem = Some(problem),
            }
        }
        // Replaces what the client has under these names.
        new.headers.extend(headers);
        new
    }
}

/// The setters that need more than a field.
macro_rules! setters {
    ($type:ty, $self:ident => $options:expr) => {
        impl $type {
            /// Sets the longest time for the whole call: all attempts, waits, and a stream until its end. `None` removes the limit, which
            /// is the default.
            pub fn timeout(mut $self, limit: impl Into<Option<Duration>>) -> Self {
                $options.timeout = Some(limit.into());
                $self
            }

            /// Sets on whose behalf calls are made, for a rate limiter that shares the limits between tenants.
            ///
            /// ```
            /// use groq_core::RequestOptions;
            ///
            /// let options = RequestOptions::new().tenant("acme");
            /// ```
            pub fn tenant(mut $self, name: impl Into<std::sync::Arc<str>>) -> Self {
                $options.tenant = Some(name.into());
                $self
            }

            /// Sets the number of retries after a failed attempt; 2 by default. Zero disables retries.
            ///
            /// With a rate limiter, calls that are refused with 429 wait for it in their old place: that is not counted as a retry, and
            /// bounded by `max_wait`, and by 30 refusals in a row.
            pub fn max_retries(mut $self, retries: u32) -> Self {
                $options.max_retries = Some(retries);
                $self
            }

            /// Sets the longest wait that the server may ask for before a retry; 60 seconds by default.
            ///
            /// The client never retries earlier than the server asked. If that wait is longer than this limit, the call fails at once, and
            /// [`Error::retry_after`] returns the wait.
            pub fn max_retry_wait(mut $self, limit: Duration) -> Self {
                $options.max_retry_wait = Some(limit);
                $self
            }

            /// Sets the waits between attempts for which the server asks no wait.
            pub fn backoff(mut $self, backoff: Backoff) -> Self {
                $options.backoff = Some(backoff);
                $self
            }

            /// Sets the retry policy. [`max_retries`](Self::max_retries), [`max_retry_wait`](Self::max_retry_wait) and
            /// [`backoff`](Self::backoff) override parts of it, in any order.
            pub fn retry(mut $self, policy: RetryPolicy) -> Self {
                $options.retry = Some(policy);
                $self
            }

            /// Sets [`max_audio_bytes`](Self::max_audio_bytes) to what may be attached with a plan, by the catalog of the client.
            ///
            /// ```
            /// use groq_core::{RequestOptions, models::Plan};
            ///
            /// let options = RequestOptions::new().plan(Plan::Developer);
            /// ```
            pub fn plan(mut $self, plan: Plan) -> Self {
                $options.plan = Some(plan);
                $options.simple.max_audio_bytes = None;
                $self
            }

            /// Adds a header, such as `Groq-Model-Version`. Options replace the client's headers of the same name.
            ///
            /// Invalid headers, and those that only the client may set (`Authorization`, `Host`, `Content-Type`, those of the connection),
            /// are refused: by [`build`](crate::ClientBuilder::build) for a client, by the call for options.
            pub fn header(mut $self, name: impl Into<String>, value: impl Into<String>) -> Self {
                $options.headers.push((name.into(), value.into()));
                $self
            }

            /// Sets the version of Groq's systems with the header `Groq-Model-Version`: `latest`, `prerelease`, or a date.
            pub fn model_version($self, version: impl Into<String>) -> Self {
                $self.header("Groq-Model-Version", version)
            }

            /// Enables a beta feature with the header `Groq-Beta`, such as `inference-metrics`.
            pub fn beta($self, feature: impl Into<String>) -> Self {
                $self.header("Groq-Beta", feature)
            }

            /// Adds a query parameter.
            pub fn query(mut $self, name: impl Into<String>, value: impl Into<String>) -> Self {
                $options.query.push((name.into(), value.into()));
                $self
            }

            /// Sets a field of the JSON body that the request's type does not have. It replaces a field of the same name.
            ///
            /// A call that does not send a JSON object fails with [`is_invalid_request`](Error::is_invalid_request).
            ///
            /// ```
            /// use groq_core::RequestOptions;
            ///
            /// let options = RequestOptions::new().extra_body("new_switch", true);
            /// ```
            pub fn extra_body(mut $self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                $options.extra_body.insert(name.into(), value.into());
                $self
            }
        }
    };
}

setters!(RequestOptions, self => self);

pub(crate) use {setters, simple_options};

impl Settings {
    /// Refuses a call whose options cannot be honored.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.problem {
            Some(problem) => Err(Error::refused(problem.clone())),
            None => Ok(()),
        }
    }

    /// The largest response that is read whole.
    pub(crate) fn max_response(&self) -> usize {
        usize::try_from(self.max_response_bytes).unwrap_or(usize::MAX)
    }

    /// How much of an error response is kept.
    pub(crate) fn max_error(&self) -> usize {
        usize::try_from(self.max_error_bytes).unwrap_or(usize::MAX)
    }
}

impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("timeout", &self.timeout)
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
            timeout: Some(Duration::from_secs(9)),
            ..Settings::default()
        };
        let new = RequestOptions::new()
            .max_retries(7)
            .retry(RetryPolicy::never())
            .header("x-a", "b")
            .over(&settings);
        assert_eq!(new.retry.max_retries, 7);
        assert_eq!(new.timeout, Some(Duration::from_secs(9)));
        assert_eq!(new.headers["x-a"], "b");
        assert!(new.check().is_ok());
        let lifted = RequestOptions::new().timeout(None).over(&settings);
        assert_eq!(lifted.timeout, None);
    }

    #[test]
    fn headers_of_one_name_add_up_and_replace_those_of_the_client() {
        let two = |options: RequestOptions| options.header("x-a", "1").header("x-a", "2");
        let base = RequestOptions::new().header("x-a", "0");
        let settings = two(RequestOptions::new()).over(&base.over(&Settings::default()));
        let values: Vec<_> = settings.headers.get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);
    }

    #[test]
    fn a_header_that_cannot_be_sent_fails_the_call() {
        let new = RequestOptions::new()
            .header("host", "evil.example")
            .over(&Settings::default());
        let error = new.check().expect_err("a reserved header");
        assert!(error.is_invalid_request());
    }
}
