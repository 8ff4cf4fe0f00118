//! Calls the middleware around an attempt.

use http::HeaderMap;

use super::request::Outgoing;
use super::{Operation, Progress};
use crate::middleware::{AttemptHead, AttemptOutcome};
use crate::shared::Core;

/// Shows the head of an attempt, whose headers middleware may add to; `None` without middleware.
pub(super) fn before(
    core: &Core,
    operation: Operation,
    outgoing: &Outgoing,
    headers: &mut HeaderMap,
    progress: &Progress<'_>,
) -> Option<AttemptHead> {
    let middleware = &core.shared().middleware;
    if middleware.is_empty() {
        return None;
    }
    let mut head = AttemptHead {
        operation: operation.name,
        model: outgoing.estimate.model.clone(),
        method: outgoing.method.clone(),
        path: outgoing.url.path().to_owned(),
        headers: std::mem::take(headers),
        number: progress.attempts.len() + 1,
        waited: progress.waited,
    };
    for middleware in middleware {
        middleware.before(&mut head);
    }
    headers.clone_from(&head.headers);
    Some(head)
}

/// Shows the result of an attempt.
pub(super) fn after(
    core: &Core,
    head: Option<&AttemptHead>,
    progress: &Progress<'_>,
    outcome: AttemptOutcome,
) {
    let (Some(head), Some(attempt)) = (head, progress.attempts.last()) else {
        return;
    };
    for middleware in &core.shared().middleware {
        middleware.after(head, attempt, outcome);
    }
}
