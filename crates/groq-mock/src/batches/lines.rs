//! The requests in a batch's file.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use crate::check;
use crate::generated::requests;

pub(super) const MAX_LINES: usize = 50_000;
/// How many mistakes of one file are reported.
const MAX_MISTAKES: usize = 100;

/// A request of a batch.
#[derive(Debug)]
pub(super) struct Line(pub(super) Value);

impl Line {
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let line: Value = serde_json::from_slice(text).map_err(|why| why.to_string())?;
        Ok(Self(line))
    }

    pub(super) fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }
}

/// What is wrong with a batch or one of its lines, as the wire has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Mistake {
    code: &'static str,
    message: String,
    param: Option<&'static str>,
    /// Counted from 1.
    line: Option<usize>,
}

pub(super) fn mistake(
    code: &'static str,
    message: &str,
    param: Option<&'static str>,
    line: Option<usize>,
) -> Mistake {
    Mistake {
        code,
        message: message.to_owned(),
        param,
        line,
    }
}

/// Where the requests are in a file, or what is wrong with them.
pub(super) fn requests(content: &[u8], endpoint: &str) -> Result<Vec<Range<usize>>, Vec<Mistake>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut mistakes = Vec::new();
    for (number, range) in (1..).zip(ranges(content)) {
        let text = &content[range.clone()];
        if text.trim_ascii().is_empty() {
            continue;
        }
        match request(text, endpoint, &mut seen) {
            Ok(()) => found.push(range),
            Err((code, message, param)) => {
                mistakes.push(mistake(code, &message, param, Some(number)));
            }
        }
        if found.len() > MAX_LINES {
            let message = format!("A batch has at most {MAX_LINES} requests.");
            mistakes.push(mistake("too_many_requests", &message, None, None));
            break;
        }
        if mistakes.len() == MAX_MISTAKES {
            break;
        }
    }
    if found.is_empty() && mistakes.is_empty() {
        mistakes.push(mistake(
            "empty_file",
            "The file has no requests.",
            None,
            None,
        ));
    }
    if mistakes.is_empty() {
        Ok(found)
    } else {
        Err(mistakes)
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

/// Checks that a line is a request to the batch's endpoint, with an id of its own.
fn request(
    text: &[u8],
    endpoint: &str,
    seen: &mut HashSet<String>,
) -> Result<(), (&'static str, String, Option<&'static str>)> {
    let no_request = |why: String| {
        let message = format!("This line is not a request: {why}");
        ("invalid_json_line", message, None)
    };
    let line = Line::read(text).map_err(no_request)?;
    let is_other = |key: &str, wanted: &str| line.0[key].as_str().is_some_and(|is| is != wanted);
    if is_other("method", "POST") {
        let message = "The method of a request must be `POST`.".to_owned();
        return Err(("invalid_method", message, Some("method")));
    }
    if is_other("url", endpoint) {
        let url = line.text("url");
        let message = format!("The url `{url}` is not the batch's `{endpoint}`.");
        return Err(("mismatched_url", message, Some("url")));
    }
    check::value(&line.0, &requests::BATCH_REQUEST_LINE).map_err(|why| no_request(why.message))?;
    let id = line.text("custom_id");
    if id.is_empty() {
        let message = "A custom_id must not be empty.".to_owned();
        return Err(("invalid_custom_id", message, Some("custom_id")));
    }
    if !seen.insert(id.to_owned()) {
        let message = format!("The custom_id `{id}` is given to two requests.");
        return Err(("duplicate_custom_id", message, Some("custom_id")));
    }
    Ok(())
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
        let second = Line::read(&text.as_bytes()[found[1].clone()]).unwrap();
        assert_eq!(second.text("custom_id"), "b");
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
            MAX_MISTAKES
        );
    }
}
