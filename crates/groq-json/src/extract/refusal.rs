//! What an error of the service means for a question.

use groq_core::Error;

use crate::schema::tool_name;

/// What an error of the service means.
#[derive(Debug, PartialEq)]
pub(crate) enum Meaning {
    /// The service refused what the model wrote: the text, if it was sent.
    Generation(Option<String>),
    /// The limit on tokens was reached before the end of the document.
    Cut,
    /// The schema is refused, and would be again.
    Schema(String),
    /// The model does not support this format.
    Format(String),
    /// Something else.
    Other,
}

/// Reads an error.
pub(crate) fn meaning(error: &Error) -> Meaning {
    of(
        error.code(),
        error.param(),
        error.message(),
        error.failed_generation(),
    )
}

fn of(code: Option<&str>, param: Option<&str>, message: &str, generation: Option<&str>) -> Meaning {
    const CUT: &str = "max completion tokens reached";
    let text = message.to_lowercase();
    let generation = generation.filter(|generation| !generation.trim().is_empty());
    let refused = matches!(code, Some("json_validate_failed" | "tool_use_failed"))
        || text.contains("does not match the expected schema")
        || text.contains("failed to generate json");
    if refused {
        let is_cut = text.contains(CUT)
            || generation.is_some_and(|generation| generation.to_lowercase().contains(CUT));
        return if is_cut {
            Meaning::Cut
        } else {
            Meaning::Generation(generation.map(str::to_owned))
        };
    }
    if text.contains("invalid json schema") {
        // Before anything else: that a keyword is not supported does not mean that the format is not.
        return Meaning::Schema(line(message));
    }
    let no_format = text.contains("does not support response format")
        || text.contains("does not support json")
        || text.contains("json mode cannot be combined")
        || (text.contains("response_format") && text.contains("not supported"))
        || (text.contains("tool")
            && (text.contains("does not support")
                || text.contains("not supported with this model")));
    if no_format {
        return Meaning::Format(line(message));
    }
    let about_schema = param
        .is_some_and(|param| param.starts_with("response_format") || param.contains("parameters"))
        && text.contains("schema");
    if about_schema {
        Meaning::Schema(line(message))
    } else {
        Meaning::Other
    }
}

/// One line of the service's words, which are about our schema and not about the conversation.
pub(crate) fn line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}

/// Returns the calls in a generation that the service refused: `{"name": .., "arguments": ..}`, or tags, or those of gpt-oss.
pub(crate) fn calls(generation: &str) -> Vec<(String, String)> {
    let tagged = tagged(generation);
    if !tagged.is_empty() {
        return tagged;
    }
    let Ok(value) = serde_json::from_str::<serde_json::Value>(generation.trim()) else {
        return Vec::new();
    };
    let list = match value {
        serde_json::Value::Array(list) => list,
        one => vec![one],
    };
    let call = |value: &serde_json::Value| {
        let value = value
            .get("function")
            .filter(|inner| inner.is_object())
            .unwrap_or(value);
        let name = tool_name(value.get("name")?.as_str()?).to_owned();
        let arguments = match value.get("arguments").or_else(|| value.get("parameters"))? {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((name, arguments))
    };
    let calls: Vec<_> = list.iter().filter_map(call).collect();
    if calls.len() == list.len() {
        calls
    } else {
        Vec::new()
    }
}

/// `<function=NAME>{..}</function>`, also with the first bracket missing its `>`, and `<|channel|>commentary to=NAME<|message|>{..}`.
fn tagged(generation: &str) -> Vec<(String, String)> {
    let channel = |part: &str| {
        let (head, body) = part.split_once("<|message|>")?;
        let name = head.split_once("to=")?.1.split_whitespace().next()?;
        let arguments = body.split("<|").next()?.trim();
        Some((tool_name(name).to_owned(), arguments.to_owned()))
    };
    let mut calls: Vec<_> = generation
        .split("<|channel|>")
        .filter_map(channel)
        .collect();
    for part in generation.split("<function=").skip(1) {
        let end = part
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || "_-.".contains(character))
            })
            .unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let rest = rest.trim_start_matches(['>', ',', ' ']);
        let arguments = rest.split("</function>").next().unwrap_or_default().trim();
        calls.push((name.to_owned(), arguments.to_owned()));
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart() {
        let failed = Some("json_validate_failed");
        let table = [
            (
                failed,
                None,
                "Failed to validate JSON",
                Some("{\"a\":"),
                Meaning::Generation(Some("{\"a\":".into())),
            ),
            (
                failed,
                None,
                "Failed to generate JSON",
                Some(""),
                Meaning::Generation(None),
            ),
            (
                failed,
                None,
                "x",
                Some("max completion tokens reached before generating a valid document"),
                Meaning::Cut,
            ),
            (
                failed,
                None,
                "max completion tokens reached before generating a valid document",
                None,
                Meaning::Cut,
            ),
            (
                None,
                None,
                "Generated JSON does not match the expected schema.",
                Some("{}"),
                Meaning::Generation(Some("{}".into())),
            ),
            (
                Some("tool_use_failed"),
                None,
                "m",
                Some("<function=f>{}</function>"),
                Meaning::Generation(Some("<function=f>{}</function>".into())),
            ),
        ];
        for (code, param, message, generation, expected) in table {
            assert_eq!(of(code, param, message, generation), expected, "{message}");
        }
        let schema = of(
            None,
            Some("response_format"),
            "invalid JSON schema for response_format: 'x': /properties: ...",
            None,
        );
        assert!(matches!(schema, Meaning::Schema(_)));
        let keyword = of(
            None,
            Some("response_format"),
            "invalid JSON schema for response_format: 'x': /properties/a: minItems is not supported",
            None,
        );
        assert!(matches!(keyword, Meaning::Schema(_)));
        let format = of(
            None,
            None,
            "This model does not support response format `json_schema`. See ...",
            None,
        );
        assert!(matches!(format, Meaning::Format(_)));
        assert_eq!(
            of(
                Some("model_not_found"),
                None,
                "The model `x` does not exist",
                None
            ),
            Meaning::Other
        );
    }

    #[test]
    fn calls_are_found_in_refused_generations() {
        let one = |name: &str, arguments: &str| vec![(name.to_owned(), arguments.to_owned())];
        assert_eq!(
            calls(r#"{"name":"f","arguments":{"a":1}}"#),
            one("f", r#"{"a":1}"#)
        );
        assert_eq!(
            calls(r#"[{"name":"f","parameters":"{\"a\":1}"}]"#),
            one("f", r#"{"a":1}"#)
        );
        assert_eq!(
            calls(r#"<function=f>{"a":1}</function>"#),
            one("f", r#"{"a":1}"#)
        );
        assert_eq!(
            calls(r#"<function=f{"a":1}</function>"#),
            one("f", r#"{"a":1}"#)
        );
        assert_eq!(
            calls(r#"{"name":"functions.f<|channel|>json","arguments":{}}"#),
            one("f", "{}")
        );
        assert_eq!(
            calls(
                "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\":1}<|call|>"
            ),
            one("f", r#"{"a":1}"#)
        );
        assert_eq!(calls("no call"), []);
    }
}
