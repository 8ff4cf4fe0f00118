//! Conversations.

use std::ops::Deref;
use std::sync::Arc;

use groq_types::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, Message, ServiceTier,
};

use super::{Client, Worker};
use crate::conversation::Conversation;
use crate::error::Error;
use crate::response::Response;

/// Conversations; from [`Client::chat`].
#[derive(Clone, Copy, Debug)]
pub struct Chat<'a> {
    client: &'a Client,
}

impl<'a> Chat<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Generates the next message of a conversation, and returns it whole; see [`Chat::create`](crate::Chat::create).
    ///
    /// Operation: `createChatCompletion`.
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let question = Message::user("Explain TLS in one line");
    /// let reply = client.chat().create(ChatCompletionRequest::new("openai/gpt-oss-20b", [question]))?;
    /// println!("{:?}", reply.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Chat::create`](crate::Chat::create).
    pub fn create(
        &self,
        request: ChatCompletionRequest,
    ) -> Result<Response<ChatCompletion>, Error> {
        let chat = self.client.asynchronous().chat();
        self.client.wait(chat.create(request))
    }

    /// Generates the next message on the flex tier, and, where that has no capacity, on another one; see
    /// [`Chat::create_with_flex_fallback`](crate::Chat::create_with_flex_fallback).
    ///
    /// Operation: `createChatCompletion`.
    ///
    /// # Errors
    ///
    /// Those of [`Chat::create_with_flex_fallback`](crate::Chat::create_with_flex_fallback).
    pub fn create_with_flex_fallback(
        &self,
        request: ChatCompletionRequest,
        otherwise: Option<ServiceTier>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let chat = self.client.asynchronous().chat();
        self.client
            .wait(chat.create_with_flex_fallback(request, otherwise))
    }

    /// Generates the next message of a conversation, and returns it as it is written; see [`Chat::stream`](crate::Chat::stream).
    ///
    /// Operation: `createChatCompletion`.
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let question = Message::user("Explain TLS in one line");
    /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
    /// for chunk in client.chat().stream(request)? {
    ///     for choice in chunk?.choices {
    ///         print!("{}", choice.delta.content.unwrap_or_default());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Chat::stream`](crate::Chat::stream).
    pub fn stream(&self, request: ChatCompletionRequest) -> Result<ChatStream, Error> {
        let chat = self.client.asynchronous().chat();
        Ok(ChatStream {
            stream: self.client.wait(chat.stream(request))?,
            worker: Arc::clone(self.client.worker()),
        })
    }

    /// Generates the next message on the flex tier, or on another one, and returns it as it is written; see
    /// [`Chat::stream_with_flex_fallback`](crate::Chat::stream_with_flex_fallback).
    ///
    /// Operation: `createChatCompletion`.
    ///
    /// # Errors
    ///
    /// Those of [`Chat::stream_with_flex_fallback`](crate::Chat::stream_with_flex_fallback).
    pub fn stream_with_flex_fallback(
        &self,
        request: ChatCompletionRequest,
        otherwise: Option<ServiceTier>,
    ) -> Result<ChatStream, Error> {
        let chat = self.client.asynchronous().chat();
        let stream = self
            .client
            .wait(chat.stream_with_flex_fallback(request, otherwise))?;
        Ok(ChatStream {
            stream,
            worker: Arc::clone(self.client.worker()),
        })
    }

    /// Says something in a conversation, and returns the reply, which has joined it; see [`Conversation::say`].
    ///
    /// ```no_run
    /// use groq_core::Conversation;
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let beginning = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::system("Answer in one line.")]);
    /// let mut conversation = Conversation::new(beginning);
    /// for question in ["What is TLS?", "And who made it?"] {
    ///     let reply = client.chat().say(&mut conversation, Message::user(question))?;
    ///     println!("{:?}", reply.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Conversation::say`].
    pub fn say(
        &self,
        conversation: &mut Conversation,
        message: impl Into<Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        self.say_all(conversation, [message.into()])
    }

    /// Says several things at once, such as the results of all tool calls of a reply; see [`Conversation::say_all`].
    ///
    /// # Errors
    ///
    /// Those of [`Conversation::say`].
    pub fn say_all(
        &self,
        conversation: &mut Conversation,
        messages: impl IntoIterator<Item = Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let asynchronous = self.client.asynchronous();
        self.client
            .wait(conversation.say_all(asynchronous, messages))
    }
}

/// A reply that is read as it is written; from [`Chat::stream`].
///
/// It is an iterator over the chunks, each as the server sent it, and ends without an error only if the reply is complete. What can be
/// asked without waiting is asked of the [`ChatStream`](crate::ChatStream) that it derefs to: `stream.snapshot()`, `stream.usage()`.
///
/// Dropping it ends the call. Nothing is read ahead: a slow reader slows the server down.
#[derive(Debug)]
pub struct ChatStream {
    stream: crate::ChatStream,
    worker: Arc<Worker>,
}

impl ChatStream {
    /// Only the text, piece by piece.
    pub fn text(&mut self) -> TextDeltas<'_> {
        TextDeltas {
            text: self.stream.text(),
            worker: &self.worker,
        }
    }

    /// Reads the rest, and returns the reply that a call without streaming would have returned.
    ///
    /// # Errors
    ///
    /// Those of [`ChatStream::finish`](crate::ChatStream::finish).
    pub fn finish(self) -> Result<ChatCompletion, Error> {
        self.worker.finish(self.stream.finish())
    }
}

impl Iterator for ChatStream {
    type Item = Result<ChatCompletionChunk, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.worker.next(self.stream.next())
    }
}

impl std::iter::FusedIterator for ChatStream {}

impl Deref for ChatStream {
    type Target = crate::ChatStream;

    fn deref(&self) -> &Self::Target {
        &self.stream
    }
}

/// The text of a reply, piece by piece; from [`ChatStream::text`].
///
/// It gives the content of the first choice, and leaves out the rest; [`ChatStream::finish`] returns all of it afterwards.
#[derive(Debug)]
pub struct TextDeltas<'a> {
    text: crate::TextDeltas<'a>,
    worker: &'a Worker,
}

impl Iterator for TextDeltas<'_> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.worker.next(self.text.next())
    }
}

impl std::iter::FusedIterator for TextDeltas<'_> {}
