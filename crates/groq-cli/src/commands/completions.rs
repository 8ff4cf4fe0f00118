//! `groq completions`: completion scripts for shells.

use clap_complete::Shell;
use serde_json::json;

use crate::{failure::Failure, session::Session};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/completions.txt"))]
pub(crate) struct Args {
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, session: &Session, mut command: clap::Command) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "groq", &mut script);
        if !session.global.json {
            return session.out.raw(&script);
        }
        let script = String::from_utf8(script)
            .map_err(|error| Failure::internal(format!("the script is not UTF-8: {error}")))?;
        session
            .out
            .json(&json!({"shell": self.shell.to_string(), "script": script}))
    }
}
