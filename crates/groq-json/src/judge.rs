//! A reply to a value: candidates, decoding, coercion, validation, deserialising.

mod prepare;
mod typed;

use jsonschema::json::Node as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ErrorKind;
use crate::format::{Compiled, Finish};
use crate::issue::Issue;
use crate::parse::blank;
use crate::parse::find::{self, Candidate, Reading};
use crate::parse::repair::{Repair, RepairKind, Repaired};
use crate::parse::sink::{Fault, FaultKind};
use crate::parse::tape::Tape;
use crate::partial::Partial;
use crate::schema::Wire;
use prepare::Prepared;
use typed::issue;
pub(crate) use typed::typed;

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
            && root
                .as_object()
                .is_none_or(|members| !shapes.may_be_foreign(members.map(|(key, _)| key)))
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
