//! Compares facts.

mod object;
mod operation;
mod schema;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Component, Facts};

/// What happened to a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Added,
    Changed,
    Removed,
}

/// A fact that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    pub(super) kind: Kind,
    /// What it is about: ``field `Model.id` ``.
    pub(super) subject: String,
    /// What it is, or how it changed.
    pub(super) detail: String,
    /// Why code that uses `groq-types` no longer compiles.
    pub(super) rust: Option<String>,
    /// Which requests or replies that were valid no longer are.
    pub(super) wire: Option<String>,
}

impl Change {
    fn new(kind: Kind, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            detail: detail.into(),
            rust: None,
            wire: None,
        }
    }

    fn breaks_rust(mut self, why: impl Into<String>) -> Self {
        self.rust = Some(why.into());
        self
    }

    fn breaks_rust_if(self, condition: bool, why: &str) -> Self {
        if condition {
            self.breaks_rust(why)
        } else {
            self
        }
    }

    fn breaks_wire(mut self, why: impl Into<String>) -> Self {
        self.wire = Some(why.into());
        self
    }

    fn breaks_wire_if(self, condition: bool, why: &str) -> Self {
        if condition {
            self.breaks_wire(why)
        } else {
            self
        }
    }
}

/// All changes, sorted.
pub(super) fn changes(old: &Facts, new: &Facts) -> Vec<Change> {
    let mut old = old.clone();
    let mut changes = renames(&mut old, new);
    for (id, (before, after)) in pairs(&old.operations, &new.operations) {
        changes.extend(operation::changes(id, before, after));
    }
    for (name, (before, after)) in pairs(&old.schemas, &new.schemas) {
        changes.extend(schema::changes(name, before, after));
    }
    changes.sort();
    changes
}

/// Everything that stands on either side, by name.
fn pairs<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> BTreeMap<&'a str, (Option<&'a T>, Option<&'a T>)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .map(|name| (name.as_str(), (old.get(name), new.get(name))))
        .collect()
}

/// Schemas that differ in nothing but their name. They take their new name in `old`, so that what uses them is unchanged.
fn renames(old: &mut Facts, new: &Facts) -> Vec<Change> {
    let mut changes = Vec::new();
    // A schema may be recognised only once those that it uses have been.
    while let Some((from, to)) = rename(old, new) {
        old.rename(&from, &to);
        let change = Change::new(
            Kind::Changed,
            format!("schema `{from}`"),
            format!("is now `{to}`"),
        );
        changes.push(change.breaks_rust("the type has another name"));
    }
    changes
}

fn rename(old: &Facts, new: &Facts) -> Option<(String, String)> {
    let gone: Vec<_> = old
        .schemas
        .iter()
        .filter(|(name, _)| !new.schemas.contains_key(*name))
        .collect();
    let come: Vec<_> = new
        .schemas
        .iter()
        .filter(|(name, _)| !old.schemas.contains_key(*name))
        .collect();
    let candidates = |one: &(&String, &Component)| -> Vec<String> {
        come.iter()
            .filter(|two| same(*one, **two))
            .map(|(name, _)| (*name).clone())
            .collect()
    };
    gone.iter()
        .find_map(|one| match candidates(one).as_slice() {
            // Where two could be meant, neither is.
            [to] if gone
                .iter()
                .filter(|other| candidates(other).contains(to))
                .count()
                == 1 =>
            {
                Some((one.0.clone(), to.clone()))
            }
            _ => None,
        })
}

fn same((from, before): (&String, &Component), (to, after): (&String, &Component)) -> bool {
    let mut shape = before.shape.clone();
    shape.rename(from, to);
    shape == after.shape && before.open == after.open
}
