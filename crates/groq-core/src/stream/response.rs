//! The stream of a response.

use std::future::poll_fn;

use groq_types::{
    OutputContentPart, OutputItem, OutputText, ResponseObject, ResponseStatus, ResponseStreamEvent,
};
use serde_json::{Map, Value, json};

use super::event::{self, Message};
use super::events::{Events, View};
use super::lenient::{self, Content};
use super::reply::Reply;
use crate::describe;
use crate::error::{ApiError, Error};
use crate::sse::Event;
use crate::transport::Summary;

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

super::event_stream!(ResponseStream yields ResponseStreamEvent);

impl ResponseStream {
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
}

/// The response so far.
#[derive(Default)]
struct Progress {
    response: Option<ResponseObject>,
    places: Vec<Place>,
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

    fn is_keep_alive(&self) -> bool {
        let ResponseStreamEvent::Other(event) = self else {
            return false;
        };
        let kind = event
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        ["keepalive", "keep_alive", "keep-alive", "heartbeat", "ping"]
            .iter()
            .any(|word| kind.rsplit('.').next() == Some(word))
    }
}

impl Progress {
    #[inline]
    fn add(&mut self, event: &ResponseStreamEvent) -> Result<(), Box<ApiError>> {
        use ResponseStreamEvent as Event;
        match event {
            // What has come stays where a later event repeats the response without it.
            Event::Created(event) | Event::InProgress(event)
                if self.is_nameless() || !event.response.output.is_empty() =>
            {
                let so_far = self.response.replace(event.response.clone());
                if let (Some(response), Some(so_far)) = (&mut self.response, so_far)
                    && response.output.is_empty()
                {
                    response.output = so_far.output;
                } else {
                    self.places.clear();
                }
            }
            Event::Other(event) if self.response.is_none() => self.response = announced(event),
            Event::Completed(event) | Event::Incomplete(event)
                if event.response.status != ResponseStatus::Failed =>
            {
                self.end(&event.response);
            }
            Event::Completed(event) | Event::Incomplete(event) | Event::Failed(event) => {
                self.end(&event.response);
                return Err(Box::new(failure(&event.response)));
            }
            Event::OutputItemAdded(event) | Event::OutputItemDone(event) => {
                self.put_item(event.output_index, &event.item);
            }
            Event::ContentPartAdded(e) | Event::ContentPartDone(e) => {
                let part = self.part(e.output_index, e.item_id.as_deref(), e.content_index);
                if let Some(part) = part {
                    part.clone_from(&e.part);
                }
            }
            Event::OutputTextDelta(e) => {
                let text = self.text(e.output_index, e.item_id.as_deref(), e.content_index);
                put(text, &e.delta, Put::AtTheEnd);
            }
            Event::OutputTextDone(e) => {
                let text = self.text(e.output_index, e.item_id.as_deref(), e.content_index);
                put(text, &e.text, Put::Instead);
            }
            Event::FunctionCallArgumentsDelta(e) => {
                let arguments = self.arguments(e.output_index, e.item_id.as_deref());
                put(arguments, &e.delta, Put::AtTheEnd);
            }
            Event::FunctionCallArgumentsDone(e) => {
                let arguments = self.arguments(e.output_index, e.item_id.as_deref());
                put(arguments, &e.arguments, Put::Instead);
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

    /// Whether nothing has come of the response but pieces.
    fn is_nameless(&self) -> bool {
        self.response
            .as_ref()
            .is_none_or(|response| response.id.is_empty())
    }

    /// The output, and where each of its items belongs. Some servers begin with it, without announcing the response.
    fn output(&mut self) -> Option<(&mut Vec<OutputItem>, &mut Vec<Place>)> {
        if self.response.is_none() {
            self.response = announced(&Map::from_iter([(
                "response".to_owned(),
                json!({"id": ""}),
            )]));
        }
        let output = &mut self.response.as_mut()?.output;
        for position in self.places.len()..output.len() {
            self.places.push(Place {
                index: u32::try_from(position).ok(),
                parts: Vec::new(),
            });
        }
        Some((output, &mut self.places))
    }

    /// Puts an item over the one with its id, or its index, or where its index belongs.
    fn put_item(&mut self, index: Option<u32>, item: &OutputItem) {
        let Some((output, places)) = self.output() else {
            return;
        };
        let names = names(item);
        let same = |(known, place): (&OutputItem, &Place)| {
            let known = self::names(known);
            match (known.0, names.0) {
                (Some(known), Some(new)) => known == new,
                _ if index.is_some() => place.index == index,
                _ => names.1.is_some() && known.1 == names.1,
            }
        };
        let found = output.iter().zip(&*places).position(same);
        if let Some(found) = found {
            output[found] = item.clone();
            return;
        }
        let behind = |place: &Place| index.is_some() && place.index > index;
        let position = places.iter().position(behind).unwrap_or(places.len());
        output.insert(position, item.clone());
        let parts = Vec::new();
        places.insert(position, Place { index, parts });
    }

    fn item(
        &mut self,
        index: Option<u32>,
        id: Option<&str>,
    ) -> Option<(&mut OutputItem, &mut Place)> {
        let (output, places) = self.output()?;
        let id = named(id);
        let by_id = output
            .iter()
            .rposition(|item| id.is_some() && names(item).0 == id);
        let by_index = || {
            places
                .iter()
                .rposition(|place| index.is_some() && place.index == index)
        };
        let last = || output.len().checked_sub(1).filter(|_| index.is_none());
        let position = by_id.or_else(by_index).or_else(last)?;
        Some((&mut output[position], &mut places[position]))
    }

    /// A part of a message; one that nobody announced is a text.
    fn part(
        &mut self,
        index: Option<u32>,
        id: Option<&str>,
        part: Option<u32>,
    ) -> Option<&mut OutputContentPart> {
        let (OutputItem::Message(message), place) = self.item(index, id)? else {
            return None;
        };
        let (content, parts) = (&mut message.content, &mut place.parts);
        for position in parts.len()..content.len() {
            parts.push(u32::try_from(position).ok()?);
        }
        let last = parts.last().copied().unwrap_or_default();
        let number = part.unwrap_or(last);
        let position = parts.binary_search(&number).unwrap_or_else(|position| {
            parts.insert(position, number);
            content.insert(position, OutputContentPart::OutputText(OutputText::new("")));
            position
        });
        content.get_mut(position)
    }

    fn text(
        &mut self,
        index: Option<u32>,
        id: Option<&str>,
        part: Option<u32>,
    ) -> Option<&mut String> {
        match self.part(index, id, part)? {
            OutputContentPart::OutputText(part) => Some(&mut part.text),
            _ => None,
        }
    }

    fn arguments(&mut self, index: Option<u32>, id: Option<&str>) -> Option<&mut String> {
        match self.item(index, id)?.0 {
            OutputItem::FunctionCall(call) => Some(&mut call.arguments),
            _ => None,
        }
    }
}

/// Where an item, and its parts, belong: their indices may have gaps.
struct Place {
    index: Option<u32>,
    parts: Vec<u32>,
}

/// How a text joins what is there.
#[derive(Clone, Copy)]
enum Put {
    AtTheEnd,
    Instead,
}

fn put(text: Option<&mut String>, more: &str, how: Put) {
    let Some(text) = text else { return };
    if let Put::Instead = how {
        text.clear();
    }
    text.push_str(more);
}

fn named(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !id.is_empty())
}

/// The id of an item, and that of its call.
fn names(item: &OutputItem) -> (Option<&str>, Option<&str>) {
    match item {
        OutputItem::Message(item) => (named(item.id.as_deref()), None),
        OutputItem::FunctionCall(item) => {
            let call = Some(item.call_id.as_str());
            (named(item.id.as_deref()), call)
        }
        _ => (None, None),
    }
}

/// Why a response failed.
pub(crate) fn failure(response: &ResponseObject) -> ApiError {
    let error = response.error.as_ref();
    let message = error.map_or("the response failed", |error| error.message.as_str());
    let mut failure = ApiError::from_message(message.to_owned());
    failure.code = error.and_then(|error| error.code.clone());
    failure
}

/// The beginning of a response that is announced by its id, and little else, so that what comes has a place.
#[inline]
fn announced(event: &Map<String, Value>) -> Option<ResponseObject> {
    let mut response = json!({"created_at": 0, "model": "", "status": "in_progress", "output": []});
    let told = event.get("response")?.as_object()?.clone();
    response.as_object_mut()?.extend(told);
    serde_json::from_value(response).ok()
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
    fn items_and_parts_go_where_their_ids_and_indices_say() {
        let message =
            |id: &str| json!({"type": "message", "id": id, "role": "assistant", "content": []});
        let call = |arguments: &str| json!({"type": "function_call", "id": "f1", "call_id": "c1", "name": "f", "arguments": arguments});
        let text = |index: u32, part: u32, id: &str, delta: &str| json!({"type": "response.output_text.delta", "output_index": index, "content_index": part, "item_id": id, "delta": delta});
        // Nobody announced the response; indices are skipped, and come late; parts grow; a call is told twice.
        let progress = add_all(&[
            json!({"type": "response.output_item.added", "output_index": 5, "item": message("m5")}),
            text(5, 0, "m5", "c"),
            text(5, 2, "m5", "d"),
            text(5, 2, "m5", "e"),
            json!({"type": "response.output_item.added", "output_index": 2, "item": message("m2")}),
            text(2, 0, "m2", "a"),
            text(9, 0, "m2", "b"),
            json!({"type": "response.output_item.added", "output_index": 7, "item": call("")}),
            json!({"type": "response.function_call_arguments.delta", "output_index": 7, "item_id": "f1", "delta": "{}"}),
            json!({"type": "response.output_item.done", "output_index": 7, "item": call("{}")}),
            json!({"type": "response.created", "response": response("in_progress", &json!([]))}),
            json!({"type": "response.completed", "response": response("completed", &json!([]))}),
        ]);
        let response = progress.response.expect("a response");
        assert_eq!(response.id, "resp_1");
        let output = serde_json::to_value(&response.output).expect("JSON");
        assert_eq!(output.as_array().map(Vec::len), Some(3));
        assert_eq!(
            (&output[0]["id"], &output[1]["id"]),
            (&json!("m2"), &json!("m5"))
        );
        assert_eq!(output[0]["content"][0]["text"], "ab");
        assert_eq!(output[1]["content"][0]["text"], "c");
        assert_eq!(output[1]["content"][1]["text"], "de");
        assert_eq!(output[2]["arguments"], "{}");
    }

    #[test]
    fn a_completed_event_around_a_failed_response_is_an_error() {
        let failed = response("failed", &json!([]));
        for kind in [
            "response.completed",
            "response.incomplete",
            "response.failed",
        ] {
            let event = serde_json::from_value(json!({"type": kind, "response": failed}));
            let added = Progress::default().add(&event.expect("an event"));
            assert!(added.is_err(), "{kind}");
        }
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
