//! Requests that this crate has no method for.

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Client;
use crate::error::Error;
use crate::response::Response;

/// A request that this crate has no method for; from [`Client::request`].
#[derive(Debug)]
pub struct RequestBuilder<'a> {
    client: &'a Client,
    request: crate::RequestBuilder<'a>,
}

impl<'a> RequestBuilder<'a> {
    pub(super) fn new(client: &'a Client, method: Method, path: String) -> Self {
        Self {
            client,
            request: client.asynchronous().request(method, path),
        }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request = self.request.query(name, value);
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sends JSON.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) where the value cannot be written as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, Error> {
        self.request = self.request.json(value)?;
        Ok(self)
    }

    /// Sends bytes of some type.
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.request = self.request.bytes(content_type, bytes);
        self
    }

    /// Says that doing it twice does no harm, so that it is made again as other calls are. `GET`, `PUT` and `DELETE` are anyway.
    pub fn idempotent(mut self) -> Self {
        self.request = self.request.idempotent();
        self
    }

    /// Sends it, and decodes the JSON that answers it.
    ///
    /// # Errors
    ///
    /// Those of [`RequestBuilder::send`](crate::RequestBuilder::send).
    pub fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.client.wait(self.request.send())
    }

    /// Sends it, and gives the answer as it came.
    ///
    /// # Errors
    ///
    /// Those of [`RequestBuilder::send_for_bytes`](crate::RequestBuilder::send_for_bytes).
    pub fn send_for_bytes(self) -> Result<Response<Bytes>, Error> {
        self.client.wait(self.request.send_for_bytes())
    }
}
