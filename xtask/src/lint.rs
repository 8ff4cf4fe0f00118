//! `cargo xtask lint`: holds the description to its conventions, each of which has a reason.
//!
//! The lint reads the file as plain data, before any tool has put a meaning into it. A rule is a function in
//! [`operations`] or [`schemas`]; what it reports is where the slip is, what it is, and how to mend it.

mod operations;
mod schemas;
#[cfg(test)]
mod tests;

use std::{fs, sync::LazyLock};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::{
    codegen::{
        load,
        model::{self, Uses},
    },
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
        let model = model::Model::of(&load::api(yaml)?);
        problems = model.err().unwrap_or_default();
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}", problem::report(&problems));
}

/// All slips, in the order of their places.
pub(crate) fn problems(api: &Value) -> Vec<Problem> {
    let uses = Uses::of(api);
    let mut problems = Vec::new();
    let mut at = At {
        pointer: String::new(),
        problems: &mut problems,
    };
    document(&mut at, api);
    operations::check(&mut at, api);
    schemas::check(&mut at, api, &uses);
    walk(api, &mut at, &mut |at, value| {
        reference(at, api, value);
        schemas::everywhere(at, api, value);
    });
    problems.sort();
    problems.dedup();
    problems
}

/// A place in the description, and where its slips are noted.
struct At<'p> {
    pointer: String,
    problems: &'p mut Vec<Problem>,
}

impl At<'_> {
    /// A place below this one.
    fn below(&mut self, path: &str) -> At<'_> {
        At {
            pointer: format!("{}{path}", self.pointer),
            problems: self.problems,
        }
    }

    /// Notes what is wrong here, and how to mend it.
    fn slip(&mut self, text: impl Into<String>) {
        let pointer = self.pointer.clone();
        let text = text.into();
        self.problems.push(Problem { pointer, text });
    }

    fn slip_if(&mut self, is_wrong: bool, text: impl Into<String>) {
        if is_wrong {
            self.slip(text);
        }
    }
}

fn document(at: &mut At<'_>, api: &Value) {
    let version = text(&api["openapi"]);
    at.below("/openapi").slip_if(
        !version.starts_with("3.0."),
        format!("version {version:?}; say 3.0.3: openapiv3 and progenitor read no other"),
    );
    for (index, server) in array(&api["servers"]).iter().enumerate() {
        let url = text(&server["url"]);
        let origin = url.strip_prefix("https://").unwrap_or("/");
        at.below(&format!("/servers/{index}/url")).slip_if(
            origin.contains('/'),
            format!("{url:?} is no bare origin; write scheme and host alone: paths are whole"),
        );
    }
}

/// Every reference names something, and stands alone: 3.0 ignores what stands beside it.
fn reference(at: &mut At<'_>, api: &Value, value: &Value) {
    let Some(reference) = value["$ref"].as_str() else {
        return;
    };
    let path = reference.strip_prefix('#');
    at.slip_if(
        path.and_then(|path| api.pointer(path)).is_none(),
        format!("`{reference}` names nothing; name a component of this file"),
    );
    at.slip_if(
        object(value).len() > 1,
        "OpenAPI 3.0 ignores what stands beside a `$ref`; write `allOf: [{$ref: ..}]` beside the rest",
    );
}

/// Calls `visit` for every object of the description, at its place; examples are data, not description.
fn walk(value: &Value, at: &mut At<'_>, visit: &mut impl FnMut(&mut At<'_>, &Value)) {
    if value.is_object() {
        visit(at, value);
    }
    for (key, entry) in object(value) {
        if key != "example" && key != "examples" {
            walk(entry, &mut at.below(&step(key)), visit);
        }
    }
    for (index, item) in array(value).iter().enumerate() {
        walk(item, &mut at.below(&format!("/{index}")), visit);
    }
}

/// The entries of an object; none of anything else.
fn object(value: &Value) -> &Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

/// The items of a list; none of anything else.
fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text; an empty one of anything else.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default().trim()
}
