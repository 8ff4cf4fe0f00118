//! A reply to a value: candidates, decoding, coercion, validation, deserialising.

use std::cell::LazyCell;

use jsonschema::json::Node as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ErrorKind;
use crate::format::{Compiled, Finish};
use crate::issue::Issue;
use crate::parse::blank;
use crate::parse::find::{self, Candidate, Reading};
use crate::parse::locate;
use crate::parse::repair::{Repair, RepairKind, Repaired};
use crate::parse::sink::{Fault, FaultKind};
use crate::parse::tape::Tape;
use crate::partial::Partial;
use crate::schema::{Wire, codec};
use crate::shape::Kind;
use crate::shape::coerce::Coerce;
use crate::validate;

/// How replies are judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'c> {
    pub(crate) compiled: &'c Compiled,
    pub(crate) level: Repair,
    pub(crate) max_depth: usize,
    /// What was sent, if it was anything but the schema of the type.
    pub(crate) wire: Option<&'c Wire>,
    /// Whether defaults are filled in here, or only listed because serde fills them in.
    pub(crate) fill_defaults: bool,
}

/// A value that fits.
#[derive(Debug)]
pub(crate) struct Fitting<T> {
    pub(crate) value: T,
    pub(crate) repairs: Vec<Repaired>,
    pub(crate) defaults: Vec<String>,
}

impl Judge<'_> {
    /// The value of a reply.
    pub(crate) fn reply<T: DeserializeOwned>(
        &self,
        text: &str,
        finish: Finish,
    ) -> Result<Fitting<T>, ErrorKind> {
        let tape = self
            .may_be_quick()
            .then(|| Tape::read(text, self.max_depth))
            .flatten();
        self.reply_read(text, finish, tape.as_ref())
    }

    /// The value of a reply that is on a tape already, if it is plain JSON.
    pub(crate) fn reply_read<T: DeserializeOwned>(
        &self,
        text: &str,
        finish: Finish,
        tape: Option<&Tape>,
    ) -> Result<Fitting<T>, ErrorKind> {
        if let Some(value) = tape.and_then(|tape| self.quickly(text, tape)) {
            return Ok(Fitting {
                value,
                repairs: Vec::new(),
                defaults: Vec::new(),
            });
        }
        if let Some(candidate) = find::plain(text, self.level, self.max_depth) {
            return self.one(text, candidate);
        }
        let reading = find::all(text, self.level, self.max_depth);
        self.reading(text, finish, reading)
    }

    /// Whether a reply can be the value as it stands: nothing is undone, and nothing that is no repair of the form is repaired.
    fn may_be_quick(&self) -> bool {
        let as_sent = self.wire.is_none_or(|wire| {
            wire.wrapped_in.is_none() && (!wire.strict || self.compiled.strict_is_plain)
        });
        as_sent && self.level != Repair::Lossless
    }

    /// The value of a reply that is plain JSON, fits, and has nothing to be undone, filled in or listed; `None` for any other,
    /// which then takes the long way.
    fn quickly<T: DeserializeOwned>(&self, text: &str, tape: &Tape) -> Option<T> {
        let root = tape.with(text).root();
        let shapes = &self.compiled.shapes;
        let as_it_is = self.may_be_quick()
            && !(tape.integral_floats && self.fill_defaults)
            && !root.as_object().is_some_and(|members| shapes.may_be_foreign(members.map(|(key, _)| key)))
            && !(self.compiled.has_defaults && shapes.may_lack_defaults(shapes.root, root));
        if !as_it_is || !self.compiled.quick()?.is_valid(root) {
            return None;
        }
        // Deeper than serde_json reads is refused here, and read on the long way.
        serde_json::from_str(text).ok()
    }

    /// A value that is there already, such as an item of a list.
    #[cfg(feature = "client")]
    pub(crate) fn value<T: DeserializeOwned>(&self, value: Value) -> Result<Fitting<T>, ErrorKind> {
        let Prepared {
            value,
            repairs,
            defaults,
            ..
        } = self.prepare("", 0, value, true)?;
        Ok(Fitting {
            value: typed(&value)?,
            repairs,
            defaults,
        })
    }

    /// The only candidate of a reply that has nothing around it.
    pub(crate) fn one<T: DeserializeOwned>(
        &self,
        text: &str,
        candidate: Candidate,
    ) -> Result<Fitting<T>, ErrorKind> {
        let Candidate {
            range,
            value,
            mut repairs,
            integral_floats,
        } = candidate;
        let value = value.map_err(|broken| fault(broken.fault, broken.pointer))?;
        let prepared = self.prepare(text, range.start, value, integral_floats)?;
        repairs.extend(prepared.repairs);
        repairs.sort_by_key(|repair| repair.offset);
        let Prepared {
            value, defaults, ..
        } = prepared;
        match T::deserialize(value) {
            Ok(value) => Ok(Fitting {
                value,
                repairs,
                defaults,
            }),
            Err(_) => Err(self.why_not::<T>(text)),
        }
    }

    fn reading<T: DeserializeOwned>(
        &self,
        text: &str,
        finish: Finish,
        reading: Reading,
    ) -> Result<Fitting<T>, ErrorKind> {
        if let Some(start) = reading.cut {
            return Err(self.cut(text, start, self.level));
        }
        let reading = self.without_encoding(reading)?;
        let mut fitting: Vec<(&Candidate, Prepared)> = Vec::new();
        let mut worst: Option<(usize, ErrorKind)> = None;
        for candidate in &reading.candidates {
            if finish == Finish::Length && candidate.is_open_ended(text) {
                return Err(ErrorKind::Truncated {
                    partial: Box::default(),
                });
            }
            match self.candidate::<T>(text, candidate) {
                Ok(prepared) => fitting.push((candidate, prepared)),
                Err(kind) => {
                    // Of several that do not fit, the longest is most likely the answer.
                    let length = candidate.range.len();
                    if worst.as_ref().is_none_or(|(longest, _)| length > *longest) {
                        worst = Some((length, kind));
                    }
                }
            }
        }
        let Some((candidate, _)) = fitting.first() else {
            if finish == Finish::Length && reading.goes_on(text) {
                // What was being written when the limit came was not the answer yet.
                return Err(ErrorKind::Truncated {
                    partial: Box::default(),
                });
            }
            return Err(match (worst, reading.stray) {
                (Some((_, kind)), _) => kind,
                (None, Some(offset)) => fault(
                    Fault::syntax("a bracket that nothing opened", offset),
                    String::new(),
                ),
                (None, None) if text.chars().all(blank::is_any) => ErrorKind::Empty,
                (None, None) => ErrorKind::NoJson,
            });
        };
        let candidate = *candidate;
        if fitting
            .iter()
            .any(|(_, other)| other.value != fitting[0].1.value)
        {
            let offsets = fitting
                .iter()
                .map(|(candidate, _)| candidate.range.start)
                .collect();
            return Err(ErrorKind::Ambiguous { offsets });
        }
        if let Some(offset) = reading.stray {
            return Err(fault(
                Fault::syntax("a bracket that nothing opened", offset),
                String::new(),
            ));
        }
        if self.level != Repair::Off && find::is_part(text, candidate) {
            return Err(fault(
                Fault::syntax(
                    "a part of something whose brackets are missing",
                    candidate.range.start,
                ),
                String::new(),
            ));
        }
        let mut repairs = reading.repairs(text, candidate);
        let prepared = fitting.swap_remove(0).1;
        repairs.extend(prepared.repairs);
        repairs.sort_by_key(|repair| repair.offset);
        match T::deserialize(prepared.value) {
            Ok(value) => Ok(Fitting {
                value,
                repairs,
                defaults: prepared.defaults,
            }),
            Err(error) => Err(ErrorKind::Invalid(vec![issue("", &error)])),
        }
    }

    /// The reply ended before the value that begins at `start` did.
    fn cut(&self, text: &str, start: usize, level: Repair) -> ErrorKind {
        ErrorKind::Truncated {
            partial: Box::new(Partial::read(text, start, level, self.max_depth)),
        }
    }

    fn candidate<T: DeserializeOwned>(
        &self,
        text: &str,
        candidate: &Candidate,
    ) -> Result<Prepared, ErrorKind> {
        let value = match &candidate.value {
            Ok(value) => value.clone(),
            Err(broken) => return Err(fault(broken.fault, broken.pointer.clone())),
        };
        let prepared = self.prepare(
            text,
            candidate.range.start,
            value,
            candidate.integral_floats,
        )?;
        typed::<T>(&prepared.value).map_err(|kind| self.shown(kind, &prepared))?;
        Ok(prepared)
    }

    /// Replaces a string that is no answer itself by the value that it holds as text.
    fn without_encoding(&self, mut reading: Reading) -> Result<Reading, ErrorKind> {
        let [
            Candidate {
                range,
                value: Ok(Value::String(inner)),
                repairs,
                ..
            },
        ] = &reading.candidates[..]
        else {
            return Ok(reading);
        };
        let holds_json = inner.trim_start().starts_with(['{', '[']);
        if self.level == Repair::Off
            || !holds_json
            || self
                .compiled
                .validator
                .is_valid(&Value::from(inner.as_str()))
        {
            return Ok(reading);
        }
        let read = find::all(inner, Repair::Off, self.max_depth);
        if let Some(start) = read.cut {
            return Err(self.cut(inner, start, Repair::Off));
        }
        let Some(mut candidate) = read.candidates.into_iter().next() else {
            return Ok(reading);
        };
        if let Err(broken) = &mut candidate.value {
            // Offsets within the string are offsets of no text that anybody has.
            broken.fault.offset = range.start;
        }
        candidate.repairs.clone_from(repairs);
        candidate
            .repairs
            .push(Repaired::new(RepairKind::DoubleEncoding, range.start));
        candidate.range = range.clone();
        reading.candidates = vec![candidate];
        Ok(reading)
    }

    /// Decodes, coerces, fills in and validates.
    fn prepare(
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
    fn on_the_wire(&self, unwrapped: Option<&str>, value: &Value, path: &str) -> String {
        let mut place = unwrapped.map(|member| format!("/{member}")).unwrap_or_default();
        if self.wire.is_some_and(|wire| wire.strict) {
            place += &codec::wire_path(&self.compiled.shapes, value, path);
        } else {
            place += path;
        }
        place
    }

    /// The same issues, with the paths that the model knows.
    fn shown(&self, mut kind: ErrorKind, prepared: &Prepared) -> ErrorKind {
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
    fn prepared(&self, text: &str) -> Option<Prepared> {
        let candidates = match find::plain(text, self.level, self.max_depth) {
            Some(candidate) => vec![candidate],
            None => {
                let reading = find::all(text, self.level, self.max_depth);
                self.without_encoding(reading).ok()?.candidates
            }
        };
        candidates.into_iter().find_map(|candidate| {
            let start = candidate.range.start;
            self.prepare(text, start, candidate.value.ok()?, candidate.integral_floats)
                .ok()
        })
    }

    /// Takes the value out of the object that it was wrapped in because the root had to be one.
    fn unwrapped(&self, mut value: Value) -> (Value, Option<&'static str>) {
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

    fn offsets(&self, text: &str, start: usize, paths: &[String]) -> Vec<usize> {
        locate::offsets(text, start, paths, self.max_depth)
    }

    /// Reads a value again that serde has refused, to find out where.
    fn why_not<T: DeserializeOwned>(&self, text: &str) -> ErrorKind {
        let unknown = || ErrorKind::Invalid(vec![Issue::new("", "does not fit the type")]);
        let Some(prepared) = self.prepared(text) else {
            return unknown();
        };
        match typed::<T>(&prepared.value) {
            Err(kind) => self.shown(kind, &prepared),
            Ok(_) => unknown(),
        }
    }
}

/// A value on its way to the type.
struct Prepared {
    value: Value,
    repairs: Vec<Repaired>,
    defaults: Vec<String>,
    /// The member that the value was wrapped in.
    unwrapped: Option<&'static str>,
}

impl Reading {
    /// Whether there is text behind the last value, or no value.
    fn goes_on(&self, text: &str) -> bool {
        self.candidates
            .last()
            .is_none_or(|last| !text[last.range.end..].trim().is_empty())
    }
}

impl Candidate {
    /// Whether more text could make it another value: a number or a word that ends with the text.
    fn is_open_ended(&self, text: &str) -> bool {
        matches!(
            self.value,
            Ok(Value::Number(_) | Value::Bool(_) | Value::Null)
        ) && self.range.end == text.len()
    }
}

/// The value of an object's only member.
fn take_only(value: &mut Value, member: &str) -> Option<Value> {
    let members = value.as_object_mut().filter(|members| members.len() == 1)?;
    members.get_mut(member).map(Value::take)
}

/// Whether a value deserialises, and if not, where not.
pub(crate) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, ErrorKind> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = String::new();
        for segment in error.path() {
            match segment {
                serde_path_to_error::Segment::Seq { index } => {
                    crate::pointer::push_index(&mut path, *index);
                }
                serde_path_to_error::Segment::Map { key } => crate::pointer::push(&mut path, key),
                // The name of a variant is a key only where the enum is tagged from outside.
                serde_path_to_error::Segment::Enum { variant } => {
                    let inner = value
                        .pointer(&path)
                        .is_some_and(|value| value.get(variant).is_some());
                    if inner {
                        crate::pointer::push(&mut path, variant);
                    }
                }
                serde_path_to_error::Segment::Unknown => {}
            }
        }
        let mut issue = issue(&path, error.inner());
        issue.got = value.pointer(&path).map(validate::glimpse);
        ErrorKind::Invalid(vec![issue])
    })
}

/// Serde's complaint without the value that it quotes.
fn issue(path: &str, error: &serde_json::Error) -> Issue {
    let text = error.to_string();
    if let Some(name) = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return Issue::new(crate::pointer::child(path, name), "is missing");
    }
    let message = match text.rfind("expected ") {
        Some(at) => text[at..].to_owned(),
        None => "is not accepted by the type".to_owned(),
    };
    Issue::new(path, message).with_got(Some(text))
}

fn fault(fault: Fault, path: String) -> ErrorKind {
    let offset = fault.offset;
    match fault.kind {
        FaultKind::Syntax(what) => ErrorKind::Syntax { path, offset, what },
        FaultKind::TooDeep => ErrorKind::TooDeep { path, offset },
        FaultKind::NumberRange => ErrorKind::NumberRange { path, offset },
        FaultKind::DuplicateKey => ErrorKind::DuplicateKey { path, offset },
        FaultKind::Elided => ErrorKind::Elided { offset },
    }
}
