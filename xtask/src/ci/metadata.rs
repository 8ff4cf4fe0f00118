//! What `cargo metadata` knows: packages, and who depends on whom.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::cargo;

pub(super) struct Metadata(Value);

impl Metadata {
    /// Of the packages of the workspace alone.
    pub(super) fn workspace() -> Result<Self> {
        Self::read(&["metadata", "--format-version", "1", "--no-deps"])
    }

    /// Of all that is needed on any platform, with all features.
    pub(super) fn whole() -> Result<Self> {
        Self::read(&["metadata", "--format-version", "1", "--all-features"])
    }

    fn read(arguments: &[&str]) -> Result<Self> {
        let json = cargo::output(arguments)?;
        serde_json::from_str(&json)
            .map(Self)
            .context("read what cargo metadata says")
    }

    #[cfg(test)]
    pub(super) fn from_value(value: Value) -> Self {
        Self(value)
    }

    pub(super) fn packages(&self) -> impl Iterator<Item = Package<'_>> {
        list(self.0.get("packages")).iter().map(Package)
    }

    /// The packages that are published.
    pub(super) fn published(&self) -> impl Iterator<Item = Package<'_>> {
        // `publish = false` is an empty list of registries, in its words.
        self.packages()
            .filter(|package| package.0.get("publish").is_none_or(Value::is_null))
    }

    /// Each pair of a package and one that it depends on, in any way.
    pub(super) fn dependencies(&self) -> Vec<(Package<'_>, Package<'_>)> {
        let by_id: BTreeMap<&str, Package<'_>> = self
            .packages()
            .map(|package| (package.text("id"), package))
            .collect();
        let mut pairs = Vec::new();
        for node in list(self.0.pointer("/resolve/nodes")) {
            let from = text(node.get("id"));
            for dependency in list(node.get("dependencies")) {
                let to = dependency.as_str().unwrap_or_default();
                if let (Some(from), Some(to)) = (by_id.get(from), by_id.get(to)) {
                    pairs.push((*from, *to));
                }
            }
        }
        pairs
    }
}

#[derive(Clone, Copy)]
pub(super) struct Package<'a>(&'a Value);

impl<'a> Package<'a> {
    pub(super) fn name(self) -> &'a str {
        self.text("name")
    }

    pub(super) fn version(self) -> &'a str {
        self.text("version")
    }

    pub(super) fn license(self) -> &'a str {
        self.text("license")
    }

    /// The names of its features, `default` among them where there is one.
    pub(super) fn features(self) -> Vec<&'a str> {
        let features = self.0.get("features").and_then(Value::as_object);
        features
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// A part of its manifest.
    pub(super) fn value(self, pointer: &str) -> Option<&'a Value> {
        self.0.pointer(pointer)
    }

    fn text(self, key: &str) -> &'a str {
        text(self.0.get(key))
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
