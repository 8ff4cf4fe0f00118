//! Shows that what is forgotten warns. Each pair differs in nothing but the use of the value.

/// A dropped builder warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example() {
/// groq_core::Client::builder().max_retries(3);
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example() {
/// let _used = groq_core::Client::builder().max_retries(3);
/// # }
/// ```
struct Builder;

/// Dropped options warn.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example() {
/// groq_core::RequestOptions::new().max_retries(3);
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example() {
/// let _used = groq_core::RequestOptions::new().max_retries(3);
/// # }
/// ```
struct Options;

/// A dropped policy warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example() {
/// groq_core::RetryPolicy::never();
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example() {
/// let _used = groq_core::RetryPolicy::never();
/// # }
/// ```
struct Policy;

/// A dropped rate limiter warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example() {
/// groq_core::limits::LocalRateLimiter::new();
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example() {
/// let _used = groq_core::limits::LocalRateLimiter::new();
/// # }
/// ```
struct Limiter;

/// A call without `.await` warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// client.models().list();
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// let _used = client.models().list();
/// # }
/// ```
struct Future;

/// A resource of which nothing is asked warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// client.chat();
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// let _used = client.chat();
/// # }
/// ```
struct Resource;

/// A request that is not sent warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// client.request(http::Method::GET, "/openai/v1/models");
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # fn example(client: groq_core::Client) {
/// let _used = client.request(http::Method::GET, "/openai/v1/models");
/// # }
/// ```
struct Request;

/// A stream that is not read warns.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # async fn example(client: groq_core::Client, request: groq_core::types::ChatCompletionRequest) {
/// client.chat().stream(request).await.unwrap();
/// # }
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// # async fn example(client: groq_core::Client, request: groq_core::types::ChatCompletionRequest) {
/// let _used = client.chat().stream(request).await.unwrap();
/// # }
/// ```
struct Stream;
