//! Spoken text: what is checked before it is asked for, and whether audio came.

use bytes::{Bytes, BytesMut};
use groq_models::Catalog;
use groq_types::SpeechRequest;
use http::{HeaderValue, Method};
use serde::de::IgnoredAny;

use crate::client::Client;
use crate::download::Download;
use crate::error::{Answer, ApiError, Error, ErrorKind};
use crate::transport::{self, Answered, BodyFailure, Operation, ResponseBody};

pub(super) async fn speak(
    client: &Client,
    operation: Operation,
    request: &SpeechRequest,
) -> Result<Download, Error> {
    const ANY: HeaderValue = HeaderValue::from_static("*/*");
    let path = "/openai/v1/audio/speech";
    let request = check(request, &client.shared().catalog)
        .and_then(|()| transport::json_request(client, Method::POST, path, ANY, request))
        .map_err(|error| error.while_doing(operation.doing))?;
    let answered = transport::open(client, operation, request).await?;
    let answered = audio(client, answered)
        .await
        .map_err(|error| error.while_doing(operation.doing))?;
    Ok(Download::new(client.clone(), operation.doing, answered))
}

/// Refuses a voice that a known model does not have, and a text that is too long for it.
pub(crate) fn check(request: &SpeechRequest, catalog: &Catalog) -> Result<(), Error> {
    let Some(model) = catalog.get(&request.model) else {
        return Ok(());
    };
    if !model.voices.is_empty() && !model.voices.contains(&request.voice) {
        let message = format!("{} has no voice {:?}", request.model, request.voice);
        let advice = format!("it has {}", model.voices.join(", "));
        return Err(Error::refused(message).with_advice(advice));
    }
    let chars = request.input.chars().count();
    match model.max_input_chars {
        Some(max) if chars > max => {
            let message = format!(
                "the text has {chars} characters, and {} speaks at most {max} at once",
                request.model
            );
            Err(Error::refused(message).with_advice("split it at the ends of sentences"))
        }
        _ => Ok(()),
    }
}

/// Makes sure that audio came. JSON in its place is an error, whatever the status says (issue reports), and whatever it is called.
async fn audio(
    client: &Client,
    mut answered: Answered<ResponseBody>,
) -> Result<Answered<ResponseBody>, Error> {
    let content_type = answered.content_type();
    let is_text = content_type.contains("json") || content_type.starts_with("text/");
    let (error, body) = match instead_of_audio(client, &mut answered.body, is_text).await {
        Ok(None) => return Ok(answered),
        Ok(Some(body)) => {
            let came = if is_text { &*content_type } else { "JSON" };
            let message = format!("the server answered with {came}, and not with audio");
            let error = match ApiError::from_success(&body) {
                Some(api) => Error::api(
                    api.without(client.shared().api_key.expose()),
                    answered.status,
                ),
                None => Error::new(ErrorKind::UnexpectedResponse, message),
            };
            (error, client.kept(&body))
        }
        Err(failure) => (failure.into_error("max_response_bytes"), Bytes::new()),
    };
    let now = client.runtime().now();
    let elapsed = now.saturating_duration_since(answered.started);
    Err(error
        .with_answer(Answer {
            status: answered.status,
            headers: answered.headers,
            body,
        })
        .with_attempts(answered.attempts, elapsed))
}

/// An error of the service in the place of sound is shorter than this.
const LONGEST_ERROR: usize = 64 << 10;

/// The body, if it is text by its name or JSON by its content. Otherwise all of it is still to be read.
async fn instead_of_audio(
    client: &Client,
    body: &mut ResponseBody,
    is_text: bool,
) -> Result<Option<Bytes>, BodyFailure> {
    let max = client.settings().max_response();
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
