//! Uploads: `multipart/form-data`, read strictly and within bounds.
//!
//! Contents are slices of the request's body: nothing is copied.

mod disposition;

use bytes::Bytes;
use memchr::memmem;
use serde_json::{Map, Value};

use self::disposition::{Disposition, parameters};
use crate::api_error::{ApiError, Outcome};
use crate::check::Rule;
use crate::request::Request;

const MAX_PARTS: usize = 64;
/// Bytes of one part's headers.
const MAX_HEAD: usize = 8 * 1024;
const MAX_BOUNDARY: usize = 70;

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

type Parsed<T> = Result<T, &'static str>;

impl Form {
    /// The form that a request carries.
    pub(crate) fn of(request: &Request) -> Outcome<Self> {
        let content_type = request.header("content-type").unwrap_or_default();
        let Some(boundary) = boundary(content_type) else {
            return Err(ApiError::invalid(
                "the request's content type must be multipart/form-data with a boundary",
            ));
        };
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
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters(rest)?
        .into_iter()
        .find(|(name, _)| name == "boundary")?
        .1;
    (1..=MAX_BOUNDARY)
        .contains(&boundary.len())
        .then_some(boundary)
}

fn parts(body: &Bytes, boundary: &str) -> Parsed<Vec<Part>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut at = opening(body, &delimiter)?;
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let mut parts = Vec::new();
    while body.get(at..at + 2) != Some(b"--") {
        if parts.len() == MAX_PARTS {
            return Err("too many parts");
        }
        let start = at + 2;
        let content = start + head_length(&body[start..])?;
        let end = content + closing(&body[content..], &finder, delimiter.len())?;
        let head = &body[start..content - 4];
        parts.push(part(head, body.slice(content..end))?);
        at = end + delimiter.len();
    }
    Ok(parts)
}

/// Where the line of the first delimiter ends; an empty line may be before it.
fn opening(body: &[u8], delimiter: &str) -> Parsed<usize> {
    let bare = &delimiter.as_bytes()[2..];
    let at = if body.starts_with(bare) {
        bare.len()
    } else if body.starts_with(delimiter.as_bytes()) {
        delimiter.len()
    } else {
        return Err("it does not begin with the boundary");
    };
    if ends_delimiter(&body[at..]) {
        Ok(at)
    } else {
        Err("the boundary's line is not ended")
    }
}

/// The length of a part's headers, with the empty line after them.
fn head_length(rest: &[u8]) -> Parsed<usize> {
    let window = &rest[..rest.len().min(MAX_HEAD)];
    match memmem::find(window, b"\r\n\r\n") {
        Some(end) => Ok(end + 4),
        None if rest.len() > MAX_HEAD => Err("the headers of a part are too long"),
        None => Err("a part's headers are not ended"),
    }
}

/// Where the next delimiter begins; a longer word that begins like one is content.
fn closing(rest: &[u8], finder: &memmem::Finder<'_>, length: usize) -> Parsed<usize> {
    finder
        .find_iter(rest)
        .find(|end| ends_delimiter(&rest[end + length..]))
        .ok_or("the last boundary is missing")
}

fn ends_delimiter(rest: &[u8]) -> bool {
    rest.starts_with(b"\r\n") || rest.starts_with(b"--")
}

fn part(head: &[u8], content: Bytes) -> Parsed<Part> {
    let head = std::str::from_utf8(head).map_err(|_| "a part's headers are not UTF-8")?;
    let mut fields = head.split("\r\n").map(|line| line.split_once(':'));
    let mut disposition = None;
    for field in &mut fields {
        let (name, value) = field.ok_or("a part has a header without a colon")?;
        if name.eq_ignore_ascii_case("content-disposition") {
            disposition = Some(Disposition::parse(value).ok_or("a part has no usable name")?);
        }
    }
    let disposition = disposition.ok_or("a part has no content-disposition")?;
    Ok(Part {
        name: disposition.name,
        file_name: disposition.file_name,
        content,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Parsed<Vec<(String, Option<String>, String)>> {
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
        for content in [
            "",
            "a",
            "\r\n",
            "--XX",
            "\r\n--XXY\r\n",
            "\r\n--X",
            "a\r\n\r\nb",
        ] {
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
        let long = format!("--XX\r\nx: {}\r\n\r\n\r\n--XX--", "y".repeat(MAX_HEAD));
        for body in [
            "",
            "--XX",
            "--XXY\r\n",
            "preamble\r\n--XX--",
            "--XX\r\n",
            "--XX\r\n\r\nno headers\r\n--XX--",
            "--XX\r\ncontent-disposition: attachment; name=a\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data; name=\"a\r\n\r\nx\r\n--XX--",
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx",
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n--XX",
            "--XX\r\na: b\r\n\r\n\r\n--XX--",
            &long,
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
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        assert_eq!(boundary(&long), None);
    }
}
