//! `POST /openai/v1/reranking`: documents by how many words of the query they have.

use groq_models::ModelKind;
use serde::Serialize;
use serde_json::{Value, json};

use crate::api_error::Outcome;
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::limits::Charge;
use crate::random::{Digest, Random};
use crate::response::Response;
use crate::text::tokens;

#[derive(Debug, PartialEq, Serialize)]
struct Ranked<'a> {
    doc: &'a str,
    score: f64,
}

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::RERANKING_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let model = exchange.model(Some(text("model")), ModelKind::Reranking, "reranking")?;
    let documents = body["docs"].as_array().into_iter().flatten();
    let documents: Vec<&str> = documents.filter_map(Value::as_str).collect();
    let texts = documents.iter().copied();
    let texts = texts.chain([text("query"), text("instruction")]);
    let spent = texts.map(tokens::count).sum();
    let charge = Charge::tokens(&model.id, spent);
    Ok(exchange.metered(charge, |_| {
        Response::of(&json!({"results": ranked(text("query"), &documents)}))
    }))
}

/// The best first; equal ones in the order in which they came.
fn ranked<'a>(query: &str, documents: &[&'a str]) -> Vec<Ranked<'a>> {
    let wanted = words(query);
    let rank = |doc: &&'a str| Ranked {
        doc,
        score: score(query, &wanted, doc),
    };
    let mut results: Vec<Ranked<'_>> = documents.iter().map(rank).collect();
    results.sort_by(|one, two| two.score.total_cmp(&one.score));
    results
}

/// From 0 to 1: the share of the query's words, and a little that is the document's own.
fn score(query: &str, wanted: &[String], document: &str) -> f64 {
    let has = words(document);
    let met = wanted.iter().filter(|word| has.contains(word)).count();
    let share = share(met, wanted.len());
    let seed = Digest::new(0).text(query).text(document).finish();
    let own = Random::new(seed).unit();
    ((0.01 + 0.9 * share + 0.08 * own) * 1e6).round() / 1e6
}

fn share(part: usize, whole: usize) -> f64 {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    float(part) / float(whole.max(1))
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<String> = words
        .filter(|word| word.chars().count() > 2)
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_about_the_query_come_first() {
        let documents = ["a recipe for bread", "the capital of France is Paris", "x"];
        let results = ranked("What is the capital of France?", &documents);
        assert_eq!(results[0].doc, documents[1]);
        assert!(
            results
                .iter()
                .all(|ranked| (0.0..=1.0).contains(&ranked.score))
        );
        assert!(results.is_sorted_by(|one, two| one.score >= two.score));
        assert_eq!(
            results,
            ranked("What is the capital of France?", &documents)
        );
    }
}
