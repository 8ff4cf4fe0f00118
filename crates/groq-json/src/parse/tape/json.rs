//! The representation of tapes for `jsonschema`.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use super::{Entry, Tape, Text, View};

/// The representation, for `jsonschema`.
#[derive(Debug)]
pub(crate) struct Taped;

impl Json for Taped {
    type Node<'a> = Ref<'a>;
    type PreparedKey = String;
    type StringBuffer = Option<Tape>;

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
        let tape = buffer.insert(Tape {
            entries: vec![Entry::String(Text {
                start: 0,
                length: string.len(),
                decoded: false,
            })],
            ..Tape::default()
        });
        f(tape.with(string).root())
    }
}

/// A value on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ref<'a> {
    pub(super) view: View<'a>,
    pub(super) index: usize,
}

impl<'a> Ref<'a> {
    /// The text of a string.
    pub(crate) fn text(self) -> Option<&'a str> {
        match self.entry() {
            Entry::String(text) => Some(self.view.text_of(*text)),
            _ => None,
        }
    }

    fn entry(self) -> &'a Entry {
        &self.view.tape.entries[self.index]
    }
}

impl<'a> Node<'a, Taped> for Ref<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = TapedNumber<'a>;

    fn as_object(&self) -> Option<Members<'a>> {
        match self.entry() {
            Entry::Object(count, _) => Some(Members {
                view: self.view,
                next: self.index + 1,
                left: *count,
            }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self.entry() {
            Entry::Array(count, _) => Some(Items {
                view: self.view,
                next: self.index + 1,
                left: *count,
            }),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.text().map(Cow::Borrowed)
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
            (Entry::String(text), Value::String(expected)) => self.view.text_of(*text) == expected,
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
            Entry::String(text) => Value::from(self.view.text_of(*text)),
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
    view: View<'a>,
    next: usize,
    left: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Ref<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = self.view.key(self.next);
        let value = self.next + 1;
        self.next = self.view.tape.behind(value);
        Some((key, self.view.at(value)))
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
    view: View<'a>,
    next: usize,
    left: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Ref<'a>;

    fn next(&mut self) -> Option<Ref<'a>> {
        self.left = self.left.checked_sub(1)?;
        let item = self.view.at(self.next);
        self.next = self.view.tape.behind(self.next);
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
