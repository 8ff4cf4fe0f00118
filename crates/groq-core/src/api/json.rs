//! Calls that send JSON and get JSON, without the raw client.
//!
//! The raw client takes and gives what the HTTP library has types for, which costs a copy of the head each way: a third of what a call
//! costs beside the network. Where calls are many, that matters.

use http::{HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, text};
use crate::response::Response;
use crate::transport::{self, Operation};

/// Posts JSON, and decodes the JSON that answers it.
pub(super) async fn post<T: DeserializeOwned>(
    client: &Client,
    operation: Operation,
    path: &str,
    body: &impl Serialize,
) -> Result<Response<T>, Error> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    let request = transport::json_request(client, Method::POST, path, JSON, body)
        .map_err(|error| error.while_doing(operation.doing))?;
    let answered = transport::execute(client, operation, request).await?;
    let json = text::without_byte_order_mark(&answered.body);
    match serde_json::from_slice(json) {
        Ok(value) => Ok(Response::new(value, answered.into_meta())),
        Err(_) => Err(transport::undecoded::<T>(answered, client).while_doing(operation.doing)),
    }
}
