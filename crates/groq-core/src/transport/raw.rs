//! The raw client's way through the transport.
//!
//! Each call gets a raw client of its own, whose requests come here. What progenitor makes of the answer matters only if it
//! could decode it: everything else (attempts, the raw body, a typed error) waits in a slot beside it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use groq_types::client::{
    Client as RawClient, Error as RawError, Execute, Executing, ResponseValue,
};
use serde::de::DeserializeOwned;

use super::{Answered, Operation, execute};
use crate::client::Client;
use crate::error::{self, Answer, ApiError, Error, ErrorKind};
use crate::response::Response;

/// One call through the raw client.
pub(crate) struct Exchange {
    client: Client,
    operation: Operation,
    slot: Mutex<Option<Result<Answered<Bytes>, Error>>>,
}

impl Exchange {
    pub(crate) fn new(client: &Client, operation: Operation) -> Arc<Self> {
        Arc::new(Self {
            client: client.clone(),
            operation,
            slot: Mutex::new(None),
        })
    }

    /// The raw client that this call is made with.
    // Inline, as is `execute`: what no operation of a program needs is not compiled for it.
    #[inline]
    pub(crate) fn raw(self: &Arc<Self>) -> RawClient {
        let shared = self.client.shared();
        RawClient::new_with_client(
            shared.base_url.origin(),
            shared.http.client().clone(),
            Arc::clone(self) as Arc<dyn Execute>,
        )
    }

    /// Puts together what progenitor decoded and what waits in the slot.
    pub(crate) fn finish<T: DeserializeOwned, E>(
        &self,
        decoded: Result<ResponseValue<T>, RawError<E>>,
    ) -> Result<Response<T>, Error> {
        let answered = self.slot().take();
        let doing = self.operation.doing;
        match (answered, decoded) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(answered)), Ok(value)) => {
                Ok(Response::new(value.into_inner(), answered.into_meta()))
            }
            // In a browser always: there progenitor gets no answer.
            (Some(Ok(answered)), Err(_)) => {
                match serde_json::from_slice(&json_of(&answered.body)) {
                    Ok(value) => Ok(Response::new(value, answered.into_meta())),
                    Err(_) => Err(undecoded::<T>(answered, &self.client).while_doing(doing)),
                }
            }
            (None, _) => {
                Err(Error::refused("the request cannot be expressed in HTTP").while_doing(doing))
            }
        }
    }

    /// The same, for answers that break their own schema in a known way: `mend` puts that right before they are decoded again.
    pub(crate) fn finish_mended<T: DeserializeOwned, E>(
        &self,
        decoded: Result<ResponseValue<T>, RawError<E>>,
        mend: fn(&mut serde_json::Value),
    ) -> Result<Response<T>, Error> {
        if decoded.is_err()
            && let Some(Ok(answered)) = &*self.slot()
            && let Ok(mut value) = serde_json::from_slice(&json_of(&answered.body))
        {
            mend(&mut value);
            if let Ok(value) = serde_json::from_value(value) {
                return Ok(Response::new(value, answered.clone().into_meta()));
            }
        }
        self.finish(decoded)
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Result<Answered<Bytes>, Error>>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A good status with a body that is not what it should be.
pub(crate) fn undecoded<T: DeserializeOwned>(answered: Answered<Bytes>, client: &Client) -> Error {
    let key = client.shared().api_key.expose();
    let error = match ApiError::from_success(&answered.body) {
        Some(api) => Error::api(api.without(key), answered.status),
        None => Error::new(
            ErrorKind::Decode,
            format!(
                "the answer does not decode: {}",
                error::explain::<T>(&answered.body)
            ),
        ),
    };
    error
        .with_answer(Answer {
            status: answered.status,
            headers: answered.headers,
            body: client.kept(&answered.body),
        })
        .with_attempts(answered.attempts, answered.elapsed)
}

impl Execute for Exchange {
    #[inline]
    fn execute<'a>(&'a self, request: reqwest::Request, _operation: &'static str) -> Executing<'a> {
        Box::pin(async move {
            let result = execute(&self.client, self.operation, request).await;
            let body = match &result {
                Ok(answered) => json_of(&answered.body),
                // An empty body decodes as nothing, and the slot is looked at first.
                Err(_) => Bytes::new(),
            };
            *self.slot() = Some(result);
            self.answer(body).await
        })
    }
}

/// What progenitor gets to decode.
#[cfg(not(target_arch = "wasm32"))]
impl Exchange {
    #[expect(clippy::unused_async, reason = "a browser awaits something here")]
    async fn answer(&self, body: Bytes) -> reqwest::Result<reqwest::Response> {
        Ok(http::Response::new(body).into())
    }
}

#[cfg(target_arch = "wasm32")]
impl Exchange {
    /// A browser's response cannot be made by hand, so progenitor gets an error, and the answer is decoded from its slot.
    async fn answer(&self, _body: Bytes) -> reqwest::Result<reqwest::Response> {
        const NO_URL: &str = "";
        self.client.shared().http.client().get(NO_URL).send().await
    }
}

/// The body without a byte order mark, which the JSON reader would trip over.
fn json_of(body: &Bytes) -> Bytes {
    let json = error::text::without_byte_order_mark(body);
    body.slice(body.len() - json.len()..)
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
