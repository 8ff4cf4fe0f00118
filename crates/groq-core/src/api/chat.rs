//! Conversations.

use std::borrow::Borrow;

use groq_types::operations::CREATE_CHAT_COMPLETION;
use groq_types::{ChatCompletion, ChatCompletionRequest, ServiceTier};

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;
use crate::stream::ChatStream;

super::resource! {
    /// Chat completions; from [`Client::chat`](crate::Client::chat).
    ///
    /// Requests are passed by value or by reference. Futures do not borrow the resource, so calls can run at the same time:
    ///
    /// ```no_run
    /// # use groq_core::types::{ChatCompletionRequest, Message};
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let one = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("What is TLS?")]);
    /// let other = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("What is DNS?")]);
    /// let (one, other) = tokio::join!(client.chat().create(one), client.chat().create(&other));
    /// println!("{:?} {:?}", one?.text(), other?.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The first of two replies:
    ///
    /// ```no_run
    /// # use groq_core::types::ChatCompletionRequest;
    /// # async fn example(client: groq_core::Client, request: ChatCompletionRequest) -> Result<(), groq_core::Error> {
    /// let reply = tokio::select! {
    ///     reply = client.chat().create(&request) => reply?,
    ///     reply = client.chat().create_with_flex_fallback(&request, None) => reply?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Many at once, limited by [`max_concurrency`](crate::ClientBuilder::max_concurrency):
    ///
    /// ```no_run
    /// # use groq_core::types::ChatCompletionRequest;
    /// # async fn example(client: groq_core::Client, requests: Vec<ChatCompletionRequest>) {
    /// let mut calls = tokio::task::JoinSet::new();
    /// for request in requests {
    ///     let client = client.clone();
    ///     calls.spawn(async move { client.chat().create(request).await });
    /// }
    /// let replies = calls.join_all().await;
    /// # }
    /// ```
    ///
    /// A future that is kept for later:
    ///
    /// ```no_run
    /// # use groq_core::types::ChatCompletionRequest;
    /// # async fn example(client: groq_core::Client, request: ChatCompletionRequest) -> Result<(), groq_core::Error> {
    /// let call = client.chat().create(request);
    /// println!("asking..");
    /// let reply = call.await?;
    /// # Ok(())
    /// # }
    /// ```
    Chat
}

impl Chat<'_> {
    /// Creates a chat completion, and returns it whole.
    ///
    /// Only what the request contains is sent. To see the reply as it is written, use [`stream`](Self::stream).
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let question = Message::user("Explain TLS in one line");
    /// let reply = client.chat().create(ChatCompletionRequest::new("openai/gpt-oss-20b", [question])).await?;
    /// println!("{:?}", reply.choices[0].message.content);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`is_invalid_request`](Error::is_invalid_request) if the request asks for a stream. From the
    /// server, often [`is_rate_limited`](Error::is_rate_limited), [`is_authentication`](Error::is_authentication),
    /// [`is_model_not_found`](Error::is_model_not_found), [`is_too_large`](Error::is_too_large), and, with JSON or tools,
    /// [`is_failed_generation`](Error::is_failed_generation).
    pub async fn create(
        self,
        request: impl Borrow<ChatCompletionRequest>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let endpoint = Endpoint::new("create chat completion", &CREATE_CHAT_COMPLETION);
        let request = request.borrow();
        if request.stream == Some(true) {
            return Err(endpoint.failed(
                Error::refused("the request asks for a stream")
                    .with_hint("call chat().stream, or leave `stream` unset"),
            ));
        }
        endpoint.post(self.core, request).await
    }

    /// Creates a chat completion on the flex tier, or on another tier if flex has no capacity.
    ///
    /// The flex tier is tried as often as the client retries; then the request goes to the tier `otherwise`, in a call of its own.
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message, ServiceTier};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Explain TLS in one line")]);
    /// let reply = client.chat().create_with_flex_fallback(request, Some(ServiceTier::OnDemand)).await?;
    /// println!("{:?} by {:?}", reply.text(), reply.service_tier);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and [`is_flex_capacity`](Error::is_flex_capacity) if there is no other tier.
    pub async fn create_with_flex_fallback(
        self,
        request: impl Borrow<ChatCompletionRequest>,
        otherwise: Option<ServiceTier>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let request = request.borrow();
        let flex = request.clone().with_service_tier(ServiceTier::Flex);
        match (self.create(flex).await, otherwise) {
            (Err(error), Some(tier)) if error.is_flex_capacity() => {
                self.create(request.clone().with_service_tier(tier)).await
            }
            (result, _) => result,
        }
    }

    /// Does the same as [`create_with_flex_fallback`](Self::create_with_flex_fallback) with a stream. One that has begun stays where it is.
    ///
    /// # Errors
    ///
    /// Those of [`stream`](Self::stream), and [`is_flex_capacity`](Error::is_flex_capacity) if there is no other tier.
    pub async fn stream_with_flex_fallback(
        self,
        request: impl Borrow<ChatCompletionRequest>,
        otherwise: Option<ServiceTier>,
    ) -> Result<ChatStream, Error> {
        let request = request.borrow();
        let flex = request.clone().with_service_tier(ServiceTier::Flex);
        match (self.stream(flex).await, otherwise) {
            (Err(error), Some(tier)) if error.is_flex_capacity() => {
                self.stream(request.clone().with_service_tier(tier)).await
            }
            (result, _) => result,
        }
    }

    /// Creates a chat completion, and returns it as it is written.
    ///
    /// This sets `stream` in the request, and nothing else. It returns when the response starts. Failures before that are retried,
    /// later ones end the stream, with what came so far in [`Error::partial`].
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let question = Message::user("Explain TLS in one line");
    /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
    /// let mut stream = client.chat().stream(request).await?;
    /// let mut text = stream.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// let reply = stream.finish().await?;
    /// println!("\n{:?}", reply.usage);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and [`is_unexpected_response`](Error::is_unexpected_response) if the server does not
    /// stream: if it sent the reply in one piece instead, [`Error::partial`] has it.
    pub async fn stream(
        self,
        request: impl Borrow<ChatCompletionRequest>,
    ) -> Result<ChatStream, Error> {
        let endpoint = Endpoint::new("stream chat completion", &CREATE_CHAT_COMPLETION);
        let request = request.borrow();
        let set = |request: &mut ChatCompletionRequest| request.stream = Some(true);
        let outgoing = endpoint.with_stream(self.core, request, request.stream, set)?;
        let answered = endpoint.open(self.core, outgoing).await?;
        ChatStream::open(self.core.clone(), endpoint.name(), answered).await
    }
}
