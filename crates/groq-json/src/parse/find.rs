//! The values in a reply.
//!
//! A candidate is an outermost bracketed value outside of thoughts. What is inside a candidate, broken or not, is never a
//! candidate: an inner object of a broken envelope is not the answer.

use std::ops::Range;

use serde_json::Value;

use super::machine::Machine;
use super::outside;
use super::repair::{Repair, RepairKind, Repaired};
use super::sink::{Fault, FaultKind};
use super::tree::Tree;
use super::whitespace;

/// How many brackets in prose are skipped before the rest of the text is ignored.
const MAX_IMPLAUSIBLE: usize = 64;

/// A value in a reply.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) range: Range<usize>,
    pub(crate) value: Result<Value, Broken>,
    pub(crate) repairs: Vec<Repaired>,
    pub(crate) integral_floats: bool,
}

impl Candidate {
    /// A value that has been read to its end.
    pub(crate) fn complete(
        range: Range<usize>,
        mut repairs: Vec<Repaired>,
        mut tree: Tree,
    ) -> Self {
        let duplicates = tree.equal_duplicates.iter();
        repairs.extend(duplicates.map(|at| Repaired::new(RepairKind::DuplicateKey, *at)));
        Self {
            range,
            value: Ok(tree.take_root().unwrap_or_default()),
            repairs,
            integral_floats: tree.has_integral_floats(),
        }
    }

    /// Whether more text could change the value: a number or a word at the very end.
    pub(crate) fn is_open_ended(&self, text: &str) -> bool {
        let scalar = matches!(
            self.value,
            Ok(Value::Number(_) | Value::Bool(_) | Value::Null)
        );
        scalar && self.range.end == text.len()
    }

    fn is_out_of_range(&self) -> bool {
        let number = FaultKind::NumberRange;
        matches!(&self.value, Err(broken) if broken.fault.kind == number)
    }
}

/// What begins like a value but is not one.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) fault: Fault,
    pub(crate) pointer: String,
}

/// Everything that a reply contains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) candidates: Vec<Candidate>,
    /// Where a value begins that the text ends in.
    pub(crate) cut: Option<usize>,
    /// A closing bracket that nothing opened.
    pub(crate) stray: Option<usize>,
    pub(crate) thoughts: Vec<Range<usize>>,
}

impl Reading {
    pub(crate) fn only(candidate: Candidate) -> Self {
        Self {
            candidates: vec![candidate],
            ..Self::default()
        }
    }

    /// Whether text follows the last value, or there is no value.
    pub(crate) fn goes_on(&self, text: &str) -> bool {
        let last = self.candidates.last();
        last.is_none_or(|last| !text[last.range.end..].trim().is_empty())
    }
}

/// Reads a reply that is one value and nothing else.
pub(crate) fn plain(text: &str, level: Repair, max_depth: usize) -> Option<Candidate> {
    let start = whitespace::json_length(text);
    if !text[start..].starts_with(['{', '[']) {
        return None;
    }
    match one(text, start, level, max_depth) {
        One::Whole(candidate) => text[candidate.range.end..]
            .chars()
            .all(whitespace::is_json)
            .then_some(candidate),
        One::Cut => None,
    }
}

/// Reads a reply.
pub(crate) fn all(text: &str, level: Repair, max_depth: usize) -> Reading {
    if level == Repair::Off {
        return strictly(text, max_depth);
    }
    let (scalar, cut) = scalar(text, level, max_depth);
    scalar.unwrap_or_else(|| {
        let mut reading = Finder::new(text, level, max_depth).run();
        if reading.candidates.is_empty() && reading.stray.is_none() {
            reading.cut = reading.cut.or(cut);
        }
        reading
    })
}

/// The text is JSON, and nothing else.
fn strictly(text: &str, max_depth: usize) -> Reading {
    let start = whitespace::json_length(text);
    if start == text.len() {
        return Reading::default();
    }
    match one(text, start, Repair::Off, max_depth) {
        One::Whole(mut candidate) => {
            let end = candidate.range.end;
            let rest = end + whitespace::json_length(&text[end..]);
            if candidate.value.is_ok() && rest < text.len() {
                let fault = Fault::syntax("text after the value", rest);
                candidate.value = Err(Broken {
                    fault,
                    pointer: String::new(),
                });
            }
            Reading::only(candidate)
        }
        One::Cut => Reading {
            cut: Some(start),
            ..Reading::default()
        },
    }
}

/// A reply whose text, apart from a fence, is a string, a number or a literal; or where a string begins that does not end.
fn scalar(text: &str, level: Repair, max_depth: usize) -> (Option<Reading>, Option<usize>) {
    let inner = unfenced(text.trim_matches(whitespace::is_any));
    if !inner.starts_with(|first: char| {
        matches!(first, '"' | '\'' | '-') || first.is_ascii_alphanumeric()
    }) {
        return (None, None);
    }
    // The slice lies within `text`.
    let start = inner.as_ptr() as usize - text.as_ptr() as usize;
    let end = start + inner.len();
    match one(&text[..end], start, level, max_depth) {
        One::Whole(candidate) if candidate.value.is_ok() && candidate.range.end == end => {
            (Some(Reading::only(candidate)), None)
        }
        // A number alone that is none of ours.
        One::Whole(candidate)
            if candidate.is_out_of_range() && !inner.contains(whitespace::is_any) =>
        {
            (Some(Reading::only(candidate)), None)
        }
        One::Cut if is_encoded(inner) => {
            let reading = Reading {
                cut: Some(start),
                ..Reading::default()
            };
            (Some(reading), None)
        }
        One::Cut => (None, inner.starts_with('"').then_some(start)),
        One::Whole(_) => (None, None),
    }
}

/// The text in a fence, if there is one around it.
fn unfenced(text: &str) -> &str {
    let Some(length) = outside::fence(text) else {
        return text;
    };
    let (fence, inner) = text.split_at(length);
    let inner = inner.strip_suffix(fence).unwrap_or(inner);
    let info = outside::fence_info(inner);
    let inner = if info == inner.len() {
        inner
    } else {
        &inner[info..]
    };
    inner.trim_matches(whitespace::is_any)
}

/// Whether what begins like a string holds JSON text.
fn is_encoded(text: &str) -> bool {
    text[1..].trim_start().starts_with(['{', '['])
}

enum One {
    Whole(Candidate),
    Cut,
}

/// Reads the value that begins at `start`. A broken one has an empty range.
fn one(text: &str, start: usize, level: Repair, max_depth: usize) -> One {
    let mut tree = Tree::new(level != Repair::Off);
    let mut machine = Machine::new(level, max_depth);
    let result = machine.feed(text, start, &mut tree).and_then(|end| {
        let whole = machine.finish(text, &mut tree)?;
        Ok((end, whole))
    });
    match result {
        Ok((end, true)) => One::Whole(Candidate::complete(start..end, machine.repairs, tree)),
        Ok(_) => One::Cut,
        Err(fault) => {
            let pointer = tree.pointer();
            let mut candidate = Candidate::complete(start..start, machine.repairs, tree);
            candidate.value = Err(Broken { fault, pointer });
            One::Whole(candidate)
        }
    }
}

struct Finder<'t> {
    text: &'t str,
    level: Repair,
    max_depth: usize,
    reading: Reading,
    implausible: usize,
}

impl<'t> Finder<'t> {
    fn new(text: &'t str, level: Repair, max_depth: usize) -> Self {
        Self {
            text,
            level,
            max_depth,
            reading: Reading::default(),
            implausible: 0,
        }
    }

    fn run(mut self) -> Reading {
        let mut at = 0;
        while let Some(length) = self.text[at..].find(['{', '[', '}', ']', '<']) {
            at += length;
            match self.text.as_bytes()[at] {
                b'<' => at = self.thoughts(at),
                b'{' | b'[' => match self.bracket(at) {
                    Some(next) => at = next,
                    None => return self.reading,
                },
                _ => {
                    self.reading.stray.get_or_insert(at);
                    at += 1;
                }
            }
        }
        self.reading
    }

    fn thoughts(&mut self, at: usize) -> usize {
        let Some((length, opens)) = outside::thoughts_tag(&self.text[at..]) else {
            return at + 1;
        };
        let inside = at + length;
        if !opens {
            // They began before the reply did: what came so far was thought.
            self.reading.candidates.clear();
            self.reading.stray = None;
            self.reading.thoughts.clear();
            self.reading.thoughts.push(0..inside);
            return inside;
        }
        let end = match outside::thoughts_end(&self.text[inside..], true) {
            Some(length) => inside + length,
            None => self.text.len(),
        };
        self.reading.thoughts.push(at..end);
        end
    }

    /// Takes what begins at a bracket; returns where to go on, or `None` if all the rest belongs to it.
    fn bracket(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let is_first = self.text[..at].chars().all(whitespace::is_any);
        if !is_first && !outside::is_plausible(rest) {
            self.implausible += 1;
            if self.implausible > MAX_IMPLAUSIBLE {
                self.reading.stray.get_or_insert(at);
                return None;
            }
            return Some(at + outside::balanced(rest).unwrap_or(1));
        }
        match one(self.text, at, self.level, self.max_depth) {
            One::Cut => {
                self.reading.cut = Some(at);
                None
            }
            One::Whole(mut candidate) => {
                let end = if candidate.value.is_ok() {
                    Some(candidate.range.end)
                } else {
                    outside::balanced(rest).map(|length| at + length)
                };
                candidate.range = at..end.unwrap_or(self.text.len());
                self.reading.candidates.push(candidate);
                end
            }
        }
    }
}
