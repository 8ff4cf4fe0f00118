//! The value as it is being built.

use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::number;
use super::sink::{Container, FaultKind, Literal, Sink};
use crate::pointer;

/// A container that is still open.
#[derive(Clone, Debug)]
enum Frame {
    /// The members that are complete, and the key of the one at hand with its offset.
    Object(Map<String, Value>, String, usize),
    Array(Vec<Value>),
}

/// Builds a value out of events.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one says where it is, two what was found, one what is allowed"
)]
pub(crate) struct Tree {
    frames: Vec<Frame>,
    /// The key or the string at hand.
    text: String,
    /// Whether the key of the innermost object is known and its value is due or under way.
    keyed: bool,
    pub(crate) root: Option<Value>,
    /// Whether some float could be an integer.
    pub(crate) integral_floats: bool,
    /// Whether some float could be an integer only because it was rounded.
    pub(crate) rounded_floats: bool,
    /// Whether a key may come again with an equal value.
    allow_equal: bool,
    /// Where a key came again with an equal value.
    pub(crate) equal_duplicates: Vec<usize>,
}

impl Tree {
    /// With `allow_equal`, a key may come again with an equal value.
    pub(crate) fn new(allow_equal: bool) -> Self {
        Self {
            allow_equal,
            ..Self::default()
        }
    }

    /// The place at hand, as a JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut path = String::new();
        for (depth, frame) in self.frames.iter().enumerate() {
            match frame {
                Frame::Object(_, key, _) => {
                    if self.keyed || depth + 1 < self.frames.len() {
                        pointer::push(&mut path, key);
                    }
                }
                Frame::Array(items) => pointer::push_index(&mut path, items.len()),
            }
        }
        path
    }

    fn place(&mut self, value: Value) -> Result<(), FaultKind> {
        match self.frames.last_mut() {
            Some(Frame::Array(items)) => items.push(value),
            Some(Frame::Object(members, key, offset)) => {
                match members.entry(std::mem::take(key)) {
                    Entry::Vacant(entry) => {
                        entry.insert(value);
                    }
                    Entry::Occupied(entry) if self.allow_equal && *entry.get() == value => {
                        self.equal_duplicates.push(*offset);
                    }
                    Entry::Occupied(entry) => {
                        key.clone_from(entry.key());
                        return Err(FaultKind::DuplicateKey);
                    }
                }
                self.keyed = false;
            }
            None => self.root = Some(value),
        }
        Ok(())
    }
}

impl Sink for Tree {
    fn open(&mut self, container: Container, _offset: usize) {
        self.keyed = false;
        self.frames.push(match container {
            Container::Object => Frame::Object(Map::new(), String::new(), 0),
            Container::Array => Frame::Array(Vec::new()),
        });
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        let value = match self.frames.pop() {
            Some(Frame::Object(members, ..)) => Value::Object(members),
            Some(Frame::Array(items)) => Value::Array(items),
            None => return Err(FaultKind::Syntax("the end of nothing")),
        };
        self.keyed = matches!(self.frames.last(), Some(Frame::Object(..)));
        self.place(value)
    }

    fn begin_key(&mut self, offset: usize) {
        self.text.clear();
        if let Some(Frame::Object(_, _, key_offset)) = self.frames.last_mut() {
            *key_offset = offset;
        }
    }

    fn end_key(&mut self) {
        let text = std::mem::take(&mut self.text);
        if let Some(Frame::Object(_, key, _)) = self.frames.last_mut() {
            *key = text;
        }
        self.keyed = true;
    }

    fn begin_string(&mut self, _offset: usize) {
        self.text.clear();
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        let text = std::mem::take(&mut self.text);
        self.place(Value::String(text))
    }

    fn fragment(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn number(&mut self, text: &str, _offset: usize) -> Result<(), FaultKind> {
        let number = number::read(text)?;
        if number.is_f64() && number::integral(&number).is_some() {
            self.integral_floats = true;
            self.rounded_floats |= !number::is_integral(text);
        }
        self.place(Value::Number(number))
    }

    fn literal(&mut self, literal: Literal, _offset: usize) -> Result<(), FaultKind> {
        self.place(match literal {
            Literal::Null => Value::Null,
            Literal::True => Value::Bool(true),
            Literal::False => Value::Bool(false),
        })
    }
}
