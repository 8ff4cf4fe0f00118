//! The forms of transcriptions and translations, and the text that answers them.

use bytes::Bytes;
use groq_types::{Language, TranscriptionFormat, TranscriptionRequest, TranslationRequest};

use crate::error::{ApiError, Error, ErrorKind, explain_bytes};
use crate::multipart::Framing;
use crate::response::Response;
use crate::shared::Core;
use crate::transport::Answered;

pub(super) fn translation(
    core: &Core,
    request: &TranslationRequest,
    format: TranscriptionFormat,
) -> Result<Framing, Error> {
    let mut same = TranscriptionRequest::new(request.model.clone());
    same.url.clone_from(&request.url);
    same.language.clone_from(&request.language);
    same.prompt.clone_from(&request.prompt);
    same.response_format = request.response_format;
    same.temperature = request.temperature;
    transcription(core, &same, format)
}

pub(super) fn transcription(
    core: &Core,
    request: &TranscriptionRequest,
    format: TranscriptionFormat,
) -> Result<Framing, Error> {
    check(core, request, format)?;
    // JSON is what comes unless something else is asked for.
    let named = (format != TranscriptionFormat::Json).then(|| format.as_str());
    let language = request.language.as_ref().map(Language::as_str);
    let framing = Framing::new()
        .text("model", request.model.as_str())
        .optional("language", language)
        .optional("prompt", request.prompt.as_deref())
        .optional("response_format", named)
        .optional("temperature", request.temperature);
    let timestamps = request.timestamp_granularities.as_deref();
    let timestamps = timestamps.unwrap_or_default().iter();
    Ok(timestamps.fold(framing, |framing, timestamp| {
        framing.text("timestamp_granularities[]", timestamp.as_str())
    }))
}

/// Refuses what contradicts itself, or the method that is called.
fn check(
    core: &Core,
    request: &TranscriptionRequest,
    format: TranscriptionFormat,
) -> Result<(), Error> {
    if request.url.is_some() {
        return Err(Error::refused("the request has a URL beside the audio")
            .with_hint("give the URL as the audio, by AudioInput::url"));
    }
    if let Some(other) = request.response_format
        && other != format
    {
        let (asked, method) = (other.as_str(), format.as_str());
        let message = format!("the request asks for {asked}, and the method for {method}");
        return Err(Error::refused(message)
            .with_hint("leave `response_format` unset: the method says what comes back"));
    }
    let timestamps = request.timestamp_granularities.as_deref();
    if format != TranscriptionFormat::VerboseJson && !timestamps.unwrap_or_default().is_empty() {
        return Err(Error::refused("timestamps come only with verbose_json")
            .with_hint("call transcribe_verbose"));
    }
    let prompt = request.prompt.as_deref().unwrap_or_default();
    let prompt_chars = prompt.chars().count();
    let service = core.shared().catalog.service();
    if prompt_chars > service.audio_prompt_chars {
        let (chars, tokens) = (service.audio_prompt_chars, service.audio_prompt_tokens);
        let message = format!(
            "the prompt has {prompt_chars} characters, and at most {chars} may be sent: about {tokens} tokens"
        );
        return Err(Error::refused(message));
    }
    Ok(())
}

/// Takes a response as text, unless it is an error in spite of its status.
pub(super) fn text(core: &Core, answered: Answered<Bytes>) -> Result<Response<String>, Error> {
    let content_type = answered.content_type();
    let key = core.shared().api_key.expose();
    let error = if let Some(api) = ApiError::from_success(&answered.body) {
        Error::api(api.without(key), answered.status)
    } else if content_type.contains("json") || content_type.contains("html") {
        let message = format!("the server answered with {content_type}, and not with text");
        Error::new(ErrorKind::UnexpectedResponse, message)
    } else {
        match String::from_utf8(answered.body.to_vec()) {
            Ok(text) => return Ok(Response::new(text, answered)),
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
        .with_answer(answered.answer(core.kept(&answered.body)))
        .with_attempts(answered.attempts, answered.elapsed))
}
