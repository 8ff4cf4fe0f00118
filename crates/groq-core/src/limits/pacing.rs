//! Sending no faster than the limits allow.

mod bucket;
mod estimate;
mod pace;
mod pacer;
mod queue;

use std::collections::BTreeMap;

use super::tables::Table;

pub(crate) use pacer::Pacer;

/// How a client keeps to rate limits before it meets them; for [`ClientBuilder::pacing`](crate::ClientBuilder::pacing).
///
/// Calls of a model wait for their turn, first come, first served, until the requests and the tokens that they are
/// estimated to need are there. Without more said, the limits are learned: the first call of a model goes alone, and the headers of
/// its answer tell. They tell requests per day and tokens per minute only, so that what is known beyond should be given.
///
/// The estimate of a call counts its size, and `max_completion_tokens` in full, as the service does (issue reports);
/// how many tokens a byte is, and how long replies are that have no bound, is learned from what calls spend. A call that can never fit
/// is refused at once. When the server refuses a call for its rate, all others of that model pause for as long as it asks, and
/// a little more, at random.
///
/// Limits belong to the organisation: other processes spend from them too, and are noticed only by the headers.
///
/// ```
/// use groq_core::Client;
/// use groq_core::limits::{Allowance, Pacing, tables};
///
/// let pacing = Pacing::from_table(&tables::FREE_2025_12)
///     .with_allowance("my-model", Allowance::new().with_requests_per_minute(10));
/// let client = Client::builder().api_key("gsk_example").pacing(pacing).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Pacing {
    allowances: BTreeMap<String, Allowance>,
}

/// What may be spent on one model; `None` where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// Requests per minute.
    pub requests_per_minute: Option<u64>,
    /// Requests per day.
    pub requests_per_day: Option<u64>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<u64>,
    /// Tokens per day.
    pub tokens_per_day: Option<u64>,
    /// Seconds of audio per hour. A call counts as long as its recording is: what
    /// [`AudioInput::with_duration`](crate::AudioInput::with_duration) or the head of a WAV file says beforehand, or what the answer
    /// says afterwards. Of other files, only answers with timestamps tell.
    pub audio_seconds_per_hour: Option<u64>,
    /// Seconds of audio per day; see [`audio_seconds_per_hour`](Self::audio_seconds_per_hour).
    pub audio_seconds_per_day: Option<u64>,
}

impl Pacing {
    /// Limits that are learned from the headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The limits of a table; of other models, they are learned.
    pub fn from_table(table: &Table) -> Self {
        let allowances = table
            .rows
            .iter()
            .map(|(model, allowance)| ((*model).to_owned(), *allowance))
            .collect();
        Self { allowances }
    }

    /// Sets the limits of one model.
    pub fn with_allowance(mut self, model: impl Into<String>, allowance: Allowance) -> Self {
        self.allowances.insert(model.into(), allowance);
        self
    }

    fn allowance(&self, model: &str) -> Allowance {
        self.allowances.get(model).copied().unwrap_or_default()
    }
}

impl Allowance {
    /// Nothing said.
    pub const fn new() -> Self {
        Self {
            requests_per_minute: None,
            requests_per_day: None,
            tokens_per_minute: None,
            tokens_per_day: None,
            audio_seconds_per_hour: None,
            audio_seconds_per_day: None,
        }
    }

    /// Sets the requests per minute.
    pub const fn with_requests_per_minute(mut self, requests: u64) -> Self {
        self.requests_per_minute = Some(requests);
        self
    }

    /// Sets the requests per day.
    pub const fn with_requests_per_day(mut self, requests: u64) -> Self {
        self.requests_per_day = Some(requests);
        self
    }

    /// Sets the tokens per minute.
    pub const fn with_tokens_per_minute(mut self, tokens: u64) -> Self {
        self.tokens_per_minute = Some(tokens);
        self
    }

    /// Sets the tokens per day.
    pub const fn with_tokens_per_day(mut self, tokens: u64) -> Self {
        self.tokens_per_day = Some(tokens);
        self
    }

    /// Sets the seconds of audio per hour and per day.
    pub const fn with_audio_seconds(mut self, per_hour: u64, per_day: u64) -> Self {
        self.audio_seconds_per_hour = Some(per_hour);
        self.audio_seconds_per_day = Some(per_day);
        self
    }
}
