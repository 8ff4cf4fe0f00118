//! Spoken text: what is checked before it is asked for, and whether audio came.

use bytes::Bytes;
use groq_types::SpeechRequest;
use http::{HeaderValue, Method};

use crate::client::Client;
use crate::download::Download;
use crate::error::{Answer, ApiError, Error, ErrorKind};
use crate::facts::Catalogue;
use crate::transport::{self, Answered, Operation, ResponseBody};

pub(super) async fn speak(
    client: &Client,
    operation: Operation,
    request: &SpeechRequest,
) -> Result<Download, Error> {
    const ANY: HeaderValue = HeaderValue::from_static("*/*");
    let path = "/openai/v1/audio/speech";
    let request = check(request, &client.shared().catalogue)
        .and_then(|()| transport::json_request(client, Method::POST, path, ANY, request))
        .map_err(|error| error.while_doing(operation.doing))?;
    let answered = transport::open(client, operation, request).await?;
    let answered = audio(client, answered)
        .await
        .map_err(|error| error.while_doing(operation.doing))?;
    Ok(Download::new(client.clone(), operation.doing, answered))
}

/// Refuses a voice that a known model does not have, and a text that is too long for it.
pub(crate) fn check(request: &SpeechRequest, catalogue: &Catalogue) -> Result<(), Error> {
    let Some(model) = catalogue.get(&request.model) else {
        return Ok(());
    };
    if !model.voices.is_empty() && !model.voices.contains(&request.voice.as_str()) {
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

/// Makes sure that audio came. JSON in its place is an error, whatever the status says (issue reports).
async fn audio(
    client: &Client,
    mut answered: Answered<ResponseBody>,
) -> Result<Answered<ResponseBody>, Error> {
    let content_type = answered.content_type();
    if !(content_type.contains("json") || content_type.starts_with("text/")) {
        return Ok(answered);
    }
    let max = client.settings().max_response_bytes;
    let read = answered.body.read_on(Bytes::new(), max).await;
    let body = read.map_err(|failure| failure.into_error("max_response_bytes"))?;
    let error = if let Some(api) = ApiError::from_success(&body) {
        let api = api.without(client.shared().api_key.expose());
        Error::api(api, answered.status)
    } else {
        let message = format!("the server answered with {content_type}, and not with audio");
        Error::new(ErrorKind::UnexpectedAnswer, message)
    };
    let now = client.runtime().now();
    let elapsed = now.saturating_duration_since(answered.started);
    Err(error
        .with_answer(Answer {
            status: answered.status,
            headers: answered.headers,
            body: client.kept(&body),
        })
        .with_attempts(answered.attempts, elapsed))
}
