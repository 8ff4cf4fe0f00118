//! Requests that this crate has no method for.

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, text};
use crate::options::RequestOptions;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{self, Answered, Operation};

/// A request that this crate has no method for; from [`Client::request`].
#[derive(Debug)]
pub struct RequestBuilder<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    body: Option<Body>,
    replay: Replay,
    options: RequestOptions,
}

/// What is sent.
#[derive(Debug)]
struct Body {
    content_type: String,
    bytes: Bytes,
}

impl<'a> RequestBuilder<'a> {
    pub(crate) fn new(client: &'a Client, method: Method, path: String) -> Self {
        // Whether something unknown may be done twice is not known either.
        let replay = if method.is_idempotent() {
            Replay::Harmless
        } else {
            Replay::Creates
        };
        Self {
            client,
            method,
            path,
            body: None,
            replay,
            options: RequestOptions::new(),
        }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options = self.options.query(name, value);
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// Sends JSON.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) where the value cannot be written as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| {
            Error::refused("the request cannot be written as JSON")
                .with_source(error)
                .while_doing(DOING)
        })?;
        Ok(self.bytes("application/json", bytes))
    }

    /// Sends bytes of some type.
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Body {
            content_type: content_type.into(),
            bytes: bytes.into(),
        });
        self
    }

    /// Says that doing it twice does no harm, so that it is made again as other calls are. `GET`, `PUT` and `DELETE` are anyway.
    pub fn idempotent(mut self) -> Self {
        self.replay = Replay::Harmless;
        self
    }

    /// Sends it, and decodes the JSON that answers it.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) where the path is none, and whatever can happen to any call.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let client = self.client.with_options(self.options.clone());
        let answered = self.call(&client, "application/json").await?;
        let json = text::without_byte_order_mark(&answered.body);
        match serde_json::from_slice(json) {
            Ok(value) => Ok(Response::new(value, answered.into_meta())),
            Err(_) => Err(transport::undecoded::<T>(answered, &client).while_doing(DOING)),
        }
    }

    /// Sends it, and gives the answer as it came.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), without those of decoding.
    pub async fn send_for_bytes(self) -> Result<Response<Bytes>, Error> {
        let client = self.client.with_options(self.options.clone());
        let answered = self.call(&client, "*/*").await?;
        Ok(Response::new(answered.body.clone(), answered.into_meta()))
    }

    async fn call(self, client: &Client, accept: &'static str) -> Result<Answered<Bytes>, Error> {
        let accept = HeaderValue::from_static(accept);
        let body = self.body.map(|body| (body.content_type, body.bytes));
        let request = transport::any_request(client, self.method, &self.path, accept, body)
            .map_err(|error| error.while_doing(DOING))?;
        let operation = Operation {
            doing: DOING,
            replay: self.replay,
        };
        transport::execute(client, operation, request).await
    }
}

const DOING: &str = "send request";
