//! Which documents of the request a text rests on.

use groq_types::{Annotation, AnnotationType, DocumentCitation};
use serde_json::Value;

use super::ask::Ask;

/// One citation for each document, of one sentence of the text after the other. Places are in characters.
pub(crate) fn citations(ask: &Ask<'_>, text: &str) -> Vec<Annotation> {
    if ask.text("citation_options") == Some("disabled") {
        return Vec::new();
    }
    let documents = ask.body.get("documents").and_then(Value::as_array);
    let Some(documents) = documents.filter(|documents| !documents.is_empty()) else {
        return Vec::new();
    };
    let mut start = 0;
    let sentences: Vec<(u64, u64)> = text
        .split_inclusive(['.', '!', '?'])
        .map(|sentence| {
            let from = start;
            start += count(sentence);
            // The space before a sentence is not cited.
            let blank = count(sentence) - count(sentence.trim_start());
            (from + blank, start)
        })
        .filter(|(from, to)| from < to)
        .collect();
    let cited = documents.iter().enumerate().zip(sentences.iter().cycle());
    cited
        .map(|((index, document), (from, to))| {
            let id = document["id"].as_str();
            let id = id.map_or_else(|| index.to_string(), str::to_owned);
            Annotation::new(AnnotationType::DocumentCitation)
                .with_document_citation(DocumentCitation::new(id, *from, *to))
        })
        .collect()
}

fn count(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::models::Models;

    #[test]
    fn every_document_is_cited_unless_told() {
        let text = "Ein Wört. Two words! Three";
        let spans = |options: &str| {
            let body = json!({
                "documents": [{"id": "a", "source": {}}, {"source": {}}, {"source": {}}, {"source": {}}],
                "citation_options": options,
            });
            let models = Models::new(&[]);
            let ask = Ask::new(
                body.as_object().unwrap(),
                models.find("openai/gpt-oss-20b").unwrap(),
            );
            let citations = citations(&ask, text).into_iter();
            citations
                .map(|one| one.document_citation.unwrap())
                .map(|one| (one.document_id, one.start_index, one.end_index))
                .collect::<Vec<_>>()
        };
        let of = |id: &str, from, to| (id.to_owned(), from, to);
        let all = [
            of("a", 0, 9),
            of("1", 10, 20),
            of("2", 21, 26),
            of("3", 0, 9),
        ];
        assert_eq!(spans("enabled"), all);
        assert_eq!(spans("disabled"), []);
    }
}
