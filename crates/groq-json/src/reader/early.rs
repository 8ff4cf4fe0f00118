//! Finds what no continuation can correct: a wrong type, a string that begins no choice, an unknown or missing member.

use std::sync::Arc;

use serde_json::Value;

use crate::compiled::Compiled;
use crate::issue::Issue;
use crate::parse::number;
use crate::parse::sink::{Container, Literal};
use crate::pointer;
use crate::shape::{Id, Kind, Rest};

/// Nothing wrong so far, or the first issue; its path is relative to the current place.
type Checked<T = ()> = Result<T, Issue>;

/// Follows a value through its shapes, wherever they are unambiguous.
pub(crate) struct EarlyCheck {
    compiled: Arc<Compiled>,
    frames: Vec<Frame>,
    /// The shape of the current string, if that is a choice.
    choice: Option<Id>,
}

/// An open container.
struct Frame {
    /// Its shape, if that is unambiguous.
    shape: Option<Id>,
    /// The shape of the current member.
    member: Option<Id>,
    /// Which member comes next in the order of the schema.
    next: usize,
    /// The required members that are still missing, one bit each; none of an object with more than 64 members.
    missing: u64,
    /// The index of the current item.
    index: usize,
}

impl EarlyCheck {
    pub(crate) fn new(compiled: Arc<Compiled>) -> Self {
        Self {
            compiled,
            frames: Vec::new(),
            choice: None,
        }
    }

    /// Starts over with the same schema.
    pub(crate) fn restart(&mut self) {
        self.frames.clear();
        self.choice = None;
    }

    pub(crate) fn open(&mut self, container: Container) -> Checked {
        let shape = self.begin(|kind| match container {
            Container::Object => matches!(kind, Kind::Object(..)),
            Container::Array => matches!(kind, Kind::List(_) | Kind::Tuple(_)),
        })?;
        let missing = match shape.map(|id| self.compiled.shapes.kind(id)) {
            Some(Kind::Object(fields, _)) if fields.len() <= u64::BITS as usize => {
                let required = fields
                    .iter()
                    .enumerate()
                    .filter(|(_, field)| field.required);
                required.fold(0, |missing, (index, _)| missing | bit(index))
            }
            _ => 0,
        };
        self.frames.push(Frame {
            shape,
            member: None,
            next: 0,
            missing,
            index: 0,
        });
        Ok(())
    }

    pub(crate) fn close(&mut self) -> Checked {
        let frame = self.frames.pop();
        self.end();
        if let Some(frame) = frame
            && frame.missing != 0
            && let Some(id) = frame.shape
            && let Kind::Object(fields, _) = self.compiled.shapes.kind(id)
            && let Some(field) = fields.get(frame.missing.trailing_zeros() as usize)
        {
            let path = pointer::child("", &field.name);
            return Err(Issue::new(path, "is missing"));
        }
        Ok(())
    }

    pub(crate) fn key(&mut self, key: &str) -> Checked {
        let is_root = self.frames.len() == 1;
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        frame.member = None;
        let Some(Kind::Object(fields, rest)) = frame.shape.map(|id| self.compiled.shapes.kind(id))
        else {
            return Ok(());
        };
        let in_order = fields.get(frame.next).filter(|field| field.name == key);
        let index = match in_order {
            Some(_) => Some(frame.next),
            None => fields.iter().position(|field| field.name == key),
        };
        if let Some(index) = index {
            frame.next = index + 1;
            frame.member = Some(fields[index].shape);
            frame.missing &= !bit(index);
            return Ok(());
        }
        if is_root && matches!(key, "name" | "arguments" | "parameters") {
            // Perhaps a call of the tool, with the value as its arguments.
            (frame.shape, frame.missing) = (None, 0);
            return Ok(());
        }
        match rest {
            Rest::Map(item) => frame.member = Some(*item),
            Rest::None => return Err(Issue::unknown_member("")),
            Rest::Open | Rest::Free => {}
        }
        Ok(())
    }

    pub(crate) fn begin_string(&mut self) -> Checked {
        let shape = self.begin(|kind| match kind {
            Kind::String => true,
            Kind::Choice(values) => values.iter().any(Value::is_string),
            _ => false,
        })?;
        self.choice = shape.filter(|id| matches!(self.compiled.shapes.kind(*id), Kind::Choice(_)));
        Ok(())
    }

    /// Whether the current string is a choice, so that each piece of it has to be checked.
    pub(crate) fn is_choice(&self) -> bool {
        self.choice.is_some()
    }

    /// Checks the current string, as far as it has been read.
    pub(crate) fn text(&self, text: &str) -> Checked {
        self.choose(|choice| choice.starts_with(text))
    }

    pub(crate) fn end_string(&mut self, text: &str) -> Checked {
        self.choose(|choice| choice == text)?;
        self.choice = None;
        self.end();
        Ok(())
    }

    pub(crate) fn number(&mut self, text: &str) -> Checked {
        let shape = self.begin(|kind| match kind {
            Kind::Integer | Kind::Number => true,
            Kind::Choice(values) => values.iter().any(Value::is_number),
            _ => false,
        })?;
        self.end();
        let integer =
            shape.is_some_and(|id| matches!(self.compiled.shapes.kind(id), Kind::Integer));
        let is_fraction = || {
            number::read(text)
                .is_ok_and(|number| number.is_f64() && number::integral(&number).is_none())
        };
        if integer && is_fraction() {
            return Err(Issue::new("", "expected integer"));
        }
        Ok(())
    }

    pub(crate) fn literal(&mut self, literal: Literal) -> Checked {
        let value = match literal {
            Literal::Null => Value::Null,
            Literal::True => Value::Bool(true),
            Literal::False => Value::Bool(false),
        };
        self.begin(|kind| match kind {
            Kind::Null => value.is_null(),
            Kind::Boolean => value.is_boolean(),
            Kind::Choice(values) => values.contains(&value),
            _ => false,
        })?;
        self.end();
        Ok(())
    }

    fn choose(&self, fits: impl Fn(&str) -> bool) -> Checked {
        if let Some(Kind::Choice(values)) = self.choice.map(|id| self.compiled.shapes.kind(id))
            && !values.iter().filter_map(Value::as_str).any(fits)
        {
            let choices: Vec<String> = values.iter().map(Value::to_string).collect();
            let message = format!("expected one of {}", choices.join(", "));
            return Err(Issue::new("", message));
        }
        Ok(())
    }

    /// A value begins. Returns its shape, if that is unambiguous.
    fn begin(&self, fits: impl Fn(&Kind) -> bool) -> Checked<Option<Id>> {
        let shapes = &self.compiled.shapes;
        let Some(due) = self.due() else {
            return Ok(None);
        };
        let leaves = shapes.leaves(due);
        let anything =
            |id: &Id| shapes.node(*id).untyped || matches!(shapes.kind(*id), Kind::Any(_));
        if leaves.iter().any(anything) || anything(&due) {
            return Ok(None);
        }
        let mut fitting = leaves.iter().filter(|leaf| fits(shapes.kind(**leaf)));
        match (fitting.next(), fitting.next()) {
            // A list may be wrapped in an object, and the whole value in a string.
            _ if self.frames.is_empty() && matches!(shapes.kind(due), Kind::Union(_)) => Ok(None),
            (None, _) if self.frames.is_empty() => Ok(None),
            (Some(only), None) => Ok(Some(*only)),
            (Some(_), Some(_)) => Ok(None),
            (None, _) => {
                let names = leaves.iter().map(|leaf| name(shapes.kind(*leaf)));
                let mut names: Vec<&str> = names.collect();
                names.dedup();
                Err(Issue::new("", format!("expected {}", names.join(" or "))))
            }
        }
    }

    /// The shape of the next value.
    fn due(&self) -> Option<Id> {
        let Some(frame) = self.frames.last() else {
            return Some(self.compiled.shapes.root);
        };
        match self.compiled.shapes.kind(frame.shape?) {
            Kind::List(item) => Some(*item),
            Kind::Tuple(items) => items.get(frame.index).copied(),
            _ => frame.member,
        }
    }

    fn end(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.index += 1;
        }
    }
}

/// The bit of a member; none beyond the 64th.
fn bit(index: usize) -> u64 {
    let index = u32::try_from(index).ok();
    index
        .and_then(|index| 1_u64.checked_shl(index))
        .unwrap_or(0)
}

fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Any(_) => "any value",
        Kind::Never => "nothing",
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Choice(_) => "one of the choices",
        Kind::List(_) | Kind::Tuple(_) => "array",
        Kind::Object(..) => "object",
        Kind::Union(_) => "one of the alternatives",
    }
}
