//! The account of what was tried.

use std::fmt;
use std::ops::AddAssign;

use groq_types::{CompletionUsage, FinishReason};

use crate::issue::Issue;
use crate::mode::Mode;
use crate::parse::repair::Repaired;

/// One call of the model, and what came of it.
///
/// All of them are on [`Extracted`](crate::Extracted) and on [`Error`](crate::Error).
#[derive(Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// How the model was asked for JSON.
    pub mode: Mode,
    /// Why it was this mode, where it was not the first choice.
    pub reason: Option<String>,
    /// The model that was asked.
    pub model: String,
    /// What was added to the request beyond what the caller said.
    pub added: Vec<Added>,
    /// Why the reply ended.
    pub finish_reason: Option<FinishReason>,
    /// What was wrong with the reply.
    pub issues: Vec<Issue>,
    /// The failure in one line; `None` if the attempt brought the value.
    pub failure: Option<String>,
    /// What was repaired in the reply.
    pub repairs: Vec<Repaired>,
    /// The tokens; `None` where the service does not tell, as it does not with an error.
    pub usage: Option<CompletionUsage>,
    /// Whether the reply was taken from an error of the service's (`failed_generation`).
    pub recovered: bool,
    pub(crate) raw: Option<String>,
}

impl Attempt {
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

    /// The reply, as it came. It may hold private data.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }
}

/// Leaves out the reply.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("mode", &self.mode)
            .field("model", &self.model)
            .field("added", &self.added)
            .field("finish_reason", &self.finish_reason)
            .field("failure", &self.failure)
            .field("repairs", &self.repairs)
            .field("recovered", &self.recovered)
            .finish_non_exhaustive()
    }
}

/// Something in a request that the caller did not put there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Added {
    /// A response format.
    ResponseFormat,
    /// A tool in the shape of the type, and the choice of it.
    Tool,
    /// A description of the format, in a system message.
    PromptText,
    /// A limit on tokens, because the model reasons before it writes.
    MaxCompletionTokens(u32),
    /// A lower effort of reasoning, after a reply was cut off.
    LowReasoningEffort,
    /// The last reply and what was wrong with it.
    Correction,
    /// The schema was sent without this keyword, which the service refused; the reply is judged by it all the same.
    WithoutKeyword(&'static str),
    /// The request to stream.
    Stream,
}

/// Tokens of several calls together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens that were read.
    pub prompt_tokens: u64,
    /// Tokens that were written.
    pub completion_tokens: u64,
    /// Both.
    pub total_tokens: u64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.prompt_tokens += more.prompt_tokens;
        self.completion_tokens += more.completion_tokens;
        self.total_tokens += more.total_tokens;
    }
}

impl AddAssign<&CompletionUsage> for Usage {
    fn add_assign(&mut self, more: &CompletionUsage) {
        self.prompt_tokens += more.prompt_tokens;
        self.completion_tokens += more.completion_tokens;
        self.total_tokens += more.total_tokens;
    }
}
