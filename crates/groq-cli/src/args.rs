//! The command line, without what each command adds to it.

use std::ffi::OsString;

use clap::{Parser, error::ErrorKind};

use crate::{
    commands::Command,
    failure::{Failure, Form},
    global::Global,
};

/// Use Groq from a terminal or a script.
#[derive(Debug, Parser)]
#[command(
    name = "groq",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = include_str!("help/groq.txt")
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A parsed command line.
pub(crate) enum Parsed {
    Run(Box<Args>),
    /// Help or the version, which clap prints.
    Help(clap::Error),
    /// An invalid command line.
    Bad {
        failure: Failure,
        form: Form,
    },
}

/// Parses the command line.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Parsed {
    let words: Vec<OsString> = words.into_iter().collect();
    let error = match Args::try_parse_from(&words) {
        Ok(args) => return Parsed::Run(Box::new(args)),
        Err(error) => error,
    };
    // What does not parse is searched for the option as it stands.
    let mut options = words.iter().take_while(|word| *word != "--");
    let global = Global {
        json: options.any(|word| word == "--json"),
        ..Global::default()
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Help(error),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !global.json => Parsed::Help(error),
        _ => Parsed::Bad {
            failure: Failure::usage(in_one_line(&error)),
            form: global.failures(),
        },
    }
}

/// The message of clap, without the usage that follows it.
fn in_one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "no command; see 'groq --help'".to_owned();
    }
    let text = error.render().to_string();
    let is_more = |line: &&str| line.starts_with("Usage:") || line.starts_with("For more");
    let message = text
        .lines()
        .map(str::trim)
        .take_while(|line| !is_more(line));
    let message: Vec<&str> = message.filter(|line| !line.is_empty()).collect();
    let message = message.join("; ").replacen(":; ", ": ", 1);
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    format!("{message}; see --help")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn command() -> clap::Command {
        Args::command()
    }

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
                // The key that the mock asks for opens nothing.
                let is_made_up = command.get_name() == "mock";
                assert!(
                    is_made_up || !name.contains("key"),
                    "{} {name}",
                    command.get_name()
                );
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
    fn a_message_of_clap_is_one_line() {
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
