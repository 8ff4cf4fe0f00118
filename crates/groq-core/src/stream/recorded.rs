//! Streams that were recorded.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::ChatStream;
use crate::client::Client;
use crate::error::Error;
use crate::transport::{Answered, Recorder, ResponseBody};

impl ChatStream {
    /// Reads a stream that was recorded, as if the server were sending it: for tests, and to look into what came.
    ///
    /// `frames` are the pieces of the body; where they are cut does not matter. The client lends its limits, and
    /// sends nothing.
    ///
    /// ```
    /// use groq_core::{ChatStream, Client};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), groq_core::Error> {
    /// let client = Client::builder().api_key("gsk_unused").build()?;
    /// let recording = concat!(
    ///     r#"data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#,
    ///     "\n\ndata: [DONE]\n\n",
    /// );
    /// let stream = ChatStream::recorded(&client, [recording]).await?;
    /// assert_eq!(stream.finish().await?.text(), Some("Hi"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_unexpected_response`](Error::is_unexpected_response) if the recording is JSON or HTML, and no stream.
    pub async fn recorded<F: Into<Bytes>>(
        client: &Client,
        frames: impl IntoIterator<Item = F>,
    ) -> Result<Self, Error> {
        let core = client.core();
        let frames = frames.into_iter().map(Into::into).collect();
        let answered = Answered {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: ResponseBody::recorded(core, frames),
            attempts: Vec::new(),
            started: core.runtime().now(),
            elapsed: std::time::Duration::ZERO,
            recorder: Recorder::default(),
        };
        Self::open(core.clone(), "read recorded stream", answered).await
    }
}
