//! The stream of a response.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use groq_types::{OutputContentPart, OutputItem, OutputText, ResponseObject, ResponseStreamEvent};
use serde_json::{Map, Value, json};

use super::event::{self, Message};
use super::events::{Events, View};
use super::lenient::{self, Content};
use super::reply::Reply;
use crate::describe;
use crate::error::{ApiError, Error};
use crate::response::{head_accessors, head_rate_limits};
use crate::shared::Core;
use crate::sse::Event;
use crate::transport::{Answered, ResponseBody, Summary};

/// A response that is read as it is written; from [`Responses::stream`](crate::Responses::stream).
///
/// It yields each event as the server sent it, and assembles the response: [`snapshot`](Self::snapshot) returns the response so far,
/// [`finish`](Self::finish) the whole. Unknown events are yielded too, and change nothing.
///
/// The stream ends with `None` only if the server reported the end of the response: completed, or incomplete. Everything else ends in an
/// [`Error`], with the response so far in [`Error::partial_response`]. After either, the stream yields only `None`.
///
/// ```no_run
/// use groq_core::types::ResponseStreamEvent;
///
/// # async fn example(mut stream: groq_core::ResponseStream) -> Result<(), groq_core::Error> {
/// while let Some(event) = stream.next().await {
///     if let ResponseStreamEvent::OutputTextDelta(delta) = event? {
///         print!("{}", delta.delta);
///     }
/// }
/// let response = stream.finish().await?;
/// println!("{:?}", response.usage);
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read"]
pub struct ResponseStream(Events<Progress>);

impl ResponseStream {
    head_accessors!(self => self.0.answered);
    head_rate_limits!(self => self.0.answered);

    pub(crate) async fn open(
        client: Core,
        operation: &'static str,
        answered: Answered<ResponseBody>,
    ) -> Result<Self, Error> {
        Events::open(client, operation, answered).await.map(Self)
    }

    /// Returns the next event; `None` when the response is complete.
    ///
    /// Its future can be dropped and called again: no event is lost.
    ///
    /// # Errors
    ///
    /// [`is_incomplete_stream`](Error::is_incomplete_stream) if the stream ended, broke or paused too long; an error of the server
    /// ([`code`](Error::code)); [`is_decode`](Error::is_decode) for an invalid event; and [`is_limit_exceeded`](Error::is_limit_exceeded). All of
    /// them contain the response so far.
    pub async fn next(&mut self) -> Option<Result<ResponseStreamEvent, Error>> {
        poll_fn(|context| self.0.poll(context)).await
    }

    /// Reads the rest, and returns the response that a call without streaming would have returned.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next). A stream that failed before does not become a response.
    pub async fn finish(mut self) -> Result<ResponseObject, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        let progress = self.0.into_reply()?;
        Ok(progress
            .response
            .expect("what says that it is over brings it"))
    }

    /// Returns the response so far; `None` until its first event.
    ///
    /// ```no_run
    /// # async fn example(mut stream: groq_core::ResponseStream) -> Result<(), groq_core::Error> {
    /// stream.next().await.transpose()?;
    /// println!("{:?}", stream.snapshot().map(|response| &response.id));
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> Option<&ResponseObject> {
        self.0.reply.response.as_ref()
    }

    /// Returns the number of events that did not decode and were skipped; see
    /// [`skip_undecodable_events`](crate::RequestOptions::skip_undecodable_events).
    pub fn skipped_events(&self) -> u64 {
        self.0.skipped
    }
}

impl Stream for ResponseStream {
    type Item = Result<ResponseStreamEvent, Error>;

    // Compiled only into programs that use it: its decoders are a quarter of this crate.
    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll(context)
    }
}

/// Leaves out the response.
impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("state", &self.0.state)
            .field("events", &self.0.count)
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

/// The response so far.
#[derive(Default)]
struct Progress {
    response: Option<ResponseObject>,
    over: bool,
    /// An event was left out that may have held a piece of a call.
    skipped_call: bool,
    /// The last event brought no output, so that it is put together from the others.
    is_of_pieces: bool,
}

impl View<Progress> for ResponseStreamEvent {
    #[inline]
    fn take(progress: &mut Progress, event: Event<'_>) -> Message<Self> {
        match event::read_response(event) {
            Message::Item(event) => match progress.add(&event) {
                Ok(()) => Message::Item(event),
                Err(error) => Message::Error(*error),
            },
            other => other,
        }
    }
}

impl Progress {
    #[inline]
    fn add(&mut self, event: &ResponseStreamEvent) -> Result<(), Box<ApiError>> {
        use ResponseStreamEvent as Event;
        match event {
            // What has come stays where a later event repeats the response without it.
            Event::Created(event) | Event::InProgress(event)
                if self.response.is_none() || !event.response.output.is_empty() =>
            {
                self.response = Some(event.response.clone());
            }
            Event::Other(event) if self.response.is_none() => self.response = announced(event),
            Event::Completed(event) | Event::Incomplete(event) => self.end(&event.response),
            Event::Failed(event) => {
                self.end(&event.response);
                let error = event.response.error.as_ref();
                let message = error.map_or("the response failed", |error| error.message.as_str());
                let mut failure = ApiError::from_message(message.to_owned());
                failure.code = error.and_then(|error| error.code.clone());
                return Err(Box::new(failure));
            }
            Event::OutputItemAdded(event) | Event::OutputItemDone(event) => {
                self.put_item(event.output_index, &event.item);
            }
            Event::ContentPartAdded(event) | Event::ContentPartDone(event) => {
                if let Some(parts) = self.parts(event.output_index) {
                    put(parts, event.content_index, event.part.clone());
                }
            }
            Event::OutputTextDelta(event) => {
                if let Some(text) = self.text(event.output_index, event.content_index) {
                    text.push_str(&event.delta);
                }
            }
            Event::OutputTextDone(event) => {
                if let Some(text) = self.text(event.output_index, event.content_index) {
                    text.clone_from(&event.text);
                }
            }
            Event::FunctionCallArgumentsDelta(event) => {
                if let Some(arguments) = self.arguments(event.output_index) {
                    arguments.push_str(&event.delta);
                }
            }
            Event::FunctionCallArgumentsDone(event) => {
                if let Some(arguments) = self.arguments(event.output_index) {
                    arguments.clone_from(&event.arguments);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, response: &ResponseObject) {
        let so_far = self.response.take().map(|response| response.output);
        let mut response = response.clone();
        // The last event holds it all; a server that leaves the output out has sent it before.
        if response.output.is_empty() {
            response.output = so_far.unwrap_or_default();
            self.is_of_pieces = true;
        }
        self.response = Some(response);
        self.over = true;
    }

    fn put_item(&mut self, index: Option<u32>, item: &OutputItem) {
        if let Some(response) = &mut self.response {
            put(&mut response.output, index, item.clone());
        }
    }

    fn item(&mut self, index: Option<u32>) -> Option<&mut OutputItem> {
        let output = &mut self.response.as_mut()?.output;
        match index {
            Some(index) => output.get_mut(usize::try_from(index).ok()?),
            None => output.last_mut(),
        }
    }

    fn parts(&mut self, index: Option<u32>) -> Option<&mut Vec<OutputContentPart>> {
        match self.item(index)? {
            OutputItem::Message(message) => Some(&mut message.content),
            _ => None,
        }
    }

    fn text(&mut self, index: Option<u32>, part: Option<u32>) -> Option<&mut String> {
        let parts = self.parts(index)?;
        if parts.is_empty() {
            parts.push(OutputContentPart::OutputText(OutputText::new("")));
        }
        let part = match part {
            Some(part) => parts.get_mut(usize::try_from(part).ok()?),
            None => parts.last_mut(),
        };
        match part? {
            OutputContentPart::OutputText(part) => Some(&mut part.text),
            _ => None,
        }
    }

    fn arguments(&mut self, index: Option<u32>) -> Option<&mut String> {
        match self.item(index)? {
            OutputItem::FunctionCall(call) => Some(&mut call.arguments),
            _ => None,
        }
    }
}

/// The beginning of a response that is announced by its id, and little else, so that what comes has a place.
#[inline]
fn announced(event: &Map<String, Value>) -> Option<ResponseObject> {
    let mut response = json!({"created_at": 0, "model": "", "status": "in_progress", "output": []});
    let told = event.get("response")?.as_object()?.clone();
    response.as_object_mut()?.extend(told);
    serde_json::from_value(response).ok()
}

/// Puts an element in its place: over the one that is there, or at the end.
fn put<T>(all: &mut Vec<T>, index: Option<u32>, element: T) {
    let index = index.and_then(|index| usize::try_from(index).ok());
    match index.and_then(|index| all.get_mut(index)) {
        Some(place) => *place = element,
        None => all.push(element),
    }
}

impl Reply for Progress {
    type Whole = ResponseObject;
    const CREATE: &'static str = "responses().create";

    fn is_finished(&self) -> bool {
        self.over
    }

    fn is_over(&self) -> bool {
        self.over
    }

    fn may_be_done(&self) -> bool {
        self.over
    }

    fn flaw(&self) -> Option<&'static str> {
        (self.skipped_call && self.is_of_pieces)
            .then_some("with an event that was skipped, and may have been a piece of a tool call")
    }

    /// The last event mostly brings the calls once more; where it does not, they are lost.
    fn may_skip(&mut self, data: &[u8]) -> bool {
        self.skipped_call |= !matches!(lenient::content(data), Content::NoCall)
            || memchr::memmem::find(data, b"function_call").is_some();
        true
    }

    fn finalize(&mut self) {}

    fn summary(&self) -> Summary<'_> {
        let response = self.response.as_ref();
        response.map(describe::Reply::summary).unwrap_or_default()
    }

    fn added_to(&self, error: Error) -> Error {
        error.with_partial_response(self.response.clone())
    }

    fn whole(error: Error, whole: ResponseObject) -> Error {
        error.with_partial_response(Some(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::ResponseStatus;

    fn add_all(events: &[Value]) -> Progress {
        let mut progress = Progress::default();
        for event in events {
            let event = serde_json::from_value(event.clone()).expect("an event");
            progress.add(&event).expect("no failure");
        }
        progress
    }

    fn response(status: &str, output: &Value) -> Value {
        json!({"id": "resp_1", "created_at": 1, "model": "m", "status": status, "output": output})
    }

    #[test]
    fn pieces_make_the_response_that_the_last_event_repeats() {
        let message = |text: &str| json!({"type": "message", "id": "m1", "role": "assistant", "content": [{"type": "output_text", "text": text}]});
        let call = |arguments: &str| json!({"type": "function_call", "call_id": "c1", "name": "f", "arguments": arguments});
        let events = [
            json!({"type": "response.created", "response": response("in_progress", &json!([]))}),
            json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "m1", "role": "assistant", "content": []}}),
            json!({"type": "response.content_part.added", "output_index": 0, "content_index": 0, "item_id": "m1", "part": {"type": "output_text", "text": ""}}),
            json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m1", "delta": "Hel"}),
            json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m1", "delta": "lo"}),
            json!({"type": "response.new_thing", "data": 1}),
            json!({"type": "response.output_item.added", "output_index": 1, "item": call("")}),
            json!({"type": "response.function_call_arguments.delta", "output_index": 1, "item_id": "f1", "delta": "{}"}),
        ];
        let progress = add_all(&events);
        let expected: ResponseObject = serde_json::from_value(response(
            "in_progress",
            &json!([message("Hello"), call("{}")]),
        ))
        .expect("a response");
        assert_eq!(progress.response, Some(expected));
        assert!(!progress.is_finished());

        let mut all = events.to_vec();
        all.push(
            json!({"type": "response.completed", "response": response("completed", &json!([]))}),
        );
        let progress = add_all(&all);
        assert!(progress.is_over());
        let response = progress.response.expect("a response");
        assert_eq!(
            (response.output.len(), response.status),
            (2, ResponseStatus::Completed)
        );
    }

    #[test]
    fn a_failed_response_is_an_error_with_its_code() {
        let mut failed = response("failed", &json!([]));
        failed["error"] = json!({"code": "mcp_error", "message": "no such server"});
        let event = serde_json::from_value(json!({"type": "response.failed", "response": failed}));
        let mut progress = Progress::default();
        let error = progress
            .add(&event.expect("an event"))
            .expect_err("a failure");
        assert_eq!(error.code.as_deref(), Some("mcp_error"));
        assert_eq!(error.message.as_deref(), Some("no such server"));
    }
}
