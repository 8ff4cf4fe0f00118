//! Uploads: `multipart/form-data`, within bounds.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt as _, future, stream};
use multer::{Field, Multipart};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::api_error::{ApiError, Outcome};
use crate::check::Rule;
use crate::request::Request;

const MAX_PARTS: usize = 64;

/// The parts of an upload, in order.
#[derive(Debug)]
pub(crate) struct Form {
    parts: Vec<Part>,
}

#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content: Bytes,
}

impl Form {
    /// The form that a request carries.
    pub(crate) fn of(request: &Request) -> Outcome<Self> {
        let content_type = request.header("content-type").unwrap_or_default();
        let boundary = boundary(content_type).ok_or_else(|| {
            ApiError::invalid(
                "the request's content type must be multipart/form-data with a boundary",
            )
        })?;
        let parts = parts(request.body(), &boundary).map_err(|why| {
            ApiError::invalid(format!("could not parse the multipart form: {why}"))
        })?;
        Ok(Self { parts })
    }

    /// Gives parts of one name another one, which means the same.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        for part in self.parts.iter_mut().filter(|part| part.name == from) {
            to.clone_into(&mut part.name);
        }
    }

    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The parts as the JSON object that they stand for. What is in a file is left out.
    pub(crate) fn values(&self, rule: &Rule) -> Outcome<Map<String, Value>> {
        let mut values = Map::new();
        for part in &self.parts {
            let field = rule.fields().iter().find(|field| field.name == part.name);
            let value = match field.map(|field| field.rule.resolved()) {
                Some(Rule::File) => Value::String(String::new()),
                Some(Rule::List(_, _, item)) => {
                    let list = values
                        .entry(&part.name)
                        .or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(list) = list {
                        list.push(part.value(item.resolved())?);
                    }
                    continue;
                }
                Some(rule) => part.value(rule)?,
                None => Value::Null,
            };
            values.entry(&part.name).or_insert(value);
        }
        Ok(values)
    }
}

impl Part {
    /// The text of the part, or what it spells where the rule is about numbers or truth values.
    fn value(&self, rule: &Rule) -> Outcome<Value> {
        let text = std::str::from_utf8(&self.content).map_err(|_| {
            ApiError::invalid(format!("'{}' : value must be UTF-8 text", self.name))
        })?;
        let is_text = matches!(rule, Rule::Text(..) | Rule::OneOf(_));
        let spelled = || serde_json::from_str(text).ok().filter(|_| !is_text);
        Ok(spelled().unwrap_or_else(|| Value::from(text)))
    }

    /// What follows the last dot of the file name, in lower case.
    pub(crate) fn extension(&self) -> Option<String> {
        let (_, extension) = self.file_name.as_deref()?.rsplit_once('.')?;
        Some(extension.to_ascii_lowercase())
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    (!boundary.is_empty()).then_some(boundary)
}

fn parts(body: &Bytes, boundary: &str) -> Result<Vec<Part>, String> {
    let body = stream::once(future::ok::<_, Infallible>(body.clone()));
    // The whole body is here, so that reading it never waits.
    let read = read(Multipart::new(body, boundary)).now_or_never();
    read.unwrap_or_else(|| Err("it is cut short".to_owned()))
}

async fn read(mut form: Multipart<'_>) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let damaged = |why: multer::Error| why.to_string();
    while let Some(field) = form.next_field().await.map_err(damaged)? {
        if parts.len() == MAX_PARTS {
            return Err("too many parts".to_owned());
        }
        let (name, file_name) = names(&field).ok_or("a part has no usable name")?;
        let content = field.bytes().await.map_err(damaged)?;
        parts.push(Part {
            name,
            file_name,
            content,
        });
    }
    Ok(parts)
}

/// The names of a part and of its file, which `filename*` (RFC 5987) may spell.
fn names(field: &Field<'_>) -> Option<(String, Option<String>)> {
    let header = field.headers().get("content-disposition")?.as_bytes();
    let header = std::str::from_utf8(header).ok()?.trim_start();
    if !header.get(..9)?.eq_ignore_ascii_case("form-data") {
        return None;
    }
    // Browsers escape these three characters, and clients follow them.
    let unescaped = |name: &str| {
        name.replace("%22", "\"")
            .replace("%0D", "\r")
            .replace("%0A", "\n")
    };
    let extended = header.split(';').find_map(|part| {
        let (_, name) = part.trim().strip_prefix("filename*=")?.split_once("''")?;
        Some(percent_decode_str(name).decode_utf8().ok()?.into_owned())
    });
    let file_name = extended.or_else(|| field.file_name().map(unescaped));
    Some((unescaped(field.name()?), file_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<(String, Option<String>, String)>, String> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let text = |part: Part| {
            let content = String::from_utf8_lossy(&part.content).into_owned();
            (part.name, part.file_name, content)
        };
        parts(&body, "XX").map(|parts| parts.into_iter().map(text).collect())
    }

    fn one(name: &str, content: &str) -> String {
        format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n--XX--\r\n"
        )
    }

    #[test]
    fn contents_are_kept_to_the_byte() {
        for content in ["", "a", "\r\n", "--XX", "\r\n--X", "a\r\n\r\nb"] {
            let expected = ("f".to_owned(), None, content.to_owned());
            assert_eq!(read(&one("f", content)), Ok(vec![expected]), "{content:?}");
        }
    }

    #[test]
    fn files_have_names() {
        let body = "--XX\r\ncontent-type: audio/wav\r\ncontent-disposition: form-data; name=file; filename=\"a;\\\"b%22.wav\"\r\n\r\nx\r\n--XX--";
        let expected = (
            "file".to_owned(),
            Some("a;\"b\".wav".to_owned()),
            "x".to_owned(),
        );
        assert_eq!(read(body), Ok(vec![expected]));
    }

    #[test]
    fn what_is_no_form() {
        for body in [
            "",
            "--XX",
            "--XXY\r\n",
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n--XXY\r\n--XX--",
            "--XX\r\n",
            "--XX\r\n\r\nno headers\r\n--XX--",
            "--XX\r\ncontent-disposition: attachment; name=a\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data; name=\"a\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx",
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n--XX",
            "--XX\r\na: b\r\n\r\n\r\n--XX--",
        ] {
            assert!(read(body).is_err(), "{body}");
        }
        assert_eq!(read("--XX--"), Ok(Vec::new()));
    }

    #[test]
    fn parts_are_counted() {
        let part = "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n";
        assert_eq!(
            read(&format!("{}--XX--", part.repeat(MAX_PARTS))).map(|parts| parts.len()),
            Ok(MAX_PARTS)
        );
        assert!(read(&format!("{}--XX--", part.repeat(MAX_PARTS + 1))).is_err());
    }

    #[test]
    fn cut_forms_are_refused_at_every_byte() {
        let body = one("file", "some content");
        let whole = body.trim_end().len();
        for length in 0..whole {
            assert!(read(&body[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn boundaries() {
        for (header, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            (
                "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"",
                Some("a b"),
            ),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=abc", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn names_in_all_spellings() {
        for (value, name, file_name) in [
            ("form-data; name=a", "a", None),
            (" Form-Data;name=\"a b\";", "a b", None),
            (
                "form-data; name=\"a\"; filename=\"C:\\dir\\x.wav\"",
                "a",
                Some("C:\\dir\\x.wav"),
            ),
            (
                "form-data; name=\"a\"; filename=\"q\\\"x.wav\"",
                "a",
                Some("q\"x.wav"),
            ),
            (
                "form-data; name=a; filename=x; filename*=UTF-8''na%C3%AFve.wav",
                "a",
                Some("naïve.wav"),
            ),
            (
                "form-data; name=\"a\"; filename=\"naïve.wav\"",
                "a",
                Some("naïve.wav"),
            ),
            ("form-data; name=\"%22\"", "\"", None),
        ] {
            let body = format!("--XX\r\ncontent-disposition: {value}\r\n\r\n\r\n--XX--");
            let expected = (name.to_owned(), file_name.map(str::to_owned), String::new());
            assert_eq!(read(&body), Ok(vec![expected]), "{value}");
        }
    }
}
