//! Responses: the newer form of conversations, in beta.

use groq_types::{ResponseObject, ResponseRequest};
use http::{HeaderValue, Method};

use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::stream::ResponseStream;
use crate::transport::{self, Exchange, Operation};

/// Responses; from [`Client::responses`]. The service calls them beta.
///
/// It keeps none of them: to go on, send the output back as input; [`ResponseExt`](crate::ResponseExt) does the conversion.
#[derive(Clone, Copy, Debug)]
pub struct Responses<'a> {
    client: &'a Client,
}

impl<'a> Responses<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Generates a response, and returns it whole.
    ///
    /// Operation: `createResponse`.
    ///
    /// ```no_run
    /// use groq_core::ResponseExt as _;
    /// use groq_core::types::ResponseRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = ResponseRequest::new("openai/gpt-oss-20b", "Explain TLS in one line");
    /// let response = client.responses().create(request).await?;
    /// println!("{}", response.output_text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`is_invalid_request`](Error::is_invalid_request) where the request asks for a stream. From the
    /// server, often [`is_rate_limited`](Error::is_rate_limited), [`is_authentication`](Error::is_authentication),
    /// [`is_model_not_found`](Error::is_model_not_found), [`is_too_large`](Error::is_too_large), and
    /// [`is_failed_dependency`](Error::is_failed_dependency) where a remote MCP server failed.
    pub async fn create(
        &self,
        request: ResponseRequest,
    ) -> Result<Response<ResponseObject>, Error> {
        let operation = operation("create response");
        if request.stream == Some(true) {
            return Err(Error::refused("the request asks for a stream")
                .with_advice("call responses().stream, or leave `stream` unset")
                .while_doing(operation.doing));
        }
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().create_response(None, &request).await;
        exchange.finish(result)
    }

    /// Generates a response, and returns it as it is written, event by event.
    ///
    /// Operation: `createResponse`.
    ///
    /// This sets `stream` in the request, and nothing else. It returns when the answer begins; failures up to there are retried,
    /// later ones end the stream, with what came so far in [`Error::partial_response`].
    ///
    /// ```no_run
    /// use groq_core::types::{ResponseRequest, ResponseStreamEvent};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = ResponseRequest::new("openai/gpt-oss-20b", "Explain TLS in one line");
    /// let mut stream = client.responses().stream(request).await?;
    /// while let Some(event) = stream.next().await {
    ///     if let ResponseStreamEvent::OutputTextDelta(delta) = event? {
    ///         print!("{}", delta.delta);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and [`is_unexpected_response`](Error::is_unexpected_response) where the server does not
    /// stream: if it sent the response in one piece instead, [`Error::partial_response`] has it.
    pub async fn stream(&self, mut request: ResponseRequest) -> Result<ResponseStream, Error> {
        const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
        let operation = operation("stream response");
        request.stream = Some(true);
        let path = "/openai/v1/responses";
        let request =
            transport::json_request(self.client, Method::POST, path, EVENT_STREAM, &request)
                .map_err(|error| error.while_doing(operation.doing))?;
        let answered = transport::open(self.client, operation, request).await?;
        ResponseStream::open(self.client.clone(), operation.doing, answered).await
    }
}

fn operation(doing: &'static str) -> Operation {
    Operation {
        doing,
        replay: Replay::Harmless,
    }
}
