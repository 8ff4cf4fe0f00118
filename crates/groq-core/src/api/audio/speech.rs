//! Spoken text: what is checked before it is asked for, and whether audio came.

use bytes::{Bytes, BytesMut};
use groq_models::Catalog;
use groq_types::SpeechRequest;
use serde::de::IgnoredAny;

use super::super::call::{ANY, Endpoint};
use crate::download::Download;
use crate::error::{ApiError, Error, ErrorKind};
use crate::shared::Core;
use crate::transport::{Answered, BodyFailure, ResponseBody};

/// Makes the call, once it is checked.
pub(super) async fn speak(
    core: &Core,
    endpoint: Endpoint,
    request: &SpeechRequest,
) -> Result<Download, Error> {
    check(request, &core.shared().catalog).map_err(|error| endpoint.failed(error))?;
    let outgoing = endpoint.with_json(core, ANY, request)?;
    let answered = endpoint.open(core, outgoing).await?;
    let answered = audio(core, answered)
        .await
        .map_err(|error| endpoint.failed(error))?;
    Ok(Download::new(core.clone(), endpoint.name(), answered))
}

/// Refuses a voice that a known model does not have, and a text that is too long for it.
pub(crate) fn check(request: &SpeechRequest, catalog: &Catalog) -> Result<(), Error> {
    let Some(model) = catalog.get(&request.model) else {
        return Ok(());
    };
    if !model.voices.is_empty() && !model.voices.contains(&request.voice) {
        let message = format!("{} has no voice {:?}", request.model, request.voice);
        let hint = format!("it has {}", model.voices.join(", "));
        return Err(Error::refused(message).with_hint(hint));
    }
    let chars = request.input.chars().count();
    match model.max_input_chars {
        Some(max) if chars > max => {
            let message = format!(
                "the text has {chars} characters, and {} speaks at most {max} at once",
                request.model
            );
            Err(Error::refused(message).with_hint("split it at the ends of sentences"))
        }
        _ => Ok(()),
    }
}

/// Makes sure that audio came. JSON in its place is an error, whatever the status says, and whatever it is called.
async fn audio(
    core: &Core,
    mut answered: Answered<ResponseBody>,
) -> Result<Answered<ResponseBody>, Error> {
    let content_type = answered.content_type();
    let is_text = content_type.contains("json") || content_type.starts_with("text/");
    let (error, body) = match instead_of_audio(core, &mut answered.body, is_text).await {
        Ok(None) => return Ok(answered),
        Ok(Some(body)) => {
            let came = if is_text { &*content_type } else { "JSON" };
            let message = format!("the server answered with {came}, and not with audio");
            let error = match ApiError::from_success(&body) {
                Some(api) => {
                    Error::api(api.without(core.shared().api_key.expose()), answered.status)
                }
                None => Error::new(ErrorKind::UnexpectedResponse, message),
            };
            (error, core.kept(&body))
        }
        Err(failure) => (failure.into_error("max_response_bytes"), Bytes::new()),
    };
    let elapsed = answered.elapsed_by_now(core);
    Err(error
        .with_answer(answered.answer(body))
        .with_attempts(answered.attempts, elapsed))
}

/// An error of the service in the place of sound is shorter than this.
const LONGEST_ERROR: usize = 64 << 10;

/// The body, if it is text by its name or JSON by its content. Otherwise all of it is still to be read.
async fn instead_of_audio(
    core: &Core,
    body: &mut ResponseBody,
    is_text: bool,
) -> Result<Option<Bytes>, BodyFailure> {
    let max = core.settings().max_response();
    let beginning = body.chunk().await.transpose()?.unwrap_or_default();
    if is_text {
        return body.read_on(beginning, max).await.map(Some);
    }
    if beginning.is_empty() {
        return Ok(None);
    }
    if !beginning.trim_ascii_start().starts_with(b"{") {
        body.put_back(beginning);
        return Ok(None);
    }
    // Raw samples may begin with any byte: so no more is read than an error is long.
    let mut read = BytesMut::from(&beginning[..]);
    while read.len() < LONGEST_ERROR
        && let Some(piece) = body.chunk().await
    {
        read.extend_from_slice(&piece?);
    }
    let read = read.freeze();
    if serde_json::from_slice::<IgnoredAny>(&read).is_ok() {
        return Ok(Some(read));
    }
    body.put_back(read);
    Ok(None)
}
