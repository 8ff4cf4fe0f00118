//! What surrounds a value in a reply: thoughts, fences, prose, and parts of a broken envelope.

use std::ops::Range;

use super::repair::{RepairKind, Repaired};
use super::whitespace;

/// The length of the longest tag.
pub(crate) const LONGEST_TAG: usize = "<|channel|>commentary".len();

const OPENING: &[&str] = &["<think>", "<thinking>", "<|channel|>analysis"];
const CLOSING: &[&str] = &["</think>", "</thinking>"];
/// What else ends thoughts that have begun: the other channels of gpt-oss.
const ENDING: &[&str] = &["<|end|>", "<|channel|>final", "<|channel|>commentary"];

/// The length of the tag of thoughts that `text` begins with, and whether it opens them.
pub(crate) fn thoughts_tag(text: &str) -> Option<(usize, bool)> {
    let opening = tag(text, OPENING).map(|length| (length, true));
    opening.or_else(|| Some((tag(text, CLOSING)?, false)))
}

/// The length of the tag that `text` begins with.
fn tag(text: &str, tags: &[&str]) -> Option<usize> {
    let begins = |tag: &&&str| {
        let start = text.get(..tag.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    tags.iter().find(begins).map(|tag| tag.len())
}

/// The offset behind the tag that ends thoughts. If it is not known that they have begun, only their own tag does.
pub(crate) fn thoughts_end(text: &str, begun: bool) -> Option<usize> {
    text.match_indices('<').find_map(|(at, _)| {
        let rest = &text[at..];
        let length = tag(rest, CLOSING).or_else(|| tag(rest, ENDING).filter(|_| begun))?;
        Some(at + length)
    })
}

/// Whether a value may begin with the bracket that `text` begins with, by what comes next.
pub(crate) fn is_plausible(text: &str) -> bool {
    let rest = text[1..].trim_start_matches(whitespace::is_any);
    let Some(next) = rest.chars().next() else {
        return true;
    };
    if rest.starts_with("//")
        || rest.starts_with("/*")
        || rest.starts_with('#')
        || matches!(next, '"' | '\'')
    {
        return true;
    }
    if text.starts_with('[') {
        let literal = ["true", "false", "null", "True", "False", "None"];
        return matches!(next, ']' | '{' | '[' | '-' | '0'..='9')
            || literal.iter().any(|word| rest.starts_with(word));
    }
    if next == '}' {
        return true;
    }
    let word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    let after = rest.trim_start_matches(word);
    let has_word = after.len() < rest.len();
    has_word && (after.trim_start().is_empty() || after.trim_start().starts_with(':'))
}

/// Whether [`is_plausible`] cannot change its answer with more text.
pub(crate) fn is_decided(text: &str) -> bool {
    let rest = text[1..].trim_start_matches(whitespace::is_any);
    let word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    let after = rest.trim_start_matches(word);
    !rest.is_empty() && rest != "/" && !(after.len() < rest.len() && after.trim_start().is_empty())
}

/// The length of the bracketed text at the beginning of `text`, strings skipped; `None` if brackets do not match.
pub(super) fn balanced(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                if open.pop() != Some(byte) {
                    return None;
                }
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            b'"' => loop {
                match bytes.next()?.1 {
                    b'"' => break,
                    b'\\' => drop(bytes.next()?),
                    _ => {}
                }
            },
            _ => {}
        }
    }
    None
}

/// Whether the text around a value shows that it is a part of something larger whose brackets are missing.
pub(crate) fn is_part(text: &str, value: &Range<usize>) -> bool {
    let before = text[..value.start].trim_end();
    let after = text[value.end..].trim_start();
    let member = before
        .strip_suffix(':')
        .is_some_and(|key| key.trim_end().ends_with(['"', '\'']));
    let item = after
        .strip_prefix(',')
        .is_some_and(|next| next.trim_start().starts_with(['"', '{', '[']));
    member || item
}

/// Returns the length of the Markdown fence at the beginning of `text`.
pub(super) fn fence(text: &str) -> Option<usize> {
    let mark = text
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = text.len() - text.trim_start_matches(mark).len();
    (length >= 3).then_some(length)
}

/// Returns the length of the info string of a fence: the rest of the line, or one word if no line ends.
pub(super) fn fence_info(text: &str) -> usize {
    let word = |letter: char| letter.is_ascii_alphanumeric() || "-+._/".contains(letter);
    text.find('\n')
        .unwrap_or_else(|| text.len() - text.trim_start_matches(word).len())
}

/// Returns the repairs of the text around a value.
pub(crate) fn repairs(
    text: &str,
    value: &Range<usize>,
    thoughts: &[Range<usize>],
) -> Vec<Repaired> {
    let mut found: Vec<Repaired> = thoughts
        .iter()
        .map(|thought| Repaired::new(RepairKind::Thoughts, thought.start))
        .collect();
    let mut at = 0;
    if text.starts_with('\u{feff}') {
        found.push(Repaired::new(RepairKind::ByteOrderMark, 0));
        at = '\u{feff}'.len_utf8();
    }
    let mut skipped: Vec<&Range<usize>> = thoughts.iter().chain([value]).collect();
    skipped.sort_by_key(|range| range.start);
    let mut around = Around::default();
    for range in skipped {
        around.look(text, at..range.start);
        at = range.end;
    }
    around.look(text, at..text.len());
    let first = [
        (RepairKind::Fence, around.fence),
        (RepairKind::Prose, around.prose),
        (RepairKind::Blank, around.blank),
    ];
    let first = first.into_iter();
    found.extend(first.filter_map(|(kind, at)| Some(Repaired::new(kind, at?))));
    found.sort_by_key(|repair| repair.offset);
    found
}

/// Where each kind of text around a value begins.
#[derive(Default)]
struct Around {
    fence: Option<usize>,
    prose: Option<usize>,
    blank: Option<usize>,
    /// Whether the last fence opened a block.
    in_fence: bool,
}

impl Around {
    fn look(&mut self, text: &str, piece: Range<usize>) {
        let mut at = piece.start;
        while let Some(character) = text[at..piece.end].chars().next() {
            if let Some(length) = fence(&text[at..piece.end]) {
                self.fence.get_or_insert(at);
                self.in_fence = !self.in_fence;
                at += length;
                if self.in_fence {
                    at += fence_info(&text[at..piece.end]);
                }
                continue;
            }
            if whitespace::is_odd(character) {
                self.blank.get_or_insert(at);
            } else if !whitespace::is_json(character) {
                self.prose.get_or_insert(at);
            }
            at += character.len_utf8();
        }
    }
}
