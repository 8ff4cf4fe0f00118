//! Tasks of this workspace: `cargo xtask` lists them.

mod architecture;
mod ci;
mod codegen;
mod coverage;
mod diff;
mod generate;
mod lint;
mod models;
mod problem;
mod sources;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

commands:
  generate           write the generated code from openapi/groq.yaml
  generate --check   fail, with a diff, when the generated code is stale
  lint               hold openapi/groq.yaml to the conventions of openapi/README.md
  diff OLD NEW       what changed between two descriptions, as an entry for openapi/CHANGELOG.md;
                     each is a file, or REVISION:PATH
  models OLD NEW     what changed between two data files of groq-models; each is a file, or REVISION:PATH
  coverage           fail where a layer lacks an operation
  architecture       fail where a sentence of ARCHITECTURE.md is not true of the code
  ci [all | STEP]    what CI runs";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{error:#}` prints the chain in one line; a backtrace would bury the problem that it names.
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["generate"] => generate::run(generate::Mode::Write),
        ["generate", "--check"] => generate::run(generate::Mode::Check),
        ["lint"] => lint::run(),
        ["ci"] => ci::run(None),
        ["ci", step] => ci::run(Some(step)),
        ["coverage"] => coverage::run(),
        ["architecture"] => architecture::run(),
        ["diff", old, new] => diff::run(old, new),
        ["models", old, new] => models::run(old, new),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}\n\n{}", ci::usage());
            Ok(())
        }
        _ => bail!("no such command: {}\n\n{USAGE}", words.join(" ")),
    }
}
