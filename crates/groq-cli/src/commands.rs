//! The commands, one file each.
//!
//! To add a command, add a file here with
//!
//! - `pub(crate) struct Args`, a `clap::Args`. Its doc comment is the description in `groq --help`; its `after_help` (in `help/`) has
//!   examples, beginning with `Examples:\n  groq `.
//! - `impl Args { pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> }`.
//!
//! Then add three lines below: its `mod`, its variant, and its arm in [`Command::run`]. The tests of `args.rs` check that each
//! command has examples; `tests/it/table.rs` has a row for each kind of bad input.
//!
//! What the [`Session`] offers:
//!
//! - `session.connect()` makes the client: of the service, of `--base-url`, of `--mock`, or of `--dry-run`, which records the
//!   first request, refuses it, and prints it in place of the outcome. So check all input and every place for output before the
//!   first request, and write nothing before it.
//! - `session.settings` has models and voices: option, then environment, then settings file, then `defaults.rs`.
//! - `session.out` is standard output, for data. `text` and `line` are for text from the service or from a file: unsafe
//!   characters are escaped on a terminal. `styled` is for our own lines. `json` writes a line of JSON; with `--json`, nothing
//!   else may be written.
//! - `session.stderr` is standard error: `note` for messages (silent with `--quiet` and `--json`), `bar` for progress (on a
//!   terminal only). Errors are not printed but returned.
//! - A [`Failure`] has the exit status: `usage`, `bad_input`, `bad_answer`, `internal`, or the one that an `Error` of the layers
//!   below is converted to by `?`.
//! - `input` reads prompts and text files. `files::Place` is where output goes, whole or not at all; `files::open_private` and
//!   `files::private_folder` are for state. `options` has parsers for the values of options.
//!
//! A signal drops the future of `run`, so that what must not be lost has to be on the disk before the next `await`. Work that
//! blocks or computes goes through `blocking::off_thread`; a command that does not end in time is killed. A command that
//! handles signals itself says so in [`Command::signals`].

mod batch;
mod chat;
mod completions;
mod demo;
mod doctor;
mod files;
mod json;
mod limits;
mod mock;
mod models;
mod speak;
mod transcribe;
mod translate;
mod voices;

use clap::{Args as _, Subcommand};

use crate::{failure::Failure, global::Global, interrupt::Signals, session::Session};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Chat(chat::Args),
    Json(json::Args),
    Transcribe(transcribe::Args),
    Translate(translate::Args),
    Speak(speak::Args),
    Models(models::Args),
    Voices(voices::Args),
    Limits(limits::Args),
    Files(files::Args),
    Batch(batch::Args),
    Mock(mock::Args),
    Demo(demo::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        match self {
            Self::Chat(args) => Box::pin(args.run(session)).await,
            Self::Json(args) => args.run(session).await,
            Self::Transcribe(args) => args.run(session).await,
            Self::Translate(args) => args.run(session).await,
            Self::Speak(args) => args.run(session).await,
            Self::Models(args) => args.run(session).await,
            Self::Voices(args) => args.run(session),
            Self::Limits(args) => args.run(session).await,
            Self::Files(args) => args.run(session).await,
            Self::Batch(args) => args.run(session).await,
            Self::Mock(args) => args.run(session).await,
            Self::Demo(args) => args.run(session).await,
            Self::Doctor(args) => args.run(session).await,
            Self::Completions(args) => args.run(session, Self::command_line()),
        }
    }

    /// The whole command line, for completions.
    fn command_line() -> clap::Command {
        Self::augment_subcommands(Global::augment_args(clap::Command::new("groq")))
    }

    /// What the command does with signals.
    pub(crate) fn signals(&self) -> Signals {
        match self {
            Self::Chat(args) if args.is_conversation() => Signals::Handled,
            Self::Mock(_) => Signals::Handled,
            _ => Signals::End,
        }
    }

    /// What to say when a signal ends the command, if it can continue later.
    pub(crate) fn when_interrupted(&self) -> &'static str {
        match self {
            Self::Transcribe(args) => args.when_interrupted(),
            Self::Translate(args) => args.when_interrupted(),
            Self::Batch(args) => args.when_interrupted(),
            _ => "",
        }
    }

    /// Whether it calls no service but one of its own, so that there is no request to print.
    pub(crate) fn is_local(&self) -> bool {
        matches!(
            self,
            Self::Voices(_) | Self::Mock(_) | Self::Demo(_) | Self::Completions(_)
        )
    }
}
