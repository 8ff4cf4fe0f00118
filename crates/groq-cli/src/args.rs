//! What the command line looks like.

use clap::{Parser, Subcommand};

/// The model that is used where none is named (a choice of 2026-11: small, fast, in production).
pub(crate) const DEFAULT_MODEL: &str = "openai/gpt-oss-20b";

/// Talk to Groq from a terminal or a pipe.
#[derive(Debug, Parser)]
#[command(
    name = "groq",
    version,
    max_term_width = 100,
    after_help = "\
Environment:
  GROQ_API_KEY   the key; it is never an argument
  GROQ_BASE_URL  another server, with or without a path (default https://api.groq.com/openai/v1)
  GROQ_MODEL     the model where --model names none

Exit status:
  0  done                          5  a rate or size limit
  1  internal error                6  network, a timeout, or a reply cut short
  2  usage, or no key              130  interrupted
  3  the key was refused
  4  the service refused the request

Examples:
  groq demo
  groq chat \"Explain TLS in one line\"
  git diff | groq chat --system \"Write a commit message for this diff\"
  groq models --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Talk to a local Groq inside this process: no key, no network.
    #[arg(long, global = true)]
    pub(crate) mock: bool,
    /// Another server, with or without a path.
    #[arg(long, global = true, value_name = "URL", conflicts_with = "mock")]
    pub(crate) base_url: Option<String>,
    /// Print JSON: one document, or one a line for lists; errors as one object on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask a model, and print its reply as it comes.
    #[command(after_help = "\
Examples:
  groq chat \"Why is the sky blue?\"
  cat question.txt | groq chat --model openai/gpt-oss-120b
  git diff | groq chat \"Write a commit message for this diff:\" -
  groq chat --mock --json hello")]
    Chat(ChatArgs),
    /// List the models that the key can use.
    Models,
    /// Show a streamed reply, with the embedded Groq when there is no key.
    Demo(DemoArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ChatArgs {
    /// The prompt; its words are joined. Without one, and for a lone `-` among them, standard input is read.
    #[arg(value_name = "PROMPT", allow_hyphen_values = false)]
    pub(crate) prompt: Vec<String>,
    /// The model.
    #[arg(short, long, env = "GROQ_MODEL", default_value = DEFAULT_MODEL)]
    pub(crate) model: String,
    /// Instructions that the model follows.
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// How random the reply is, 0 to 2.
    #[arg(short, long, value_name = "NUMBER", value_parser = temperature)]
    pub(crate) temperature: Option<f64>,
    /// The most tokens that the reply may have, reasoning included.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_tokens: Option<u32>,
    /// A text that ends the reply where it would come; up to four.
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// The model.
    #[arg(short, long, env = "GROQ_MODEL", default_value = DEFAULT_MODEL)]
    pub(crate) model: String,
}

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 2 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn no_flag_takes_the_key() {
        let mut command = Args::command();
        let help = command.render_long_help().to_string();
        assert!(
            !help.contains("--api-key") && !help.contains("--key"),
            "{help}"
        );
    }

    #[test]
    fn a_temperature_has_its_range() {
        assert_eq!(temperature("0.5"), Ok(0.5));
        for text in ["-1", "2.1", "nan", "warm", ""] {
            assert!(temperature(text).is_err(), "{text}");
        }
    }
}
