//! `cargo xtask diff OLD NEW`: what changed between two descriptions, as an entry for `openapi/CHANGELOG.md`.
//!
//! Facts are compared, not text: operations, types, fields, values and variants. A change that stops code from compiling
//! against `groq-types` is marked; for the whole public interface, run `cargo semver-checks`.

mod facts;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{codegen, workspace};
use facts::{Fact, Facts};

/// Each side is a file, or `REVISION:PATH` as git writes it.
pub(crate) fn run(old: &str, new: &str) -> Result<()> {
    print(&entry(&read(old)?, &read(new)?)?)
}

/// Prints changes. Not with `print!`, which panics where the reader has enough.
pub(crate) fn print(text: &str) -> Result<()> {
    let written = io::stdout().write_all(text.as_bytes());
    written.context("print the changes")
}

/// Reads a file, or `REVISION:PATH`.
pub(crate) fn read(place: &str) -> Result<String> {
    if Path::new(place).exists() || !place.contains(':') {
        return fs::read_to_string(place).with_context(|| format!("read {place}"));
    }
    let output = Command::new("git")
        .args(["show", place])
        .current_dir(workspace::root())
        .output()
        .context("run git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git show {place}: {}", said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("git show {place}: not UTF-8"))
}

/// Under the new version, or under none where the version stayed.
fn entry(old: &str, new: &str) -> Result<String> {
    let (old_version, old) = described(old).context("read the old description")?;
    let (new_version, new) = described(new).context("read the new description")?;
    let title = if old_version == new_version {
        "Unreleased"
    } else {
        &new_version
    };
    let lines = lines(&old, &new);
    let lines = if lines.is_empty() {
        "Nothing changed.".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(format!("## {title}\n\n{lines}\n"))
}

fn described(yaml: &str) -> Result<(String, Facts)> {
    let api = codegen::load::api(yaml)?;
    let facts = facts::of(&codegen::model(&api)?);
    Ok((api.info.version, facts))
}

/// A line for each change: what was added, then what changed, then what was removed.
fn lines(old: &Facts, new: &Facts) -> Vec<String> {
    let subjects: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for subject in subjects {
        let (kind, what, breaks) = match (old.get(subject), new.get(subject)) {
            (None, Some(new)) => (0, format!("Added {subject}: {new}"), new.is_required()),
            (Some(old), Some(new)) if old != new => (
                1,
                format!("Changed {subject}: {old}, now {new}"),
                old.rust != new.rust,
            ),
            (Some(old), None) => (2, format!("Removed {subject}: {old}"), true),
            _ => continue,
        };
        let mark = if breaks { " **Breaks Rust.**" } else { "" };
        lines[kind].push(format!("- {what}.{mark}"));
    }
    lines.concat()
}

impl Fact {
    /// Whether it is an argument of a constructor.
    fn is_required(&self) -> bool {
        self.rust.starts_with("required")
    }
}
