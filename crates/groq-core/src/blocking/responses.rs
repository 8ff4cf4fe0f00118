//! Responses: the newer form of conversations, in beta.

use std::ops::Deref;
use std::sync::Arc;

use groq_types::{ResponseObject, ResponseRequest, ResponseStreamEvent};

use super::{Client, Worker};
use crate::error::Error;
use crate::response::Response;

/// Responses; from [`Client::responses`]. The service calls them beta.
#[derive(Clone, Copy, Debug)]
pub struct Responses<'a> {
    client: &'a Client,
}

impl<'a> Responses<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Generates a response, and returns it whole; see [`Responses::create`](crate::Responses::create).
    ///
    /// Operation: `createResponse`.
    ///
    /// ```no_run
    /// use groq_core::ResponseExt as _;
    /// use groq_core::types::ResponseRequest;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = ResponseRequest::new("openai/gpt-oss-20b", "Explain TLS in one line");
    /// println!("{}", client.responses().create(request)?.output_text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Responses::create`](crate::Responses::create).
    pub fn create(&self, request: ResponseRequest) -> Result<Response<ResponseObject>, Error> {
        let responses = self.client.asynchronous().responses();
        self.client.wait(responses.create(request))
    }

    /// Generates a response, and returns it as it is written, event by event; see [`Responses::stream`](crate::Responses::stream).
    ///
    /// Operation: `createResponse`.
    ///
    /// ```no_run
    /// use groq_core::types::{ResponseRequest, ResponseStreamEvent};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = ResponseRequest::new("openai/gpt-oss-20b", "Explain TLS in one line");
    /// for event in client.responses().stream(request)? {
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
    /// Those of [`Responses::stream`](crate::Responses::stream).
    pub fn stream(&self, request: ResponseRequest) -> Result<ResponseStream, Error> {
        let responses = self.client.asynchronous().responses();
        Ok(ResponseStream {
            stream: self.client.wait(responses.stream(request))?,
            worker: Arc::clone(self.client.worker()),
        })
    }
}

/// A response that is read as it is written; from [`Responses::stream`].
///
/// It is an iterator over the events, and ends without an error only if the response is complete. What can be asked without waiting is
/// asked of the [`ResponseStream`](crate::ResponseStream) that it derefs to. Dropping it ends the call.
#[derive(Debug)]
pub struct ResponseStream {
    stream: crate::ResponseStream,
    worker: Arc<Worker>,
}

impl ResponseStream {
    /// Reads the rest, and returns the response that a call without streaming would have returned.
    ///
    /// # Errors
    ///
    /// Those of [`ResponseStream::finish`](crate::ResponseStream::finish).
    pub fn finish(self) -> Result<ResponseObject, Error> {
        self.worker.finish(self.stream.finish())
    }
}

impl Iterator for ResponseStream {
    type Item = Result<ResponseStreamEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.worker.next(self.stream.next())
    }
}

impl std::iter::FusedIterator for ResponseStream {}

impl Deref for ResponseStream {
    type Target = crate::ResponseStream;

    fn deref(&self) -> &Self::Target {
        &self.stream
    }
}
