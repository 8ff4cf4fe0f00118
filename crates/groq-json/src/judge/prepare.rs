//! From what a reply holds to what the schema judges: unwrapping, decoding, coercing, filling in; and the places of all that in
//! the reply.

use std::cell::LazyCell;

use serde_json::Value;

use super::Judge;
use crate::error::ErrorKind;
#[cfg(feature = "client")]
use crate::issue::Issue;
use crate::parse::find;
use crate::parse::locate;
use crate::parse::repair::{Repair, RepairKind, Repaired};
use crate::schema::codec;
use crate::shape::Kind;
use crate::shape::coerce::Coerce;
use crate::validate;

/// A value on its way to the type.
pub(super) struct Prepared {
    pub(super) value: Value,
    pub(super) repairs: Vec<Repaired>,
    pub(super) defaults: Vec<String>,
    /// The member that the value was wrapped in.
    pub(super) unwrapped: Option<&'static str>,
}

impl Judge<'_> {
    /// Decodes, coerces, fills in and validates.
    pub(super) fn prepare(
        &self,
        text: &str,
        start: usize,
        value: Value,
        integral_floats: bool,
    ) -> Result<Prepared, ErrorKind> {
        let compiled = self.compiled;
        let shapes = &compiled.shapes;
        let (mut value, unwrapped) = self.unwrapped(value);
        let prefix = unwrapped
            .map(|member| format!("/{member}"))
            .unwrap_or_default();
        // What was found, with paths on the wire.
        let mut found: Vec<(String, RepairKind)> = Vec::new();
        let strict = self.wire.is_some_and(|wire| wire.strict);
        if strict {
            let mut nulls = Vec::new();
            value = codec::decode(shapes, shapes.root, value, &mut String::new(), &mut nulls)
                .map_err(|path| {
                    let path = format!("{prefix}{path}");
                    let offset = self.offsets(text, start, std::slice::from_ref(&path))[0];
                    ErrorKind::DuplicateKey { path, offset }
                })?;
            found.extend(
                nulls
                    .into_iter()
                    .map(|path| (format!("{prefix}{path}"), RepairKind::NullForAbsent)),
            );
        }
        let on_the_wire = |value: &Value, path: &str| self.on_the_wire(unwrapped, value, path);
        if self.level != Repair::Off && (integral_floats || self.level == Repair::Lossless) {
            let numbers = LazyCell::new(|| locate::numbers(text, start, self.max_depth));
            let mut coerce = Coerce {
                shapes,
                level: self.level,
                max_depth: self.max_depth,
                integral_floats,
                strings: Vec::new(),
                found: Vec::new(),
            };
            coerce.value(shapes.root, &mut value, &mut String::new());
            let Coerce {
                strings,
                found: coerced,
                ..
            } = coerce;
            for path in strings {
                // A number becomes the text that it was.
                let number = numbers.get(&on_the_wire(&value, &path));
                if let (Some(place), Some(number)) = (value.pointer_mut(&path), number) {
                    *place = number.as_str().into();
                    found.push((on_the_wire(&value, &path), RepairKind::NumberForString));
                }
            }
            found.extend(
                coerced
                    .into_iter()
                    .map(|(path, kind)| (on_the_wire(&value, &path), kind)),
            );
        }
        let foreign = shapes.foreign(&value);
        let defaults = if compiled.has_defaults {
            shapes.defaults(&mut value, self.fill_defaults)
        } else {
            Vec::new()
        };
        if !compiled.validator.is_valid(&value) {
            let mut issues = validate::issues(&compiled.validator, &value);
            for issue in &mut issues {
                issue.shown_at(on_the_wire(&value, &issue.path));
            }
            return Err(ErrorKind::Invalid(issues));
        }
        if !foreign.is_empty() {
            return Err(ErrorKind::Invalid(foreign));
        }
        let (paths, kinds): (Vec<String>, Vec<RepairKind>) = found.into_iter().unzip();
        let offsets = self.offsets(text, start, &paths);
        let repairs = kinds
            .into_iter()
            .zip(offsets)
            .map(|(kind, offset)| Repaired::new(kind, offset));
        Ok(Prepared {
            value,
            repairs: repairs.collect(),
            defaults,
            unwrapped,
        })
    }

    /// Where in what the model wrote the value is that `path` points to.
    pub(super) fn on_the_wire(&self, unwrapped: Option<&str>, value: &Value, path: &str) -> String {
        let mut place = unwrapped
            .map(|member| format!("/{member}"))
            .unwrap_or_default();
        if self.wire.is_some_and(|wire| wire.strict) {
            place += &codec::wire_path(&self.compiled.shapes, value, path);
        } else {
            place += path;
        }
        place
    }

    /// The same issues, with the paths that the model knows.
    pub(super) fn shown(&self, mut kind: ErrorKind, prepared: &Prepared) -> ErrorKind {
        if let ErrorKind::Invalid(issues) = &mut kind {
            for issue in issues {
                issue.shown_at(self.on_the_wire(prepared.unwrapped, &prepared.value, &issue.path));
            }
        }
        kind
    }

    /// Gives issues with the value of this reply the paths that the model knows.
    #[cfg(feature = "client")]
    pub(crate) fn show(&self, text: &str, issues: &mut [Issue]) {
        if let Some(prepared) = self.prepared(text) {
            for issue in issues {
                issue.shown_at(self.on_the_wire(prepared.unwrapped, &prepared.value, &issue.path));
            }
        }
    }

    /// The value of a reply that has been found to fit before.
    pub(super) fn prepared(&self, text: &str) -> Option<Prepared> {
        let candidates = if let Some(candidate) = find::plain(text, self.level, self.max_depth) {
            vec![candidate]
        } else {
            let reading = find::all(text, self.level, self.max_depth);
            self.without_encoding(reading).ok()?.candidates
        };
        candidates.into_iter().find_map(|candidate| {
            let start = candidate.range.start;
            self.prepare(
                text,
                start,
                candidate.value.ok()?,
                candidate.integral_floats,
            )
            .ok()
        })
    }

    /// Takes the value out of the object that it was wrapped in because the root had to be one.
    pub(super) fn unwrapped(&self, mut value: Value) -> (Value, Option<&'static str>) {
        let Some(member) = self.compiled.loose.wrapped_in else {
            return match self.wire.and_then(|wire| wire.wrapped_in) {
                Some(member) => take_only(&mut value, member)
                    .map_or((value, None), |inner| (inner, Some(member))),
                None => (value, None),
            };
        };
        let sent = self.wire.is_some_and(|wire| wire.wrapped_in.is_some());
        let shapes = &self.compiled.shapes;
        if !sent
            && (matches!(shapes.kind(shapes.root), Kind::Any(_))
                || shapes.pick_first(shapes.root, &value).is_some_and(|leaf| {
                    matches!(shapes.kind(leaf), Kind::Object(..) | Kind::Any(_))
                }))
        {
            return (value, None);
        }
        take_only(&mut value, member).map_or((value, None), |inner| (inner, Some(member)))
    }

    pub(super) fn offsets(&self, text: &str, start: usize, paths: &[String]) -> Vec<usize> {
        locate::offsets(text, start, paths, self.max_depth)
    }
}

/// The value of an object's only member.
fn take_only(value: &mut Value, member: &str) -> Option<Value> {
    let members = value.as_object_mut().filter(|members| members.len() == 1)?;
    members.get_mut(member).map(Value::take)
}
