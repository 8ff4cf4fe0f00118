//! `cargo xtask lint`: holds the description to its conventions, each of which has a reason.
//!
//! The lint reads the file as plain data, before any tool has put a meaning into it. A rule is a function in
//! [`operations`] or [`schemas`]; what it says of a slip is where it is, what it is, and how to mend it.

mod operations;
mod schemas;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::{
    codegen::{load, model},
    problem::{self, Problem, step},
    workspace,
};

pub(crate) fn run() -> Result<()> {
    let path = workspace::root().join(workspace::SPEC);
    let yaml = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    check(&yaml)?;
    println!("{} keeps all conventions", workspace::SPEC);
    Ok(())
}

/// Fails with a report of all slips, when there are any.
pub(crate) fn check(yaml: &str) -> Result<()> {
    let mut problems = problems(&load::raw(yaml)?);
    if problems.is_empty() {
        // What the generator cannot model is a slip as well, once the rest is sound: an enum without a name, an integer
        // without a size, a required property that is not declared.
        problems = model::Model::of(&load::api(yaml)?)
            .err()
            .unwrap_or_default();
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}", problem::report(&problems));
}

/// All slips, in the order of their places.
pub(crate) fn problems(api: &Value) -> Vec<Problem> {
    let mut lint = Lint::new(api);
    lint.document();
    lint.references();
    operations::check(&mut lint);
    schemas::check(&mut lint);
    lint.problems.sort();
    lint.problems.dedup();
    lint.problems
}

struct Lint<'a> {
    api: &'a Value,
    /// The component schemas that a response can carry.
    responses: BTreeSet<String>,
    /// The component schemas that a request can carry.
    requests: BTreeSet<String>,
    /// The component schemas that anything uses.
    used: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a> Lint<'a> {
    fn new(api: &'a Value) -> Self {
        let schemas = object(api.pointer("/components/schemas"));
        let edges: BTreeMap<&str, BTreeSet<String>> = schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), model::references(schema)))
            .collect();
        let named = |part: Option<&Value>| part.map(model::references).unwrap_or_default();
        let shared = |part: &str| named(api.pointer(&format!("/components/{part}")));
        let mut received = shared("responses");
        received.extend(shared("headers"));
        let mut sent = BTreeSet::new();
        for operation in operations::all(api) {
            sent.extend(named(operation.body.get("requestBody")));
            received.extend(named(operation.body.get("responses")));
        }
        let mut everything = shared("parameters");
        everything.extend(named(api.get("paths")));
        everything.extend(received.iter().cloned());
        Self {
            api,
            responses: model::closure(received, &edges),
            requests: model::closure(sent, &edges),
            used: model::closure(everything, &edges),
            problems: Vec::new(),
        }
    }

    fn slip(
        &mut self,
        pointer: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.problems.push(Problem::new(pointer, what, mend));
    }

    fn slip_if(
        &mut self,
        condition: bool,
        pointer: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        if condition {
            self.slip(pointer, what, mend);
        }
    }

    fn document(&mut self) {
        let version = self
            .api
            .get("openapi")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("3.0.") {
            self.slip(
                "/openapi",
                format!("version {version:?}"),
                "say 3.0.3: openapiv3 and progenitor read no other",
            );
        }
        for (index, server) in array(self.api.get("servers")).iter().enumerate() {
            let url = server
                .get("url")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let origin = url.strip_prefix("https://").unwrap_or("/");
            if origin.contains('/') {
                self.slip(
                    format!("/servers/{index}/url"),
                    format!("{url:?} is no bare origin"),
                    "write scheme and host alone: paths are whole, because not all share a prefix",
                );
            }
        }
    }

    /// Every reference names something, and stands alone: 3.0 ignores what stands beside it.
    fn references(&mut self) {
        let api = self.api;
        walk(api, "", &mut |pointer, value| {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                return;
            };
            let found = reference
                .strip_prefix('#')
                .and_then(|path| api.pointer(path));
            if found.is_none() {
                self.slip(
                    pointer,
                    format!("`{reference}` names nothing"),
                    "name a component of this file",
                );
            }
            if object(Some(value)).len() > 1 {
                self.slip(
                    pointer,
                    "a `$ref` with something beside it, which OpenAPI 3.0 ignores",
                    "write `allOf: [{$ref: ..}]` beside the rest",
                );
            }
        });
    }
}

/// Calls `visit` for every object of the description, with its pointer; examples are data, not description.
fn walk<'a>(value: &'a Value, pointer: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    match value {
        Value::Object(entries) => {
            visit(pointer, value);
            for (key, entry) in entries
                .iter()
                .filter(|(key, _)| *key != "example" && *key != "examples")
            {
                walk(entry, &format!("{pointer}{}", step(key)), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}

/// The entries of an object; none of anything else.
fn object(value: Option<&Value>) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.and_then(Value::as_object).unwrap_or(&NONE)
}

/// The items of a list; none of anything else.
fn array(value: Option<&Value>) -> &[Value] {
    value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// Whether a value is a text that says something.
fn says(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_str)
        .is_some_and(|text| !text.trim().is_empty())
}
