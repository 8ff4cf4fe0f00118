//! Embeddings, reranking, and batches.

use groq_models::types::{
    BatchEndpoint, BatchRequest, ChatCompletionRequest, EmbeddingRequest, Message,
    RerankingRequest, ResponseRequest, SpeechFormat, SpeechRequest, TranscriptionRequest,
};
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
fn what_is_empty_or_of_another_kind_is_refused() {
    let fields = |request: &dyn Validate| crate::fields(&request.validate(&Catalog::shipped()));
    let chat = "openai/gpt-oss-20b";
    let (embeddings, speech) = ("nomic-embed-text-v1_5", "canopylabs/orpheus-v1-english");
    let speak = |text: &str| {
        SpeechRequest::new(speech, text, "hannah").with_response_format(SpeechFormat::Wav)
    };
    let respond = |text: &str| ResponseRequest::new(chat, text);
    let hello = || ChatCompletionRequest::new(chat, [Message::user("Hello")]);
    let file = |id: &str| BatchRequest::new(id, BatchEndpoint::V1ChatCompletions, "24h");
    let table: Vec<(Box<dyn Validate>, &[&str])> = vec![
        (Box::new(EmbeddingRequest::new(embeddings, "a")), &[]),
        (Box::new(EmbeddingRequest::new(embeddings, "")), &["input"]),
        (
            Box::new(EmbeddingRequest::new(embeddings, ["a", ""])),
            &["input"],
        ),
        (Box::new(EmbeddingRequest::new(" ", "a")), &["model"]),
        (Box::new(EmbeddingRequest::new(chat, "a")), &["model"]),
        (Box::new(hello().with_model(speech)), &["model"]),
        (Box::new(hello().with_model("")), &["model"]),
        (
            Box::new(hello().with_max_completion_tokens(0u32)),
            &["max_completion_tokens"],
        ),
        (
            Box::new(hello().with_model("new").with_max_tokens(0u32)),
            &["max_completion_tokens"],
        ),
        (Box::new(hello().with_max_completion_tokens(1u32)), &[]),
        (Box::new(respond("Hello")), &[]),
        (Box::new(respond("")), &["input"]),
        (
            Box::new(respond("Hello").with_max_output_tokens(0u32)),
            &["max_output_tokens"],
        ),
        (Box::new(RerankingRequest::new("m", "", ["a"])), &["query"]),
        (
            Box::new(RerankingRequest::new(chat, "q", ["a"])),
            &["model"],
        ),
        (Box::new(speak("Hello")), &[]),
        (Box::new(speak(" ")), &["input"]),
        (Box::new(TranscriptionRequest::new(chat)), &["model"]),
        (Box::new(TranscriptionRequest::new("")), &["model"]),
        (Box::new(file("f")), &[]),
        (Box::new(file("")), &["input_file_id"]),
    ];
    for (row, (request, expected)) in table.into_iter().enumerate() {
        assert_eq!(fields(&*request), expected, "row {row}");
    }
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
