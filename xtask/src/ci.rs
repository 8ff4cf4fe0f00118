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
    /// Whether it runs only by name and with `all`.
    slow: bool,
    run: fn() -> Result<()>,
}

impl Step {
    const fn new(name: &'static str, about: &'static str, run: fn() -> Result<()>) -> Self {
        Self {
            name,
            about,
            slow: false,
            run,
        }
    }

    const fn slow(mut self) -> Self {
        self.slow = true;
        self
    }
}

/// From quick to slow, so that a slip shows early; what compiles the same things stands together.
const STEPS: [Step; 15] = [
    Step::new("fmt", "the code is laid out by rustfmt", || {
        cargo::run(&["fmt", "--all", "--", "--check"])
    }),
    Step::new(
        "generate",
        "the description keeps its conventions, and the generated code is what it says",
        || generate::run(generate::Mode::Check),
    ),
    Step::new("coverage", "every layer has every operation", coverage::run),
    Step::new(
        "architecture",
        "what ARCHITECTURE.md says of dependencies and modules is true",
        architecture::run,
    ),
    Step::new(
        "deny",
        "licenses, duplicate versions and sources of dependencies are as deny.toml says",
        || deny(&["bans", "licenses", "sources"]),
    ),
    Step::new(
        "advisories",
        "no dependency has a known vulnerability; fetches the RustSec database",
        || deny(&["advisories"]),
    )
    .slow(),
    Step::new("clippy", "no lint has anything to say", || {
        let what = ["clippy", "--workspace", "--all-targets", "--all-features"];
        cargo::run(&[&what[..], &["--", "-D", "warnings"]].concat())
    }),
    Step::new("test", "everything behaves as it should", || {
        cargo::run(&["test", "--workspace", "--all-features"])
    }),
    Step::new(
        "numbers",
        "the wire types keep their laws where a crate switches on serde_json's `arbitrary_precision`",
        || {
            let features = "proptest,schema,serde_json/arbitrary_precision";
            cargo::run(&[
                "test",
                "-p",
                "groq-types",
                "--lib",
                "--test",
                "laws",
                "--features",
                features,
            ])
        },
    ),
    Step::new(
        "ffmpeg",
        "what ffmpeg decodes is right, where it is installed",
        ffmpeg,
    ),
    Step::new(
        "recordings",
        "recorded traffic is read without loss, where GROQ_CASSETTES names a folder of it",
        recordings,
    ),
    Step::new("doc", "the documentation builds without a warning", || {
        let what = ["doc", "--workspace", "--no-deps", "--all-features"];
        cargo::run_with(&what, &[("RUSTDOCFLAGS", "-D warnings")])
    }),
    Step::new("wasm", "what works in a browser compiles for it", wasm::run),
    Step::new(
        "features",
        "each crate compiles alone, with each of its features",
        || {
            let what = [
                "hack",
                "check",
                "--workspace",
                "--each-feature",
                "--no-dev-deps",
            ];
            with("hack", &what)
        },
    )
    .slow(),
    Step::new("package", "each published crate can be published", || {
        let what = ["publish", "--workspace", "--dry-run", "--allow-dirty"];
        cargo::run(&[&what[..], &["--quiet"]].concat())
    })
    .slow(),
];

/// Runs the usual steps, all, or the one with this name, until one fails.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    match name {
        None => STEPS
            .iter()
            .filter(|step| !step.slow)
            .try_for_each(Step::run),
        Some("all") => STEPS.iter().try_for_each(Step::run),
        Some(name) => match STEPS.iter().find(|step| step.name == name) {
            Some(step) => step.run(),
            None => bail!("no such step: {name}\n\n{}", usage()),
        },
    }
}

/// Runs the tests that are ignored where ffmpeg is missing.
fn ffmpeg() -> Result<()> {
    let is_there = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !is_there {
        println!("  NOT CHECKED: ffmpeg is not installed");
        return Ok(());
    }
    let what = ["test", "-p", "groq-audio", "--all-features", "--test", "it"];
    cargo::run(&[&what[..], &["--", "--ignored", "formats::", "playlists::"]].concat())
}

/// Runs the tests that are ignored where there are no recordings.
fn recordings() -> Result<()> {
    if std::env::var_os("GROQ_CASSETTES").is_none() {
        println!("  NOT CHECKED: GROQ_CASSETTES is not set");
        return Ok(());
    }
    let what = ["test", "-p", "groq-tests", "--all-features", "--test", "it"];
    cargo::run(&[&what[..], &["--", "--ignored", "wire::"]].concat())
}

fn deny(checks: &[&str]) -> Result<()> {
    with("deny", &[&["deny", "check"], checks].concat())
}

/// Runs a tool that is not part of cargo, or says that it did not.
fn with(tool: &str, arguments: &[&str]) -> Result<()> {
    if !cargo::has(tool) {
        println!("  NOT CHECKED: `cargo install --locked cargo-{tool}` installs what checks it");
        return Ok(());
    }
    cargo::run(arguments)
}

impl Step {
    fn run(&self) -> Result<()> {
        println!("ci {}: {}", self.name, self.about);
        (self.run)().with_context(|| {
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
    for Step {
        name, about, slow, ..
    } in &STEPS
    {
        let mark = if *slow { "*" } else { " " };
        text.push_str(&format!("  {name:12} {mark} {about}\n"));
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
