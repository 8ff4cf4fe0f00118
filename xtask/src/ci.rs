//! `cargo xtask ci [NAME]`: what CI runs, all of it or one step.

mod cargo;
mod deny;
mod features;
mod metadata;
mod package;
mod tree;
mod wasm;

use anyhow::{Context, Result, bail};

use crate::{coverage, generate};

struct Step {
    name: &'static str,
    /// What it makes sure of.
    about: &'static str,
    run: fn() -> Result<()>,
}

/// From quick to slow, so that a slip shows early; what compiles the same things stands together.
const STEPS: [Step; 11] = [
    Step {
        name: "fmt",
        about: "the code is laid out by rustfmt",
        run: || cargo::run(&["fmt", "--all", "--", "--check"]),
    },
    Step {
        name: "generate",
        about: "the description keeps its conventions, and the generated code is what it says",
        run: || generate::run(generate::Mode::Check),
    },
    Step {
        name: "coverage",
        about: "every operation has its method, its mock, its expectation and a test",
        run: || coverage::run(coverage::Mode::Fail),
    },
    Step {
        name: "tree",
        about: "groq-types depends on serde and serde_json alone",
        run: tree::run,
    },
    Step {
        name: "deny",
        about: "licences, duplicate versions, and who may use the HTTP library are as deny.toml says",
        run: deny::run,
    },
    Step {
        name: "clippy",
        about: "no lint has anything to say",
        run: || {
            let what = ["clippy", "--workspace", "--all-targets", "--all-features"];
            cargo::run(&[&what[..], &["--", "-D", "warnings"]].concat())
        },
    },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        run: || {
            let what = ["doc", "--workspace", "--no-deps", "--all-features"];
            cargo::run_with(&what, &[("RUSTDOCFLAGS", "-D warnings")])
        },
    },
    Step {
        name: "test",
        about: "everything behaves as it should",
        run: || cargo::run(&["test", "--workspace", "--all-features"]),
    },
    Step {
        name: "features",
        about: "each published crate compiles alone, with each set of its features",
        run: features::run,
    },
    Step {
        name: "wasm",
        about: "what works in a browser compiles for it",
        run: wasm::run,
    },
    Step {
        name: "package",
        about: "each published crate can be published",
        run: package::run,
    },
];

/// Runs one step, or all until one fails.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return STEPS.iter().try_for_each(Step::run);
    };
    match STEPS.iter().find(|step| step.name == name) {
        Some(step) => step.run(),
        None => bail!("no such step: {name}\n\n{}", usage()),
    }
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
    let mut text = "steps of `cargo xtask ci`:\n".to_owned();
    for Step { name, about, .. } in &STEPS {
        text.push_str(&format!("  {name:9} {about}\n"));
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
