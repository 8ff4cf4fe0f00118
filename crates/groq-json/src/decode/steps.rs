//! The steps from the JSON of a reply to the value: unwrap, undo the strict form, coerce, validate, fill in defaults,
//! deserialize.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::typed::typed;
use super::{DecodedJson, Decoder};
use crate::error::Failure;
use crate::issue::Issue;
use crate::parse::repair::{Repair, RepairKind, Repaired};
use crate::parse::sink::{Fault, FaultKind};
use crate::parse::{find, locate};
use crate::pointer::Path;
use crate::schema::{codec, tool_name};
use crate::shape::coerce::Coerce;
use crate::shape::{Kind, Shapes};
use crate::validate;

/// A value between two steps.
struct Work<'t> {
    text: &'t str,
    /// The byte at which the value begins.
    start: usize,
    json: Value,
    /// The member that the value was wrapped in.
    wrapper: Option<&'static str>,
    /// What was repaired, with paths in what the model wrote.
    found: Vec<(String, RepairKind)>,
}

impl Decoder<'_> {
    /// Takes all steps but the last one.
    pub(super) fn decode(
        &self,
        text: &str,
        start: usize,
        json: Value,
        integral_floats: bool,
        fill_defaults: bool,
    ) -> Result<DecodedJson, Failure> {
        let (json, is_call) = self.without_call(json);
        let (json, wrapper) = self.unwrap(json);
        let found = is_call.then(|| (String::new(), RepairKind::ToolCall));
        let mut work = Work {
            text,
            start,
            json,
            wrapper,
            found: found.into_iter().collect(),
        };
        self.undo_strict(&mut work)?;
        self.coerce(&mut work, integral_floats);
        self.validate(&work.json).map_err(|mut issues| {
            self.show_in(work.wrapper, &work.json, &mut issues);
            Failure::Invalid(issues)
        })?;
        let shapes = &self.compiled.shapes;
        let defaults = shapes.defaults(&mut work.json, fill_defaults);
        Ok(DecodedJson {
            repairs: self.repairs(&work),
            json: work.json,
            wrapper: work.wrapper,
            defaults,
        })
    }

    /// Takes the last step.
    pub(super) fn typed<T: DeserializeOwned>(&self, decoded: &DecodedJson) -> Result<T, Failure> {
        typed(&decoded.json).map_err(|issue| {
            let mut issues = vec![issue];
            self.show_in(decoded.wrapper, &decoded.json, &mut issues);
            Failure::Invalid(issues)
        })
    }

    /// Takes the arguments out of a call of the tool that has the name of the schema.
    fn without_call(&self, mut json: Value) -> (Value, bool) {
        let known = &self.compiled.best_effort.name;
        let is_call = json.as_object().is_some_and(|members| {
            let name = members.get("name").and_then(Value::as_str);
            members.len() == 2 && name.is_some_and(|name| tool_name(name) == known)
        });
        let shapes = &self.compiled.shapes;
        let is_member = |key: &str| {
            matches!(shapes.kind(shapes.root), Kind::Object(fields, rest)
                if Shapes::member(fields, *rest, key).is_some())
        };
        let mut keys = ["arguments", "parameters"].into_iter();
        let key = keys.find(|key| json.get(key).is_some() && !is_member(key));
        let arguments = key.and_then(|key| json.get_mut(key));
        match arguments.filter(|_| is_call && self.level != Repair::Off) {
            Some(Value::String(text)) => {
                let inner = find::plain(text, Repair::Off, self.max_depth);
                match inner.and_then(|inner| inner.value.ok()) {
                    Some(inner) => (inner, true),
                    None => (json, false),
                }
            }
            Some(arguments) => (arguments.take(), true),
            None => (json, false),
        }
    }

    /// Takes the value out of the object that wraps it because the root had to be an object.
    fn unwrap(&self, mut json: Value) -> (Value, Option<&'static str>) {
        let shapes = &self.compiled.shapes;
        let sent = self.wire.and_then(|wire| wire.wrapped_in);
        let known = self.compiled.best_effort.wrapped_in;
        let Some(member) = known.or(sent) else {
            return (json, None);
        };
        // A model that was not told to wrap may mean an object with this very member.
        let may_be_meant = || {
            matches!(shapes.kind(shapes.root), Kind::Any(_))
                || shapes.pick_first(shapes.root, &json).is_some_and(|leaf| {
                    matches!(shapes.kind(leaf), Kind::Object(..) | Kind::Any(_))
                })
        };
        if sent.is_none() && may_be_meant() {
            return (json, None);
        }
        let only = json.as_object_mut().filter(|members| members.len() == 1);
        match only.and_then(|members| members.get_mut(member)) {
            Some(inner) => (inner.take(), Some(member)),
            None => (json, None),
        }
    }

    /// Takes the value out of its strict form.
    fn undo_strict(&self, work: &mut Work<'_>) -> Result<(), Failure> {
        if !self.is_strict() {
            return Ok(());
        }
        let shapes = &self.compiled.shapes;
        let prefix = prefix(work.wrapper);
        let mut nulls = Vec::new();
        let json = work.json.take();
        work.json = codec::decode(shapes, shapes.root, json, &mut String::new(), &mut nulls)
            .map_err(|path| {
                let path = format!("{prefix}{path}");
                let offset = self.offsets(work, std::slice::from_ref(&path))[0];
                let fault = Fault::new(FaultKind::DuplicateKey, offset);
                Failure::Malformed { fault, path }
            })?;
        let nulls = nulls.into_iter();
        work.found
            .extend(nulls.map(|path| (format!("{prefix}{path}"), RepairKind::NullForAbsent)));
        Ok(())
    }

    /// Brings scalars to the types that the schema demands.
    fn coerce(&self, work: &mut Work<'_>, integral_floats: bool) {
        if self.level == Repair::Off || !(integral_floats || self.level == Repair::Lossless) {
            return;
        }
        let shapes = &self.compiled.shapes;
        let mut coerce = Coerce {
            shapes,
            level: self.level,
            max_depth: self.max_depth,
            integral_floats,
            strings: Vec::new(),
            found: Vec::new(),
        };
        coerce.value(shapes.root, &mut work.json, &Path::Root);
        let Coerce { strings, found, .. } = coerce;
        if !strings.is_empty() {
            let numbers = locate::numbers(work.text, work.start, self.max_depth);
            for path in strings {
                // The string is the number as the model wrote it.
                let shown = self.wire_path(work.wrapper, &work.json, &path);
                if let (Some(place), Some(number)) =
                    (work.json.pointer_mut(&path), numbers.get(&shown))
                {
                    *place = number.as_str().into();
                    work.found.push((shown, RepairKind::NumberForString));
                }
            }
        }
        for (path, kind) in found {
            let shown = self.wire_path(work.wrapper, &work.json, &path);
            work.found.push((shown, kind));
        }
    }

    /// Validates the value by the schema, before defaults are filled in.
    fn validate(&self, json: &Value) -> Result<(), Vec<Issue>> {
        let validator = &self.compiled.validator;
        if !validator.is_valid(json) {
            return Err(validate::issues(validator, json));
        }
        let foreign = self.compiled.shapes.foreign(json);
        if foreign.is_empty() {
            Ok(())
        } else {
            Err(foreign)
        }
    }

    /// Adds to each issue the path that the model knows.
    pub(super) fn show_in(&self, wrapper: Option<&str>, json: &Value, issues: &mut [Issue]) {
        for issue in issues {
            issue.shown_at(self.wire_path(wrapper, json, &issue.path));
        }
    }

    /// Where in what the model wrote the value is that `path` points to.
    fn wire_path(&self, wrapper: Option<&str>, json: &Value, path: &str) -> String {
        let path = if self.is_strict() {
            codec::wire_path(&self.compiled.shapes, json, path)
        } else {
            path.to_owned()
        };
        prefix(wrapper) + &path
    }

    fn is_strict(&self) -> bool {
        self.wire.is_some_and(|wire| wire.strict)
    }

    /// The repairs of all steps, with their offsets.
    fn repairs(&self, work: &Work<'_>) -> Vec<Repaired> {
        if work.found.is_empty() {
            return Vec::new();
        }
        let (paths, kinds): (Vec<String>, Vec<RepairKind>) = work.found.iter().cloned().unzip();
        let offsets = self.offsets(work, &paths);
        let repairs = kinds.into_iter().zip(offsets);
        repairs
            .map(|(kind, offset)| Repaired::new(kind, offset))
            .collect()
    }

    fn offsets(&self, work: &Work<'_>, paths: &[String]) -> Vec<usize> {
        locate::offsets(work.text, work.start, paths, self.max_depth)
    }
}

/// The path of the member that wraps the value.
fn prefix(wrapper: Option<&str>) -> String {
    wrapper.map_or_else(String::new, |member| format!("/{member}"))
}
