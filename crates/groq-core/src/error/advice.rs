//! What an error of the server means, and what to do about it.

use super::ApiError;

impl ApiError {
    /// Whether the account, and not the request, is what has to change: terms, blocks and restrictions.
    pub(super) fn is_of_account(&self) -> bool {
        self.account_in_words().is_some()
    }

    /// What happened, and what to do about it.
    pub(super) fn in_words(&self, status: Option<u16>) -> (&'static str, Option<&'static str>) {
        if let Some((what, advice)) = self.account_in_words() {
            return (what, Some(advice));
        }
        let Some(status) = status else {
            return ("the server reports an error", None);
        };
        match (status, self.code.as_deref()) {
            (413, Some("rate_limit_exceeded")) => (
                "the request alone needs more tokens than the limit per minute",
                Some("shorten it, or lower max_completion_tokens"),
            ),
            (400, Some("model_decommissioned")) => (
                "the model was switched off",
                Some("see console.groq.com/docs/deprecations for its successor"),
            ),
            (400 | 413, Some("context_length_exceeded")) => (
                "the request is longer than the context of the model",
                Some(
                    "shorten it, lower max_completion_tokens, or use a model with a larger context",
                ),
            ),
            (400, _) => ("the request is invalid", None),
            (401, _) => ("the API key is not accepted", Some("check GROQ_API_KEY")),
            (403, _) => (
                "access is denied",
                Some("check what the key, the organization and this network may use"),
            ),
            (404, Some("model_not_found")) => (
                "there is no such model for this key",
                Some("list the models to see which there are"),
            ),
            (404, Some("unknown_url")) => ("there is no such path", Some("check the base URL")),
            (404, _) => ("not found", Some("check the id and the base URL")),
            (407, _) => (
                "the proxy asks for a user and a password",
                Some("set them in HTTP_PROXY: http://user:password@host:port"),
            ),
            (408, _) => ("the server timed out", None),
            (409, _) => ("the call is in conflict with another one", None),
            (413, _) => ("the request is too large", Some("make it smaller")),
            (422, _) => ("the request cannot be processed", None),
            (424, _) => ("a service that the request depends on failed", None),
            (429, _) => ("rate limited", None),
            (498, _) => (
                "the flex tier is at capacity",
                Some("try again later, or ask for service_tier on_demand"),
            ),
            (501 | 505, _) => ("the server does not support the request", None),
            (500..=599, _) => ("the server failed", Some("try again later")),
            _ => ("the server refused the request", None),
        }
    }

    /// What is the matter with the account. The status does not matter: both 400 and 403 have been seen.
    fn account_in_words(&self) -> Option<(&'static str, &'static str)> {
        let words = match self.code.as_deref()? {
            "model_terms_required" => (
                "the terms of the model are not accepted",
                "an administrator of the organization can accept them at console.groq.com/playground",
            ),
            "organization_restricted" => (
                "the organization is restricted",
                "see console.groq.com, or ask Groq's support",
            ),
            "blocked_api_access" => (
                "access to the API is blocked for the organization",
                "check the spend limit and the payments at console.groq.com/settings/billing",
            ),
            code if code.starts_with("model_permission_blocked") => (
                "the model is blocked in the settings of the organization or the project",
                "an administrator can allow it at console.groq.com/settings/limits; or use another model",
            ),
            _ => return None,
        };
        Some(words)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use crate::error::{Answer, ApiError, Error};

    fn error(status: u16, code: &str) -> Error {
        let body = format!(r#"{{"error":{{"message":"told you so","code":"{code}"}}}}"#);
        let status = StatusCode::from_u16(status).expect("a status");
        Error::api(ApiError::from_body(body.as_bytes()), status).with_answer(Answer {
            status,
            headers: http::HeaderMap::new(),
            body: bytes::Bytes::new(),
        })
    }

    #[test]
    fn an_error_of_the_account_is_told_apart_and_says_what_to_do() {
        for (code, advice) in [
            ("model_terms_required", "accept them"),
            ("organization_restricted", "support"),
            ("blocked_api_access", "spend limit"),
            ("model_permission_blocked_org", "allow it"),
            ("model_permission_blocked_project", "allow it"),
        ] {
            for status in [200, 400, 403] {
                let error = error(status, code);
                assert!(error.is_account_restricted(), "{code} {status}");
                assert!(!error.is_invalid_request(), "{code} {status}");
                assert!(!error.is_retryable(), "{code} {status}");
                assert_eq!(error.is_permission_denied(), status == 403, "{code}");
                let text = error.to_string();
                assert!(
                    text.contains(advice) && text.contains("told you so"),
                    "{text}"
                );
                assert!(!text.contains("request is invalid"), "{text}");
            }
        }
        let other = error(400, "wrong_api_format");
        assert!(!other.is_account_restricted() && other.is_invalid_request());
    }

    #[test]
    fn codes_say_more_than_their_status() {
        for (status, code, words) in [
            (
                400,
                "context_length_exceeded",
                "context of the model; shorten it",
            ),
            (413, "request_too_large", "too large"),
            (404, "unknown_url", "no such path"),
        ] {
            let text = error(status, code).to_string();
            assert!(text.replace(": told you so", "").contains(words), "{text}");
        }
    }
}
