//! Embeddings, reranking, and batches.

use groq_types::{BatchRequest, EmbeddingInput, EmbeddingRequest, RerankingRequest};

use super::{Findings, Preflight};
use crate::facts::Catalogue;

const MAX_EMBEDDINGS: usize = 2048;
const MAX_DOCS: usize = 100;

impl Preflight for EmbeddingRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        findings.model(catalogue, &self.model);
        if let EmbeddingInput::Many(texts) = &self.input {
            findings.refuse_if(
                !(1..=MAX_EMBEDDINGS).contains(&texts.len()),
                "input",
                "it is of 1 to 2048 texts",
            );
        }
        findings
    }
}

impl Preflight for RerankingRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        findings.model(catalogue, &self.model);
        findings.refuse_if(
            !(1..=MAX_DOCS).contains(&self.docs.len()),
            "docs",
            "there are 1 to 100",
        );
        findings.refuse_if(
            self.docs.iter().any(String::is_empty),
            "docs",
            "one is empty",
        );
        findings
    }
}

impl Preflight for BatchRequest {
    fn check(&self, _: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        findings.refuse_if(
            !is_window(&self.completion_window),
            "completion_window",
            "it goes from 24h to 7d",
        );
        findings
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

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::BatchEndpoint;

    fn is_refused(request: &impl Preflight) -> bool {
        let findings = request.check(&Catalogue::shipped());
        findings.into_result().is_err()
    }

    #[test]
    fn too_much_and_too_little() {
        for (texts, refused) in [(0, true), (1, false), (2048, false), (2049, true)] {
            let request = EmbeddingRequest::new("m", vec!["a".to_owned(); texts]);
            assert_eq!(is_refused(&request), refused, "{texts}");
        }
        for (docs, refused) in [(0, true), (1, false), (100, false), (101, true)] {
            let request = RerankingRequest::new("m", "q", vec!["a".to_owned(); docs]);
            assert_eq!(is_refused(&request), refused, "{docs}");
        }
        assert!(is_refused(&RerankingRequest::new("m", "q", ["a", ""])));
        assert!(!is_refused(&EmbeddingRequest::new("m", "a")));
    }

    #[test]
    fn windows() {
        for (window, refused) in [
            ("24h", false),
            ("7d", false),
            ("168h", false),
            ("23h", true),
            ("8d", true),
            ("0d", true),
            ("soon", true),
            ("", true),
        ] {
            let request = BatchRequest::new("f", BatchEndpoint::V1ChatCompletions, window);
            assert_eq!(is_refused(&request), refused, "{window}");
        }
    }
}
