//! The attempts of an extraction.

use groq_types::{CompletionUsage, FinishReason};

use crate::issue::Issue;
use crate::mode::Mode;
use crate::parse::repair::Repaired;

/// One call of the model and its outcome.
///
/// Both [`Extracted`](crate::Extracted::attempts) and [`Error`](crate::Error::attempts) list all attempts.
///
/// ```no_run
/// # use groq_json::GroqJson;
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let fruits = groq.extract::<Vec<String>>().user("three fruits").await?;
/// for attempt in &fruits.attempts {
///     println!("{} with {}: {:?}", attempt.model, attempt.mode, attempt.failure);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ExtractAttempt {
    /// How the model was asked for JSON.
    pub mode: Mode,
    /// Why a better mode was not used.
    pub reason: Option<String>,
    /// The model.
    pub model: String,
    /// What the request contained that the caller did not ask for.
    pub added: Vec<Added>,
    /// Why the reply ended.
    pub finish_reason: Option<FinishReason>,
    /// What was wrong with the value.
    pub issues: Vec<Issue>,
    /// The failure in one line; `None` for the attempt that succeeded.
    pub failure: Option<String>,
    /// What was repaired in the reply.
    pub repairs: Vec<Repaired>,
    /// The tokens used; `None` if the service did not report them, as with errors.
    pub usage: Option<CompletionUsage>,
    /// Whether the reply was taken from an error of the service (`failed_generation`).
    pub recovered: bool,
    pub(crate) raw: Option<String>,
}

impl ExtractAttempt {
    #[cfg(feature = "client")]
    pub(crate) fn new(mode: Mode, model: &str) -> Self {
        Self {
            mode,
            reason: None,
            model: model.to_owned(),
            added: Vec::new(),
            finish_reason: None,
            issues: Vec::new(),
            failure: None,
            repairs: Vec::new(),
            usage: None,
            recovered: false,
            raw: None,
        }
    }

    /// Returns the reply, unchanged. It may contain private data.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    #[cfg(feature = "client")]
    pub(crate) fn fail(&mut self, failure: &crate::error::Failure) {
        self.failure = Some(failure.to_string());
        self.issues = failure.issues().to_vec();
    }
}

debug_fields!(
    ExtractAttempt,
    mode,
    model,
    added,
    finish_reason,
    failure,
    repairs,
    recovered
);

/// Something in a request that the caller did not ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Added {
    /// A response format.
    ResponseFormat,
    /// A tool with the schema of the type, and the choice of it.
    Tool,
    /// A description of the format in a system message.
    PromptText,
    /// A limit on tokens, because the model reasons before it writes.
    MaxCompletionTokens(u32),
    /// A lower reasoning effort, after a reply was cut off.
    LowReasoningEffort,
    /// The last reply and what was wrong with it.
    Correction,
    /// The schema lacks this keyword, which the service refused. Replies are validated with it all the same.
    WithoutKeyword(&'static str),
    /// The request to stream.
    Stream,
}
