//! The raw client that progenitor writes: a method for each operation with JSON in and out.
//!
//! It builds requests and decodes replies. What happens between the two is an [`Execute`] of your choice: [`Direct`]
//! sends a request once, as it is. The first argument of some methods is an optional header of the API.
//!
//! ```no_run
//! use groq_types::{ChatCompletionRequest, Message, client::Client};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut headers = reqwest::header::HeaderMap::new();
//! headers.insert("authorization", "Bearer gsk_..".parse()?);
//! let http = reqwest::Client::builder().default_headers(headers).build()?;
//! let groq = Client::direct("https://api.groq.com", http);
//! let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Hello!")]);
//! let reply = groq.create_chat_completion(None, &request).await?;
//! println!("{}", reply.text().unwrap_or_default());
//! # Ok(())
//! # }
//! ```

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use progenitor_client::{ClientHooks, OperationInfo};

pub use crate::generated::client::{ByteStream, Client, ClientInfo, Error, ResponseValue};

/// A request on its way.
#[cfg(not(target_arch = "wasm32"))]
pub type Executing<'a> =
    Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send + 'a>>;

/// A request on its way.
#[cfg(target_arch = "wasm32")]
pub type Executing<'a> = Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + 'a>>;

/// Carries out the requests of a raw [`Client`].
///
/// This is where a client of your own adds authentication, retries or limits, for all operations at once.
pub trait Execute: fmt::Debug + Send + Sync {
    /// Sends one request of the operation with this id (in snake case, such as `create_chat_completion`).
    fn execute<'a>(&'a self, request: reqwest::Request, operation: &'static str) -> Executing<'a>;
}

/// Sends a request once, as it is.
#[derive(Clone, Debug)]
pub struct Direct(reqwest::Client);

impl Execute for Direct {
    fn execute<'a>(&'a self, request: reqwest::Request, _operation: &'static str) -> Executing<'a> {
        Box::pin(self.0.execute(request))
    }
}

impl Client {
    /// Creates a client that sends each request once, as it is, over `http`; the key goes into its default headers.
    ///
    /// `base_url` is the origin alone, such as `https://api.groq.com`: the paths of the operations are whole.
    pub fn direct(base_url: &str, http: reqwest::Client) -> Self {
        let execute = Arc::new(Direct(http.clone()));
        Self::new_with_client(base_url, http, execute)
    }
}

impl ClientHooks<Arc<dyn Execute>> for Client {
    async fn exec(
        &self,
        mut request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        // A convention of progenitor; the service knows no such header.
        request.headers_mut().remove("api-version");
        self.inner().execute(request, info.operation_id).await
    }
}
