//! `cargo xtask models OLD NEW`: what changed between two files of what is known of models.
//!
//! Each side is a file, or `REVISION:PATH` as git writes it. Both must be catalogs that `groq-models` reads. Facts are
//! compared, not text; the evidence is left out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use groq_models::Catalog;
use serde_json::Value;

use crate::diff;

/// Prints the changes.
pub(crate) fn run(old: &str, new: &str) -> Result<()> {
    diff::print(&changes(&diff::read(old)?, &diff::read(new)?)?)
}

/// A line for each model that came or went, and for each fact that is another one.
fn changes(old: &str, new: &str) -> Result<String> {
    let old = facts(old).context("read the old file")?;
    let new = facts(new).context("read the new file")?;
    let subjects: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for subject in subjects {
        match (old.get(subject), new.get(subject)) {
            (None, Some(facts)) => {
                lines.push(format!("+ {subject}"));
                let facts = facts.iter();
                lines.extend(facts.map(|(fact, value)| format!("    {fact}: {value}")));
            }
            (Some(_), None) => lines.push(format!("- {subject}")),
            (Some(old), Some(new)) if old != new => {
                lines.push(format!("~ {subject}"));
                lines.extend(differences(old, new));
            }
            _ => {}
        }
    }
    if lines.is_empty() {
        lines.push("Nothing changed.".to_owned());
    }
    Ok(lines.join("\n") + "\n")
}

type Facts = BTreeMap<String, String>;

/// The facts by what they are about: `service`, `defaults`, `languages`, and each model.
fn facts(text: &str) -> Result<BTreeMap<String, Facts>> {
    Catalog::from_json(text.as_bytes())?;
    let mut file: Value = serde_json::from_str(text)?;
    let mut all = BTreeMap::new();
    for model in file["models"].as_array_mut().into_iter().flatten() {
        let id = model["id"].as_str().unwrap_or_default().to_owned();
        all.insert(format!("model {id}"), flat(model));
    }
    for part in ["service", "defaults", "languages"] {
        all.insert(part.to_owned(), flat(&file[part]));
    }
    let day = Facts::from([("as_of".to_owned(), file["as_of"].to_string())]);
    all.insert("file".to_owned(), day);
    Ok(all)
}

/// Each fact by its path: `price.input`. A list is one fact.
fn flat(value: &Value) -> Facts {
    let mut facts = Facts::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            _ if ["id", "evidence"].contains(&&**key) => {}
            Value::Object(_) => {
                let inner = flat(value).into_iter();
                facts.extend(inner.map(|(path, value)| (format!("{key}.{path}"), value)));
            }
            value => drop(facts.insert(key.clone(), value.to_string())),
        }
    }
    facts
}

fn differences(old: &Facts, new: &Facts) -> Vec<String> {
    let facts: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let shown = |facts: &Facts, fact: &str| match facts.get(fact) {
        Some(value) => value.clone(),
        None => "unknown".to_owned(),
    };
    let changed = facts
        .into_iter()
        .filter(|fact| old.get(*fact) != new.get(*fact));
    changed
        .map(|fact| format!("    {fact}: {} -> {}", shown(old, fact), shown(new, fact)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"format": 1, "as_of": "2026-11-22", "defaults": {"chat": "a"}, "models": [
        {"id": "a", "as_of": "2026-09-01", "kind": "chat", "context_window": 8192, "tools": true,
         "price": {"per": "million tokens", "input": "0.1", "output": "0.4"}, "evidence": {"x": ["kind"]}},
        {"id": "b", "as_of": "2026-09-01", "kind": "speech", "voices": ["one"]},
        {"id": "same", "as_of": "2026-09-01", "kind": "chat"}]}"#;

    const NEW: &str = r#"{"format": 1, "as_of": "2027-01-15", "defaults": {"chat": "c"}, "models": [
        {"id": "same", "as_of": "2026-09-01", "kind": "chat", "evidence": {"y": ["kind"]}},
        {"id": "c", "as_of": "2027-01-15", "kind": "chat"},
        {"id": "a", "as_of": "2027-01-15", "kind": "chat", "context_window": 16384,
         "price": {"per": "million tokens", "input": "0.05", "cached_input": "0.025", "output": "0.4"},
         "retirement": {"date": "2027-03-01", "successor": "c"}}]}"#;

    /// The golden text: what came, what went, and each fact with both values.
    const CHANGES: &str = r#"~ defaults
    chat: "a" -> "c"
~ file
    as_of: "2026-11-22" -> "2027-01-15"
~ model a
    as_of: "2026-09-01" -> "2027-01-15"
    context_window: 8192 -> 16384
    price.cached_input: unknown -> "0.025"
    price.input: "0.1" -> "0.05"
    retirement.date: unknown -> "2027-03-01"
    retirement.successor: unknown -> "c"
    tools: true -> unknown
- model b
+ model c
    as_of: "2027-01-15"
    kind: "chat"
"#;

    #[test]
    fn each_change_is_a_line() {
        assert_eq!(changes(OLD, NEW).unwrap(), CHANGES);
        assert_eq!(changes(OLD, OLD).unwrap(), "Nothing changed.\n");
    }

    #[test]
    fn a_file_that_is_no_catalog_is_an_error_that_names_the_side() {
        let error = changes(OLD, r#"{"format": 9}"#).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.starts_with("read the new file: the catalog has format 9"),
            "{text}"
        );
    }
}
