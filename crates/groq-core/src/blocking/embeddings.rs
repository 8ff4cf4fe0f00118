//! Embeddings: texts as vectors.

use groq_types::{EmbeddingList, EmbeddingRequest};

use super::Client;
use crate::error::Error;
use crate::response::Response;

/// Embeddings; from [`Client::embeddings`]. Groq does not document them (sdk).
#[derive(Clone, Copy, Debug)]
pub struct Embeddings<'a> {
    client: &'a Client,
}

impl<'a> Embeddings<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Turns texts into vectors; see [`Embeddings::create`](crate::Embeddings::create).
    ///
    /// Operation: `createEmbedding`.
    ///
    /// ```no_run
    /// use groq_core::EmbeddingExt as _;
    /// use groq_core::types::EmbeddingRequest;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = EmbeddingRequest::new("nomic-embed-text-v1_5", ["one text", "another"]);
    /// for embedding in &client.embeddings().create(request)?.data {
    ///     println!("{} {:?}", embedding.index, embedding.floats()?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Embeddings::create`](crate::Embeddings::create).
    pub fn create(&self, request: EmbeddingRequest) -> Result<Response<EmbeddingList>, Error> {
        let embeddings = self.client.asynchronous().embeddings();
        self.client.wait(embeddings.create(request))
    }
}
