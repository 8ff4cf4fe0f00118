//! What the command line looks like, beside what each command adds to it.

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::{commands::Command, failure::Failure, style::When};

/// Talk to Groq from a terminal or a pipe.
#[derive(Debug, Parser)]
#[command(
    name = "groq",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Environment:
  GROQ_API_KEY   the key; it is never an argument
  GROQ_BASE_URL  another server, with or without a path (default https://api.groq.com/openai/v1)
  GROQ_MODEL     the model where --model names none; GROQ_TRANSCRIPTION_MODEL,
                 GROQ_TRANSLATION_MODEL, GROQ_SPEECH_MODEL and GROQ_VOICE likewise
  GROQ_CONFIG    the settings file (default $XDG_CONFIG_HOME/groq/config.toml)
  NO_COLOR       no colours

An option wins over the environment, the environment over the settings file.

Exit status:
  0  done, or nobody reads the output any more
  1  internal error
  2  usage: wrong options or settings, no key, or a file in the way
  3  the key was refused
  4  the service refused the request, or some items of a batch
  5  a rate or size limit
  6  the network, a failure of the server, or an answer cut short
  7  an input file that cannot be used
  8  the model's answer is of no use
  130  interrupted, by Ctrl-C or by the system's request to end

Examples:
  groq demo
  groq chat \"Explain TLS in one line\"
  git diff | groq chat \"Write a commit message for this diff\"
  groq transcribe talk.mp4 --format srt -o talk.srt
  groq models --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches, independent of each other"
)]
pub(crate) struct Global {
    /// Talk to a local Groq inside this process: no key, no network.
    #[arg(long, global = true)]
    pub(crate) mock: bool,
    /// Another server, with or without a path.
    #[arg(long, global = true, value_name = "URL", conflicts_with = "mock")]
    pub(crate) base_url: Option<String>,
    /// Print JSON: one document, or one a line for lists and streams; errors as one object on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print the request instead of sending it; it needs no key.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Tell of request ids, attempts, waits and costs on standard error.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Tell nothing on standard error but errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// The settings file, in place of the usual one.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// When to colour.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_possible_values = false
    )]
    pub(crate) color: When,
}

/// What the command line asked for.
pub(crate) enum Parsed {
    Run(Box<Args>),
    /// Help or the version, which clap prints.
    Help(clap::Error),
    /// It makes no sense.
    Bad {
        failure: Failure,
        as_json: bool,
    },
}

/// Reads the command line.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Parsed {
    let words: Vec<OsString> = words.into_iter().collect();
    match Args::try_parse_from(&words) {
        Ok(args) => Parsed::Run(Box::new(args)),
        Err(error) => {
            // What does not parse must be looked at as it is.
            let as_json = words
                .iter()
                .take_while(|word| *word != "--")
                .any(|word| word == "--json");
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Help(error),
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !as_json => {
                    Parsed::Help(error)
                }
                _ => Parsed::Bad {
                    failure: Failure::usage(in_one_line(&error)),
                    as_json,
                },
            }
        }
    }
}

/// What clap says, without the usage that follows it.
fn in_one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "no command; see 'groq --help'".to_owned();
    }
    let text = error.render().to_string();
    let said = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let said: Vec<&str> = said.filter(|line| !line.is_empty()).collect();
    let said = said.join("; ").replacen(":; ", ": ", 1);
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    format!("{said}; see --help")
}

/// The whole command line, for completions and tests.
pub(crate) fn command() -> clap::Command {
    Args::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(words: &[&str]) -> String {
        match parse(words.iter().map(OsString::from)) {
            Parsed::Bad { failure, .. } => failure.to_string(),
            _ => String::new(),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn no_flag_takes_the_key() {
        let command = command();
        let all = std::iter::once(&command).chain(command.get_subcommands());
        for command in all {
            for arg in command.get_arguments() {
                let name = arg.get_long().unwrap_or_default();
                assert!(!name.contains("key"), "{} {name}", command.get_name());
            }
        }
    }

    #[test]
    fn every_command_has_examples() {
        fn look(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(
                help.contains("Examples:\n  groq "),
                "{}",
                command.get_name()
            );
            command.get_subcommands().for_each(look);
        }
        command().get_subcommands().for_each(look);
    }

    #[test]
    fn what_clap_says_is_one_line() {
        for words in [
            &["groq", "chat", "--temperature", "9", "x"][..],
            &["groq", "nonsense"],
            &["groq", "chat", "--mock", "--base-url", "http://x", "hi"],
            &["groq", "chat", "--tempurature", "1"],
            &["groq", "chat", "-q", "-v", "hi"],
        ] {
            let message = message(words);
            assert!(
                message.len() > 20 && message.lines().count() == 1,
                "{words:?}: {message}"
            );
            assert!(!message.contains("Usage"), "{message}");
        }
    }
}
