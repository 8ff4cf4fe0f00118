//! A value as a flat list that borrows from the text: quick to make, whole or in pieces, and all that the validator and a
//! partial value need.
//!
//! Most replies are plain JSON that fits. For these, judging the tape and letting serde read the text is several times
//! faster than building a [`Value`](serde_json::Value); every other reply takes the long way.

mod json;
mod view;
mod writer;

use serde_json::Number;

pub(crate) use json::{Ref, Taped};
pub(crate) use view::{Found, View};
pub(crate) use writer::Writer;

use super::blank;
use super::machine::Machine;
use super::repair::Repair;

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

    /// Takes more of the string at hand, which stands in the text behind what there is of it.
    #[inline]
    pub(crate) fn more_string(&mut self, piece: &str) {
        self.string.length += piece.len();
        if self.string.decoded {
            self.decoded.push_str(piece);
        }
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

#[cfg(test)]
mod tests {
    use jsonschema::json::Node as _;
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
