//! Embeddings, reranking, and batches.

use groq_types::{BatchRequest, EmbeddingInput, EmbeddingRequest, RerankingRequest};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Validate};
use crate::model::ModelKind;

const MAX_EMBEDDINGS: usize = 2048;
const MAX_DOCS: usize = 100;

impl Validate for EmbeddingRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let kinds = [ModelKind::Embedding];
        diagnostics.model(catalog, &self.model, &kinds, "make embeddings");
        let texts = match &self.input {
            EmbeddingInput::One(text) => std::slice::from_ref(text),
            EmbeddingInput::Many(texts) => texts,
            _ => return diagnostics,
        };
        texts_of("input", texts, MAX_EMBEDDINGS, &mut diagnostics);
        diagnostics
    }
}

impl Validate for RerankingRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        diagnostics.model(catalog, &self.model, &[ModelKind::Reranking], "rerank");
        diagnostics.error_if(self.query.is_empty(), "query", "it is empty");
        texts_of("docs", &self.docs, MAX_DOCS, &mut diagnostics);
        diagnostics
    }
}

fn texts_of(field: &'static str, texts: &[String], most: usize, diagnostics: &mut Diagnostics) {
    if !(1..=most).contains(&texts.len()) {
        diagnostics.error(field, format!("there must be 1 to {most} texts"));
    }
    let empty = texts.iter().any(String::is_empty);
    diagnostics.error_if(empty, field, "a text is empty");
}

impl Validate for BatchRequest {
    fn validate(&self, _: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        diagnostics.errors_if([
            (
                self.input_file_id.is_empty(),
                "input_file_id",
                "it is empty",
            ),
            (
                !is_window(&self.completion_window),
                "completion_window",
                "it must be from 24h to 7d",
            ),
        ]);
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
