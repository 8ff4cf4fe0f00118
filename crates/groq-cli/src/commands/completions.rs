//! `groq completions`: what a shell needs to know.

use clap_complete::Shell;
use serde_json::json;

use crate::{args, failure::Failure, session::Session};

/// Print the completions of a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  groq completions bash > ~/.local/share/bash-completion/completions/groq
  groq completions zsh > ~/.zfunc/_groq
  groq completions fish > ~/.config/fish/completions/groq.fish")]
pub(crate) struct Args {
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut args::command(), "groq", &mut script);
        if !session.global.json {
            return session.out.raw(&script);
        }
        let script = String::from_utf8(script)
            .map_err(|error| Failure::internal(format!("the script is no text: {error}")))?;
        session
            .out
            .json(&json!({"shell": self.shell.to_string(), "script": script}))
    }
}
