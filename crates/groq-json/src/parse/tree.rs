//! Builds the value from the events of the parser. It can be read while it grows.

use std::mem;

use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::number;
use super::sink::{Container, FaultKind, Flow, Literal, Sink};
use crate::pointer;

/// An open container.
#[derive(Clone, Debug)]
enum Frame {
    /// The complete members, then the current key and its offset.
    Object(Map<String, Value>, String, usize),
    Array(Vec<Value>),
}

/// The largest number of members that room is made for in advance.
const MOST: usize = 64;

/// Where a path leads in a value that may be incomplete.
pub(crate) enum Found<'t> {
    Complete(&'t Value),
    /// The string that is being written.
    Text(&'t str),
    /// The open container at this depth.
    Open(usize),
}

/// A value, as far as it has been read.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
pub(crate) struct Tree {
    frames: Vec<Frame>,
    /// The current key or string.
    text: String,
    in_string: bool,
    /// Whether the key of the innermost object is known and its value is not complete.
    keyed: bool,
    root: Option<Value>,
    /// Whether some float could be an integer.
    integral_floats: bool,
    /// Whether some float could be an integer only because it was rounded.
    rounded_floats: bool,
    /// Whether a key may be repeated with an equal value.
    allow_equal: bool,
    /// How many members the last object had. The next one is often like it.
    usual: usize,
    /// The offsets of keys repeated with an equal value.
    pub(crate) equal_duplicates: Vec<usize>,
}

impl Tree {
    /// Creates an empty tree. With `allow_equal`, a key may be repeated with an equal value.
    pub(crate) fn new(allow_equal: bool) -> Self {
        Self {
            allow_equal,
            ..Self::default()
        }
    }

    pub(crate) fn take_root(&mut self) -> Option<Value> {
        self.root.take()
    }

    /// Whether floats may be taken for integers: some could be, and none only because it was rounded.
    pub(crate) fn has_integral_floats(&self) -> bool {
        self.integral_floats && !self.rounded_floats
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.root.is_none() && self.frames.is_empty() && !self.in_string
    }

    /// The current string, as far as it has been read.
    pub(crate) fn string(&self) -> &str {
        &self.text
    }

    /// The current key of the innermost object.
    pub(crate) fn key(&self) -> &str {
        match self.frames.last() {
            Some(Frame::Object(_, key, _)) => key,
            _ => "",
        }
    }

    /// Appends to the current string.
    #[inline]
    pub(crate) fn more_string(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// The current place, as a JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut path = String::new();
        for (depth, frame) in self.frames.iter().enumerate() {
            match frame {
                Frame::Object(_, key, _) if self.has_key(depth) => pointer::push(&mut path, key),
                Frame::Object(..) => {}
                Frame::Array(items) => pointer::push_index(&mut path, items.len()),
            }
        }
        path
    }

    /// Whether the open object at `depth` has a current key.
    fn has_key(&self, depth: usize) -> bool {
        self.keyed || depth + 1 < self.frames.len()
    }

    /// Follows a JSON pointer.
    pub(crate) fn find(&self, path: &str) -> Option<Found<'_>> {
        if let Some(root) = &self.root {
            return root.pointer(path).map(Found::Complete);
        }
        let mut rest = path;
        for (depth, frame) in self.frames.iter().enumerate() {
            let Some(inner) = rest.strip_prefix('/') else {
                return Some(Found::Open(depth));
            };
            let (segment, after) = inner.split_at(inner.find('/').unwrap_or(inner.len()));
            let segment = pointer::unescape(segment);
            let (complete, is_current) = match frame {
                Frame::Object(members, key, _) => {
                    let is_current = *key == segment && self.has_key(depth);
                    (members.get(segment.as_ref()), is_current)
                }
                Frame::Array(items) => {
                    let index = pointer::index(&segment)?;
                    (items.get(index), index == items.len())
                }
            };
            if let Some(value) = complete {
                return value.pointer(after).map(Found::Complete);
            }
            if !is_current {
                return None;
            }
            rest = after;
        }
        (rest.is_empty() && self.in_string).then_some(Found::Text(&self.text))
    }

    /// Copies the open container at `depth` with everything that is open inside it.
    pub(crate) fn copy(&self, depth: usize) -> Value {
        let mut inner = self.in_string.then(|| Value::from(self.text.as_str()));
        for (depth, frame) in self.frames.iter().enumerate().skip(depth).rev() {
            inner = Some(match frame {
                Frame::Array(items) => items.iter().cloned().chain(inner).collect(),
                Frame::Object(members, key, _) => {
                    let mut members = members.clone();
                    if let Some(inner) = inner.filter(|_| self.has_key(depth)) {
                        members.entry(key.clone()).or_insert(inner);
                    }
                    Value::Object(members)
                }
            });
        }
        inner.unwrap_or_default()
    }

    /// The complete items of the open list: of the one at the root, or of the one that `items` wraps.
    #[cfg(feature = "client")]
    pub(crate) fn items(&self) -> &[Value] {
        match self.frames.as_slice() {
            [Frame::Array(items), ..] => items,
            [Frame::Object(members, key, _), Frame::Array(items), ..]
                if members.is_empty() && key == "items" =>
            {
                items
            }
            _ => &[],
        }
    }

    fn place(&mut self, value: Value) -> Flow {
        match self.frames.last_mut() {
            Some(Frame::Array(items)) => items.push(value),
            Some(Frame::Object(members, key, offset)) => {
                match members.entry(mem::take(key)) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(value);
                    }
                    Entry::Occupied(known) if self.allow_equal && *known.get() == value => {
                        self.equal_duplicates.push(*offset);
                    }
                    Entry::Occupied(known) => {
                        known.key().clone_into(key);
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
    fn open(&mut self, container: Container, _offset: usize) -> Flow {
        self.keyed = false;
        self.frames.push(match container {
            Container::Object => {
                Frame::Object(Map::with_capacity(self.usual.min(MOST)), String::new(), 0)
            }
            Container::Array => Frame::Array(Vec::new()),
        });
        Ok(())
    }

    fn close(&mut self) -> Flow {
        let value = match self.frames.pop() {
            Some(Frame::Object(members, ..)) => {
                self.usual = members.len();
                Value::Object(members)
            }
            Some(Frame::Array(items)) => Value::Array(items),
            None => return Err(FaultKind::Syntax("a bracket that nothing opened")),
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

    fn end_key(&mut self) -> Flow {
        if let Some(Frame::Object(_, key, _)) = self.frames.last_mut() {
            *key = mem::take(&mut self.text);
        }
        self.keyed = true;
        Ok(())
    }

    fn begin_string(&mut self, _offset: usize) -> Flow {
        self.text.clear();
        self.in_string = true;
        Ok(())
    }

    fn end_string(&mut self) -> Flow {
        self.in_string = false;
        let text = mem::take(&mut self.text);
        self.place(Value::String(text))
    }

    fn fragment(&mut self, text: &str) -> Flow {
        self.text.push_str(text);
        Ok(())
    }

    fn number(&mut self, text: &str, _offset: usize) -> Flow {
        let number = number::read(text)?;
        if number.is_f64() && number::integral(&number).is_some() {
            self.integral_floats = true;
            self.rounded_floats |= !number::is_integral(text);
        }
        self.place(Value::Number(number))
    }

    fn literal(&mut self, literal: Literal, _offset: usize) -> Flow {
        self.place(match literal {
            Literal::Null => Value::Null,
            Literal::True => Value::Bool(true),
            Literal::False => Value::Bool(false),
        })
    }
}
