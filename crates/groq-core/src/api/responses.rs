//! Responses: the newer form of conversations, in beta.

use std::borrow::Borrow;

use bytes::Bytes;
use groq_types::operations::CREATE_RESPONSE;
use groq_types::{ResponseObject, ResponseRequest, ResponseStatus};
use http::StatusCode;

use super::call::Endpoint;
use crate::error::{Answer, Error};
use crate::response::Response;
use crate::stream::{ResponseStream, failure};

super::resource! {
    /// Responses; from [`Client::responses`](crate::Client::responses). The service calls them beta.
    ///
    /// It keeps none of them: to go on, send the output back as input; [`ResponseExt`](crate::ResponseExt) does the conversion.
    Responses
}

impl Responses<'_> {
    /// Generates a response, and returns it whole.
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
    /// Before anything is sent, [`is_invalid_request`](Error::is_invalid_request) if the request asks for a stream. From the
    /// server, often [`is_rate_limited`](Error::is_rate_limited), [`is_authentication`](Error::is_authentication),
    /// [`is_model_not_found`](Error::is_model_not_found), [`is_too_large`](Error::is_too_large), and
    /// [`is_failed_dependency`](Error::is_failed_dependency) if a remote MCP server failed. A response with the status `failed` is an
    /// error too, with the response in [`Error::partial_response`].
    pub async fn create(
        self,
        request: impl Borrow<ResponseRequest>,
    ) -> Result<Response<ResponseObject>, Error> {
        let endpoint = Endpoint::new("create response", &CREATE_RESPONSE);
        let request = request.borrow();
        if request.stream == Some(true) {
            return Err(endpoint.failed(
                Error::refused("the request asks for a stream")
                    .with_hint("call responses().stream, or leave `stream` unset"),
            ));
        }
        let response: Response<ResponseObject> = endpoint.post(self.core, request).await?;
        if response.status != ResponseStatus::Failed {
            return Ok(response);
        }
        let key = self.core.shared().api_key.expose();
        let error = Error::api(failure(&response).without(key), StatusCode::OK)
            .with_answer(Answer {
                status: StatusCode::OK,
                headers: response.headers().clone(),
                body: Bytes::new(),
            })
            .with_partial_response(Some(response.into_inner()));
        Err(endpoint.failed(error))
    }

    /// Generates a response, and returns it as it is written, event by event.
    ///
    /// This sets `stream` in the request, and nothing else. It returns when the response starts. Failures before that are retried,
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
    /// Those of [`create`](Self::create), and [`is_unexpected_response`](Error::is_unexpected_response) if the server does not
    /// stream: if it sent the response in one piece instead, [`Error::partial_response`] has it.
    pub async fn stream(
        self,
        request: impl Borrow<ResponseRequest>,
    ) -> Result<ResponseStream, Error> {
        let endpoint = Endpoint::new("stream response", &CREATE_RESPONSE);
        let request = request.borrow();
        let set = |request: &mut ResponseRequest| request.stream = Some(true);
        let outgoing = endpoint.with_stream(self.core, request, request.stream, set)?;
        let answered = endpoint.open(self.core, outgoing).await?;
        ResponseStream::open(self.core.clone(), endpoint.name(), answered).await
    }
}
