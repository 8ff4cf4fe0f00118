//! From a reply to a value of the type: find the JSON, undo encodings, validate, deserialize.

mod steps;
mod typed;

use std::any::TypeId;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::compiled::Compiled;
use crate::error::Failure;
use crate::format::Finish;
#[cfg(feature = "client")]
use crate::issue::Issue;
use crate::parse::find::{self, Candidate, Reading};
use crate::parse::outside;
use crate::parse::repair::{Repair, RepairKind, Repaired};
use crate::parse::sink::Fault;
use crate::parse::whitespace;
use crate::partial::Partial;
use crate::schema::WireSchema;

/// Decodes replies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoder<'c> {
    pub(crate) compiled: &'c Arc<Compiled>,
    pub(crate) level: Repair,
    pub(crate) max_depth: usize,
    /// The schema that was sent, if the model was given one.
    pub(crate) wire: Option<&'c WireSchema>,
}

/// A value that fits the schema and the type.
#[derive(Debug)]
pub(crate) struct DecodedValue<T> {
    pub(crate) value: T,
    pub(crate) repairs: Vec<Repaired>,
    pub(crate) defaults: Vec<String>,
}

/// A value that fits the schema, as JSON without the encodings of the wire.
pub(crate) struct DecodedJson {
    json: Value,
    /// The member that it was wrapped in.
    wrapper: Option<&'static str>,
    repairs: Vec<Repaired>,
    defaults: Vec<String>,
}

impl DecodedJson {
    fn with<T>(self, value: T) -> DecodedValue<T> {
        DecodedValue {
            value,
            repairs: self.repairs,
            defaults: self.defaults,
        }
    }
}

impl Decoder<'_> {
    /// Decodes a reply.
    pub(crate) fn reply<T: DeserializeOwned + 'static>(
        &self,
        text: &str,
        finish: Finish,
    ) -> Result<DecodedValue<T>, Failure> {
        self.reply_read(text, finish, None)
    }

    /// Decodes a reply that has been read already, if it is one value and nothing else.
    pub(crate) fn reply_read<T: DeserializeOwned + 'static>(
        &self,
        text: &str,
        finish: Finish,
        read: Option<Candidate>,
    ) -> Result<DecodedValue<T>, Failure> {
        let read = read.or_else(|| find::plain(text, self.level, self.max_depth));
        let Some(candidate) = read else {
            let reading = find::all(text, self.level, self.max_depth);
            let (decoded, value) = self.choose(text, finish, reading)?;
            return Ok(decoded.with(value));
        };
        let mut decoded = self.candidate::<T>(text, candidate)?;
        match T::deserialize(decoded.json.take()) {
            Ok(value) => Ok(decoded.with(value)),
            // Reads the text again to find out where serde failed.
            Err(_) => Err(self.again::<T>(text).err().unwrap_or(Failure::NoJson)),
        }
    }

    /// Decodes a value that is JSON already, such as an item of a list.
    #[cfg(feature = "client")]
    pub(crate) fn json<T: DeserializeOwned + 'static>(
        &self,
        value: Value,
    ) -> Result<DecodedValue<T>, Failure> {
        let decoded = self.decode("", 0, value, true, fills_defaults::<T>())?;
        let value = self.typed(&decoded)?;
        Ok(decoded.with(value))
    }

    /// Adds to each issue of a value that was decoded before the path that the model knows.
    #[cfg(feature = "client")]
    pub(crate) fn show<T: DeserializeOwned + 'static>(&self, text: &str, issues: &mut [Issue]) {
        if let Ok((decoded, _)) = self.again::<T>(text) {
            self.show_in(decoded.wrapper, &decoded.json, issues);
        }
    }

    /// Decodes a reply again, for its JSON or for what serde rejects.
    fn again<T: DeserializeOwned + 'static>(
        &self,
        text: &str,
    ) -> Result<(DecodedJson, T), Failure> {
        let reading = match find::plain(text, self.level, self.max_depth) {
            Some(candidate) => Reading::only(candidate),
            None => find::all(text, self.level, self.max_depth),
        };
        self.choose(text, Finish::Stop, reading)
    }

    /// Decodes one candidate. Its repairs include those of the text, but not of what surrounds it.
    fn candidate<T: 'static>(
        &self,
        text: &str,
        candidate: Candidate,
    ) -> Result<DecodedJson, Failure> {
        let value = candidate.value.map_err(|broken| Failure::Malformed {
            fault: broken.fault,
            path: broken.pointer,
        })?;
        let start = candidate.range.start;
        let integral_floats = candidate.integral_floats;
        let fill = fills_defaults::<T>();
        let mut decoded = self.decode(text, start, value, integral_floats, fill)?;
        add_repairs(&mut decoded, candidate.repairs);
        Ok(decoded)
    }

    /// Decodes the only candidate that fits.
    fn choose<T: DeserializeOwned + 'static>(
        &self,
        text: &str,
        finish: Finish,
        reading: Reading,
    ) -> Result<(DecodedJson, T), Failure> {
        if let Some(start) = reading.cut {
            return Err(self.cut(text, start, self.level));
        }
        let reading = self.without_encoding(reading)?;
        let at_limit = finish == Finish::Length;
        if at_limit && reading.candidates.iter().any(|one| one.is_open_ended(text)) {
            return Err(Failure::Truncated(Box::default()));
        }
        // If what was being written at the limit was not the answer yet, no candidate is.
        let is_cut = at_limit && reading.goes_on(text);
        let (mut fitting, mut worst) = (Vec::new(), None);
        for candidate in reading.candidates {
            let range = candidate.range.clone();
            let decoded = self.candidate::<T>(text, candidate);
            match decoded.and_then(|decoded| Ok((self.typed::<T>(&decoded)?, decoded))) {
                Ok((value, decoded)) => fitting.push((range, decoded, value)),
                // Of several that do not fit, the longest is most likely the answer.
                Err(failure) if worst.as_ref().is_none_or(|(most, _)| range.len() > *most) => {
                    worst = Some((range.len(), failure));
                }
                Err(_) => {}
            }
        }
        let stray = reading
            .stray
            .map(|at| Fault::syntax("a bracket that nothing opened", at));
        if fitting.is_empty() {
            return Err(match (worst, stray) {
                _ if is_cut => Failure::Truncated(Box::default()),
                (Some((_, failure)), _) => failure,
                (None, Some(fault)) => fault.into(),
                (None, None) if text.chars().all(whitespace::is_any) => Failure::Empty,
                (None, None) => Failure::NoJson,
            });
        }
        if fitting
            .iter()
            .any(|(_, other, _)| other.json != fitting[0].1.json)
        {
            let offsets = fitting.iter().map(|(range, ..)| range.start);
            return Err(Failure::Ambiguous(offsets.collect()));
        }
        let (range, mut decoded, value) = fitting.swap_remove(0);
        let is_part = self.level != Repair::Off && outside::is_part(text, &range);
        let part = is_part.then(|| {
            Fault::syntax(
                "a part of something whose brackets are missing",
                range.start,
            )
        });
        if let Some(fault) = stray.or(part) {
            return Err(fault.into());
        }
        add_repairs(
            &mut decoded,
            outside::repairs(text, &range, &reading.thoughts),
        );
        Ok((decoded, value))
    }

    /// The reply ended before the value that begins at `start` did.
    fn cut(&self, text: &str, start: usize, level: Repair) -> Failure {
        let partial = Partial::read(text, start, level, self.max_depth);
        Failure::Truncated(Box::new(partial))
    }

    /// Replaces a string that is no answer itself by the JSON text that it holds.
    fn without_encoding(&self, mut reading: Reading) -> Result<Reading, Failure> {
        let [candidate] = &mut reading.candidates[..] else {
            return Ok(reading);
        };
        let Ok(Value::String(inner)) = &candidate.value else {
            return Ok(reading);
        };
        let holds_json = inner.trim_start().starts_with(['{', '[']);
        let fits = || {
            self.compiled
                .validator
                .is_valid(&Value::from(inner.as_str()))
        };
        if self.level == Repair::Off || !holds_json || fits() {
            return Ok(reading);
        }
        let read = find::all(inner, Repair::Off, self.max_depth);
        if let Some(start) = read.cut {
            return Err(self.cut(inner, start, Repair::Off));
        }
        if let Some(mut inner) = read.candidates.into_iter().next() {
            let start = candidate.range.start;
            if let Err(broken) = &mut inner.value {
                // The caller does not have the text that the offset is in.
                broken.fault.offset = start;
            }
            let encoding = Repaired::new(RepairKind::DoubleEncoding, start);
            candidate.repairs.push(encoding);
            candidate.value = inner.value;
            candidate.integral_floats = inner.integral_floats;
        }
        Ok(reading)
    }
}

/// Whether defaults are filled in here. For all other types, serde does.
fn fills_defaults<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<Value>()
}

fn add_repairs(decoded: &mut DecodedJson, repairs: Vec<Repaired>) {
    if repairs.is_empty() {
        return;
    }
    decoded.repairs.splice(0..0, repairs);
    decoded.repairs.sort_by_key(|repair| repair.offset);
}
