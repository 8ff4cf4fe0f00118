//! Calls that send a form.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, TimeoutKind, text};
use crate::response::Response;
use crate::runtime::within;
use crate::transport::{self, Answered, Operation};
use crate::upload::Form;

/// Looks at a file before its call. A reader may give nothing, so it has the time in which an upload has to move.
pub(super) async fn looked_at<T>(
    client: &Client,
    look: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let settings = client.settings();
    let (limit, which) = match settings.timeout {
        Some(deadline) if deadline < settings.write_timeout => (deadline, TimeoutKind::Total),
        _ => (settings.write_timeout, TimeoutKind::Write),
    };
    within(client.runtime().as_ref(), limit, look)
        .await
        .unwrap_or_else(|| Err(Error::timed_out(which, limit)))
}

/// Sends a form, and decodes the JSON that answers it.
pub(super) async fn send<T: DeserializeOwned>(
    client: &Client,
    operation: Operation,
    path: &str,
    form: Form,
) -> Result<Response<T>, Error> {
    let answered = send_raw(client, operation, path, form).await?;
    let json = text::without_byte_order_mark(&answered.body);
    match serde_json::from_slice(json) {
        Ok(value) => Ok(Response::new(value, answered.into_meta())),
        Err(_) => Err(transport::undecoded::<T>(answered, client).while_doing(operation.doing)),
    }
}

/// Sends a form, and gives the answer as it came.
pub(super) async fn send_raw(
    client: &Client,
    operation: Operation,
    path: &str,
    form: Form,
) -> Result<Answered<Bytes>, Error> {
    let content_type = form.content_type();
    let request = transport::upload_request(client, path, &content_type, Arc::new(form))
        .map_err(|error| error.while_doing(operation.doing))?;
    transport::execute(client, operation, request).await
}
