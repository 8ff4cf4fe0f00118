//! A value that is still being written.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parse::tree::{Frame, Tree};
use crate::pointer;

/// A value as far as it has been written.
///
/// Members and items appear when they are complete, except that strings, lists and objects show as they grow; so what it
/// shows never has to be taken back. Half an escape is held back, and a number or a literal until its end is known.
///
/// It comes from a [stream](crate::Extract::stream), and from [`Error::partial`](crate::Error::partial) where a reply was cut.
///
/// ```
/// use groq_json::{Finish, Format};
///
/// let error = Format::<Vec<String>>::new()?.parse(r#"["a", "b"#, Finish::Length).unwrap_err();
/// let partial = error.partial().expect("it was cut");
/// assert_eq!(partial.to_value(), serde_json::json!(["a", "b"]));
/// assert!(partial.is_done("/0") && !partial.is_done("/1"));
/// assert_eq!(partial.get::<String>("/0").as_deref(), Some("a"));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Partial {
    pub(crate) tree: Tree,
}

enum Found<'p> {
    Done(&'p Value),
    /// The string that is being written.
    Text(&'p str),
    /// The open container at this depth.
    Open(usize),
}

impl Partial {
    pub(crate) fn new(tree: Tree) -> Self {
        Self { tree }
    }

    /// Whether anything has been written.
    pub fn is_empty(&self) -> bool {
        self.tree.root.is_none() && self.tree.frames.is_empty() && !self.tree.in_string
    }

    /// Whether what `path` (a JSON pointer) points to is complete; `""` stands for the whole value.
    pub fn is_done(&self, path: &str) -> bool {
        matches!(self.find(path), Some(Found::Done(_)))
    }

    /// What `path` points to, as far as it is there, as a `U`; `None` if it is absent or does not fit.
    pub fn get<U: DeserializeOwned>(&self, path: &str) -> Option<U> {
        serde_json::from_value(self.value_at(path)?).ok()
    }

    /// What `path` points to, as far as it is there. It costs a copy.
    pub fn value_at(&self, path: &str) -> Option<Value> {
        Some(match self.find(path)? {
            Found::Done(value) => value.clone(),
            Found::Text(text) => text.into(),
            Found::Open(depth) => self.copy(depth),
        })
    }

    /// The string that `path` points to, as far as it is there. It costs nothing.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        match self.find(path)? {
            Found::Done(value) => value.as_str(),
            Found::Text(text) => Some(text),
            Found::Open(_) => None,
        }
    }

    /// All of it. It costs a copy.
    pub fn to_value(&self) -> Value {
        self.value_at("").unwrap_or_default()
    }

    /// The place that is being written, as a JSON pointer.
    pub fn open_path(&self) -> String {
        self.tree.pointer()
    }

    fn find(&self, path: &str) -> Option<Found<'_>> {
        let tree = &self.tree;
        if let Some(root) = &tree.root {
            return root.pointer(path).map(Found::Done);
        }
        let segments: Vec<String> = pointer::segments(path).collect();
        for (depth, segment) in segments.iter().enumerate() {
            if depth == tree.frames.len() {
                return None;
            }
            match self.step(depth, segment) {
                Step::Done(value) => return inside(value, &segments[depth + 1..]).map(Found::Done),
                Step::Open => {}
                Step::Absent => return None,
            }
        }
        match segments.len() == tree.frames.len() {
            true if tree.in_string => Some(Found::Text(&tree.text)),
            true => None,
            false => Some(Found::Open(segments.len())),
        }
    }

    fn step(&self, depth: usize, segment: &str) -> Step<'_> {
        let innermost = depth + 1 == self.tree.frames.len();
        match &self.tree.frames[depth] {
            Frame::Object(members, key, _) => match members.get(segment) {
                Some(value) => Step::Done(value),
                None if key == segment && (!innermost || self.tree.keyed) => Step::Open,
                None => Step::Absent,
            },
            Frame::Array(items) => match segment.parse::<usize>() {
                Ok(index) if index < items.len() => Step::Done(&items[index]),
                Ok(index) if index == items.len() => Step::Open,
                _ => Step::Absent,
            },
        }
    }

    /// The open container at `depth`, with what is open inside it.
    fn copy(&self, depth: usize) -> Value {
        let tree = &self.tree;
        let mut inner = tree.in_string.then(|| Value::from(tree.text.as_str()));
        for frame in tree.frames[depth..].iter().rev() {
            inner = Some(match frame {
                Frame::Object(members, key, _) => {
                    let mut members = members.clone();
                    if let Some(value) = inner {
                        members.entry(key.clone()).or_insert(value);
                    }
                    Value::Object(members)
                }
                Frame::Array(items) => {
                    let mut items = items.clone();
                    items.extend(inner);
                    Value::Array(items)
                }
            });
        }
        inner.unwrap_or_default()
    }
}

fn inside<'v>(value: &'v Value, segments: &[String]) -> Option<&'v Value> {
    segments
        .iter()
        .try_fold(value, |value, segment| match value {
            Value::Object(members) => members.get(segment),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
}

enum Step<'p> {
    Done(&'p Value),
    Open,
    Absent,
}

/// Leaves out the value.
impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial")
            .field("open_path", &self.open_path())
            .finish_non_exhaustive()
    }
}
