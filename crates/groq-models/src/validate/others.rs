//! Embeddings, reranking, and batches.

use groq_types::{BatchRequest, EmbeddingInput, EmbeddingRequest, RerankingRequest};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Validate};

const MAX_EMBEDDINGS: usize = 2048;
const MAX_DOCS: usize = 100;

impl Validate for EmbeddingRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        diagnostics.model(catalog, &self.model);
        if let EmbeddingInput::Many(texts) = &self.input {
            diagnostics.error_if(
                !(1..=MAX_EMBEDDINGS).contains(&texts.len()),
                "input",
                "it must have 1 to 2048 texts",
            );
        }
        diagnostics
    }
}

impl Validate for RerankingRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        diagnostics.model(catalog, &self.model);
        let count = (1..=MAX_DOCS).contains(&self.docs.len());
        diagnostics.errors_if([
            (!count, "docs", "there must be 1 to 100"),
            (
                self.docs.iter().any(String::is_empty),
                "docs",
                "one is empty",
            ),
        ]);
        diagnostics
    }
}

impl Validate for BatchRequest {
    fn validate(&self, _: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error_if(
            !is_window(&self.completion_window),
            "completion_window",
            "it must be from 24h to 7d",
        );
        diagnostics
    }
}

fn is_window(text: &str) -> bool {
    let hours = |suffix, hours: u32| {
        let count: u32 = text.strip_suffix(suffix)?.parse().ok()?;
        count.checked_mul(hours)
    };
    hours('h', 1)
        .or_else(|| hours('d', 24))
        .is_some_and(|hours| (24..=168).contains(&hours))
}
