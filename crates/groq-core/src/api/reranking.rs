//! Reranking: texts in the order of how well they answer a query.

use std::borrow::Borrow;

use groq_types::{Reranking as Reranked, RerankingRequest, operations};

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;

super::resource! {
    /// Reranking; from [`Client::reranking`](crate::Client::reranking). Groq does not document it.
    Reranking
}

impl Reranking<'_> {
    /// Sorts texts by how well they answer a query, the best first.
    ///
    /// ```no_run
    /// use groq_core::types::RerankingRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = RerankingRequest::new("qwen3-reranker-4b", "capital of Chad", ["N'Djamena", "Lima"]);
    /// for result in &client.reranking().create(request).await?.results {
    ///     println!("{:.2} {}", result.score, result.doc);
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
        request: impl Borrow<RerankingRequest>,
    ) -> Result<Response<Reranked>, Error> {
        let endpoint = Endpoint::new("create reranking", &operations::CREATE_RERANKING);
        endpoint.post(self.core, request.borrow()).await
    }
}
