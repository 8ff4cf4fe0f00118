//! The forms of transcriptions and translations, and the text that answers them.

use bytes::Bytes;
use groq_types::{TranscriptionFormat, TranscriptionRequest, TranslationRequest};
use http::header;

use crate::client::Client;
use crate::error::{Answer, ApiError, Error, ErrorKind, explain_bytes};
use crate::multipart::Framing;
use crate::response::Response;
use crate::transport::Answered;

/// A prompt has at most 224 tokens (docs). No tokenizer ships here, so this is as many as four characters each: longer ones may
/// still fit, and shorter ones not, where a language has other tokens.
pub(crate) const MAX_PROMPT_CHARS: usize = 896;

pub(super) fn transcription(
    request: TranscriptionRequest,
    format: TranscriptionFormat,
) -> Result<Framing, Error> {
    let timestamps = request.timestamp_granularities.unwrap_or_default();
    if !timestamps.is_empty() && format != TranscriptionFormat::VerboseJson {
        return Err(Error::refused("timestamps come only with verbose_json")
            .with_advice("call transcribe_verbose"));
    }
    let common = Common {
        model: request.model,
        url: request.url,
        language: request
            .language
            .map(|language| language.as_str().to_owned()),
        prompt: request.prompt,
        response_format: request.response_format,
        temperature: request.temperature,
    };
    let framing = common.framing(format)?;
    Ok(timestamps.into_iter().fold(framing, |framing, timestamp| {
        framing.text("timestamp_granularities[]", timestamp.as_str())
    }))
}

pub(super) fn translation(
    request: TranslationRequest,
    format: TranscriptionFormat,
) -> Result<Framing, Error> {
    let common = Common {
        model: request.model,
        url: request.url,
        language: request
            .language
            .map(|language| language.as_str().to_owned()),
        prompt: request.prompt,
        response_format: request.response_format,
        temperature: request.temperature,
    };
    common.framing(format)
}

/// What both requests have.
struct Common {
    model: String,
    url: Option<String>,
    language: Option<String>,
    prompt: Option<String>,
    response_format: Option<TranscriptionFormat>,
    temperature: Option<f64>,
}

impl Common {
    fn framing(self, format: TranscriptionFormat) -> Result<Framing, Error> {
        if self.url.is_some() {
            return Err(Error::refused("the request has a URL beside the audio")
                .with_advice("give the URL as the audio, by AudioInput::url"));
        }
        if let Some(other) = self.response_format
            && other != format
        {
            let message = format!(
                "the request asks for {}, and the method for {}",
                other.as_str(),
                format.as_str()
            );
            return Err(Error::refused(message)
                .with_advice("leave `response_format` unset: the method says what comes back"));
        }
        let prompt_chars = self
            .prompt
            .as_deref()
            .map_or(0, |prompt| prompt.chars().count());
        if prompt_chars > MAX_PROMPT_CHARS {
            let message = format!(
                "the prompt has {prompt_chars} characters, and at most {MAX_PROMPT_CHARS} may be sent: about 224 tokens"
            );
            return Err(Error::refused(message));
        }
        // JSON is what comes unless something else is asked for.
        let named = (format != TranscriptionFormat::Json).then(|| format.as_str());
        Ok(Framing::new()
            .text("model", self.model)
            .optional("language", self.language)
            .optional("prompt", self.prompt)
            .optional("response_format", named)
            .optional("temperature", self.temperature))
    }
}

/// Takes an answer as text, unless it is an error in spite of its status.
pub(super) fn text(client: &Client, answered: Answered<Bytes>) -> Result<Response<String>, Error> {
    let content_type = answered
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let key = client.shared().api_key.expose();
    let error = if let Some(api) = ApiError::from_success(&answered.body) {
        Error::api(api.without(key), answered.status)
    } else if content_type.contains("json") || content_type.contains("html") {
        let message = format!("the server answered with {content_type}, and not with text");
        Error::new(ErrorKind::UnexpectedAnswer, message)
    } else {
        match String::from_utf8(answered.body.to_vec()) {
            Ok(text) => return Ok(Response::new(text, answered.into_meta())),
            Err(error) => {
                let reason = explain_bytes(error.utf8_error());
                Error::new(
                    ErrorKind::Decode,
                    format!("the text does not decode: {reason}"),
                )
            }
        }
    };
    Err(error
        .with_answer(Answer {
            status: answered.status,
            headers: answered.headers,
            body: client.kept(&answered.body),
        })
        .with_attempts(answered.attempts, answered.elapsed))
}
