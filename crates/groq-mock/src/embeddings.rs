//! `POST /openai/v1/embeddings`: unit vectors that depend on the text.
//!
//! A vector is the sum of the directions of the text's words, so that texts with words in common are near each
//! other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groq_models::ModelKind;
use serde_json::{Value, json};

use crate::api_error::{ApiError, Outcome};
use crate::cast::single;
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::limits::Charge;
use crate::random::{Digest, Random};
use crate::response::Response;
use crate::text::tokens;

const DIMENSIONS: usize = 768;
/// How many of its dimensions a word moves.
const REACH: usize = 24;

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::EMBEDDING_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let model = exchange.model(text("model"), ModelKind::Embedding, "embeddings")?;
    let inputs = inputs(&body["input"]);
    let prompt_tokens = counted(&inputs, model.context)?;
    let encoded = text("encoding_format") == Some("base64");
    let charge = Charge::tokens(&model.id, prompt_tokens);
    Ok(exchange.metered(charge, |_| {
        written(&inputs, &model.id, encoded, prompt_tokens)
    }))
}

fn inputs(input: &Value) -> Vec<&str> {
    match input {
        Value::String(text) => vec![text],
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// All tokens, where each text has some and not too many.
fn counted(inputs: &[&str], most: u64) -> Outcome<u64> {
    let mut total = 0;
    for (index, input) in inputs.iter().enumerate() {
        let count = tokens::count(input);
        if count == 0 {
            let message = format!("'input.{index}' : value must not be empty");
            return Err(ApiError::invalid(message).param("input"));
        }
        if count > most {
            let message =
                format!("'input.{index}' : {count} tokens are more than the model's {most}");
            return Err(ApiError::invalid(message)
                .param("input")
                .code("context_length_exceeded"));
        }
        total += count;
    }
    Ok(total)
}

fn written(inputs: &[&str], model: &str, encoded: bool, prompt_tokens: u64) -> Response {
    let data = inputs.iter().enumerate().map(|(index, input)| {
        let vector = vector(input);
        let embedding = if encoded {
            let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
            json!(STANDARD.encode(bytes))
        } else {
            json!(vector)
        };
        json!({"index": index, "object": "embedding", "embedding": embedding})
    });
    let usage = json!({"prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens});
    let data: Vec<Value> = data.collect();
    Response::of(&json!({"object": "list", "data": data, "model": model, "usage": usage}))
}

/// A vector of length 1.
fn vector(text: &str) -> Vec<f32> {
    let mut sum = vec![0.0_f64; DIMENSIONS];
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .for_each(|word| add(&mut sum, word, REACH, 1.0));
    // Distinguishes texts of the same words, and gives a direction to a text without any.
    add(&mut sum, text, DIMENSIONS, 0.05);
    let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
    sum.iter().map(|x| single(x / length)).collect()
}

/// Adds a text's direction, in a number of parts.
fn add(sum: &mut [f64], text: &str, parts: usize, weight: f64) {
    let mut random = Random::new(Digest::new(0).text(text).finish());
    for _ in 0..parts {
        let place = random.below(DIMENSIONS);
        if let Some(x) = sum.get_mut(place) {
            *x += weight * (random.unit() * 2.0 - 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(one: &str, two: &str) -> f32 {
        let (one, two) = (vector(one), vector(two));
        one.iter().zip(&two).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn vectors_have_length_one() {
        for text in ["", "a", "?", "The quick brown fox", "日本語"] {
            assert!((cosine(text, text) - 1.0).abs() < 1e-5, "{text}");
        }
    }

    #[test]
    fn texts_with_words_in_common_are_near() {
        let near = cosine("the cat sat on the mat", "a cat sat on a mat");
        let far = cosine("the cat sat on the mat", "quarterly revenue fell");
        assert!(near > 0.4 && far < 0.3 && near > far, "{near} {far}");
    }
}
