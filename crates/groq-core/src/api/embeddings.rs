//! Embeddings: texts as vectors.

use std::borrow::Borrow;

use groq_types::{EmbeddingList, EmbeddingRequest, operations};

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;

super::resource! {
    /// Embeddings; from [`Client::embeddings`](crate::Client::embeddings). Groq does not document them.
    Embeddings
}

impl Embeddings<'_> {
    /// Turns texts into vectors.
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
        self,
        request: impl Borrow<EmbeddingRequest>,
    ) -> Result<Response<EmbeddingList>, Error> {
        let endpoint = Endpoint::new("create embedding", &operations::CREATE_EMBEDDING);
        endpoint.post(self.core, request.borrow()).await
    }
}
