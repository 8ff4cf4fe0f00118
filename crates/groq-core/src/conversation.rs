//! A conversation that grows.

use std::fmt;

use groq_types::{ChatCompletion, ChatCompletionRequest, Message};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::response::Response;

/// A conversation that grows by a message of yours and a reply at a time.
///
/// A reply joins it with only what requests accept: text and tool calls. Reasoning, citations and what the service ran by itself stay
/// behind, because the service refuses them in a request.
///
/// ```no_run
/// use groq_core::Conversation;
/// use groq_core::types::{ChatCompletionRequest, Message};
///
/// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
/// let beginning = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::system("Answer in one line.")]);
/// let mut conversation = Conversation::new(beginning);
/// for question in ["What is TLS?", "And who made it?"] {
///     let reply = conversation.say(&client, Message::user(question)).await?;
///     println!("{:?}", reply.text());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a conversation does nothing until something is said"]
pub struct Conversation {
    request: ChatCompletionRequest,
    max_messages: usize,
}

const OPERATION: &str = "continue conversation";

impl Conversation {
    /// Creates a conversation that begins with these messages and keeps these settings.
    pub fn new(beginning: ChatCompletionRequest) -> Self {
        Self {
            request: beginning,
            max_messages: 10_000,
        }
    }

    /// Sets the largest number of messages; 10,000 by default.
    pub fn max_messages(mut self, messages: usize) -> Self {
        self.max_messages = messages;
        self
    }

    /// Sends a message and returns the reply; both join the conversation. If the call fails, the conversation is unchanged.
    ///
    /// # Errors
    ///
    /// Those of [`Chat::create`](crate::Chat::create); [`is_limit_exceeded`](Error::is_limit_exceeded) if there are too many messages.
    pub async fn say(
        &mut self,
        client: &Client,
        message: impl Into<Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        self.say_all(client, [message.into()]).await
    }

    /// Sends several messages at once, such as the results of all tool calls of a reply.
    ///
    /// # Errors
    ///
    /// Those of [`say`](Self::say).
    pub async fn say_all(
        &mut self,
        client: &Client,
        messages: impl IntoIterator<Item = Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let mut request = self.request.clone();
        request.messages.extend(messages);
        if request.messages.len() > self.max_messages {
            let message = format!(
                "the conversation has more than {} messages (max_messages)",
                self.max_messages
            );
            return Err(Error::new(ErrorKind::LimitExceeded, message).with_operation(OPERATION));
        }
        let reply = client.chat().create(request.clone()).await?;
        // Only now: a dropped or failed call leaves nothing behind.
        self.request = request;
        if let Some(message) = reply.message() {
            self.request.messages.push(message.clone().into());
        }
        Ok(reply)
    }

    /// Adds a message without asking for a reply: that of a stream, or an instruction.
    pub fn push(&mut self, message: impl Into<Message>) {
        self.request.messages.push(message.into());
    }

    /// Returns the messages so far.
    pub fn messages(&self) -> &[Message] {
        &self.request.messages
    }

    /// Returns the request that the next reply would be requested with, for example to stream it.
    pub fn request(&self) -> &ChatCompletionRequest {
        &self.request
    }
}

/// Leaves out the messages.
impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation")
            .field("model", &self.request.model)
            .field("messages", &self.request.messages.len())
            .finish_non_exhaustive()
    }
}
