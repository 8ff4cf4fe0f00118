//! Values of the wrong type that stand for exactly one value of the right type.

use serde_json::Value;

use super::{Id, Kind, Shapes};
use crate::parse::repair::{Repair, RepairKind};
use crate::parse::{find, number};
use crate::pointer::Path;

/// Brings values to the types that the schema demands. What was changed is listed in `found`, with its path.
///
/// Always: `3.0` to `3` for an integer. With [`Repair::Lossless`] also what that allows; of numbers that should be strings,
/// only the paths are listed in `strings`, because the value does not have their text.
pub(crate) struct Coerce<'c> {
    pub(crate) shapes: &'c Shapes,
    pub(crate) level: Repair,
    pub(crate) max_depth: usize,
    /// Whether floats may be taken for integers.
    pub(crate) integral_floats: bool,
    pub(crate) strings: Vec<String>,
    pub(crate) found: Vec<(String, RepairKind)>,
}

impl Coerce<'_> {
    pub(crate) fn value(&mut self, id: Id, value: &mut Value, path: &Path<'_>) {
        let shapes = self.shapes;
        let Some(id) = shapes
            .pick(id, value)
            .or_else(|| self.scalar_due(id, value))
        else {
            return;
        };
        match (shapes.kind(id), &mut *value) {
            (Kind::List(_) | Kind::Tuple(_), Value::Array(_))
            | (Kind::Object(..), Value::Object(_)) => {
                shapes.inside(id, value, path, |id, value, path| {
                    self.value(id, value, path);
                });
            }
            (Kind::Integer, Value::Number(float)) => {
                if self.integral_floats
                    && let Some(integer) = number::integral(float)
                {
                    *value = Value::Number(integer);
                    self.found.push((path.pointer(), RepairKind::IntegralFloat));
                }
            }
            (Kind::String, Value::Number(_)) if self.level == Repair::Lossless => {
                self.strings.push(path.pointer());
            }
            (kind, _) if self.level == Repair::Lossless => {
                if let Some((new, repair)) = self.lossless(kind, value) {
                    *value = new;
                    self.found.push((path.pointer(), repair));
                    if repair == RepairKind::NestedEncoding {
                        self.value(id, value, path);
                    }
                }
            }
            _ => {}
        }
    }

    /// The only alternative beside `null`, for a value that fits none.
    fn scalar_due(&self, id: Id, value: &Value) -> Option<Id> {
        if self.level != Repair::Lossless || value.is_null() {
            return None;
        }
        let mut others = self
            .shapes
            .leaves(id)
            .iter()
            .copied()
            .filter(|leaf| !matches!(self.shapes.kind(*leaf), Kind::Null));
        let only = others.next()?;
        others.next().is_none().then_some(only)
    }

    fn lossless(&self, kind: &Kind, value: &Value) -> Option<(Value, RepairKind)> {
        match (kind, value) {
            (Kind::Integer | Kind::Number, Value::String(text)) => {
                let number = number::read(text).ok()?;
                let fits = matches!(kind, Kind::Number) || !number.is_f64();
                // Canonical: written as we would write it, so that nothing is lost.
                (fits && number.to_string() == *text)
                    .then_some((Value::Number(number), RepairKind::NumberInString))
            }
            (Kind::Boolean, Value::String(text)) => match text.as_str() {
                "true" => Some((true.into(), RepairKind::BooleanInString)),
                "false" => Some((false.into(), RepairKind::BooleanInString)),
                _ => None,
            },
            (Kind::Choice(values), Value::String(text)) if !values.contains(value) => {
                let text = text.to_lowercase();
                let mut same = values.iter().filter(|value| {
                    value
                        .as_str()
                        .is_some_and(|value| value.to_lowercase() == text)
                });
                let only = same.next()?;
                same.next()
                    .is_none()
                    .then(|| (only.clone(), RepairKind::LetterCase))
            }
            (Kind::Object(..) | Kind::List(_) | Kind::Tuple(_), Value::String(text)) => {
                let inner = find::plain(text, Repair::Off, self.max_depth)?.value.ok()?;
                Some((inner, RepairKind::NestedEncoding))
            }
            _ => None,
        }
    }
}
