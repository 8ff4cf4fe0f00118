//! A stream of events that assembles a reply: what all streams have in common.

use std::mem;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use serde::de::IgnoredAny;

use super::body_kind::{self, BodyKind, too_large};
use super::event::Message;
use super::reply::Reply;
use crate::error::{ApiError, Error, ErrorKind};
use crate::shared::Core;
use crate::sse::{Decoder, Event};
use crate::transport::{Answered, BodyFailure, ResponseBody};

/// What a reader of a stream wants to see of it.
pub(super) trait View<R>: Sized {
    /// Adds an event to the reply, and says what is to be seen of it.
    fn take(reply: &mut R, event: Event<'_>) -> Message<Self>;

    /// Whether it only says that the server is still there.
    fn is_keep_alive(&self) -> bool {
        false
    }
}

/// A stream of events, and the reply so far.
pub(super) struct Events<R> {
    client: Core,
    operation: &'static str,
    pub(super) answered: Answered<ResponseBody>,
    decoder: Decoder,
    /// A piece of the body, and how much of it is read.
    frame: Bytes,
    read: usize,
    /// What came in place of a stream.
    document: BytesMut,
    pub(super) reply: R,
    pub(super) count: u64,
    /// Events that did not decode, and were left out because that was asked for.
    pub(super) skipped: u64,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing has come yet.
    Beginning,
    Streaming,
    /// It is no stream, but a document.
    Document,
    /// It is complete; whether the server said so.
    Complete {
        done_marker: bool,
    },
    Failed,
}

/// What the next step found in the bytes at hand.
enum Step<T> {
    Item(T),
    Done,
    /// All bytes at hand are read.
    Dry,
}

impl<R: Reply> Events<R> {
    pub(super) async fn open(
        client: Core,
        operation: &'static str,
        mut answered: Answered<ResponseBody>,
    ) -> Result<Self, Error> {
        let beginning = body_kind::beginning::<R>(&client, &mut answered).await;
        let beginning = match beginning {
            Ok(beginning) => beginning,
            Err(error) => {
                let elapsed = answered.elapsed_by_now(&client);
                return Err(error
                    .with_operation(operation)
                    .with_attempts(answered.attempts, elapsed));
            }
        };
        Ok(Self {
            operation,
            decoder: Decoder::new(client.settings().stream_limits),
            // Only the beginning can give a document away: a later piece may begin in the middle of an event.
            state: match BodyKind::of(&beginning) {
                BodyKind::Blank => State::Beginning,
                _ => State::Streaming,
            },
            frame: beginning,
            read: 0,
            document: BytesMut::new(),
            reply: R::default(),
            count: 0,
            skipped: 0,
            answered,
            client,
        })
    }

    /// The reply, if it is complete.
    pub(super) fn into_reply(mut self) -> Result<R, Error> {
        match self.state {
            State::Complete { .. } => Ok(self.reply),
            _ => Err(self.fail(Error::new(
                ErrorKind::IncompleteStream,
                "the stream has failed before",
            ))),
        }
    }

    pub(super) fn poll<V: View<R>>(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<V, Error>>> {
        // Every event of a piece is taken before the socket is looked at again.
        while !matches!(self.state, State::Complete { .. } | State::Failed) {
            match ready!(self.advance(context)) {
                Ok(None) => {}
                Ok(Some(item)) => return Poll::Ready(Some(Ok(item))),
                Err(error) => return Poll::Ready(Some(Err(self.fail(error)))),
            }
        }
        if self.state != State::Failed {
            ready!(self.answered.body.poll_rest(context));
        }
        Poll::Ready(None)
    }

    fn advance<V: View<R>>(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<V>, Error>> {
        let done_marker = match self.step()? {
            Step::Item(item) => {
                if self.reply.is_finished() {
                    self.answered.body.is_nearly_over();
                }
                return Poll::Ready(Ok(Some(item)));
            }
            Step::Done if !self.reply.may_be_done() => return Poll::Ready(Err(unfinished())),
            Step::Done => true,
            Step::Dry if self.reply.is_over() => false,
            Step::Dry => {
                let more = ready!(self.answered.body.poll_chunk(context));
                return Poll::Ready(self.refill(more));
            }
        };
        Poll::Ready(self.complete(done_marker).map(|()| None))
    }

    /// Takes the next event out of the bytes at hand.
    fn step<V: View<R>>(&mut self) -> Result<Step<V>, Error> {
        loop {
            let mut rest = &self.frame[self.read..];
            let event = self.decoder.next(&mut rest).map_err(too_large)?;
            self.read = self.frame.len() - rest.len();
            let Some(event) = event else {
                return Ok(Step::Dry);
            };
            self.count += 1;
            if self.count == 1 && self.answered.recorder.trace().is_on() {
                let after = self.answered.elapsed_by_now(&self.client);
                self.answered.recorder.trace().first_chunk(after);
            }
            let message = V::take(&mut self.reply, event);
            if !matches!(&message, Message::Item(item) if item.is_keep_alive()) {
                self.answered.body.made_progress();
            }
            match message {
                Message::Ignored => {}
                Message::Done => return Ok(Step::Done),
                Message::Item(item) => return Ok(Step::Item(item)),
                Message::Error(error) => return Err(self.reported(error)),
                Message::Undecodable(_)
                    if self.client.settings().skip_undecodable_events
                        && self.reply.may_skip(event.data) =>
                {
                    self.skipped += 1;
                }
                Message::Undecodable(reason) => {
                    let data = self.client.kept(&Bytes::copy_from_slice(event.data));
                    return Err(self.undecodable(&reason, data));
                }
            }
        }
    }

    /// Takes the next piece of the body, or its end; at the end there may be a last item.
    fn refill<V: View<R>>(
        &mut self,
        more: Option<Result<Bytes, BodyFailure>>,
    ) -> Result<Option<V>, Error> {
        match more {
            Some(Ok(frame)) => {
                if self.state == State::Beginning {
                    self.state = match BodyKind::of(&frame) {
                        BodyKind::Blank => State::Beginning,
                        BodyKind::Stream => State::Streaming,
                        BodyKind::Json | BodyKind::Markup => State::Document,
                    };
                }
                if self.state == State::Document {
                    return self.gather(&frame).map(|()| None);
                }
                self.frame = frame;
                self.read = 0;
                Ok(None)
            }
            Some(Err(failure)) => Err(failure.into_error("max_stream")),
            None if self.state == State::Document => Err(self.instead_of_a_stream()),
            None => self.end(),
        }
    }

    /// Takes another piece of a document; its error, where nothing more of it is needed.
    fn gather(&mut self, piece: &Bytes) -> Result<(), Error> {
        /// So far it is looked at after each piece: the connection may stay open behind it.
        const SMALL: usize = 64 << 10;
        let max = self.client.settings().max_response();
        self.document.extend_from_slice(piece);
        if self.document.len() > max {
            return Err(BodyFailure::TooLarge(max).into_error("max_response_bytes"));
        }
        let document = body_kind::content(&self.document);
        let is_whole = BodyKind::of(document) == BodyKind::Markup
            || document.len() <= SMALL
                && document.ends_with(b"}")
                && serde_json::from_slice::<IgnoredAny>(document).is_ok();
        if is_whole {
            return Err(self.instead_of_a_stream());
        }
        Ok(())
    }

    fn instead_of_a_stream(&mut self) -> Error {
        let document = mem::take(&mut self.document).freeze();
        body_kind::document::<R>(&self.client, &self.answered, &document)
    }

    /// The body is at its end. What lacks only the last blank line is a whole event if it can be read.
    fn end<V: View<R>>(&mut self) -> Result<Option<V>, Error> {
        let event = self.decoder.finish().map_err(too_large)?;
        match event.map(|event| V::take(&mut self.reply, event)) {
            Some(Message::Item(item)) => return Ok(Some(item)),
            Some(Message::Done) if self.reply.may_be_done() => {
                return self.complete(true).map(|()| None);
            }
            Some(Message::Done) => return Err(unfinished()),
            Some(Message::Error(error)) => return Err(self.reported(error)),
            Some(Message::Undecodable(_)) => {
                return Err(incomplete("in the middle of an event"));
            }
            Some(Message::Ignored) | None => {}
        }
        if self.reply.is_finished() {
            return self.complete(false).map(|()| None);
        }
        Err(match self.count {
            0 => Error::new(
                ErrorKind::IncompleteStream,
                "the stream ended before it began",
            ),
            _ => unfinished(),
        })
    }

    /// Ends the stream as complete, if the reply is.
    fn complete(&mut self, done_marker: bool) -> Result<(), Error> {
        self.reply.finalize();
        if let Some(flaw) = self.reply.flaw() {
            return Err(incomplete(flaw));
        }
        self.state = State::Complete { done_marker };
        self.release();
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Error {
        self.state = State::Failed;
        self.reply.finalize();
        let elapsed = self.answered.elapsed_by_now(&self.client);
        let mut error = error
            .with_operation(self.operation)
            .with_attempts(self.answered.attempts.clone(), elapsed);
        // A whole reply that came in place of the stream is there already.
        if !error.has_partial() {
            error = self.reply.added_to(error);
        }
        if error.headers().is_none() {
            error = error.with_answer(self.answered.answer(Bytes::new()));
        }
        self.answered.recorder.trace().failed(&error);
        self.release();
        error
    }

    /// Ends the call: reports what it used, and frees what it holds.
    fn release(&mut self) {
        let mut recorder = mem::take(&mut self.answered.recorder);
        if recorder.is_on() {
            recorder.finish(&self.reply.summary());
        }
        self.frame = Bytes::new();
        self.read = 0;
    }

    fn reported(&self, error: ApiError) -> Error {
        let error = error.without(self.client.shared().api_key.expose());
        Error::api(error, self.answered.status)
    }

    fn undecodable(&self, reason: &str, data: Bytes) -> Error {
        Error::new(
            ErrorKind::Decode,
            format!("event {} does not decode: {reason}", self.count),
        )
        .with_answer(self.answered.answer(data))
    }
}

fn incomplete(when: &str) -> Error {
    let message = format!("the stream ended {when}");
    Error::new(ErrorKind::IncompleteStream, message)
        .with_hint("what came so far is in Error::partial")
}

fn unfinished() -> Error {
    incomplete("before the reply was finished")
}
