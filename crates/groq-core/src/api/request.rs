//! Requests for which this crate has no method.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::call::{ANY, undecoded};
use crate::error::{Error, text};
use crate::limits::{CallEstimate, Usage};
use crate::options::RequestOptions;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::shared::Core;
use crate::transport::{
    self, Answered, JSON, Operation, Outgoing, Payload, Summary, content_type, custom_url,
};

/// A request for which this crate has no method; from [`Client::request`](crate::Client::request).
#[must_use = "a request is only sent by `send` or `send_for_bytes`"]
pub struct RequestBuilder<'a> {
    core: &'a Core,
    method: Method,
    path: String,
    body: Body,
    replay: Replay,
    options: RequestOptions,
}

enum Body {
    None,
    Json(Bytes),
    Bytes(String, Bytes),
}

impl<'a> RequestBuilder<'a> {
    pub(crate) fn new(core: &'a Core, method: Method, path: String) -> Self {
        // Whether something unknown may be done twice is not known either.
        let replay = if method.is_idempotent() {
            Replay::Idempotent
        } else {
            Replay::Creates
        };
        Self {
            core,
            method,
            path,
            body: Body::None,
            replay,
            options: RequestOptions::new(),
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options = self.options.query(name, value);
        self
    }

    /// Adds a header, as [`RequestOptions::header`] does.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) if the value cannot be written as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, Error> {
        let json = Payload::json(self.core, value).map_err(|error| error.with_operation(NAME))?;
        if let Payload::Json(json) = json {
            self.body = Body::Json(json);
        }
        Ok(self)
    }

    /// Sets a body of any media type.
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes(content_type.into(), bytes.into());
        self
    }

    /// Marks the request as idempotent, so that it is retried like other calls. `GET`, `PUT` and `DELETE` already are.
    pub fn idempotent(mut self) -> Self {
        self.replay = Replay::Idempotent;
        self
    }

    /// Sends the request, and decodes the JSON of the response.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) if the path is invalid, and the errors of every call.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (core, answered) = self.call(JSON).await?;
        let json = text::without_byte_order_mark(&answered.body);
        match serde_json::from_slice(json) {
            Ok(value) => Ok(Response::new(value, answered)),
            Err(_) => Err(undecoded::<T>(&core, answered).with_operation(NAME)),
        }
    }

    /// Sends the request, and returns the response body as it is.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), without those of decoding.
    pub async fn send_for_bytes(self) -> Result<Response<Bytes>, Error> {
        let (_, answered) = self.call(ANY).await?;
        Ok(Response::new(answered.body.clone(), answered))
    }

    async fn call(self, accept: HeaderValue) -> Result<(Core, Answered<Bytes>), Error> {
        let core = self.core.with_options(self.options.clone());
        let outgoing = self.outgoing(&core, accept);
        let outgoing = outgoing.map_err(|error| error.with_operation(NAME))?;
        let operation = Operation {
            name: NAME,
            replay: self.replay,
        };
        let mut answered = transport::execute(&core, operation, outgoing).await?;
        if answered.recorder.is_on() {
            let about: Answer = serde_json::from_slice(&answered.body).unwrap_or_default();
            answered.recorder.finish(&about.summary());
        }
        Ok((core, answered))
    }

    fn outgoing(&self, core: &Core, accept: HeaderValue) -> Result<Outgoing, Error> {
        let url = custom_url(core, &self.path)?;
        let outgoing = Outgoing::new(self.method.clone(), url, accept);
        Ok(match &self.body {
            Body::None => outgoing,
            Body::Json(json) => outgoing.body(Payload::Json(json.clone()), estimate(json)),
            Body::Bytes(media_type, bytes) => {
                let payload = Payload::Bytes(content_type(media_type)?, bytes.clone());
                outgoing.body(payload, estimate(bytes))
            }
        })
    }
}

/// Leaves out query, headers and body, which may hold secrets.
impl fmt::Debug for RequestBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

const NAME: &str = "send request";

/// What a body of any kind says of its call. Only here is one parsed for that: its type is not known.
fn estimate(body: &[u8]) -> CallEstimate {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct About {
        model: Option<String>,
        max_completion_tokens: Option<u64>,
        max_tokens: Option<u64>,
        max_output_tokens: Option<u64>,
    }
    let about: About = serde_json::from_slice(body).unwrap_or_default();
    let mut call = CallEstimate::new(about.model.unwrap_or_default());
    let tokens = about.max_completion_tokens.or(about.max_tokens);
    call.max_completion_tokens = tokens.or(about.max_output_tokens);
    call
}

/// What a reply of any kind may say about itself.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    id: String,
    model: String,
    usage: Option<Counts>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    #[serde(alias = "input_tokens")]
    prompt_tokens: u64,
    #[serde(alias = "output_tokens")]
    completion_tokens: u64,
    #[serde(alias = "input_tokens_details")]
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details {
    cached_tokens: Option<u64>,
}

impl Answer {
    fn summary(&self) -> Summary<'_> {
        let usage = self.usage.as_ref().map(|usage| {
            let details = usage.prompt_tokens_details.as_ref();
            let cached = details.and_then(|details| details.cached_tokens);
            Usage::new(usage.prompt_tokens, usage.completion_tokens)
                .cached_tokens(cached.unwrap_or_default())
        });
        Summary {
            id: &self.id,
            model: &self.model,
            usage,
            ..Summary::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_model_and_the_bound_of_its_reply() {
        let json = br#"{"messages":[{"model":"no"}],"model":"a\/b","max_tokens":7,"x":{}}"#;
        let call = estimate(json);
        let read = (call.model.as_str(), call.max_completion_tokens);
        assert_eq!(read, ("a/b", Some(7)));
        for body in ["", "[]", "{}", r#"{"model":7}"#, "--form"] {
            assert_eq!(estimate(body.as_bytes()).model, "");
        }
    }
}
