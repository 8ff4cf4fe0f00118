//! Calls that send a form.

use std::future::Future;
use std::sync::Arc;

use super::call::{ANY, Endpoint};
use crate::error::{Error, TimeoutKind};
use crate::runtime::within;
use crate::shared::Core;
use crate::transport::{Outgoing, Payload, content_type};
use crate::upload::Form;

/// Waits until a file was inspected before its call. A reader may return nothing, so it has the time in which an upload has to move.
pub(super) async fn inspected<T>(
    core: &Core,
    inspection: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let settings = core.settings();
    let (limit, which) = match settings.timeout {
        Some(timeout) if timeout < settings.write_timeout => (timeout, TimeoutKind::Total),
        _ => (settings.write_timeout, TimeoutKind::Write),
    };
    within(core.runtime().as_ref(), limit, inspection)
        .await
        .unwrap_or_else(|| Err(Error::timed_out(which, limit)))
}

/// A call that sends a form.
pub(super) fn outgoing(core: &Core, endpoint: Endpoint, form: Form) -> Result<Outgoing, Error> {
    let content_type =
        content_type(&form.content_type()).map_err(|error| endpoint.failed(error))?;
    let estimate = form.estimate();
    let body = Payload::Upload(content_type, Arc::new(form));
    Ok(endpoint.outgoing(core, &[], ANY)?.body(body, estimate))
}
