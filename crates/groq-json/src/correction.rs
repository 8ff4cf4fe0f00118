//! The message that tells the model what was wrong with its reply.

use std::fmt::Write as _;

use crate::error::{ErrorKind, Failure};
use crate::issue::Issue;
use crate::parse::boundary_before;

/// The largest number of lines with issues.
const MAX_LINES: usize = 10;
/// The largest part of its own reply that the model is sent, in bytes.
#[cfg(any(test, feature = "client"))]
const MAX_REPLY: usize = 8 * 1024;

/// Says what was wrong, in words for the model.
pub(crate) fn message(failure: &Failure, raw: Option<&str>) -> String {
    let failure = failure.cause();
    if !failure.issues().is_empty() {
        return of_issues(failure.issues());
    }
    let known = match failure.kind() {
        ErrorKind::Ambiguous => {
            "Your reply held several JSON values. Return the one that is the answer, and nothing else."
        }
        ErrorKind::Elided => {
            "Your reply left something out. Return the whole JSON document, with every item in full."
        }
        ErrorKind::Truncated => {
            "Your reply was cut off. Return the whole JSON document again, more briefly."
        }
        ErrorKind::Empty | ErrorKind::NoJson => {
            "Your reply held no JSON. Return only the JSON document."
        }
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let problem = failure.to_string();
    let problem = match problem.strip_prefix("the reply ") {
        Some(rest) => format!("Your reply {rest}"),
        None => problem,
    };
    let near = raw.zip(failure.offset()).map(|(raw, offset)| {
        let text = around(raw, offset, 40);
        format!(", near {text:?}")
    });
    let near = near.unwrap_or_default();
    format!(
        "{problem}{near}. Return the whole JSON document again, as valid JSON and nothing else."
    )
}

/// The last reply, as the model is sent it: cut around the fault if it is huge.
#[cfg(any(test, feature = "client"))]
pub(crate) fn echo(raw: &str, failure: &Failure) -> String {
    if raw.len() <= MAX_REPLY {
        return raw.to_owned();
    }
    let cut = around(raw, failure.offset().unwrap_or(0), MAX_REPLY / 2);
    format!("…{cut}…")
}

/// Says what was wrong with some items of a list, which the model writes again by themselves.
#[cfg(feature = "client")]
pub(crate) fn of_items(issues: &[Issue]) -> String {
    let mut text = "These items of your list cannot be used, each for a reason:\n".to_owned();
    for (index, issue) in issues.iter().enumerate() {
        let got = got(issue);
        let _ = writeln!(text, "{}. {issue}{got}", index + 1);
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
        let detail = match count {
            1 => got(issue),
            count => format!(" ({count} times)"),
        };
        let _ = writeln!(text, "- {path}: {}{detail}", issue.message);
    }
    if groups.len() > MAX_LINES {
        let more = groups.len() - MAX_LINES;
        let _ = writeln!(text, "- and {more} more of other kinds");
    }
    text.push_str("Return the whole JSON document again; change only what is listed.");
    text
}

fn got(issue: &Issue) -> String {
    let got = issue.got.as_ref();
    got.map_or_else(String::new, |got| format!(", got {got}"))
}

/// Joins the equal issues of the items of a list.
fn grouped(issues: &[Issue]) -> Vec<(String, &Issue, usize)> {
    let mut groups: Vec<(String, &Issue, usize)> = Vec::new();
    for issue in issues {
        let general = general(issue.wire_path());
        let known = groups
            .iter_mut()
            .find(|(path, first, _)| *path == general && first.message == issue.message);
        match known {
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

/// Replaces the indices of a path by `*`.
fn general(path: &str) -> String {
    let is_index =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let segments = path.split('/');
    let segments = segments.map(|segment| if is_index(segment) { "*" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The text around a byte, up to `radius` bytes on either side.
fn around(text: &str, offset: usize, radius: usize) -> &str {
    let start = boundary_before(text, offset.saturating_sub(radius));
    let end = boundary_before(text, offset.saturating_add(radius));
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
        let failure = crate::parse::sink::Fault::syntax("?", 20_001).into();
        let echo = echo(&raw, &failure);
        assert!(echo.contains("é!") && echo.len() < 9000);
    }
}
