//! A value that is still being written.

use std::fmt;

use jsonschema::json::Node as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parse::machine::Machine;
use crate::parse::repair::Repair;
use crate::parse::tape::{Found, Tape, View, Writer};

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
    pub(crate) text: String,
    pub(crate) tape: Tape,
}

impl Partial {
    /// What there is of the value that begins at `start`.
    pub(crate) fn read(text: &str, start: usize, level: Repair, max_depth: usize) -> Self {
        let mut partial = Self {
            text: text.to_owned(),
            tape: Tape::default(),
        };
        let mut writer = Writer {
            text: &partial.text,
            tape: &mut partial.tape,
        };
        let mut machine = Machine::new(level, max_depth);
        // It has been read before, as far as it goes.
        let _ = machine.feed(&partial.text, start, &mut writer);
        partial
    }

    pub(crate) fn view(&self) -> View<'_> {
        self.tape.with(&self.text)
    }

    /// Whether anything has been written.
    pub fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// Whether what `path` (a JSON pointer) points to is complete; `""` stands for the whole value.
    pub fn is_done(&self, path: &str) -> bool {
        matches!(self.view().find(path), Some(Found::Done(_)))
    }

    /// What `path` points to, as far as it is there, as a `U`; `None` if it is absent or does not fit.
    pub fn get<U: DeserializeOwned>(&self, path: &str) -> Option<U> {
        serde_json::from_value(self.value_at(path)?).ok()
    }

    /// What `path` points to, as far as it is there. It costs a copy.
    pub fn value_at(&self, path: &str) -> Option<Value> {
        Some(match self.view().find(path)? {
            Found::Done(value) => value.to_value().into_owned(),
            Found::Text(text) => text.into(),
            Found::Open(depth) => self.copy(depth),
        })
    }

    /// The string that `path` points to, as far as it is there. It costs nothing.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        match self.view().find(path)? {
            Found::Done(value) => value.text(),
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
        self.view().open_path()
    }

    /// The open container at `depth`, with what is open inside it.
    fn copy(&self, depth: usize) -> Value {
        let view = self.view();
        let mut inner = view.open_string().map(Value::from);
        for depth in (depth..view.depth()).rev() {
            let complete = view
                .complete(depth)
                .map(|(key, value)| (key, value.to_value().into_owned()));
            inner = Some(if view.is_open_object(depth) {
                let named = complete.filter_map(|(key, value)| Some((key?.to_owned(), value)));
                let mut members: serde_json::Map<String, Value> = named.collect();
                if let (Some(key), Some(value)) = (view.open_key(depth), inner) {
                    members.entry(key).or_insert(value);
                }
                Value::Object(members)
            } else {
                complete.map(|(_, value)| value).chain(inner).collect()
            });
        }
        inner.unwrap_or_default()
    }
}

/// Leaves out the value.
impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial")
            .field("open_path", &self.open_path())
            .finish_non_exhaustive()
    }
}
