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

macro_rules! audio_items {
    ($($body:ty => $endpoint:ident;)*) => {$(
        /// It is answered by a [`VerboseTranscription`] in either form of JSON: the plain form has less in it.
        impl BatchItem for $body {
            type Reply = VerboseTranscription;

            fn endpoint() -> BatchEndpoint {
                BatchEndpoint::$endpoint
            }

            fn check(&self) -> Result<(), Error> {
                if self.response_format != Some(TranscriptionFormat::Text) {
                    return Ok(());
                }
                Err(Error::refused("the answer to an item of a batch is JSON")
                    .with_hint("leave `response_format` unset, or ask for verbose_json"))
            }
        }
    )*};
}

audio_items! {
    BatchTranscriptionBody => V1AudioTranscriptions;
    BatchTranslationBody => V1AudioTranslations;
}

/// Why an item of a batch has no reply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ItemError {
    /// The service answered it with an error status.
    Refused {
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
        /// The reply, or its line in the results; empty if the line does not say whose it is.
        body: serde_json::Map<String, serde_json::Value>,
    },
    /// It has no result: the batch as a whole failed, was canceled, or expired first.
    NotRun {
        /// What became of the batch.
        status: BatchStatus,
        /// Why it failed, where the service said so.
        reason: Option<String>,
    },
}

impl ItemError {
    /// Returns the error status that the service answered the item with.
    ///
    /// ```
    /// # fn example(error: groq_core::batch::ItemError) {
    /// println!("{:?} {:?}", error.status(), error.code());
    /// # }
    /// ```
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns the service's code.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } | Self::Failed { code, .. } => code.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, .. } => write!(f, "refused with status {status}")?,
            Self::Failed { .. } => f.write_str("not run")?,
            Self::Undecodable { .. } => f.write_str("the reply does not decode")?,
            Self::NotRun { status, .. } => write!(f, "no result, the batch is {status}")?,
        }
        if let Some(code) = self.code() {
            write!(f, " {code}")?;
        }
        match self {
            Self::Undecodable { reason, .. }
            | Self::Refused {
                message: Some(reason),
                ..
            }
            | Self::Failed {
                message: Some(reason),
                ..
            }
            | Self::NotRun {
                reason: Some(reason),
                ..
            } => write!(f, ": {reason}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for ItemError {}
