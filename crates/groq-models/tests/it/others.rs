//! Embeddings, reranking, and batches.

use groq_models::types::{BatchEndpoint, BatchRequest, EmbeddingRequest, RerankingRequest};
use groq_models::{Catalog, Validate};

fn is_refused(request: &impl Validate) -> bool {
    let diagnostics = request.validate(&Catalog::shipped());
    diagnostics.into_result().is_err()
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
