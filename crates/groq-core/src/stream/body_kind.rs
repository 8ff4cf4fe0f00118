//! The beginning of a stream: whether it is one at all.

use bytes::Bytes;

use super::reply::Reply;
use crate::describe::Reply as _;
use crate::error::{ApiError, Error, ErrorKind};
use crate::shared::Core;
use crate::sse::LimitError;
use crate::transport::{Answered, ResponseBody};

/// Makes sure that the body is a stream, and gives what had to be read of it for that.
///
/// A server that says so is believed until its first bytes come. Where it says something else, or nothing, the body decides: `text/plain`
/// with events in it is a stream, and JSON is not one.
pub(super) async fn beginning<R: Reply>(
    client: &Core,
    answered: &mut Answered<ResponseBody>,
) -> Result<Bytes, Error> {
    if answered.content_type().starts_with("text/event-stream") {
        return Ok(Bytes::new());
    }
    let most = client.settings().stream_limits.max_stream;
    let (mut beginning, mut read) = (Bytes::new(), 0);
    while BodyKind::of(&beginning) == BodyKind::Blank
        && let Some(piece) = answered.body.chunk().await
    {
        beginning = piece.map_err(|failure| failure.into_error("max_stream"))?;
        read += beginning.len() as u64;
        if read > most {
            return Err(too_large(LimitError::Stream(most)));
        }
    }
    if matches!(BodyKind::of(&beginning), BodyKind::Blank | BodyKind::Stream) {
        return Ok(beginning);
    }
    let max = client.settings().max_response();
    let body = answered
        .body
        .read_on(beginning, max)
        .await
        .map_err(|failure| failure.into_error("max_response_bytes"))?;
    Err(document::<R>(client, answered, &body))
}

/// A body without blank space around it, and without a byte order mark, be that whole or cut.
pub(super) fn content(body: &[u8]) -> &[u8] {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf);
    let begin = body.iter().position(|byte| !blank(byte));
    body[begin.unwrap_or(body.len())..].trim_ascii_end()
}

/// What a body looks like, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// There is nothing to go by yet.
    Blank,
    Json,
    /// HTML, or its kin.
    Markup,
    Stream,
}

impl BodyKind {
    pub(super) fn of(beginning: &[u8]) -> Self {
        match content(beginning).first() {
            None => Self::Blank,
            // No line of a stream begins so.
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') => Self::Markup,
            Some(_) => Self::Stream,
        }
    }
}

/// A whole document where a stream was asked for: a reply in one piece, an error, or something else altogether.
pub(super) fn document<R: Reply>(
    client: &Core,
    answered: &Answered<ResponseBody>,
    body: &Bytes,
) -> Error {
    let json = content(body);
    let error = if let Ok(mut whole) = serde_json::from_slice::<R::Whole>(json) {
        whole.clear_blanks();
        let error = Error::new(
            ErrorKind::UnexpectedResponse,
            "the server sent the reply in one piece instead of a stream",
        )
        .with_hint(format!(
            "the reply is in Error::partial; call {} with this server",
            R::CREATE
        ));
        R::whole(error, whole)
    } else if let Some(api) = ApiError::from_success(json) {
        Error::api(
            api.without(client.shared().api_key.expose()),
            answered.status,
        )
    } else {
        let message = match answered.content_type() {
            none if none.is_empty() => {
                "the server answered without a content type, and not with a stream".to_owned()
            }
            other => format!("the server answered with {other}, and not with a stream"),
        };
        Error::new(ErrorKind::UnexpectedResponse, message)
    };
    error.with_answer(answered.answer(client.kept(body)))
}

pub(super) fn too_large(error: LimitError) -> Error {
    Error::new(ErrorKind::LimitExceeded, error.to_string())
}
