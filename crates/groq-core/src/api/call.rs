//! How an operation of the table becomes a call.

use groq_types::operations::{self, Method};
use http::HeaderValue;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::describe::{Reply, Request};
use crate::error::{self, ApiError, Error, ErrorKind, text};
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::shared::Core;
use crate::transport::{self, Answered, JSON, Operation, Outgoing, Payload, ResponseBody};

/// An operation of the API, under the name it has in errors.
#[derive(Clone, Copy)]
pub(super) struct Endpoint {
    name: &'static str,
    operation: &'static operations::Operation,
}

/// What a server may answer with.
pub(super) const ANY: HeaderValue = HeaderValue::from_static("*/*");
pub(super) const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

impl Endpoint {
    pub(super) const fn new(name: &'static str, operation: &'static operations::Operation) -> Self {
        Self { name, operation }
    }

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// An error of this operation.
    pub(super) fn failed(self, error: Error) -> Error {
        error.with_operation(self.name)
    }

    fn operation(self) -> Operation {
        let replay = if self.operation.idempotent {
            Replay::Idempotent
        } else {
            Replay::Creates
        };
        Operation {
            name: self.name,
            replay,
        }
    }

    /// A call without a body; `ids` are the parameters of the path.
    pub(super) fn outgoing(
        self,
        core: &Core,
        ids: &[&str],
        accept: HeaderValue,
    ) -> Result<Outgoing, Error> {
        let path = self.operation.path_with(ids);
        let path = path.map_err(|error| self.failed(Error::refused(error.to_string())))?;
        let method = match self.operation.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        Ok(Outgoing::new(
            method,
            core.shared().base_url.at(&path),
            accept,
        ))
    }

    /// A call that sends a value as JSON.
    pub(super) fn with_json(
        self,
        core: &Core,
        accept: HeaderValue,
        value: &impl Request,
    ) -> Result<Outgoing, Error> {
        let outgoing = self.outgoing(core, &[], accept)?;
        let payload = Payload::json(core, value).map_err(|error| self.failed(error))?;
        Ok(outgoing.body(payload, value.estimate()))
    }

    /// A call that sends a value as JSON and asks for a stream. `stream` is what the value says of that, and `set` sets it.
    pub(super) fn with_stream<R: Request + Clone>(
        self,
        core: &Core,
        request: &R,
        stream: Option<bool>,
        set: fn(&mut R),
    ) -> Result<Outgoing, Error> {
        let is_plain = core.settings().extra_body.is_empty();
        match stream {
            Some(true) => self.with_json(core, EVENT_STREAM, request),
            None if is_plain => {
                let mut outgoing = self.with_json(core, EVENT_STREAM, request)?;
                outgoing.body = outgoing.body.with_member(br#","stream":true"#);
                Ok(outgoing)
            }
            _ => {
                let mut request = request.clone();
                set(&mut request);
                self.with_json(core, EVENT_STREAM, &request)
            }
        }
    }

    /// Makes a call, and leaves the body to be read as it comes.
    pub(super) async fn open(
        self,
        core: &Core,
        outgoing: Outgoing,
    ) -> Result<Answered<ResponseBody>, Error> {
        transport::open(core, self.operation(), outgoing).await
    }

    /// Makes a call, and reads the response whole.
    pub(super) async fn execute(
        self,
        core: &Core,
        outgoing: Outgoing,
    ) -> Result<Answered<bytes::Bytes>, Error> {
        transport::execute(core, self.operation(), outgoing).await
    }

    /// Makes a call, and decodes its response.
    pub(super) async fn call<T: Reply>(
        self,
        core: &Core,
        outgoing: Outgoing,
    ) -> Result<Response<T>, Error> {
        self.call_mended(core, outgoing, None).await
    }

    /// Makes a call without a body, and decodes its response.
    pub(super) async fn send<T: Reply>(
        self,
        core: &Core,
        ids: &[&str],
    ) -> Result<Response<T>, Error> {
        self.call(core, self.outgoing(core, ids, JSON)?).await
    }

    /// Makes a call that sends a value as JSON, and decodes its response.
    pub(super) async fn post<T: Reply>(
        self,
        core: &Core,
        request: &impl Request,
    ) -> Result<Response<T>, Error> {
        self.call(core, self.with_json(core, JSON, request)?).await
    }

    /// The same, for responses that break their own schema in a known way: `mend` corrects what does not decode.
    pub(super) async fn call_mended<T: Reply>(
        self,
        core: &Core,
        outgoing: Outgoing,
        mend: Option<fn(&mut Value)>,
    ) -> Result<Response<T>, Error> {
        let answered = self.execute(core, outgoing).await?;
        decode(core, answered, mend).map_err(|error| self.failed(error))
    }
}

/// Decodes a response, and reports what it says of itself.
pub(super) fn decode<T: Reply>(
    core: &Core,
    mut answered: Answered<bytes::Bytes>,
    mend: Option<fn(&mut Value)>,
) -> Result<Response<T>, Error> {
    let Some(mut value) = parse::<T>(&answered.body, mend) else {
        return Err(undecoded::<T>(core, answered));
    };
    value.clear_blanks();
    if answered.recorder.is_on() {
        answered.recorder.finish(&value.summary());
    }
    Ok(Response::new(value, answered))
}

fn parse<T: DeserializeOwned>(body: &[u8], mend: Option<fn(&mut Value)>) -> Option<T> {
    let json = text::without_byte_order_mark(body);
    let decoded = serde_json::from_slice(json).ok();
    decoded.or_else(|| {
        let mut value = serde_json::from_slice(json).ok()?;
        mend?(&mut value);
        serde_json::from_value(value).ok()
    })
}

/// A good status with a body that is not what it should be.
pub(super) fn undecoded<T: DeserializeOwned>(
    core: &Core,
    answered: Answered<bytes::Bytes>,
) -> Error {
    let error = match ApiError::from_success(&answered.body) {
        Some(api) => Error::api(api.without(core.shared().api_key.expose()), answered.status),
        None => Error::new(
            ErrorKind::Decode,
            format!(
                "the response does not decode: {}",
                error::explain::<T>(&answered.body)
            ),
        ),
    };
    let error = error
        .with_answer(answered.answer(core.kept(&answered.body)))
        .with_attempts(answered.attempts, answered.elapsed);
    answered.recorder.trace().failed(&error);
    error
}
