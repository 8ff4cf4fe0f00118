//! What nothing to come can cure: a wrong type, the beginning of no choice, a key that may not be there.

use std::sync::Arc;

use serde_json::Value;

use crate::format::Compiled;
use crate::issue::Issue;
use crate::parse::number;
use crate::parse::sink::{Container, Literal};
use crate::shape::{Id, Kind, Rest};

/// Follows the events of a value through its shapes, as long as it is plain which is meant.
pub(crate) struct Guard {
    compiled: Arc<Compiled>,
    frames: Vec<Frame>,
    /// The shape of the string at hand, if it is a choice.
    choice: Option<Id>,
    pub(crate) violation: Option<Issue>,
    /// Whether the violation has its path.
    pub(crate) placed: bool,
}

/// An open container.
struct Frame {
    /// Its shape, if that is plain.
    shape: Option<Id>,
    /// The shape of the member at hand.
    member: Option<Id>,
    /// Which member comes next if they come in the order of the schema.
    next: usize,
    /// The required members that have not come yet, a bit each; of an object with more than that none is.
    missing: u64,
    index: usize,
}

impl Guard {
    pub(crate) fn new(compiled: Arc<Compiled>) -> Self {
        Self {
            compiled,
            frames: Vec::new(),
            choice: None,
            violation: None,
            placed: false,
        }
    }

    /// A guard of the same schema, for a value that begins anew.
    pub(crate) fn again(self) -> Self {
        Self::new(self.compiled)
    }

    pub(crate) fn open(&mut self, container: Container) {
        let shape = self.begin(|kind| match container {
            Container::Object => matches!(kind, Kind::Object(..)),
            Container::Array => matches!(kind, Kind::List(_) | Kind::Tuple(_)),
        });
        let missing = match shape.map(|id| self.compiled.shapes.kind(id)) {
            Some(Kind::Object(fields, _)) if fields.len() <= u64::BITS as usize => fields
                .iter()
                .enumerate()
                .filter(|(_, field)| field.required)
                .fold(0, |missing, (index, _)| missing | bit(index)),
            _ => 0,
        };
        self.frames.push(Frame {
            shape,
            member: None,
            next: 0,
            missing,
            index: 0,
        });
    }

    pub(crate) fn close(&mut self) {
        let frame = self.frames.pop();
        if let Some(Frame {
            shape: Some(id),
            missing,
            ..
        }) = frame
            && missing != 0
            && let Kind::Object(fields, _) = self.compiled.shapes.kind(id)
            && let Some(missing) = fields.get(missing.trailing_zeros() as usize)
        {
            self.violation = Some(Issue::new(
                crate::pointer::child("", &missing.name),
                "is missing",
            ));
        }
        self.end();
    }

    pub(crate) fn key(&mut self, key: &str) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.member = None;
        let Some(Kind::Object(fields, rest)) = frame.shape.map(|id| self.compiled.shapes.kind(id))
        else {
            return;
        };
        let in_order = fields
            .get(frame.next)
            .is_some_and(|field| field.name == key);
        let index = if in_order {
            Some(frame.next)
        } else {
            fields.iter().position(|field| field.name == key)
        };
        match index {
            Some(index) => {
                frame.next = index + 1;
                frame.member = Some(fields[index].shape);
                frame.missing &= !bit(index);
            }
            None => match rest {
                Rest::Map(item) => frame.member = Some(*item),
                Rest::None => {
                    self.violation = Some(Issue::new("", "is no member that is known here"));
                }
                Rest::Open | Rest::Free => {}
            },
        }
    }

    pub(crate) fn begin_string(&mut self) {
        let shape = self.begin(|kind| match kind {
            Kind::String => true,
            Kind::Choice(values) => values.iter().any(Value::is_string),
            _ => false,
        });
        self.choice = shape.filter(|id| matches!(self.compiled.shapes.kind(*id), Kind::Choice(_)));
    }

    /// Whether the string at hand is a choice, so that it is worth looking at as it comes.
    pub(crate) fn is_choice(&self) -> bool {
        self.choice.is_some()
    }

    /// The string at hand, as far as it has come.
    pub(crate) fn text(&mut self, text: &str) {
        self.choose(|choice| choice.starts_with(text));
    }

    pub(crate) fn end_string(&mut self, text: &str) {
        self.choose(|choice| choice == text);
        self.choice = None;
        self.end();
    }

    pub(crate) fn number(&mut self, text: &str) {
        let shape = self.begin(|kind| match kind {
            Kind::Integer | Kind::Number => true,
            Kind::Choice(values) => values.iter().any(Value::is_number),
            _ => false,
        });
        let integer =
            shape.is_some_and(|id| matches!(self.compiled.shapes.kind(id), Kind::Integer));
        let fraction = || {
            number::read(text)
                .is_ok_and(|number| number.is_f64() && number::integral(&number).is_none())
        };
        if integer && fraction() {
            self.violation = Some(Issue::new("", "expected integer"));
        }
        self.end();
    }

    pub(crate) fn literal(&mut self, literal: Literal) {
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
        });
        self.end();
    }

    fn choose(&mut self, fits: impl Fn(&str) -> bool) {
        let Some(id) = self.choice else { return };
        if let Kind::Choice(values) = self.compiled.shapes.kind(id)
            && !values.iter().filter_map(Value::as_str).any(fits)
        {
            let choices: Vec<String> = values.iter().map(Value::to_string).collect();
            self.violation.get_or_insert_with(|| {
                Issue::new("", format!("expected one of {}", choices.join(", ")))
            });
        }
    }

    /// A value begins: its shape, if that is plain.
    fn begin(&mut self, fits: impl Fn(&Kind) -> bool) -> Option<Id> {
        let due = self.due()?;
        let shapes = &self.compiled.shapes;
        let kind = shapes.kind(due);
        match kind {
            Kind::Any(_) => return None,
            _ if shapes.node(due).untyped => return None,
            Kind::Union(_) => {}
            _ if fits(kind) => return Some(due),
            // A list may come in an object that wraps it, and the whole as text in a string.
            _ if self.frames.is_empty() => return None,
            kind => {
                self.violation = Some(Issue::new("", format!("expected {}", name(kind))));
                return None;
            }
        }
        let leaves = shapes.leaves(due);
        if self.frames.is_empty()
            || leaves.iter().any(|leaf| {
                shapes.node(*leaf).untyped || matches!(shapes.kind(*leaf), Kind::Any(_))
            })
        {
            return None;
        }
        let mut fitting = leaves.iter().filter(|leaf| fits(shapes.kind(**leaf)));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(*only),
            (Some(_), Some(_)) => None,
            (None, _) => {
                let mut names: Vec<&str> =
                    leaves.iter().map(|leaf| name(shapes.kind(*leaf))).collect();
                names.dedup();
                self.violation = Some(Issue::new("", format!("expected {}", names.join(" or "))));
                None
            }
        }
    }

    /// The shape of the value that is due.
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
    u32::try_from(index)
        .ok()
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
