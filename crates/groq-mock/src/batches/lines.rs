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

/// What is wrong with a batch or one of its lines, as the wire has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Mistake {
    code: &'static str,
    message: String,
    param: Option<&'static str>,
    /// Counted from 1.
    line: Option<usize>,
}

impl Mistake {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            line: None,
        }
    }

    pub(super) fn about(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }
}

/// A request of a batch: one line.
pub(super) fn read(text: &[u8]) -> Result<Value, Mistake> {
    serde_json::from_slice(text).map_err(|why| no_request(&why.to_string()))
}

fn no_request(why: &str) -> Mistake {
    let message = format!("This line is not a request: {why}");
    Mistake::new("invalid_json_line", message)
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
            Err(mut mistake) => {
                mistake.line = Some(number);
                mistakes.push(mistake);
            }
        }
        if found.len() > MAX_LINES {
            let message = format!("A batch has at most {MAX_LINES} requests.");
            mistakes.push(Mistake::new("too_many_requests", message));
            break;
        }
        if mistakes.len() == MAX_MISTAKES {
            break;
        }
    }
    if found.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::new("empty_file", "The file has no requests."));
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
fn request(text: &[u8], endpoint: &str, seen: &mut HashSet<String>) -> Result<(), Mistake> {
    let line = read(text)?;
    let is_other = |key: &str, wanted: &str| line[key].as_str().is_some_and(|is| is != wanted);
    if is_other("method", "POST") {
        let message = "The method of a request must be `POST`.";
        return Err(Mistake::new("invalid_method", message).about("method"));
    }
    if is_other("url", endpoint) {
        let message = format!("The url {} is not the batch's `{endpoint}`.", line["url"]);
        return Err(Mistake::new("mismatched_url", message).about("url"));
    }
    check::value(&line, &requests::BATCH_REQUEST_LINE).map_err(|why| no_request(&why.message))?;
    let id = line["custom_id"].as_str().unwrap_or_default();
    if id.is_empty() {
        let message = "A custom_id must not be empty.";
        return Err(Mistake::new("invalid_custom_id", message).about("custom_id"));
    }
    if !seen.insert(id.to_owned()) {
        let message = format!("The custom_id `{id}` is given to two requests.");
        return Err(Mistake::new("duplicate_custom_id", message).about("custom_id"));
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
        let second = read(&text.as_bytes()[found[1].clone()]).unwrap();
        assert_eq!(second["custom_id"], "b");
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
