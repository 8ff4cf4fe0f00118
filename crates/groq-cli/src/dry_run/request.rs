//! A request in a form to read.

use std::fmt;

use groq_mock::Request;
use memchr::memmem;
use serde_json::{Map, Value, json};

/// A request that was not sent, as a document: its method, URL, headers and body. The body is JSON as it is, a form as a list of
/// its parts, or `{"bytes": ...}` for anything else.
pub(crate) struct Recorded(pub(crate) Value);

impl Recorded {
    pub(crate) fn new(request: &Request, origin: &str) -> Self {
        let query = request.query().map(|query| format!("?{query}"));
        let headers = request.headers().iter().map(|(name, value)| {
            let value = match name.as_str() {
                "authorization" => "Bearer [hidden]",
                name if is_secret(name) => "[hidden]",
                _ => value.to_str().unwrap_or("[not text]"),
            };
            (name.as_str().to_owned(), Value::from(value))
        });
        let headers = headers.filter(|(name, _)| !is_of_the_connection(name));
        let url = format!("{origin}{}{}", request.path(), query.unwrap_or_default());
        Self(json!({
            "method": request.method().as_str(),
            "url": url,
            "headers": headers.collect::<Map<_, _>>(),
            "body": body(request),
        }))
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let Self(request) = self;
        writeln!(f, "{} {}", text(&request["method"]), text(&request["url"]))?;
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            writeln!(f, "{name}: {}", text(value))?;
        }
        let is_form = boundary(&text(&request["headers"]["content-type"])).is_some();
        match &request["body"] {
            Value::Null => Ok(()),
            Value::Array(parts) if is_form => {
                writeln!(f)?;
                let mut parts = parts.iter().map(part_in_words);
                parts.try_for_each(|part| writeln!(f, "{part}"))
            }
            body => writeln!(f, "\n{body:#}"),
        }
    }
}

fn body(request: &Request) -> Value {
    if request.body().is_empty() {
        return Value::Null;
    }
    if let Some(value) = request.json() {
        return value.clone();
    }
    match request.header("content-type").and_then(boundary) {
        Some(boundary) => parts(request.body(), boundary).into(),
        None => json!({"bytes": request.body().len()}),
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, boundary) = content_type
        .strip_prefix("multipart/form-data")?
        .split_once("boundary=")?;
    Some(boundary.trim_matches('"'))
}

/// The parts of a form that our own client wrote: each has a name, a file name if it is a file, and its text or its length in bytes.
fn parts(body: &[u8], boundary: &str) -> Vec<Value> {
    let delimiter = format!("--{boundary}\r\n");
    let starts: Vec<usize> = memmem::find_iter(body, &delimiter).collect();
    let ends = starts.iter().skip(1).copied();
    let last = memmem::find(body, format!("--{boundary}--").as_bytes());
    let ends = ends.chain(last);
    let part = |(start, end): (&usize, usize)| {
        let rest = body
            .get(start + delimiter.len()..end)?
            .strip_suffix(b"\r\n")?;
        let split = memmem::find(rest, b"\r\n\r\n")?;
        let (head, content) = (
            std::str::from_utf8(&rest[..split]).ok()?,
            &rest[split + 4..],
        );
        let quoted = |name: &str| {
            head.split_once(&format!("; {name}=\""))?
                .1
                .split('"')
                .next()
        };
        Some(match (quoted("filename"), std::str::from_utf8(content)) {
            (None, Ok(text)) => json!({"name": quoted("name"), "text": text}),
            (file, _) => json!({"name": quoted("name"), "filename": file, "bytes": content.len()}),
        })
    };
    starts.iter().zip(ends).filter_map(part).collect()
}

fn part_in_words(part: &Value) -> String {
    let name = part["name"].as_str().unwrap_or_default();
    match (part["text"].as_str(), part["filename"].as_str()) {
        (Some(text), _) => format!("{name}: {text}"),
        (None, Some(file)) => format!("{name} ({file}): [{} bytes]", part["bytes"]),
        (None, None) => format!("{name}: [{} bytes]", part["bytes"]),
    }
}

/// Whether a header may hold a key.
fn is_secret(header: &str) -> bool {
    ["auth", "key", "token", "secret", "cookie"]
        .iter()
        .any(|word| header.contains(word))
}

/// Whether a header would differ on the way to the real server.
fn is_of_the_connection(header: &str) -> bool {
    matches!(
        header,
        "host" | "connection" | "transfer-encoding" | "expect"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_apart() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\xff\xfe\r\n--b--\r\n";
        let parts = parts(body, "b");
        assert_eq!(parts[0], json!({"name": "model", "text": "m"}));
        assert_eq!(
            parts[1],
            json!({"name": "file", "filename": "a.wav", "bytes": 2})
        );
        let lines: Vec<String> = parts.iter().map(part_in_words).collect();
        assert_eq!(lines, ["model: m", "file (a.wav): [2 bytes]"]);
    }

    #[test]
    fn what_may_be_a_secret_is_known_by_its_name() {
        assert!(
            ["authorization", "x-api-key", "cookie", "x-auth-token"]
                .iter()
                .all(|name| is_secret(name))
        );
        assert!(!is_secret("content-type"));
    }
}
