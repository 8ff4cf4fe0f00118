//! A value as a flat list that borrows from the text: quick to make, and all that the validator needs.
//!
//! Most replies are plain JSON that fits. For these, judging the tape and letting serde read the text is several times
//! faster than building a [`Value`]; every other reply takes the long way.

use std::borrow::Cow;
use std::collections::HashSet;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use super::machine::Machine;
use super::number;
use super::repair::Repair;
use super::sink::{Container, FaultKind, Literal, Sink};

/// How many keys are compared pair by pair; more go into a set.
const FEW_KEYS: usize = 12;

/// A value, laid flat. Keys stand before their values.
#[derive(Debug)]
pub(crate) struct Tape<'t> {
    text: &'t str,
    entries: Vec<Entry>,
    /// The strings that have escapes, decoded.
    decoded: String,
    open: Vec<usize>,
    string: Text,
    /// Whether some float could be an integer.
    pub(crate) integral_floats: bool,
}

#[derive(Clone, Debug)]
enum Entry {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    /// How many items, and the index of the entry behind the last one.
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

impl<'t> Tape<'t> {
    /// Reads a text that is one value of plain JSON; `None` if it is anything else.
    pub(crate) fn read(text: &'t str, max_depth: usize) -> Option<Self> {
        let mut tape = Self {
            text,
            entries: Vec::with_capacity(text.len() / 16),
            decoded: String::new(),
            open: Vec::new(),
            string: Text::default(),
            integral_floats: false,
        };
        let mut machine = Machine::new(Repair::Off, max_depth, 0);
        let length = machine.feed(text, &mut tape).ok()?;
        let whole = machine.is_done() && text[length..].trim_ascii_start().is_empty();
        whole.then_some(tape)
    }

    pub(crate) fn root(&self) -> Ref<'_> {
        Ref {
            tape: self,
            index: 0,
        }
    }

    fn text_of(&self, text: Text) -> &str {
        let source = if text.decoded {
            self.decoded.as_str()
        } else {
            self.text
        };
        &source[text.start..text.start + text.length]
    }

    fn key(&self, index: usize) -> &str {
        match &self.entries[index] {
            Entry::String(text) => self.text_of(*text),
            _ => "",
        }
    }

    /// The index behind the value at `index`.
    fn behind(&self, index: usize) -> usize {
        match self.entries[index] {
            Entry::Array(_, end) | Entry::Object(_, end) => end,
            _ => index + 1,
        }
    }

    /// Counts an item of the innermost container.
    fn count(&mut self) {
        if let Some(Entry::Array(count, _) | Entry::Object(count, _)) =
            self.open.last().map(|open| &mut self.entries[*open])
        {
            *count += 1;
        }
    }

    fn push(&mut self, entry: Entry) {
        self.count();
        self.entries.push(entry);
    }

    fn begin(&mut self, offset: usize) {
        self.string = Text {
            start: offset + 1,
            length: 0,
            decoded: false,
        };
    }

    /// Moves the string at hand among the decoded ones.
    fn decode(&mut self) {
        if !self.string.decoded {
            let start = self.decoded.len();
            let plain = self.string.start..self.string.start + self.string.length;
            self.decoded.push_str(&self.text[plain]);
            self.string.start = start;
            self.string.decoded = true;
        }
    }

    fn has_duplicates(&self, object: usize, count: usize) -> bool {
        let mut keys = Vec::with_capacity(count.min(FEW_KEYS));
        let mut many = HashSet::new();
        let mut index = object + 1;
        for _ in 0..count {
            let key = self.key(index);
            let fresh = if count <= FEW_KEYS {
                let fresh = !keys.contains(&key);
                keys.push(key);
                fresh
            } else {
                many.insert(key)
            };
            if !fresh {
                return true;
            }
            index = self.behind(index + 1);
        }
        false
    }
}

impl Sink for Tape<'_> {
    fn open(&mut self, container: Container, _offset: usize) {
        self.count();
        self.open.push(self.entries.len());
        self.entries.push(match container {
            Container::Object => Entry::Object(0, 0),
            Container::Array => Entry::Array(0, 0),
        });
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        let index = self
            .open
            .pop()
            .ok_or(FaultKind::Syntax("the end of nothing"))?;
        let behind = self.entries.len();
        let duplicates = match &mut self.entries[index] {
            Entry::Object(count, end) => {
                *end = behind;
                Some(*count)
            }
            Entry::Array(_, end) => {
                *end = behind;
                None
            }
            _ => None,
        };
        match duplicates {
            Some(count) if self.has_duplicates(index, count) => Err(FaultKind::DuplicateKey),
            _ => Ok(()),
        }
    }

    fn begin_key(&mut self, offset: usize) {
        self.begin(offset);
    }

    fn end_key(&mut self) {
        self.entries.push(Entry::String(self.string));
    }

    fn begin_string(&mut self, offset: usize) {
        self.begin(offset);
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.push(Entry::String(self.string));
        Ok(())
    }

    fn fragment(&mut self, text: &str) {
        let end = self.string.start + self.string.length;
        let contiguous = !self.string.decoded
            && self
                .text
                .get(end..)
                .is_some_and(|rest| std::ptr::eq(rest.as_ptr(), text.as_ptr()));
        if !contiguous {
            self.decode();
            self.decoded.push_str(text);
        }
        self.string.length += text.len();
    }

    fn number(&mut self, text: &str, _offset: usize) -> Result<(), FaultKind> {
        let number = number::read(text)?;
        self.integral_floats |= number::integral(&number).is_some();
        self.push(Entry::Number(number));
        Ok(())
    }

    fn literal(&mut self, literal: Literal, _offset: usize) -> Result<(), FaultKind> {
        self.push(match literal {
            Literal::Null => Entry::Null,
            Literal::True => Entry::Bool(true),
            Literal::False => Entry::Bool(false),
        });
        Ok(())
    }
}

/// The representation, for `jsonschema`.
#[derive(Debug)]
pub(crate) struct Taped;

impl Json for Taped {
    type Node<'a> = Ref<'a>;
    type PreparedKey = String;
    type StringBuffer = Option<Tape<'static>>;

    const ACYCLIC: bool = true;
    // A look-up walks the members, so going through them once is cheaper.
    const KEYS_PER_LOOKUP: usize = 4;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<R>(
        buffer: &mut Self::StringBuffer,
        string: &str,
        f: impl FnOnce(Ref<'_>) -> R,
    ) -> R {
        let text = Text {
            start: 0,
            length: string.len(),
            decoded: true,
        };
        let tape = buffer.insert(Tape {
            text: "",
            entries: vec![Entry::String(text)],
            decoded: string.to_owned(),
            open: Vec::new(),
            string: Text::default(),
            integral_floats: false,
        });
        f(tape.root())
    }
}

/// A value on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ref<'a> {
    tape: &'a Tape<'a>,
    index: usize,
}

impl<'a> Ref<'a> {
    fn entry(self) -> &'a Entry {
        &self.tape.entries[self.index]
    }
}

impl<'a> Node<'a, Taped> for Ref<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = TapedNumber<'a>;

    fn as_object(&self) -> Option<Members<'a>> {
        match self.entry() {
            Entry::Object(count, _) => Some(Members {
                tape: self.tape,
                next: self.index + 1,
                left: *count,
            }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self.entry() {
            Entry::Array(count, _) => Some(Items {
                tape: self.tape,
                next: self.index + 1,
                left: *count,
            }),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.entry() {
            Entry::String(text) => Some(Cow::Borrowed(self.tape.text_of(*text))),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<TapedNumber<'a>> {
        match self.entry() {
            Entry::Number(number) => Some(TapedNumber(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.entry() {
            Entry::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.entry(), Entry::Null)
    }

    fn json_type(&self) -> JsonType {
        match self.entry() {
            Entry::Null => JsonType::Null,
            Entry::Bool(_) => JsonType::Boolean,
            Entry::Number(_) => JsonType::Number,
            Entry::String(_) => JsonType::String,
            Entry::Array(..) => JsonType::Array,
            Entry::Object(..) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.entry(), expected) {
            (Entry::String(text), Value::String(expected)) => self.tape.text_of(*text) == expected,
            (Entry::String(_), _) | (_, Value::String(_)) => false,
            _ => {
                *self.to_value() == *expected
                    || self
                        .as_number()
                        .is_some_and(|number| number.0.as_f64() == expected.as_f64())
            }
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.entry() {
            Entry::Null => Value::Null,
            Entry::Bool(value) => Value::Bool(*value),
            Entry::Number(number) => Value::Number(number.clone()),
            Entry::String(text) => Value::from(self.tape.text_of(*text)),
            Entry::Array(..) => self
                .as_array()
                .into_iter()
                .flatten()
                .map(|item| item.to_value().into_owned())
                .collect(),
            Entry::Object(..) => {
                let members = self.as_object().into_iter().flatten();
                Value::Object(
                    members
                        .map(|(key, value)| (key.to_owned(), value.to_value().into_owned()))
                        .collect(),
                )
            }
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.entry()) as usize))
    }
}

/// The members of an object.
#[derive(Clone, Debug)]
pub(crate) struct Members<'a> {
    tape: &'a Tape<'a>,
    next: usize,
    left: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Ref<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = self.tape.key(self.next);
        let value = self.next + 1;
        self.next = self.tape.behind(value);
        Some((
            key,
            Ref {
                tape: self.tape,
                index: value,
            },
        ))
    }
}

impl<'a> Object<'a, Taped> for Members<'a> {
    type Node = Ref<'a>;
    type MemberName = &'a str;
    type MembersIter = Self;

    fn len(&self) -> usize {
        self.left
    }

    fn get(&self, key: &String) -> Option<Ref<'a>> {
        self.clone()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    fn members(&self) -> Self {
        self.clone()
    }
}

/// The items of a list.
#[derive(Clone, Debug)]
pub(crate) struct Items<'a> {
    tape: &'a Tape<'a>,
    next: usize,
    left: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Ref<'a>;

    fn next(&mut self) -> Option<Ref<'a>> {
        self.left = self.left.checked_sub(1)?;
        let item = Ref {
            tape: self.tape,
            index: self.next,
        };
        self.next = self.tape.behind(self.next);
        Some(item)
    }
}

impl<'a> Array<'a, Taped> for Items<'a> {
    type Node = Ref<'a>;
    type ElementsIter = Self;

    fn len(&self) -> usize {
        self.left
    }

    fn elements(&self) -> Self {
        self.clone()
    }
}

/// A number on a tape.
#[derive(Debug)]
pub(crate) struct TapedNumber<'a>(&'a Number);

impl JsonNumber for TapedNumber<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Borrowed(self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tape_holds_what_a_value_holds() {
        for text in [
            r#"{"a":[1,-2.5,{"b":"x\né😀\"","c":[]}],"":{},"n":null,"t":true}"#,
            r#" [[], {}, "plain", "\u0041 escaped", 18446744073709551615] "#,
        ] {
            let tape = Tape::read(text, 100).unwrap();
            assert_eq!(
                *tape.root().to_value(),
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
                tape_validator.is_valid(tape.root()),
                value_validator.is_valid(&value),
                "{text}"
            );
        }
    }
}
