//! A value as a flat list that borrows from the text: quick to make, whole or in pieces, and all that the validator and a
//! partial value need.
//!
//! Most replies are plain JSON that fits. For these, judging the tape and letting serde read the text is several times
//! faster than building a [`Value`](serde_json::Value); every other reply takes the long way.

mod json;

use std::collections::HashSet;

use jsonschema::json::Node as _;
use serde_json::Number;

pub(crate) use json::{Ref, Taped};

use super::blank;
use super::machine::Machine;
use super::number;
use super::repair::Repair;
use super::sink::{Container, FaultKind, Literal, Sink};
use crate::pointer;

/// How many keys are compared pair by pair; more go into a set.
const FEW_KEYS: usize = 12;

/// A value, laid flat, as far as it has been read. Keys stand before their values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    entries: Vec<Entry>,
    /// The strings that have escapes, decoded.
    decoded: String,
    /// The containers that are not closed yet, from the root on.
    open: Vec<Open>,
    /// The items and the keys of the open containers: those of the innermost last.
    children: Vec<usize>,
    /// The key or the string at hand.
    string: Text,
    in_string: bool,
    /// Whether some float could be an integer.
    pub(crate) integral_floats: bool,
    /// Whether some key came again with an equal value.
    pub(crate) duplicates: bool,
}

#[derive(Clone, Debug)]
enum Entry {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    /// How many items, and the index of the entry behind the last one; both are known once it is closed.
    Array(usize, usize),
    Object(usize, usize),
}

/// Where a string is: in the text, or among the decoded ones.
#[derive(Clone, Copy, Debug, Default)]
struct Text {
    start: usize,
    length: usize,
    decoded: bool,
}

/// An open container: its entry, and where its children begin.
#[derive(Clone, Copy, Debug)]
struct Open {
    index: usize,
    children: usize,
}

impl Tape {
    /// Reads a text that is one value of plain JSON; `None` if it is anything else.
    pub(crate) fn read(text: &str, max_depth: usize) -> Option<Self> {
        let mut tape = Self {
            entries: Vec::with_capacity(text.len() / 16),
            ..Self::default()
        };
        let mut machine = Machine::new(Repair::Off, max_depth);
        let mut writer = Writer {
            text,
            tape: &mut tape,
        };
        let end = machine.feed(text, 0, &mut writer).ok()?;
        let whole = machine.is_done() && text[end..].chars().all(blank::is_json);
        (whole && !tape.duplicates).then_some(tape)
    }

    /// The tape beside the text that it was read from.
    pub(crate) fn with<'a>(&'a self, text: &'a str) -> View<'a> {
        View { text, tape: self }
    }

    /// The index behind the value at `index`, which is closed.
    fn behind(&self, index: usize) -> usize {
        match self.entries[index] {
            Entry::Array(_, end) | Entry::Object(_, end) => end,
            _ => index + 1,
        }
    }

    /// The items or keys of the open container at `depth`.
    fn children(&self, depth: usize) -> &[usize] {
        let end = self
            .open
            .get(depth + 1)
            .map_or(self.children.len(), |next| next.children);
        &self.children[self.open[depth].children..end]
    }

    fn push(&mut self, entry: Entry) {
        self.child();
        self.entries.push(entry);
    }

    /// The next entry is an item, if it is in a list.
    fn child(&mut self) {
        if let Some(open) = self.open.last()
            && matches!(self.entries[open.index], Entry::Array(..))
        {
            self.children.push(self.entries.len());
        }
    }

    fn begin(&mut self, offset: usize) {
        self.string = Text {
            start: offset + 1,
            length: 0,
            decoded: false,
        };
    }
}

/// A tape beside the text that it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    text: &'a str,
    tape: &'a Tape,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Done(Ref<'a>),
    /// The string that is being written.
    Text(&'a str),
    /// The open container at this depth.
    Open(usize),
}

enum Step {
    Done(usize),
    Open,
    Absent,
}

impl<'a> View<'a> {
    /// The root, which must be closed for its inside to be looked at.
    pub(crate) fn root(self) -> Ref<'a> {
        self.at(0)
    }

    fn at(self, index: usize) -> Ref<'a> {
        Ref { view: self, index }
    }

    /// Whether the value is complete.
    pub(crate) fn is_done(self) -> bool {
        self.tape.open.is_empty() && !self.tape.entries.is_empty()
    }

    /// Whether nothing has been read.
    pub(crate) fn is_empty(self) -> bool {
        self.tape.entries.is_empty() && !self.tape.in_string
    }

    /// The key or the string at hand, as far as it has been read.
    pub(crate) fn string(self) -> &'a str {
        self.text_of(self.tape.string)
    }

    /// The place at hand, as a JSON pointer.
    pub(crate) fn open_path(self) -> String {
        let mut path = String::new();
        for (depth, open) in self.tape.open.iter().enumerate() {
            let innermost = depth + 1 == self.tape.open.len();
            let children = self.tape.children(depth);
            match (&self.tape.entries[open.index], children.last()) {
                (Entry::Array(..), _) => {
                    pointer::push_index(&mut path, children.len() - usize::from(!innermost));
                }
                (_, Some(key)) if !innermost || key + 1 == self.tape.entries.len() => {
                    pointer::push(&mut path, self.key(*key));
                }
                _ => {}
            }
        }
        path
    }

    /// What `path` leads to, in a value that may not be complete.
    pub(crate) fn find(self, path: &str) -> Option<Found<'a>> {
        let tape = self.tape;
        let segments: Vec<String> = pointer::segments(path).collect();
        if self.is_done() {
            return self.inside(0, &segments).map(Found::Done);
        }
        for (depth, segment) in segments.iter().enumerate() {
            if depth == tape.open.len() {
                return None;
            }
            match self.step(depth, segment) {
                Step::Done(index) => {
                    return self.inside(index, &segments[depth + 1..]).map(Found::Done);
                }
                Step::Open => {}
                Step::Absent => return None,
            }
        }
        match segments.len() == tape.open.len() {
            true if tape.in_string => Some(Found::Text(self.string())),
            true => None,
            false => Some(Found::Open(segments.len())),
        }
    }

    /// The children of the open container at `depth` that are complete: items, or keys with their values.
    pub(crate) fn complete(
        self,
        depth: usize,
    ) -> impl ExactSizeIterator<Item = (Option<&'a str>, Ref<'a>)> + 'a {
        let tape = self.tape;
        let children = if depth < tape.open.len() {
            tape.children(depth)
        } else {
            &[]
        };
        let is_object = tape
            .open
            .get(depth)
            .is_some_and(|open| matches!(tape.entries[open.index], Entry::Object(..)));
        let value = move |child: usize| child + usize::from(is_object);
        let pending = children.last().is_some_and(|last| {
            let value = value(*last);
            let open = tape.open.get(depth + 1).map(|open| open.index);
            value == tape.entries.len() || open == Some(value)
        });
        children[..children.len() - usize::from(pending)]
            .iter()
            .map(move |child| {
                let key = is_object.then(|| self.key(*child));
                (key, self.at(value(*child)))
            })
    }

    /// Whether the container at `depth` is open, and an object.
    pub(crate) fn is_open_object(self, depth: usize) -> bool {
        let open = self.tape.open.get(depth);
        open.is_some_and(|open| matches!(self.tape.entries[open.index], Entry::Object(..)))
    }

    /// The key whose value is due or under way in the open object at `depth`.
    pub(crate) fn open_key(self, depth: usize) -> Option<&'a str> {
        let last = *self.tape.children(depth).last()?;
        let innermost = depth + 1 == self.tape.open.len();
        (!innermost || last + 1 == self.tape.entries.len()).then(|| self.key(last))
    }

    /// How many containers are open.
    pub(crate) fn depth(self) -> usize {
        self.tape.open.len()
    }

    /// The string value at hand.
    pub(crate) fn open_string(self) -> Option<&'a str> {
        self.tape.in_string.then(|| self.string())
    }

    fn step(self, depth: usize, segment: &str) -> Step {
        let tape = self.tape;
        let children = tape.children(depth);
        let child = match tape.entries[tape.open[depth].index] {
            Entry::Object(..) => children
                .iter()
                .find(|key| self.key(**key) == segment)
                .map(|key| key + 1),
            _ => match pointer::index(segment) {
                // The string that is being written is an item of the innermost list only.
                Some(index) if index == children.len() && depth + 1 == tape.open.len() => {
                    Some(tape.entries.len())
                }
                Some(index) => children.get(index).copied(),
                None => None,
            },
        };
        let open = tape.open.get(depth + 1).map(|open| open.index);
        match child {
            None => Step::Absent,
            Some(index) if index == tape.entries.len() && tape.in_string => Step::Open,
            Some(index) if index == tape.entries.len() => Step::Absent,
            child if child == open => Step::Open,
            Some(index) => Step::Done(index),
        }
    }

    /// What is inside a value that is closed.
    fn inside(self, index: usize, segments: &[String]) -> Option<Ref<'a>> {
        segments.iter().try_fold(self.at(index), |value, segment| {
            match (value.as_object(), value.as_array()) {
                (Some(mut members), _) => members
                    .find(|(key, _)| key == segment)
                    .map(|(_, value)| value),
                (_, Some(mut items)) => items.nth(pointer::index(segment)?),
                _ => None,
            }
        })
    }

    fn text_of(self, text: Text) -> &'a str {
        let source = if text.decoded {
            self.tape.decoded.as_str()
        } else {
            self.text
        };
        &source[text.start..text.start + text.length]
    }

    fn key(self, index: usize) -> &'a str {
        match &self.tape.entries[index] {
            Entry::String(text) => self.text_of(*text),
            _ => "",
        }
    }

    /// Whether a key comes twice.
    fn has_duplicates(self, keys: &[usize]) -> bool {
        if keys.len() > FEW_KEYS {
            let mut seen = HashSet::with_capacity(keys.len());
            return keys.iter().any(|key| !seen.insert(self.key(*key)));
        }
        let mut texts = [""; FEW_KEYS];
        keys.iter().enumerate().any(|(count, key)| {
            let text = self.key(*key);
            texts[count] = text;
            texts[..count].contains(&text)
        })
    }

    /// Whether a key comes twice: `Some(true)` if always with an equal value.
    fn duplicates(self, keys: &[usize]) -> Option<bool> {
        if !self.has_duplicates(keys) {
            return None;
        }
        let mut seen = HashSet::new();
        let mut found = None;
        for index in keys {
            let key = self.key(*index);
            if seen.insert(key) {
                continue;
            }
            let first = keys.iter().find(|other| self.key(**other) == key)?;
            let equal = self.at(first + 1).to_value() == self.at(index + 1).to_value();
            found = Some(equal && found.unwrap_or(true));
        }
        found
    }
}

/// Writes a tape while the text is being read. What the machine is fed must be a part of `text`.
pub(crate) struct Writer<'w> {
    pub(crate) text: &'w str,
    pub(crate) tape: &'w mut Tape,
}

impl Tape {
    /// Takes more of the string at hand, which stands in the text behind what there is of it.
    #[inline]
    pub(crate) fn more_string(&mut self, piece: &str) {
        self.string.length += piece.len();
        if self.string.decoded {
            self.decoded.push_str(piece);
        }
    }
}

impl Writer<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        self.tape.with(self.text)
    }

    /// Moves the string at hand among the decoded ones.
    fn decode(&mut self) {
        let tape = &mut *self.tape;
        if !tape.string.decoded {
            let start = tape.decoded.len();
            let plain = tape.string.start..tape.string.start + tape.string.length;
            tape.decoded.push_str(&self.text[plain]);
            tape.string.start = start;
            tape.string.decoded = true;
        }
    }
}

impl Sink for Writer<'_> {
    fn open(&mut self, container: Container, _offset: usize) {
        let tape = &mut *self.tape;
        tape.child();
        tape.open.push(Open {
            index: tape.entries.len(),
            children: tape.children.len(),
        });
        tape.entries.push(match container {
            Container::Object => Entry::Object(0, 0),
            Container::Array => Entry::Array(0, 0),
        });
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        let Some(open) = self.tape.open.last().copied() else {
            return Err(FaultKind::Syntax("the end of nothing"));
        };
        let children = &self.tape.children[open.children..];
        let count = children.len();
        let behind = self.tape.entries.len();
        let is_object = matches!(self.tape.entries[open.index], Entry::Object(..));
        if is_object && count > 1 {
            match self.view().duplicates(children) {
                None => {}
                Some(true) => self.tape.duplicates = true,
                Some(false) => return Err(FaultKind::DuplicateKey),
            }
        }
        let tape = &mut *self.tape;
        tape.entries[open.index] = if is_object {
            Entry::Object(count, behind)
        } else {
            Entry::Array(count, behind)
        };
        tape.open.pop();
        tape.children.truncate(open.children);
        Ok(())
    }

    fn begin_key(&mut self, offset: usize) {
        self.tape.begin(offset);
    }

    fn end_key(&mut self) {
        let tape = &mut *self.tape;
        tape.children.push(tape.entries.len());
        tape.entries.push(Entry::String(tape.string));
    }

    fn begin_string(&mut self, offset: usize) {
        self.tape.begin(offset);
        self.tape.in_string = true;
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.tape.in_string = false;
        let string = self.tape.string;
        self.tape.push(Entry::String(string));
        Ok(())
    }

    fn fragment(&mut self, text: &str) {
        let string = self.tape.string;
        let end = string.start + string.length;
        // A part of the text itself, behind what there is of the string: nothing has to be copied.
        let contiguous = !string.decoded && text.as_ptr().addr() == self.text.as_ptr().addr() + end;
        if !contiguous {
            self.decode();
            self.tape.decoded.push_str(text);
        }
        self.tape.string.length += text.len();
    }

    fn number(&mut self, text: &str, _offset: usize) -> Result<(), FaultKind> {
        let number = number::read(text)?;
        self.tape.integral_floats |= number::integral(&number).is_some();
        self.tape.push(Entry::Number(number));
        Ok(())
    }

    fn literal(&mut self, literal: Literal, _offset: usize) -> Result<(), FaultKind> {
        self.tape.push(match literal {
            Literal::Null => Entry::Null,
            Literal::True => Entry::Bool(true),
            Literal::False => Entry::Bool(false),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_tape_holds_what_a_value_holds() {
        for text in [
            r#"{"a":[1,-2.5,{"b":"x\né😀\"","c":[]}],"":{},"n":null,"t":true}"#,
            r#" [[], {}, "plain", "\u0041 escaped", 18446744073709551615] "#,
        ] {
            let tape = Tape::read(text, 100).unwrap();
            assert_eq!(
                *tape.with(text).root().to_value(),
                serde_json::from_str::<Value>(text).unwrap(),
                "{text}"
            );
        }
        for text in [
            "",
            "[1,]",
            "[1",
            "[1] x",
            r#"{"a":1,"a":1}"#,
            "7",
            &"[".repeat(101),
        ] {
            assert!(Tape::read(text, 100).is_none(), "{text}");
        }
    }

    #[test]
    fn the_validator_judges_tapes_as_it_judges_values() {
        let schema = json!({
            "type": "object",
            "properties": {
                "kind": {"enum": ["a", 1, null, [1]]},
                "list": {"type": "array", "items": {"type": "integer", "minimum": 0}, "uniqueItems": true},
                "any": {"oneOf": [{"type": "object", "properties": {"t": {"const": "x"}}, "required": ["t"]}, {"type": "string", "minLength": 2}]},
            },
            "required": ["kind"],
            "additionalProperties": false,
            "propertyNames": {"maxLength": 4},
        });
        let value_validator = jsonschema::draft202012::new(&schema).unwrap();
        let tape_validator = crate::validate::compile_for_tapes(&schema).unwrap();
        for text in [
            r#"{"kind":"a"}"#,
            r#"{"kind":1.0,"list":[1,2,3.0]}"#,
            r#"{"kind":[1],"any":{"t":"x"}}"#,
            r#"{"kind":null,"any":"ab"}"#,
            r#"{"kind":"b"}"#,
            r#"{"kind":"a","list":[1,1]}"#,
            r#"{"kind":"a","list":[-1]}"#,
            r#"{"kind":"a","list":[1.5]}"#,
            r#"{"kind":"a","any":"a"}"#,
            r#"{"kind":"a","any":{"t":"y"}}"#,
            r#"{"kind":"a","other":1}"#,
            "{}",
            "[]",
        ] {
            let tape = Tape::read(text, 100).unwrap();
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(
                tape_validator.is_valid(tape.with(text).root()),
                value_validator.is_valid(&value),
                "{text}"
            );
        }
    }
}
