//! Reranking: texts in the order of how well they answer a query.

use groq_types::{Reranking as Reranked, RerankingRequest};

use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{Exchange, Operation};

/// Reranking; from [`Client::reranking`]. Groq does not document it (sdk).
#[derive(Clone, Copy, Debug)]
pub struct Reranking<'a> {
    client: &'a Client,
}

impl<'a> Reranking<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Sorts texts by how well they answer a query, the best first.
    ///
    /// Operation: `createReranking`.
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
    pub async fn create(&self, request: RerankingRequest) -> Result<Response<Reranked>, Error> {
        let operation = Operation {
            doing: "create reranking",
            replay: Replay::Harmless,
        };
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().create_reranking(&request).await;
        exchange.finish(result)
    }
}
