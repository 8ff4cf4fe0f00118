//! The stream of a chat completion.

use std::borrow::Cow;
use std::future::poll_fn;
use std::task::{Context, Poll};

use groq_types::{ChatCompletion, ChatCompletionChunk, CompletionUsage};

use super::accumulator::Accumulator;
use super::event::{self, Message};
use super::events::{self, Events, State};
use super::lenient::{self, Content};
use super::reply::Reply;
use super::template::{Template, Templates};
use crate::describe;
use crate::error::{ApiError, Error};
use crate::sse::Event;
use crate::transport::Summary;

/// A reply that is read as it is written; from [`Chat::stream`](crate::Chat::stream).
///
/// It yields each chunk as the server sent it, and assembles the reply: [`snapshot`](Self::snapshot) returns the reply so far,
/// [`finish`](Self::finish) the whole. Use [`next`](Self::next), or any adapter for a
/// [`Stream`](futures_core::Stream).
///
/// The stream ends with `None` only if the reply is complete: the server sent `[DONE]`, or a finish reason for each choice. Everything else
/// ends in an [`Error`], with the reply so far in [`Error::partial`]. After either, the stream yields only `None`.
///
/// Dropping it ends the call. Nothing is read ahead: a slow reader slows the server down.
///
/// ```no_run
/// # async fn example(mut stream: groq_core::ChatStream) -> Result<(), groq_core::Error> {
/// while let Some(chunk) = stream.next().await {
///     for choice in chunk?.choices {
///         print!("{}", choice.delta.content.unwrap_or_default());
///     }
/// }
/// println!("{:?}", stream.snapshot().usage);
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read"]
pub struct ChatStream(Events<ChatReply>);

super::event_stream!(ChatStream yields ChatCompletionChunk);

impl ChatStream {
    /// Returns the next chunk; `None` when the reply is complete.
    ///
    /// Its future can be dropped and called again: no chunk is lost.
    ///
    /// # Errors
    ///
    /// [`is_incomplete_stream`](Error::is_incomplete_stream) if the stream ended, broke or paused too long; an error of the server
    /// ([`code`](Error::code), [`failed_generation`](Error::failed_generation)); [`is_decode`](Error::is_decode) for an invalid event; and
    /// [`is_limit_exceeded`](Error::is_limit_exceeded). All of them contain the reply so far.
    pub async fn next(&mut self) -> Option<Result<ChatCompletionChunk, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Reads the rest, and returns the reply that a call without streaming would have returned.
    ///
    /// ```no_run
    /// # async fn example(stream: groq_core::ChatStream) -> Result<(), groq_core::Error> {
    /// let reply = stream.finish().await?;
    /// println!("{:?}", reply.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next). A stream that failed before does not become a reply.
    pub async fn finish(mut self) -> Result<ChatCompletion, Error> {
        while let Some(chunk) = self.next().await {
            chunk?;
        }
        let reply = self.0.into_reply()?;
        Ok(reply.accumulator.into_completion())
    }

    /// Returns the reply so far.
    ///
    /// A tool call is part of it once its choice is finished: before that, its arguments may be incomplete.
    ///
    /// ```no_run
    /// # async fn example(mut stream: groq_core::ChatStream) -> Result<(), groq_core::Error> {
    /// stream.next().await.transpose()?;
    /// println!("{:?}", stream.snapshot().text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> &ChatCompletion {
        self.0.reply.accumulator.completion()
    }

    /// Returns the tokens and times, once the server has sent them: with the last chunks.
    ///
    /// ```no_run
    /// # async fn example(mut stream: groq_core::ChatStream) -> Result<(), groq_core::Error> {
    /// while stream.next().await.transpose()?.is_some() {}
    /// println!("{:?}", stream.usage());
    /// # Ok(())
    /// # }
    /// ```
    pub fn usage(&self) -> Option<&CompletionUsage> {
        self.snapshot().usage.as_ref()
    }

    /// Returns whether the server ended the stream with `[DONE]`.
    ///
    /// A stream without it is complete if each choice has a finish reason.
    pub fn done_marker(&self) -> bool {
        matches!(self.0.state, State::Complete { done_marker: true })
    }

    pub(super) fn poll<V: View>(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<V, Error>>> {
        self.0.poll(context)
    }
}

/// What of a chat stream is wanted: whole chunks, or less.
pub(super) trait View: Sized {
    /// Of a chunk that was parsed.
    fn of_chunk(chunk: ChatCompletionChunk) -> Option<Self>;

    /// Of an event that brings only a text.
    fn of_text(template: &Template, text: Cow<'_, str>) -> Option<Self>;
}

impl View for ChatCompletionChunk {
    fn of_chunk(chunk: ChatCompletionChunk) -> Option<Self> {
        Some(chunk)
    }

    fn of_text(template: &Template, text: Cow<'_, str>) -> Option<Self> {
        Some(template.chunk_with(text.into_owned()))
    }
}

/// The reply so far, and what its events have in common.
#[derive(Default)]
pub(super) struct ChatReply {
    accumulator: Accumulator,
    templates: Templates,
    /// An event was left out that may have held anything.
    skipped_unseen: bool,
}

impl<V: View> events::View<ChatReply> for V {
    fn take(reply: &mut ChatReply, event: Event<'_>) -> Message<Self> {
        if event.name.is_empty()
            && let Some((template, text)) = reply.templates.read(event.data)
        {
            reply
                .accumulator
                .add_text(template.choice(), template.part(), &text);
            return V::of_text(template, text).map_or(Message::Ignored, Message::Item);
        }
        let chunk = match event::read(event) {
            Message::Item(chunk) => {
                reply.templates.learn(event.data, &chunk);
                chunk
            }
            Message::Ignored => return Message::Ignored,
            Message::Done => return Message::Done,
            Message::Error(error) => return Message::Error(error),
            Message::Undecodable(reason) => match lenient::read(event.data, &reply.accumulator) {
                Ok(chunk) => chunk,
                Err(unclear) => {
                    return Message::Undecodable(unclear.map_or(reason, str::to_owned));
                }
            },
        };
        reply.accumulator.add(&chunk);
        // With an error here, the stream has stopped early.
        match chunk.error().filter(|error| !error.trim().is_empty()) {
            Some(message) => Message::Error(ApiError::from_message(message.to_owned())),
            None => V::of_chunk(chunk).map_or(Message::Ignored, Message::Item),
        }
    }
}

impl Reply for ChatReply {
    type Whole = ChatCompletion;
    const CREATE: &'static str = "chat().create";

    fn is_finished(&self) -> bool {
        self.accumulator.is_finished()
    }

    /// Usage comes after the finish reasons.
    fn is_over(&self) -> bool {
        false
    }

    fn may_be_done(&self) -> bool {
        true
    }

    fn flaw(&self) -> Option<&'static str> {
        if self.skipped_unseen && self.accumulator.is_about_calls() {
            return Some(
                "with an event that was skipped, and may have been a piece of a tool call",
            );
        }
        self.accumulator.flaw()
    }

    fn may_skip(&mut self, data: &[u8]) -> bool {
        match lenient::content(data) {
            Content::NoCall => true,
            Content::Call => false,
            Content::Unknown => {
                self.skipped_unseen = true;
                true
            }
        }
    }

    fn finalize(&mut self) {
        self.accumulator.finalize();
    }

    fn summary(&self) -> Summary<'_> {
        describe::Reply::summary(self.accumulator.completion())
    }

    fn added_to(&self, error: Error) -> Error {
        error.with_partial(self.accumulator.completion().clone())
    }

    fn whole(error: Error, whole: ChatCompletion) -> Error {
        error.with_partial(whole)
    }
}
