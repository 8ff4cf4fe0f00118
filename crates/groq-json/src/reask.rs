//! What goes back to the model with a reply that cannot be used.

use std::fmt::Write as _;

use crate::error::ErrorKind;
use crate::issue::Issue;

/// How many lines of issues the model is given.
const MAX_LINES: usize = 10;
/// How much of its own reply the model is given back, in bytes.
#[cfg(any(test, feature = "client"))]
const MAX_REPLY: usize = 8 * 1024;

/// What was wrong, in words for the model.
pub(crate) fn message(kind: &ErrorKind, raw: Option<&str>) -> String {
    match kind {
        ErrorKind::Invalid(issues) | ErrorKind::Check(issues) => of_issues(issues),
        ErrorKind::NoProgress(last) | ErrorKind::Budget { last: Some(last), .. } => message(last, raw),
        ErrorKind::Ambiguous { .. } => "Your reply held several JSON values. Return the one that is the answer, and nothing else.".to_owned(),
        ErrorKind::Elided { .. } => "Your reply left something out. Return the whole JSON document, with every item in full.".to_owned(),
        ErrorKind::Truncated { .. } => "Your reply was cut off. Return the whole JSON document again, more briefly.".to_owned(),
        ErrorKind::Empty | ErrorKind::NoJson => "Your reply held no JSON. Return only the JSON document.".to_owned(),
        other => {
            let place = raw.zip(offset(other)).map(|(raw, offset)| format!(", near {:?}", around(raw, offset, 40))).unwrap_or_default();
            let problem = other.to_string();
            let problem = problem.strip_prefix("the reply ").map_or_else(|| problem.clone(), |rest| format!("Your reply {rest}"));
            format!("{problem}{place}. Return the whole JSON document again, as valid JSON and nothing else.")
        }
    }
}

/// The last reply, as the model is given it back: cut around the first fault if it is huge.
#[cfg(any(test, feature = "client"))]
pub(crate) fn echo(raw: &str, kind: &ErrorKind) -> String {
    if raw.len() <= MAX_REPLY {
        return raw.to_owned();
    }
    let cut = around(raw, offset(kind).unwrap_or(0), MAX_REPLY / 2);
    format!("…{cut}…")
}

/// What was wrong with some items of a list, which are asked for again by themselves.
#[cfg(feature = "client")]
pub(crate) fn of_items(issues: &[Issue]) -> String {
    let mut text = "These items of your list cannot be used, each for a reason:\n".to_owned();
    for (index, issue) in issues.iter().enumerate() {
        let _ = write!(text, "{}. {issue}", index + 1);
        if let Some(got) = &issue.got {
            let _ = write!(text, ", got {got}");
        }
        text.push('\n');
    }
    text.push_str("Return a JSON list with these items, corrected, in this order, and no others.");
    text
}

fn of_issues(issues: &[Issue]) -> String {
    let groups = grouped(issues);
    let mut text = match issues.len() {
        1 => "One thing is wrong with your JSON:\n".to_owned(),
        count => format!("{count} things are wrong with your JSON:\n"),
    };
    for (path, issue, count) in groups.iter().take(MAX_LINES) {
        let path = if path.is_empty() {
            "the whole document"
        } else {
            path
        };
        let _ = write!(text, "- {path}: {}", issue.message);
        match (count, &issue.got) {
            (1, Some(got)) => drop(write!(text, ", got {got}")),
            (1, None) => {}
            (count, _) => drop(write!(text, " ({count} times)")),
        }
        text.push('\n');
    }
    if let Some(more) = groups.len().checked_sub(MAX_LINES).filter(|more| *more > 0) {
        let _ = writeln!(text, "- and {more} more of other kinds");
    }
    text.push_str("Return the whole JSON document again; change only what is listed.");
    text
}

/// Issues of one kind at the items of one list are one.
fn grouped(issues: &[Issue]) -> Vec<(String, &Issue, usize)> {
    let mut groups: Vec<(String, &Issue, usize)> = Vec::new();
    for issue in issues {
        let general = general(issue.wire_path());
        match groups
            .iter_mut()
            .find(|(path, first, _)| *path == general && first.message == issue.message)
        {
            Some((_, _, count)) => *count += 1,
            None => groups.push((general, issue, 1)),
        }
    }
    for (path, issue, count) in &mut groups {
        if *count == 1 {
            issue.wire_path().clone_into(path);
        }
    }
    groups
}

/// A path with `*` for indices.
fn general(path: &str) -> String {
    let is_index =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let segments = path
        .split('/')
        .map(|segment| if is_index(segment) { "*" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn offset(kind: &ErrorKind) -> Option<usize> {
    match kind {
        ErrorKind::Syntax { offset, .. }
        | ErrorKind::DuplicateKey { offset, .. }
        | ErrorKind::NumberRange { offset, .. }
        | ErrorKind::TooDeep { offset, .. }
        | ErrorKind::Elided { offset } => Some(*offset),
        _ => None,
    }
}

/// The text around a byte, so many bytes to either side.
fn around(text: &str, offset: usize, radius: usize) -> &str {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(offset.saturating_sub(radius).min(text.len()));
    let end = boundary(offset.saturating_add(radius).min(text.len()));
    &text[start..end.max(start)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_issues_of_a_list_are_one_line() {
        let mut issues: Vec<Issue> = (0..5000)
            .map(|index| Issue::new(format!("/xs/{index}"), "expected integer"))
            .collect();
        issues.push(Issue::new("/name", "is missing"));
        let message = of_issues(&issues);
        assert!(
            message.contains("- /xs/*: expected integer (5000 times)\n- /name: is missing\n"),
            "{message}"
        );
    }

    #[test]
    fn a_huge_reply_is_cut_around_the_fault() {
        let raw = format!("{}é!{}", "x".repeat(20_000), "y".repeat(20_000));
        let kind = ErrorKind::Syntax {
            path: String::new(),
            offset: 20_001,
            what: "?",
        };
        let echo = echo(&raw, &kind);
        assert!(echo.contains("é!") && echo.len() < 9000);
    }
}
