//! Every kind of failure: when it comes, and what to do about it.
//!
//! There is one type, [`Error`](crate::Error). Ask its predicates first; they say what to do. This page exists in the
//! documentation only.
//!
//! # What to do
//!
//! ```no_run
//! use groq_core::types::{ChatCompletionRequest, Message};
//! use groq_core::{Client, Error};
//!
//! # fn fallback() {}
//! # async fn example(client: Client, request: ChatCompletionRequest) -> Result<(), Error> {
//! match client.chat().create(request).await {
//!     Ok(reply) => println!("{:?}", reply.text()),
//!     Err(error) if error.is_rate_limited() || error.is_flex_capacity() => {
//!         println!("come back in {:?}", error.retry_after());
//!     }
//!     Err(error) if error.is_failed_generation() => println!("{:?}", error.failed_generation()),
//!     Err(error) if error.is_retryable() => fallback(),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # All of them
//!
//! | predicate | when | what to do |
//! |---|---|---|
//! | [`is_config`](crate::Error::is_config) | the client cannot be made: no key, a bad base URL, a header that is refused; or a key provider failed | the message says which setting |
//! | [`is_invalid_request`](crate::Error::is_invalid_request) | refused before sending, or by the server (400, 413, 422) | change the request; sending it again changes nothing |
//! | [`is_authentication`](crate::Error::is_authentication) | the key is missing, wrong or revoked (401) | check the key |
//! | [`is_permission_denied`](crate::Error::is_permission_denied) | the key may not do this (403) | check the organization's settings, and the network |
//! | [`is_account_restricted`](crate::Error::is_account_restricted) | the account has to change, not the request: terms not accepted, a model blocked, the organization restricted (400, 403) | the text says where an administrator changes it |
//! | [`is_not_found`](crate::Error::is_not_found), [`is_model_not_found`](crate::Error::is_model_not_found) | no such model, file or path (404) | list what there is |
//! | [`is_model_decommissioned`](crate::Error::is_model_decommissioned) | the model was switched off | use its successor |
//! | [`is_too_large`](crate::Error::is_too_large), [`is_token_limit`](crate::Error::is_token_limit) | too many bytes, or more tokens than a minute allows at all (413) | shorten it, or lower `max_completion_tokens` |
//! | [`is_rate_limited`](crate::Error::is_rate_limited) | too much in too short a time (429), and the retries are used up; or the rate limiter would hold the call for too long | wait for [`retry_after`](crate::Error::retry_after), or set a [`rate_limiter`](crate::ClientBuilder::rate_limiter) |
//! | [`is_flex_capacity`](crate::Error::is_flex_capacity) | the flex tier is full (498) | later, or `service_tier: on_demand` |
//! | [`is_failed_generation`](crate::Error::is_failed_generation) | the model wrote JSON or a tool call that was refused | ask again, at a lower temperature |
//! | [`is_failed_dependency`](crate::Error::is_failed_dependency) | what the call depends on failed, mostly a remote MCP server (424) | check that server and its key |
//! | [`is_server_error`](crate::Error::is_server_error) | the server failed (5xx) | later |
//! | [`is_timeout`](crate::Error::is_timeout) | a limit on time ran out; [`timeout_kind`](crate::Error::timeout_kind) says which | later, or a longer limit |
//! | [`is_connect`](crate::Error::is_connect) | no connection came about; nothing was sent | check network, base URL and proxy |
//! | [`is_tls`](crate::Error::is_tls) | a certificate or a TLS version was refused | check the base URL; add a [root certificate](crate::ClientBuilder::root_certificates) |
//! | [`is_incomplete_stream`](crate::Error::is_incomplete_stream) | a stream ended, broke or stopped too early | [`partial`](crate::Error::partial) has what came |
//! | [`is_decode`](crate::Error::is_decode) | a response, or an event, is not what it should be | [`body`](crate::Error::body) has it; tell us |
//! | [`is_unexpected_response`](crate::Error::is_unexpected_response), [`is_redirect`](crate::Error::is_redirect) | HTML, another content type, a redirect to elsewhere | check the base URL |
//! | [`is_io`](crate::Error::is_io) | a file, a reader or a writer of yours failed | the message names it; [`source`](std::error::Error::source) has the cause |
//! | [`is_limit_exceeded`](crate::Error::is_limit_exceeded) | something was larger than its limit | the message names the setting |
//!
//! An error in the middle of a stream comes after the status 200. The predicates then go by the status, code or type inside the event.
//!
//! [`is_retryable`](crate::Error::is_retryable) is true where the same call may succeed later. The client has made its retries already.
//!
//! # What it knows
//!
//! [`status`](crate::Error::status), [`code`](crate::Error::code), [`error_type`](crate::Error::error_type),
//! [`param`](crate::Error::param), [`message`](crate::Error::message), [`request_id`](crate::Error::request_id),
//! [`retry_after`](crate::Error::retry_after), [`rate_limits`](crate::Error::rate_limits), every
//! [attempt](crate::Error::attempts) with its status, wait and request id, [`elapsed`](crate::Error::elapsed),
//! [`headers`](crate::Error::headers), and the beginning of the [`body`](crate::Error::body).
//!
//! Its text is one line, and safe to log: what was being done, what happened, what to do.
//!
//! ```text
//! create chat completion: rate limited: Rate limit reached for model ...; try again in 5.3s (3 attempts in 1.6s, request req_01...)
//! create chat completion: the API key is not accepted: Invalid API Key; check GROQ_API_KEY
//! stream chat completion: the stream ended before the reply was finished; what came so far is in Error::partial
//! list models: no trusted TLS connection to api.groq.com: ...; check the base URL, or add a root certificate
//! ```
