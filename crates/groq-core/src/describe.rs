//! What requests and replies say about themselves, for rate limits and traces.

use std::time::Duration;

use groq_types::{
    AudioDuration, Batch, BatchList, BatchRequest, ChatCompletion, ChatCompletionRequest,
    EmbeddingList, EmbeddingRequest, FileDeletion, FileList, FileObject, FineTuning,
    FineTuningDeletion, FineTuningList, FineTuningRequest, Model, ModelDeletion, ModelList,
    Reranking, RerankingRequest, ResponseObject, ResponseRequest, ResponseServiceTier, ServiceTier,
    SpeechRequest, Transcription, UnknownFields, VerboseTranscription,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::limits::{Billing, CallEstimate, Usage};
use crate::stream::clear_blank;
use crate::transport::Summary;

/// The body of a call.
pub(crate) trait Request: Serialize {
    /// What is known of the call; its size is added later.
    fn estimate(&self) -> CallEstimate {
        CallEstimate::default()
    }
}

/// The body of a response.
pub(crate) trait Reply: DeserializeOwned {
    fn summary(&self) -> Summary<'_> {
        Summary::default()
    }

    /// Clears what some servers spell as an empty text, where others leave it out.
    fn clear_blanks(&mut self) {}
}

impl Request for ChatCompletionRequest {
    fn estimate(&self) -> CallEstimate {
        let mut call = CallEstimate::new(&self.model);
        let max = self.max_completion_tokens.or(self.max_tokens);
        call.max_completion_tokens = max.map(u64::from);
        if self.service_tier == Some(ServiceTier::Flex) {
            call.billing = Billing::Flex;
        }
        call
    }
}

impl Request for ResponseRequest {
    fn estimate(&self) -> CallEstimate {
        let mut call = CallEstimate::new(&self.model);
        call.max_completion_tokens = self.max_output_tokens.map(u64::from);
        if self.service_tier == Some(ResponseServiceTier::Flex) {
            call.billing = Billing::Flex;
        }
        call
    }
}

macro_rules! name_their_model {
    ($($request:ty),*) => {
        $(impl Request for $request {
            fn estimate(&self) -> CallEstimate {
                CallEstimate::new(&self.model)
            }
        })*
    };
}

name_their_model!(EmbeddingRequest, RerankingRequest);

impl Request for SpeechRequest {
    fn estimate(&self) -> CallEstimate {
        // The reply is sound.
        CallEstimate::new(&self.model).max_completion_tokens(0)
    }
}

impl Request for BatchRequest {}
impl Request for FineTuningRequest {}

impl Reply for ChatCompletion {
    fn summary(&self) -> Summary<'_> {
        let choices = self.choices.iter();
        Summary {
            id: &self.id,
            model: &self.model,
            finish_reasons: choices
                .filter_map(|choice| Some(choice.finish_reason.as_ref()?.as_str()))
                .collect(),
            usage: self.usage.as_ref().map(Usage::from),
        }
    }

    fn clear_blanks(&mut self) {
        for choice in &mut self.choices {
            clear_blank(&mut choice.finish_reason);
        }
    }
}

impl Reply for ResponseObject {
    fn summary(&self) -> Summary<'_> {
        Summary {
            id: &self.id,
            model: &self.model,
            finish_reasons: vec![self.status.as_str()],
            usage: self.usage.as_ref().map(Usage::from),
        }
    }
}

impl Reply for EmbeddingList {
    fn summary(&self) -> Summary<'_> {
        let usage = self.usage.as_ref();
        Summary {
            model: self.model.as_deref().unwrap_or_default(),
            usage: usage.map(|usage| Usage::new(usage.prompt_tokens, 0)),
            ..Summary::default()
        }
    }
}

impl Reply for Transcription {
    fn summary(&self) -> Summary<'_> {
        recording(
            self.unknown_fields().get("duration").and_then(seconds),
            self.unknown_fields(),
        )
    }
}

impl Reply for VerboseTranscription {
    fn summary(&self) -> Summary<'_> {
        let seconds = self.duration.as_ref().and_then(|duration| match duration {
            AudioDuration::Seconds(seconds) => Some(*seconds),
            AudioDuration::Text(text) => text.parse().ok(),
            _ => None,
        });
        recording(seconds, self.unknown_fields())
    }
}

/// What a response about a recording says: its duration, and tokens, which only other servers send.
fn recording(seconds: Option<f64>, others: &UnknownFields) -> Summary<'static> {
    let count = |name| others.get("usage")?.get(name)?.as_u64();
    let tokens = others.get("usage").map(|_| {
        let (prompt, completion) = (count("prompt_tokens"), count("completion_tokens"));
        Usage::new(prompt.unwrap_or_default(), completion.unwrap_or_default())
    });
    let audio = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Summary {
        usage: match (tokens, audio) {
            (tokens, Some(audio)) => Some(tokens.unwrap_or_default().audio(audio)),
            (tokens, None) => tokens,
        },
        ..Summary::default()
    }
}

fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        number => number.as_f64(),
    }
}

macro_rules! say_nothing {
    ($($reply:ty),*) => {
        $(impl Reply for $reply {})*
    };
}

say_nothing!(
    Batch,
    BatchList,
    FileDeletion,
    FileList,
    FileObject,
    FineTuning,
    FineTuningDeletion,
    FineTuningList,
    Model,
    ModelDeletion,
    ModelList,
    Reranking
);
