//! A request in a form to read.

use std::fmt;

use groq_mock::Request;
use memchr::memmem;
use serde_json::{Map, Value, json};

/// A request that was not sent.
pub(crate) struct Recorded {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Body,
}

enum Body {
    None,
    Json(Value),
    Form(Vec<Part>),
    Bytes(usize),
}

/// A part of a form.
struct Part {
    name: String,
    file_name: Option<String>,
    content: Content,
}

enum Content {
    Text(String),
    Bytes(usize),
}

impl Recorded {
    pub(crate) fn new(request: &Request, origin: &str) -> Self {
        let query = request
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let headers = request.headers().iter().map(|(name, value)| {
            let value = if name == "authorization" {
                "Bearer [hidden]"
            } else if is_secret(name.as_str()) {
                "[hidden]"
            } else {
                value.to_str().unwrap_or("[not text]")
            };
            (name.as_str().to_owned(), value.to_owned())
        });
        Self {
            method: request.method().to_string(),
            url: format!("{origin}{}{query}", request.path()),
            headers: headers
                .filter(|(name, _)| !is_of_the_connection(name))
                .collect(),
            body: Body::of(request),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        let body = match &self.body {
            Body::None => Value::Null,
            Body::Json(value) => value.clone(),
            Body::Form(parts) => parts.iter().map(Part::to_json).collect(),
            Body::Bytes(length) => json!({"bytes": length}),
        };
        json!({"method": self.method, "url": self.url, "headers": headers, "body": body})
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        match &self.body {
            Body::None => Ok(()),
            Body::Json(value) => writeln!(f, "\n{value:#}"),
            Body::Bytes(length) => writeln!(f, "\n[{length} bytes]"),
            Body::Form(parts) => {
                writeln!(f)?;
                parts.iter().try_for_each(|part| writeln!(f, "{part}"))
            }
        }
    }
}

impl Body {
    fn of(request: &Request) -> Self {
        if request.body().is_empty() {
            return Self::None;
        }
        if let Some(value) = request.json() {
            return Self::Json(value.clone());
        }
        let boundary = request.header("content-type").and_then(|kind| {
            let (_, boundary) = kind
                .strip_prefix("multipart/form-data")?
                .split_once("boundary=")?;
            Some(boundary.trim_matches('"').to_owned())
        });
        match boundary {
            Some(boundary) => Self::Form(parts(request.body(), &boundary)),
            None => Self::Bytes(request.body().len()),
        }
    }
}

/// The parts of a form that our own client wrote.
fn parts(body: &[u8], boundary: &str) -> Vec<Part> {
    let delimiter = format!("\r\n--{boundary}");
    let starts =
        memmem::find_iter(body, &delimiter.as_bytes()[2..]).map(|at| at + delimiter.len() - 2);
    starts
        .filter_map(|start| {
            let rest = body[start..].strip_prefix(b"\r\n")?;
            let rest = &rest[..memmem::find(rest, delimiter.as_bytes())?];
            let split = memmem::find(rest, b"\r\n\r\n")?;
            let head = std::str::from_utf8(&rest[..split]).ok()?;
            Some(Part::new(head, &rest[split + 4..]))
        })
        .collect()
}

impl Part {
    fn new(head: &str, content: &[u8]) -> Self {
        let quoted = |name: &str| {
            let from = head.split_once(&format!("{name}=\""))?.1;
            Some(from.split('"').next().unwrap_or_default().to_owned())
        };
        let file_name = quoted("; filename");
        let text = std::str::from_utf8(content)
            .ok()
            .filter(|_| file_name.is_none());
        Self {
            name: quoted("; name").unwrap_or_default(),
            content: text.map_or(Content::Bytes(content.len()), |text| {
                Content::Text(text.to_owned())
            }),
            file_name,
        }
    }

    fn to_json(&self) -> Value {
        let mut part = json!({"name": self.name});
        if let Some(name) = &self.file_name {
            part["filename"] = name.as_str().into();
        }
        match &self.content {
            Content::Text(text) => part["text"] = text.as_str().into(),
            Content::Bytes(length) => part["bytes"] = (*length).into(),
        }
        part
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(name) = &self.file_name {
            write!(f, " ({name})")?;
        }
        match &self.content {
            Content::Text(text) => write!(f, ": {text}"),
            Content::Bytes(length) => write!(f, ": [{length} bytes]"),
        }
    }
}

/// The key, and whatever a gateway may want for one.
fn is_secret(header: &str) -> bool {
    ["auth", "key", "token", "secret", "cookie"]
        .iter()
        .any(|word| header.contains(word))
}

/// These would be others on the way to the real place.
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
        let parts: Vec<String> = parts(body, "b").iter().map(ToString::to_string).collect();
        assert_eq!(parts, ["model: m", "file (a.wav): [2 bytes]"]);
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
