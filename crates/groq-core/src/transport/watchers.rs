//! The middleware's look at an attempt.

use http::header;

use super::request::Outgoing;
use super::{Operation, Progress};
use crate::client::Client;
use crate::limits::CallEstimate;
use crate::middleware::{AttemptHead, AttemptOutcome};

/// Shows what is about to be sent, and takes over the headers that were set; `None` if nobody looks.
pub(super) fn before(
    client: &Client,
    operation: Operation,
    call: &CallEstimate,
    outgoing: &mut Outgoing,
    progress: &Progress<'_>,
) -> Option<AttemptHead> {
    let middleware = &client.shared().middleware;
    if middleware.is_empty() {
        return None;
    }
    let request = &mut outgoing.request;
    let mut headers = request.headers().clone();
    let key = headers.remove(header::AUTHORIZATION);
    let mut head = AttemptHead {
        operation: operation.doing,
        model: call.model.clone(),
        method: request.method().clone(),
        path: request.url().path().to_owned(),
        headers,
        number: progress.attempts.len() + 1,
        waited: progress.waited,
    };
    for middleware in middleware {
        middleware.before(&mut head);
    }
    request.headers_mut().clone_from(&head.headers);
    if let Some(key) = key {
        request.headers_mut().insert(header::AUTHORIZATION, key);
    }
    Some(head)
}

/// Shows what became of it.
pub(super) fn after(
    client: &Client,
    head: Option<&AttemptHead>,
    progress: &Progress<'_>,
    outcome: AttemptOutcome,
) {
    let (Some(head), Some(attempt)) = (head, progress.attempts.last()) else {
        return;
    };
    for middleware in &client.shared().middleware {
        middleware.after(head, attempt, outcome);
    }
}
