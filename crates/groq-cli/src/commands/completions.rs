//! `groq completions`: what a shell needs to know.

use clap_complete::Shell;

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
        session.out.raw(&script)
    }
}
