//! The lines of a batch's files: requests in, results and failures out.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::wire::LineError;
use crate::check;
use crate::generated::requests;

pub(super) const MAX_LINES: usize = 50_000;
/// How many mistakes are told of one file.
const MAX_ERRORS: usize = 100;

/// A request of a batch.
#[derive(Debug)]
pub(super) struct Line(Value);

impl Line {
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let line: Value = serde_json::from_slice(text).map_err(|why| why.to_string())?;
        Ok(Self(line))
    }

    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    pub(super) fn custom_id(&self) -> &str {
        self.text("custom_id")
    }

    pub(super) fn url(&self) -> &str {
        self.text("url")
    }

    pub(super) fn body(&self) -> &Value {
        &self.0["body"]
    }
}

/// A result or a failure.
#[derive(Serialize)]
pub(super) struct Done<'a> {
    pub(super) id: String,
    pub(super) custom_id: &'a str,
    pub(super) response: Option<Answered<'a>>,
    pub(super) error: Option<Refused<'a>>,
}

#[derive(Serialize)]
pub(super) struct Answered<'a> {
    pub(super) status_code: u16,
    pub(super) request_id: &'a str,
    pub(super) body: &'a RawValue,
}

#[derive(Serialize)]
pub(super) struct Refused<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
}

/// Where the requests are in a file, or what is wrong with them.
pub(super) fn requests(
    content: &[u8],
    endpoint: &str,
) -> Result<Vec<Range<usize>>, Vec<LineError>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for (number, range) in (1..).zip(ranges(content)) {
        let text = &content[range.clone()];
        if text.trim_ascii().is_empty() {
            continue;
        }
        match request(text, endpoint) {
            Ok(line) if !seen.insert(line.custom_id().to_owned()) => errors.push(LineError {
                code: "duplicate_custom_id",
                message: format!(
                    "The custom_id `{}` is given to two requests.",
                    line.custom_id()
                ),
                param: Some("custom_id"),
                line: Some(number),
            }),
            Ok(_) => found.push(range),
            Err(error) => errors.push(LineError {
                line: Some(number),
                ..error
            }),
        }
        if errors.len() == MAX_ERRORS {
            break;
        }
        if found.len() > MAX_LINES {
            errors.push(whole(
                "too_many_requests",
                format!("A batch has at most {MAX_LINES} requests."),
            ));
            break;
        }
    }
    if found.is_empty() && errors.is_empty() {
        errors.push(whole("empty_file", "The file has no requests.".into()));
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}

fn whole(code: &'static str, message: String) -> LineError {
    LineError {
        code,
        message,
        param: None,
        line: None,
    }
}

/// The lines of a text, without what ends them.
fn ranges(content: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    content.split(|byte| *byte == b'\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    })
}

/// A line, where it is a request to the batch's endpoint.
fn request(text: &[u8], endpoint: &str) -> Result<Line, LineError> {
    let error = |code, message, param| LineError {
        code,
        message,
        param,
        line: None,
    };
    let no_request = |why: String| {
        error(
            "invalid_json_line",
            format!("This line is not a request: {why}"),
            None,
        )
    };
    let line = Line::read(text).map_err(no_request)?;
    if line.0["method"]
        .as_str()
        .is_some_and(|method| method != "POST")
    {
        return Err(error(
            "invalid_method",
            "The method of a request must be `POST`.".into(),
            Some("method"),
        ));
    }
    if line.0["url"].as_str().is_some_and(|url| url != endpoint) {
        let message = format!("The url `{}` is not the batch's `{endpoint}`.", line.url());
        return Err(error("mismatched_url", message, Some("url")));
    }
    check::value(&line.0, &requests::BATCH_REQUEST_LINE).map_err(|why| no_request(why.message))?;
    if line.custom_id().is_empty() {
        let message = "A custom_id must not be empty.".into();
        return Err(error("invalid_custom_id", message, Some("custom_id")));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = "/v1/chat/completions";

    fn line(id: &str, url: &str) -> String {
        format!(r#"{{"custom_id":"{id}","method":"POST","url":"{url}","body":{{}}}}"#)
    }

    #[test]
    fn requests_are_found_between_empty_lines() {
        let text = format!("\n{}\r\n\n{}", line("a", CHAT), line("b", CHAT));
        let found = requests(text.as_bytes(), CHAT).unwrap();
        assert_eq!(found.len(), 2);
        let second = request(&text.as_bytes()[found[1].clone()], CHAT).unwrap();
        assert_eq!(second.custom_id(), "b");
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        let text = [
            line("a", CHAT),
            "nonsense".into(),
            line("a", CHAT),
            line("b", "/v1/embeddings"),
            line("", CHAT),
            line("c", CHAT).replace("POST", "GET"),
            line("d", CHAT).replace("body", "Body"),
        ]
        .join("\n");
        let errors = requests(text.as_bytes(), CHAT).unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|error| (error.code, error.line.unwrap()))
            .collect();
        let expected = [
            ("invalid_json_line", 2),
            ("duplicate_custom_id", 3),
            ("mismatched_url", 4),
            ("invalid_custom_id", 5),
            ("invalid_method", 6),
            ("invalid_json_line", 7),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_empty_file_is_a_mistake() {
        assert_eq!(requests(b" \n\n", CHAT).unwrap_err()[0].code, "empty_file");
    }

    #[test]
    fn mistakes_are_counted() {
        let text = "x\n".repeat(1_000);
        assert_eq!(
            requests(text.as_bytes(), CHAT).unwrap_err().len(),
            MAX_ERRORS
        );
    }
}
