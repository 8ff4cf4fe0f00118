//! Reranking: texts in the order of how well they answer a query.

use groq_types::{Reranking as Reranked, RerankingRequest};

use super::Client;
use crate::error::Error;
use crate::response::Response;

/// Reranking; from [`Client::reranking`]. Groq does not document it (sdk).
#[derive(Clone, Copy, Debug)]
pub struct Reranking<'a> {
    client: &'a Client,
}

impl<'a> Reranking<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Sorts texts by how well they answer a query, the best first.
    ///
    /// Operation: `createReranking`.
    ///
    /// ```no_run
    /// use groq_core::types::RerankingRequest;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = RerankingRequest::new("qwen3-reranker-4b", "capital of Chad", ["N'Djamena", "Lima"]);
    /// for result in &client.reranking().create(request)?.results {
    ///     println!("{:.2} {}", result.score, result.doc);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Reranking::create`](crate::Reranking::create).
    pub fn create(&self, request: RerankingRequest) -> Result<Response<Reranked>, Error> {
        let reranking = self.client.asynchronous().reranking();
        self.client.wait(reranking.create(request))
    }
}
