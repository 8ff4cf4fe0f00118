//! What a batch can consist of, and how an item of it can fail.

use std::fmt;

use groq_types::{
    BatchEndpoint, BatchStatus, BatchTranscriptionBody, BatchTranslationBody, ChatCompletion,
    ChatCompletionRequest, TranscriptionFormat, VerboseTranscription,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// A request that can be an item of a batch.
pub trait BatchItem: Serialize {
    /// What answers it.
    type Reply: DeserializeOwned;

    /// Where it goes.
    fn endpoint() -> BatchEndpoint;

    /// Refuses what the service would refuse in a batch.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request).
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl BatchItem for ChatCompletionRequest {
    type Reply = ChatCompletion;

    fn endpoint() -> BatchEndpoint {
        BatchEndpoint::V1ChatCompletions
    }

    fn check(&self) -> Result<(), Error> {
        if self.stream == Some(true) {
            return Err(Error::refused("an item of a batch cannot be streamed"));
        }
        Ok(())
    }
}

/// It is answered by a [`VerboseTranscription`] in either form of JSON: the plain form just has less in it.
impl BatchItem for BatchTranscriptionBody {
    type Reply = VerboseTranscription;

    fn endpoint() -> BatchEndpoint {
        BatchEndpoint::V1AudioTranscriptions
    }

    fn check(&self) -> Result<(), Error> {
        no_plain_text(self.response_format)
    }
}

/// It is answered by a [`VerboseTranscription`] in either form of JSON: the plain form just has less in it.
impl BatchItem for BatchTranslationBody {
    type Reply = VerboseTranscription;

    fn endpoint() -> BatchEndpoint {
        BatchEndpoint::V1AudioTranslations
    }

    fn check(&self) -> Result<(), Error> {
        no_plain_text(self.response_format)
    }
}

/// The results of a batch are JSON.
fn no_plain_text(format: Option<TranscriptionFormat>) -> Result<(), Error> {
    if format == Some(TranscriptionFormat::Text) {
        return Err(Error::refused("the answer to an item of a batch is JSON")
            .with_hint("leave `response_format` unset, or ask for verbose_json"));
    }
    Ok(())
}

/// Why an item of a batch has no reply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ItemError {
    /// The service answered it with an error status.
    AcquireError {
        /// The status, as in [`Error::status`].
        status: u16,
        /// The code, as in [`Error::code`].
        code: Option<String>,
        /// The service's words.
        message: Option<String>,
    },
    /// The service could not run it.
    Failed {
        /// The service's code.
        code: Option<String>,
        /// The service's words.
        message: Option<String>,
    },
    /// The reply does not decode.
    Undecodable {
        /// Where, and why.
        reason: String,
        /// The reply, or the line of the results that has none.
        body: serde_json::Map<String, serde_json::Value>,
    },
    /// It has no result: the batch as a whole failed, was cancelled, or expired first.
    NotRun {
        /// What became of the batch.
        status: BatchStatus,
        /// Why it failed, where the service said so.
        reason: Option<String>,
    },
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |words: &Option<String>| words.clone().unwrap_or_default();
        match self {
            Self::AcquireError {
                status,
                code,
                message,
            } => write!(
                f,
                "refused with status {status} {}: {}",
                words(code),
                words(message)
            ),
            Self::Failed { code, message } => {
                write!(f, "not run {}: {}", words(code), words(message))
            }
            Self::Undecodable { reason, .. } => write!(f, "the reply does not decode: {reason}"),
            Self::NotRun { status, reason } => {
                write!(f, "no result, the batch is {}", status.as_str())?;
                match reason {
                    Some(reason) => write!(f, ": {reason}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for ItemError {}
