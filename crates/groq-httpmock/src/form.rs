//! Matchers of forms (`multipart/form-data`).

use std::convert::Infallible;

use futures_util::{FutureExt as _, future, stream};
use httpmock::{HttpMockRequest, When};
use multer::{Field, Multipart};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

/// A part of a form.
#[derive(Debug, PartialEq)]
struct Part {
    name: String,
    file_name: Option<String>,
    content: Vec<u8>,
}

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
        .and_then(|(_, value)| multer::parse_boundary(value).ok())
        .and_then(|boundary| read(&boundary, request.body_ref()))
        .unwrap_or_default()
}

/// The parts of a body; none where it is not such a form, or is cut short.
fn read(boundary: &str, body: &[u8]) -> Option<Vec<Part>> {
    let body = stream::once(future::ok::<_, Infallible>(body.to_owned()));
    let mut form = Multipart::new(body, boundary);
    let read = async {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.ok()? {
            parts.push(Part {
                name: unescaped(field.name()?),
                file_name: own_file_name(&field),
                content: field.bytes().await.ok()?.into(),
            });
        }
        Some(parts)
    };
    // The whole body is here, so that reading it never waits.
    read.now_or_never().flatten()
}

/// `filename*` says in ASCII what `filename` could not say.
fn own_file_name(field: &Field<'_>) -> Option<String> {
    let header = field.headers().get("content-disposition")?.to_str();
    let extended = header.unwrap_or_default().split(';').find_map(|part| {
        let (_, name) = part.trim().strip_prefix("filename*=")?.split_once("''")?;
        Some(percent_decode_str(name).decode_utf8().ok()?.into_owned())
    });
    extended.or_else(|| field.file_name().map(unescaped))
}

/// Browsers, and so clients, escape these and nothing else in a quoted name.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
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

    fn part(name: &str, file_name: Option<&str>, content: &[u8]) -> Part {
        Part {
            name: name.to_owned(),
            file_name: file_name.map(str::to_owned),
            content: content.to_vec(),
        }
    }

    #[test]
    fn parts_keep_their_bytes() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n\
            --x\r\ncontent-type: audio/wav\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n\
            \r\n\0--x\r\n\r\n--x--\r\n";
        let expected = vec![
            part("model", None, b"whisper"),
            part("file", Some("a.wav"), b"\r\n\0--x\r\n"),
        ];
        assert_eq!(read("x", body), Some(expected));
    }

    #[test]
    fn what_is_cut_short_has_no_parts() {
        for body in [
            "",
            "--x",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x",
            "--x\r\n\r\nb\r\n--x--",
        ] {
            assert_eq!(read("x", body.as_bytes()), None, "{body:?}");
        }
    }

    #[test]
    fn names_of_files() {
        for (parameters, expected) in [
            (
                r#" name="file"; filename="a; b=\"c\".wav""#,
                Some("a; b=\"c\".wav"),
            ),
            (r#" name="file"; filename="a%22b.wav""#, Some("a\"b.wav")),
            (r"name=file; filename=a.wav", Some("a.wav")),
            (
                r#"name="file"; filename*=UTF-8''%C3%A9%20x.wav"#,
                Some("é x.wav"),
            ),
            (r#"name="file""#, None),
        ] {
            let body =
                format!("--x\r\ncontent-disposition: form-data; {parameters}\r\n\r\n\r\n--x--");
            let parts = read("x", body.as_bytes()).unwrap();
            assert_eq!(parts[0].file_name.as_deref(), expected, "{parameters}");
        }
    }
}
