//! Matchers of forms (`multipart/form-data`).

mod parse;

use httpmock::{HttpMockRequest, When};
use serde::Serialize;
use serde_json::Value;

use self::parse::Part;

/// Forms whose fields, files apart, are those of a value: a part for each, a list as a part for each item.
pub(crate) fn fields(when: When, value: &impl Serialize) -> When {
    let value = serde_json::to_value(value)
        .expect("a wire type has string keys only, so it is always JSON");
    let mut expected = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => {
                expected.extend(items.iter().map(|item| (name.clone(), item.clone())));
            }
            value => expected.push((name.clone(), value.clone())),
        }
    }
    // Stable, so that the parts of a list keep their order.
    expected.sort_by(|left, right| left.0.cmp(&right.0));
    when.is_true(move |request| has_fields(&parts(request), &expected))
}

/// Forms with a file of this name in a certain part.
pub(crate) fn file_name(when: When, part: &'static str, name: &str) -> When {
    let name = name.to_owned();
    when.is_true(move |request| {
        let parts = parts(request);
        let mut files = parts.iter().filter(|found| found.name == part);
        files.any(|found| found.file_name.as_deref() == Some(&name))
    })
}

/// Forms with these bytes in a certain part.
pub(crate) fn content(when: When, part: &'static str, bytes: &[u8]) -> When {
    let bytes = bytes.to_owned();
    when.is_true(move |request| {
        parts(request)
            .iter()
            .any(|found| found.name == part && found.content == bytes)
    })
}

/// The parts of a request's form; none where it is not a form.
fn parts(request: &HttpMockRequest) -> Vec<Part> {
    let headers = request.headers_vec();
    let content_type = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    content_type
        .and_then(|(_, value)| parse::boundary(value))
        .and_then(|boundary| parse::parts(&boundary, request.body_ref()))
        .unwrap_or_default()
}

fn has_fields(parts: &[Part], expected: &[(String, Value)]) -> bool {
    let mut fields: Vec<&Part> = parts
        .iter()
        .filter(|part| part.file_name.is_none())
        .collect();
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    fields.len() == expected.len()
        && fields
            .iter()
            .zip(expected)
            .all(|(part, (name, value))| part.name == *name && says(&part.content, value))
}

/// Whether a part says a value: texts are bare, and a number may be spelled in any way.
fn says(content: &[u8], value: &Value) -> bool {
    let Ok(text) = std::str::from_utf8(content) else {
        return false;
    };
    match value {
        Value::String(expected) => text == expected,
        Value::Number(expected) => {
            text == expected.to_string()
                || text
                    .parse::<f64>()
                    .is_ok_and(|number| Some(number) == expected.as_f64())
        }
        Value::Bool(expected) => text == if *expected { "true" } else { "false" },
        // No form has a field of another kind.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_says_a_value_in_plain_text() {
        for (text, value, expected) in [
            ("whisper", json!("whisper"), true),
            ("\"whisper\"", json!("whisper"), false),
            ("0", json!(0.0), true),
            ("0.20", json!(0.2), true),
            ("0.3", json!(0.2), false),
            ("1.0", json!("1"), false),
            ("true", json!(true), true),
        ] {
            assert_eq!(says(text.as_bytes(), &value), expected, "{text} {value}");
        }
    }

    #[test]
    fn the_order_of_fields_means_nothing_and_files_are_no_fields() {
        let part = |name: &str, file_name: Option<&str>, content: &str| Part {
            name: name.to_owned(),
            file_name: file_name.map(str::to_owned),
            content: content.into(),
        };
        let expected = [("a".to_owned(), json!("1")), ("b".to_owned(), json!("2"))];
        let file = part("file", Some("x.wav"), "..");
        assert!(has_fields(
            &[part("b", None, "2"), file, part("a", None, "1")],
            &expected
        ));
        assert!(!has_fields(&[part("a", None, "1")], &expected));
        assert!(!has_fields(
            &[
                part("a", None, "1"),
                part("b", None, "2"),
                part("c", None, "3")
            ],
            &expected
        ));
    }
}
