//! Questions to an error.

use super::{Error, ErrorKind, TimeoutKind};
use crate::retry::decision::is_transient;

impl Error {
    /// The server refuses because too much was asked of it in too short a time (429).
    ///
    /// [`retry_after`](Self::retry_after) says when to come back. The limits belong to the organisation: other programs may
    /// have used them up.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::Api
            && match self.api_status() {
                Some(status) => status == 429,
                None => self.code() == Some("rate_limit_exceeded"),
            }
    }

    /// The flex tier has no capacity at the moment (498, Groq's own status).
    ///
    /// Come back later, or ask for `service_tier: on_demand`.
    pub fn is_flex_capacity(&self) -> bool {
        self.api_status() == Some(498) || self.code() == Some("capacity_exceeded")
    }

    /// A time limit was exceeded; [`timeout_kind`](Self::timeout_kind) returns which.
    ///
    /// It is also true if the next retry would have exceeded the [`timeout`](crate::ClientBuilder::timeout) of the call. The error is then
    /// that of the last attempt, and other predicates are true as well.
    pub fn is_timeout(&self) -> bool {
        self.timeout_kind().is_some()
    }

    /// No connection came about, so the server never saw the request. Check the network, the base URL and proxies.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Tls)
            || self.timeout_kind() == Some(TimeoutKind::Connect)
    }

    /// The server's certificate or its TLS version was refused. It is never retried.
    pub fn is_tls(&self) -> bool {
        self.kind() == ErrorKind::Tls
    }

    /// The same call may succeed later, after [`retry_after`](Self::retry_after) if there is one.
    ///
    /// The client has already made the retries that it was allowed to make.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::IncompleteStream
            | ErrorKind::RateLimiter => true,
            ErrorKind::Api => match self.api_status() {
                Some(status) => http::StatusCode::from_u16(status).is_ok_and(is_transient),
                None => self.is_rate_limited() || self.is_flex_capacity(),
            },
            _ => false,
        }
    }

    /// The key is missing, wrong or revoked (401).
    pub fn is_authentication(&self) -> bool {
        self.api_status() == Some(401) || self.code() == Some("invalid_api_key")
    }

    /// The key may not do this: use this model, or call from here (403).
    pub fn is_permission_denied(&self) -> bool {
        self.api_status() == Some(403)
    }

    /// There is no such model, file, batch or path (404).
    pub fn is_not_found(&self) -> bool {
        self.api_status() == Some(404)
    }

    /// The model does not exist or is not open to this key.
    pub fn is_model_not_found(&self) -> bool {
        self.code() == Some("model_not_found")
    }

    /// The model was switched off. Groq's documentation names its successor.
    pub fn is_model_decommissioned(&self) -> bool {
        self.code() == Some("model_decommissioned")
    }

    /// The request itself is at fault: refused by this crate before it was sent, or by the server (400, 413, 422).
    ///
    /// Sending it again changes nothing.
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::Request || matches!(self.api_status(), Some(400 | 413 | 422))
    }

    /// The request is too large (413): too many bytes, or more tokens than the limit per minute allows at all.
    pub fn is_too_large(&self) -> bool {
        self.api_status() == Some(413)
    }

    /// The request alone asks for more tokens than the limit per minute (413 with `rate_limit_exceeded`).
    ///
    /// Waiting does not help. Shorten the prompt, or lower `max_completion_tokens`, which counts as if it were used (issue reports).
    pub fn is_token_limit(&self) -> bool {
        self.is_too_large() && self.code() == Some("rate_limit_exceeded")
    }

    /// The model wrote JSON, or a tool call, that the server refused; [`failed_generation`](Self::failed_generation) has it.
    ///
    /// Asking again, at a lower temperature, often helps (docs).
    pub fn is_failed_generation(&self) -> bool {
        matches!(
            self.code(),
            Some("json_validate_failed" | "tool_use_failed")
        )
    }

    /// Something that the call depends on failed (424): mostly a remote MCP server, which could not be reached or refused the call.
    pub fn is_failed_dependency(&self) -> bool {
        self.api_status() == Some(424)
    }

    /// The server failed (5xx).
    pub fn is_server_error(&self) -> bool {
        self.api_status()
            .is_some_and(|status| (500..600).contains(&status))
    }

    /// A stream ended, broke or stopped before the reply was whole; [`partial`](Self::partial) has what came.
    pub fn is_incomplete_stream(&self) -> bool {
        match self.kind() {
            ErrorKind::IncompleteStream => true,
            ErrorKind::Transport | ErrorKind::Timeout => self.inner.in_stream,
            _ => false,
        }
    }

    /// The answer, or an event of the stream, could not be decoded; [`body`](Self::body) has it.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// The answer is something else than what the call returns: another content type, no body, or an unknown status.
    pub fn is_unexpected_response(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnexpectedResponse | ErrorKind::Redirect
        )
    }

    /// Something was larger than the client's limit for it; the message names the limit.
    pub fn is_limit_exceeded(&self) -> bool {
        self.kind() == ErrorKind::LimitExceeded
    }

    /// The server redirects to where the client does not follow; the message names the place.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// A file, a reader or a writer of yours failed: it is missing, has changed, or the disk is full.
    ///
    /// [`source`](std::error::Error::source) has the cause.
    pub fn is_io(&self) -> bool {
        self.kind() == ErrorKind::Io
    }

    /// The client could not be made: a setting is missing or wrong.
    pub fn is_config(&self) -> bool {
        self.kind() == ErrorKind::Config
    }

    /// The status, where the server meant it as one: an error inside a stream has none of its own.
    fn api_status(&self) -> Option<u16> {
        let status = self.status()?;
        (self.kind() == ErrorKind::Api && !status.is_success()).then(|| status.as_u16())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_errors_has_all_predicates() {
        let page = include_str!("../errors.rs");
        let code = include_str!("predicates.rs");
        let predicates = code.lines().filter_map(|line| {
            let (name, _) = line.trim().strip_prefix("pub fn ")?.split_once('(')?;
            Some(name)
        });
        let mut count = 0;
        for name in predicates {
            assert!(page.contains(&format!("(crate::Error::{name})")), "{name}");
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
}
