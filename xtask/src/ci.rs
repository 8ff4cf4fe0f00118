//! `cargo xtask ci [all | NAME]`: the steps of CI; `.ci/run` calls it.

pub(crate) mod cargo;
mod wasm;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{architecture, coverage, generate};

struct Step {
    name: &'static str,
    /// What it makes sure of.
    about: &'static str,
    work: Work,
    /// Whether it runs only by name and with `all`.
    slow: bool,
}

#[derive(Clone, Copy)]
enum Work {
    /// A command of cargo.
    Cargo(&'static str),
    /// A command of cargo that has to be installed: `cargo-deny` is `deny`.
    Tool(&'static str),
    /// A check of this tool.
    Own(fn() -> Result<()>),
}

use Work::{Cargo, Own, Tool};

const fn step(name: &'static str, about: &'static str, work: Work) -> Step {
    Step {
        name,
        about,
        work,
        slow: false,
    }
}

const fn slow(name: &'static str, about: &'static str, work: Work) -> Step {
    Step {
        slow: true,
        ..step(name, about, work)
    }
}

/// From quick to slow, so that a slip shows early; what compiles the same things stands together.
const STEPS: [Step; 15] = [
    step(
        "fmt",
        "the code is laid out by rustfmt",
        Cargo("fmt --all -- --check"),
    ),
    step(
        "generate",
        "the description keeps its conventions, and the generated code is what it says",
        Own(|| generate::run(generate::Mode::Check)),
    ),
    step(
        "coverage",
        "every layer has every operation",
        Own(coverage::run),
    ),
    step(
        "architecture",
        "what ARCHITECTURE.md says of dependencies and modules is true",
        Own(architecture::run),
    ),
    step(
        "deny",
        "licenses, duplicate versions and sources of dependencies are as deny.toml says",
        Tool("deny check bans licenses sources"),
    ),
    slow(
        "advisories",
        "no dependency has a known vulnerability; fetches the RustSec database",
        Tool("deny check advisories"),
    ),
    step(
        "clippy",
        "no lint has anything to say",
        Cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
    ),
    step(
        "test",
        "everything behaves as it should",
        Cargo("test --workspace --all-features"),
    ),
    step(
        "numbers",
        "the wire types keep their laws where a crate switches on serde_json's `arbitrary_precision`",
        Cargo(
            "test -p groq-types --lib --test laws --features proptest,schema,serde_json/arbitrary_precision",
        ),
    ),
    step(
        "ffmpeg",
        "what ffmpeg decodes is right, where it is installed",
        Own(ffmpeg),
    ),
    step(
        "recordings",
        "recorded traffic is read without loss, where GROQ_CASSETTES names a folder of it",
        Own(recordings),
    ),
    step(
        "doc",
        "the documentation builds without a warning",
        Cargo("doc --workspace --no-deps --all-features"),
    ),
    step(
        "wasm",
        "what works in a browser compiles for it",
        Own(wasm::run),
    ),
    slow(
        "features",
        "each crate compiles alone, with each of its features",
        Tool("hack check --workspace --each-feature --no-dev-deps"),
    ),
    slow(
        "package",
        "each published crate can be published",
        Cargo("publish --workspace --dry-run --allow-dirty --quiet"),
    ),
];

/// Runs the usual steps, all, or the one with this name, until one fails.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    let chosen = |step: &&Step| match name {
        None => !step.slow,
        Some(name) => name == "all" || name == step.name,
    };
    let mut steps = STEPS.iter().filter(chosen).peekable();
    if steps.peek().is_none() {
        bail!("no such step: {}\n\n{}", name.unwrap_or_default(), usage());
    }
    steps.try_for_each(Step::run)
}

/// Runs the tests that are ignored where ffmpeg is missing.
fn ffmpeg() -> Result<()> {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("  NOT CHECKED: ffmpeg is not installed");
        return Ok(());
    }
    let tests = "-- --ignored formats:: playlists::";
    cargo::run(&format!(
        "test -p groq-audio --all-features --test it {tests}"
    ))
}

/// Runs the tests that are ignored where there are no recordings.
fn recordings() -> Result<()> {
    if std::env::var_os("GROQ_CASSETTES").is_none() {
        println!("  NOT CHECKED: GROQ_CASSETTES is not set");
        return Ok(());
    }
    cargo::run("test -p groq-tests --all-features --test it -- --ignored wire::")
}

impl Step {
    fn run(&self) -> Result<()> {
        println!("ci {}: {}", self.name, self.about);
        let outcome = match self.work {
            Cargo(arguments) => cargo::run(arguments),
            Tool(arguments) => {
                let tool = arguments.split(' ').next().unwrap_or_default();
                if !cargo::has(tool) {
                    let install = format!("cargo install --locked cargo-{tool}");
                    println!("  NOT CHECKED: `{install}` installs what checks it");
                    return Ok(());
                }
                cargo::run(arguments)
            }
            Own(check) => check(),
        };
        outcome.with_context(|| {
            format!(
                "ci {} failed; `cargo xtask ci {0}` runs it alone",
                self.name
            )
        })
    }
}

/// The steps, in the order in which they run.
pub(crate) fn usage() -> String {
    let mut text = "steps of `cargo xtask ci`; with *, only by name or with `all`:\n".to_owned();
    for step in &STEPS {
        let mark = if step.slow { "*" } else { " " };
        text.push_str(&format!("  {:12} {mark} {}\n", step.name, step.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_none_is_answered_with_those_that_are() {
        let error = run(Some("tests")).unwrap_err().to_string();
        assert!(
            STEPS.iter().all(|step| error.contains(step.name)),
            "{error}"
        );
    }
}
