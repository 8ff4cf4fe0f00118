//! Holds the dependencies to `deny.toml`: by cargo-deny where it is installed, else by the few rules that we use.

mod licences;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{
    cargo,
    metadata::{Metadata, Package},
};
use crate::workspace;

pub(super) fn run() -> Result<()> {
    if cargo::has("deny") {
        let what = ["deny", "--workspace", "--all-features", "check"];
        return cargo::run(&[&what[..], &["bans", "licenses", "sources"]].concat());
    }
    let path = workspace::root().join("deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let rules: Value =
        basic_toml::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    let slips = slips(&Metadata::whole()?, &Rules(&rules));
    if !slips.is_empty() {
        bail!("against deny.toml:\n  {}", slips.join("\n  "));
    }
    Ok(())
}

/// What `deny.toml` says.
struct Rules<'a>(&'a Value);

impl<'a> Rules<'a> {
    fn licences(&self) -> BTreeSet<&'a str> {
        self.list("/licenses/allow")
            .iter()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Versions that may stand beside another one, as `name@version`.
    fn skipped(&self) -> BTreeSet<&'a str> {
        self.list("/bans/skip")
            .iter()
            .filter_map(|entry| entry.get("crate")?.as_str())
            .collect()
    }

    /// For each crate that only some may use: those.
    fn wrappers(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let names = |entry: &'a Value| entry.get("wrappers")?.as_array();
        let entries = self.list("/bans/deny").iter().filter_map(|entry| {
            let wrappers = names(entry)?.iter().filter_map(Value::as_str).collect();
            Some((entry.get("crate")?.as_str()?, wrappers))
        });
        entries.collect()
    }

    fn list(&self, pointer: &str) -> &'a [Value] {
        self.0
            .pointer(pointer)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }
}

fn slips(metadata: &Metadata, rules: &Rules<'_>) -> Vec<String> {
    let mut slips = unlicensed(metadata, &rules.licences());
    slips.extend(duplicates(metadata, &rules.skipped()));
    slips.extend(strangers(metadata, &rules.wrappers()));
    slips.sort();
    slips
}

fn unlicensed(metadata: &Metadata, allowed: &BTreeSet<&str>) -> Vec<String> {
    let bad = |package: &Package<'_>| !licences::allows(package.license(), allowed);
    metadata
        .packages()
        .filter(bad)
        .map(|package| {
            let (name, licence) = (package.name(), package.license());
            format!(
                "{name}: its licence {licence:?} is not allowed; allow it, or do without the crate"
            )
        })
        .collect()
}

fn duplicates(metadata: &Metadata, skipped: &BTreeSet<&str>) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for package in metadata.packages() {
        let whole = format!("{}@{}", package.name(), package.version());
        if skipped.contains(whole.as_str()) {
            known.insert(whole);
        } else {
            versions
                .entry(package.name())
                .or_default()
                .insert(package.version());
        }
    }
    let several = versions.iter().filter(|(_, versions)| versions.len() > 1);
    let mut slips: Vec<String> = several
        .map(|(name, versions)| {
            let versions: Vec<&str> = versions.iter().copied().collect();
            format!(
                "{name}: versions {} at once; agree on one, or skip the rest with a reason",
                versions.join(" and ")
            )
        })
        .collect();
    let gone = skipped.iter().filter(|whole| !known.contains(**whole));
    slips.extend(
        gone.map(|whole| format!("{whole}: skipped, and no longer there; take it off the list")),
    );
    slips
}

fn strangers(metadata: &Metadata, wrappers: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let pairs = metadata.dependencies();
    let strange = pairs.iter().filter_map(|(from, to)| {
        let allowed = wrappers.get(to.name())?;
        (!allowed.contains(from.name())).then(|| {
            format!(
                "{}: depends on {}, which only {} may; ask one of them",
                from.name(),
                to.name(),
                allowed.iter().copied().collect::<Vec<_>>().join(", ")
            )
        })
    });
    strange.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(skip: &str) -> Vec<String> {
        let package = |name: &str, version: &str, license: &str| json!({"id": format!("{name} {version}"), "name": name, "version": version, "license": license});
        let metadata = Metadata::from_value(json!({
            "packages": [
                package("ours", "0.1.0", "MIT OR Apache-2.0"),
                package("core", "0.1.0", "MIT"),
                package("http", "1.0.0", "MIT"),
                package("twice", "1.0.0", "MIT"),
                package("twice", "2.0.0", "MIT"),
                package("odd", "1.0.0", "GPL-3.0-only"),
            ],
            "resolve": {"nodes": [
                {"id": "ours 0.1.0", "dependencies": ["http 1.0.0", "core 0.1.0"]},
                {"id": "core 0.1.0", "dependencies": ["http 1.0.0"]},
            ]},
        }));
        let rules = json!({
            "licenses": {"allow": ["MIT", "Apache-2.0"]},
            "bans": {"skip": [{"crate": skip}], "deny": [{"crate": "http", "wrappers": ["core"]}]},
        });
        slips(&metadata, &Rules(&rules))
    }

    #[test]
    fn licences_duplicates_and_strangers_are_named() {
        let slips = said("twice@1.0.0");
        assert_eq!(slips.len(), 2, "{slips:#?}");
        assert!(
            slips[0].starts_with("odd: its licence \"GPL-3.0-only\""),
            "{slips:#?}"
        );
        assert!(
            slips[1].starts_with("ours: depends on http, which only core may"),
            "{slips:#?}"
        );
    }

    #[test]
    fn a_duplicate_is_named_and_so_is_a_rule_without_one() {
        let slips = said("gone@1.0.0");
        assert!(
            slips[0].starts_with("gone@1.0.0: skipped, and no longer there"),
            "{slips:#?}"
        );
        assert!(
            slips[3].starts_with("twice: versions 1.0.0 and 2.0.0 at once"),
            "{slips:#?}"
        );
    }
}
