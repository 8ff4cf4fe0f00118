//! The alternative of a union that a value is meant as.

use serde_json::{Map, Value};

use super::{Field, Id, Kind, Rest, Shapes};

impl Shapes {
    /// Returns the only alternative that a value can be meant as, by its own members alone.
    pub(crate) fn pick(&self, id: Id, value: &Value) -> Option<Id> {
        if !matches!(self.kind(id), Kind::Union(_)) {
            return Some(id);
        }
        let mut fitting = self
            .leaves(id)
            .iter()
            .copied()
            .filter(|leaf| self.fits(*leaf, value));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// Returns the first alternative that a value fits.
    pub(crate) fn pick_first(&self, id: Id, value: &Value) -> Option<Id> {
        self.leaves(id)
            .iter()
            .copied()
            .find(|leaf| self.fits(*leaf, value))
    }

    fn fits(&self, id: Id, value: &Value) -> bool {
        match (self.kind(id), value) {
            (Kind::Any(_), _)
            | (Kind::Null, Value::Null)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::String, Value::String(_))
            | (Kind::List(_), Value::Array(_)) => true,
            (Kind::Integer, Value::Number(number)) => {
                !number.is_f64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
            }
            (Kind::Choice(values), value) => values.contains(value),
            (Kind::Tuple(items), Value::Array(values)) => items.len() == values.len(),
            (Kind::Object(fields, rest), Value::Object(members)) => {
                self.members_fit(fields, *rest, members)
            }
            _ => false,
        }
    }

    fn members_fit(&self, fields: &[Field], rest: Rest, members: &Map<String, Value>) -> bool {
        let declared = fields.iter().all(|field| match members.get(&field.name) {
            None => !field.required,
            Some(value) => match self.kind(field.shape) {
                Kind::Choice(values) => {
                    values.contains(value) || (value.is_null() && !field.required)
                }
                _ => true,
            },
        });
        let closed = matches!(rest, Rest::None | Rest::Open);
        declared
            && !(closed
                && members
                    .keys()
                    .any(|key| fields.iter().all(|field| field.name != *key)))
    }
}
