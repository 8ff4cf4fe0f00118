//! JSON as an answer: under a schema, like an example, or about the prompt.

use serde_json::{Map, Value, json};

use super::request::ChatRequest;
use crate::random::Random;
use crate::schema::{self, Hints};

/// A JSON object of the form that the messages show, or of one that fits any prompt.
pub(crate) fn object(request: &ChatRequest<'_>, random: &Random) -> String {
    let text = request.all_text();
    let hints = Hints::new(request.prompt());
    let made = |schema: &Value| schema::generate(schema, &hints, random).ok();
    let shown = shown(&text).or_else(|| named(&text));
    let shown = shown.as_ref().and_then(made);
    shown
        .or_else(|| made(&about(&hints)))
        .unwrap_or_else(|| "{}".to_owned())
}

/// JSON in answer to a prompt that contains a JSON Schema and the word JSON.
pub(crate) fn described(request: &ChatRequest<'_>, random: &Random) -> Option<String> {
    let is_asked = request
        .turns
        .iter()
        .any(|turn| turn.text.contains("JSON") && turn.text.contains('{'));
    if !is_asked {
        return None;
    }
    let schema = objects(&request.all_text()).find(is_schema)?;
    schema::generate(&schema, &Hints::new(request.prompt()), random).ok()
}

/// The schema of the first object in a text: the object itself if it is a schema, else what would be like it.
fn shown(text: &str) -> Option<Value> {
    let object =
        objects(text).find(|object| object.as_object().is_some_and(|object| !object.is_empty()))?;
    Some(if is_schema(&object) {
        object
    } else {
        like(&object)
    })
}

/// A schema with the keys that a text names: `with the keys "name", age (integer) and city`.
fn named(text: &str) -> Option<Value> {
    let words = ["keys", "fields", "properties", "attributes", "key", "field"];
    let (_, after) = words.iter().find_map(|word| text.split_once(word))?;
    let clause = after.split(['.', ';', '\n', '{']).next()?;
    let clause = clause.replace(" and ", ",");
    let mut properties = Map::new();
    for part in clause.split(',') {
        let (name, kind) = part.split_once('(').unwrap_or((part, ""));
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let Some(name) = name.split_whitespace().next_back() else {
            continue;
        };
        let name = name.trim_matches(|c| !is_part(c));
        if !name.is_empty() && name.chars().all(is_part) {
            properties.insert(name.to_owned(), text_like(kind.trim_end_matches(')')));
        }
    }
    let required: Vec<&String> = properties.keys().collect();
    (!required.is_empty())
        .then(|| json!({"type": "object", "required": required, "properties": properties}))
}

fn is_schema(value: &Value) -> bool {
    value["properties"].is_object() || (value["type"].is_string() && value["items"].is_object())
}

/// More braces than this are not tried: prompts may hold whole programs.
const MAX_TRIES: usize = 64;

/// The JSON objects that stand in a text.
fn objects(text: &str) -> impl Iterator<Item = Value> {
    let mut rest = text;
    let mut tries = 0;
    std::iter::from_fn(move || {
        while tries < MAX_TRIES {
            tries += 1;
            rest = &rest[rest.find('{')?..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            if let Some(Ok(value)) = values.next() {
                rest = &rest[values.byte_offset()..];
                return Some(value);
            }
            rest = &rest[1..];
        }
        None
    })
}

/// A schema under which values look like an example.
fn like(example: &Value) -> Value {
    match example {
        Value::Object(entries) => {
            let properties: Map<String, Value> = entries
                .iter()
                .map(|(key, value)| (key.clone(), like(value)))
                .collect();
            json!({"type": "object", "required": entries.keys().collect::<Vec<_>>(), "properties": properties})
        }
        Value::Array(items) => {
            json!({"type": "array", "items": items.first().map_or(json!({}), like), "minItems": 1})
        }
        Value::String(text) => text_like(text),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(number) if number.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::Null => json!({}),
    }
}

/// Examples write types and choices as texts: `"number (0-1)"`, `"positive|negative"`.
fn text_like(text: &str) -> Value {
    let lower = text.to_ascii_lowercase();
    let choices: Vec<&str> = text.split('|').map(str::trim).collect();
    if choices.len() > 1
        && choices
            .iter()
            .all(|choice| (1..=40).contains(&choice.len()))
    {
        return json!({"enum": choices});
    }
    match lower.split_whitespace().next() {
        Some("number" | "float") if lower.contains("0-1") || lower.contains("0 to 1") => {
            json!({"type": "number", "minimum": 0, "maximum": 1})
        }
        Some("number" | "float") => json!({"type": "number"}),
        Some("integer" | "int") => json!({"type": "integer"}),
        Some("boolean" | "bool") => json!({"type": "boolean"}),
        _ => json!({"type": "string"}),
    }
}

fn about(hints: &Hints<'_>) -> Value {
    let topic = hints.topic();
    json!({
        "type": "object",
        "required": ["topic", "summary", "keywords"],
        "properties": {
            "topic": {"const": topic.phrase},
            "summary": {"type": "string"},
            "keywords": {"const": topic.words.iter().take(5).collect::<Vec<_>>()},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_in_texts() {
        let text = "Use {this}: {\"a\": 1} or {\"b\": {\"c\": []}}. {";
        assert_eq!(
            objects(text).collect::<Vec<_>>(),
            [json!({"a": 1}), json!({"b": {"c": []}})]
        );
    }

    #[test]
    fn keys_that_prompts_name() {
        for (text, keys) in [
            ("JSON with the keys \"name\" and \"age\".", "age name"),
            (
                "Reply as JSON with keys: name, age (integer), and `home_city`. Be brief.",
                "age home_city name",
            ),
            ("JSON with a single key called answer", "answer"),
            (
                "Answer in JSON with the fields title and year; nothing else, please",
                "title year",
            ),
        ] {
            let schema = named(text).unwrap();
            let named: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            let mut keys: Vec<&str> = keys.split(' ').collect();
            keys.sort_unstable();
            let mut named: Vec<&str> = named.into_iter().map(String::as_str).collect();
            named.sort_unstable();
            assert_eq!(named, keys, "{text}");
        }
        assert_eq!(named("Answer in JSON, please."), None);
    }

    #[test]
    fn examples_become_schemas() {
        let schema = like(
            &json!({"mood": "positive|negative", "score": "number (0-1)", "tags": ["string"], "n": 3}),
        );
        assert_eq!(
            schema["properties"]["mood"],
            json!({"enum": ["positive", "negative"]})
        );
        assert_eq!(schema["properties"]["score"]["maximum"], 1);
        assert_eq!(
            schema["properties"]["tags"]["items"],
            json!({"type": "string"})
        );
        assert_eq!(schema["properties"]["n"], json!({"type": "integer"}));
    }
}
