//! What a tape holds, beside the text that it was read from; complete or not.

use std::collections::HashSet;

use jsonschema::json::Node as _;

use super::{Entry, Ref, Tape, Text};
use crate::pointer;

/// How many keys are compared pair by pair; more go into a set.
const FEW_KEYS: usize = 12;

/// A tape beside the text that it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(super) text: &'a str,
    pub(super) tape: &'a Tape,
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

    pub(super) fn at(self, index: usize) -> Ref<'a> {
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

    pub(super) fn text_of(self, text: Text) -> &'a str {
        let source = if text.decoded {
            self.tape.decoded.as_str()
        } else {
            self.text
        };
        &source[text.start..text.start + text.length]
    }

    pub(super) fn key(self, index: usize) -> &'a str {
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
    pub(super) fn duplicates(self, keys: &[usize]) -> Option<bool> {
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
