//! Embeddings: texts as vectors.

use groq_types::{EmbeddingList, EmbeddingRequest};

use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{Exchange, Operation};

/// Embeddings; from [`Client::embeddings`]. Groq does not document them (sdk).
#[derive(Clone, Copy, Debug)]
pub struct Embeddings<'a> {
    client: &'a Client,
}

impl<'a> Embeddings<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Turns texts into vectors.
    ///
    /// Operation: `createEmbedding`.
    ///
    /// In base64 they are shorter on the wire; [`EmbeddingExt::floats`](crate::EmbeddingExt::floats) reads either form.
    ///
    /// ```no_run
    /// use groq_core::EmbeddingExt as _;
    /// use groq_core::types::{EmbeddingEncoding, EmbeddingRequest};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = EmbeddingRequest::new("nomic-embed-text-v1_5", ["one text", "another"])
    ///     .with_encoding_format(EmbeddingEncoding::Base64);
    /// for embedding in &client.embeddings().create(request).await?.data {
    ///     println!("{} {:?}", embedding.index, embedding.floats()?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// From the server, often [`is_model_not_found`](Error::is_model_not_found), [`is_rate_limited`](Error::is_rate_limited) and
    /// [`is_authentication`](Error::is_authentication).
    pub async fn create(
        &self,
        request: EmbeddingRequest,
    ) -> Result<Response<EmbeddingList>, Error> {
        let operation = Operation {
            doing: "create embedding",
            replay: Replay::Harmless,
        };
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().create_embedding(&request).await;
        exchange.finish(result)
    }
}
