//! Questions to an error.

use super::{Error, ErrorKind, TimeoutKind};
use crate::retry::decision::is_transient;

impl Error {
    /// Returns whether the server refused the call for its rate (429), or the rate limiter would hold it for too long.
    ///
    /// [`retry_after`](Self::retry_after) returns when to call again. The limits belong to the organization: other programs may have used them up.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_rate_limited() {
    ///     println!("try again in {:?}", error.retry_after());
    /// }
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
            || self.kind() == ErrorKind::Api
                && match self.api_status() {
                    Some(status) => status == 429,
                    None => self.code() == Some("rate_limit_exceeded"),
                }
    }

    /// Returns whether the flex tier has no capacity (498, a status of Groq's own).
    ///
    /// Try again later, or with `service_tier: on_demand`; see
    /// [`create_with_flex_fallback`](crate::Chat::create_with_flex_fallback).
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// let retry_on_demand = error.is_flex_capacity();
    /// # }
    /// ```
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

    /// Returns whether no connection was made, so that the server never saw the request. Check the network, the base URL and proxies.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_connect() {
    ///     println!("is the network up? {error}");
    /// }
    /// # }
    /// ```
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Tls)
            || self.timeout_kind() == Some(TimeoutKind::Connect)
    }

    /// Returns whether the server's certificate or TLS version was refused. It is never retried.
    pub fn is_tls(&self) -> bool {
        self.kind() == ErrorKind::Tls
    }

    /// Returns whether the same call may succeed later, after [`retry_after`](Self::retry_after) if there is one.
    ///
    /// The client has already made the retries that it was allowed to make.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_retryable() {
    ///     std::thread::sleep(error.retry_after().unwrap_or_default());
    /// }
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::IncompleteStream
            | ErrorKind::RateLimited
            | ErrorKind::RateLimiter => true,
            ErrorKind::Api => match self.api_status() {
                Some(status) => http::StatusCode::from_u16(status).is_ok_and(is_transient),
                None => self.is_rate_limited() || self.is_flex_capacity(),
            },
            _ => false,
        }
    }

    /// Returns whether the key is missing, wrong or revoked (401).
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_authentication() {
    ///     println!("check GROQ_API_KEY");
    /// }
    /// # }
    /// ```
    pub fn is_authentication(&self) -> bool {
        self.api_status() == Some(401) || self.code() == Some("invalid_api_key")
    }

    /// Returns whether the key may not do this, such as use this model or call from here (403).
    pub fn is_permission_denied(&self) -> bool {
        self.api_status() == Some(403)
    }

    /// Returns whether the account has to change, and not the request: the terms of a model are not accepted, a model is blocked in the
    /// settings, or the organization is restricted or blocked.
    ///
    /// The codes are `model_terms_required`, `model_permission_blocked_org`, `model_permission_blocked_project`,
    /// `organization_restricted` and `blocked_api_access`. The text of the error says where to change it.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_account_restricted() {
    ///     println!("an administrator has to act: {error}");
    /// }
    /// # }
    /// ```
    pub fn is_account_restricted(&self) -> bool {
        let api = self.inner.api.as_ref();
        api.is_some_and(super::ApiError::is_of_account)
    }

    /// Returns whether there is no such model, file, batch or path (404).
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// let is_gone = error.is_not_found();
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.api_status() == Some(404)
    }

    /// Returns whether the model does not exist, or is not available to this key.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_model_not_found() {
    ///     println!("list the models with client.models().list()");
    /// }
    /// # }
    /// ```
    pub fn is_model_not_found(&self) -> bool {
        self.code() == Some("model_not_found")
    }

    /// Returns whether the model was shut down. [`Catalog`](crate::models::Catalog) knows successors.
    pub fn is_model_decommissioned(&self) -> bool {
        self.code() == Some("model_decommissioned")
    }

    /// Returns whether the request itself is invalid: refused by this crate before it was sent, or by the server (400, 413, 422).
    ///
    /// Sending it again does not help.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_invalid_request() {
    ///     println!("{} ({:?})", error.message(), error.param());
    /// }
    /// # }
    /// ```
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::Request
            || matches!(self.api_status(), Some(400 | 413 | 422)) && !self.is_account_restricted()
    }

    /// Returns whether the request is too large (413): too many bytes, or more tokens than the limit per minute.
    pub fn is_too_large(&self) -> bool {
        self.api_status() == Some(413)
    }

    /// Returns whether the request alone needs more tokens than the limit per minute (413 with `rate_limit_exceeded`).
    ///
    /// Waiting does not help. Shorten the prompt, or lower `max_completion_tokens`, which counts in full.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_token_limit() {
    ///     println!("lower max_completion_tokens");
    /// }
    /// # }
    /// ```
    pub fn is_token_limit(&self) -> bool {
        self.is_too_large() && self.code() == Some("rate_limit_exceeded")
    }

    /// Returns whether the model wrote JSON or a tool call that the server refused.
    ///
    /// [`failed_generation`](Self::failed_generation) returns it. Asking again at a lower temperature often helps.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_failed_generation() {
    ///     println!("{:?}", error.failed_generation());
    /// }
    /// # }
    /// ```
    pub fn is_failed_generation(&self) -> bool {
        matches!(
            self.code(),
            Some("json_validate_failed" | "tool_use_failed")
        )
    }

    /// Returns whether something that the call depends on failed (424), mostly a remote MCP server.
    pub fn is_failed_dependency(&self) -> bool {
        self.api_status() == Some(424)
    }

    /// Returns whether the server failed (5xx).
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// let is_their_fault = error.is_server_error();
    /// # }
    /// ```
    pub fn is_server_error(&self) -> bool {
        self.api_status()
            .is_some_and(|status| (500..600).contains(&status))
    }

    /// Returns whether a stream ended or broke before the reply was complete. [`partial`](Self::partial) returns what arrived.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_incomplete_stream() {
    ///     println!("{:?}", error.partial().and_then(|reply| reply.text()));
    /// }
    /// # }
    /// ```
    pub fn is_incomplete_stream(&self) -> bool {
        match self.kind() {
            ErrorKind::IncompleteStream => true,
            ErrorKind::Transport | ErrorKind::Timeout => self.inner.in_stream,
            _ => false,
        }
    }

    /// Returns whether a response or an event of a stream could not be decoded. [`body`](Self::body) returns it.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_decode() {
    ///     println!("{:?}", error.body());
    /// }
    /// # }
    /// ```
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Returns whether the response has another content type, no body, or an unknown status.
    pub fn is_unexpected_response(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnexpectedResponse | ErrorKind::Redirect
        )
    }

    /// Returns whether something is larger than a limit of the client. The message names the limit.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if error.is_limit_exceeded() {
    ///     println!("{error}");
    /// }
    /// # }
    /// ```
    pub fn is_limit_exceeded(&self) -> bool {
        self.kind() == ErrorKind::LimitExceeded
    }

    /// Returns whether the server redirects to a place that the client does not follow. The message names it.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// Returns whether a file, a reader or a writer of the caller failed: it is missing, has changed, or the disk is full.
    ///
    /// [`source`](std::error::Error::source) returns the cause.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// use std::error::Error as _;
    /// if error.is_io() {
    ///     println!("{error}: {:?}", error.source());
    /// }
    /// # }
    /// ```
    pub fn is_io(&self) -> bool {
        self.kind() == ErrorKind::Io
    }

    /// Returns whether the client could not be built, because a setting is missing or wrong.
    pub fn is_config(&self) -> bool {
        self.kind() == ErrorKind::Config
    }

    /// The status that the server means: that of HTTP, or the one that an error inside a stream, or inside a 200, has of its own.
    fn api_status(&self) -> Option<u16> {
        if self.kind() != ErrorKind::Api {
            return None;
        }
        self.inner.api.as_ref()?.status_with(self.status()?)
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
