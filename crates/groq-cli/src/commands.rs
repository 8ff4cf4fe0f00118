//! The commands, a file each.
//!
//! A new command is a file here with
//!
//! - `pub(crate) struct Args`, a `clap::Args` whose doc comment is what `groq --help` says of the command, and whose
//!   `after_help` has its examples, beginning with `Examples:\n  groq `;
//! - `impl Args { pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> }`;
//!
//! and three lines below: its `mod`, its variant, and its arm in [`Command::run`]. The tests of `args.rs` hold all of them to
//! having examples; `tests/it/table.rs` has a row for each kind of bad input.
//!
//! What the [`Session`] is for:
//!
//! - `session.connect()` gives the client for what the user asked for: the service, `--base-url`, `--mock`, or `--dry-run`, which
//!   keeps the first request, refuses it, and prints it in place of whatever the command then says. So check all input and
//!   every place for output before the first request, and write nothing before it.
//! - `session.settings` has models and voices: option, then environment, then settings file, then `defaults.rs`.
//! - `session.out` is standard output, for data. `text` and `line` are for what the service or a file says: escapes are shown on a
//!   terminal. `styled` is for our own lines. `json` writes a line of JSON; with `--json` nothing else may go there.
//! - `session.talk` is standard error: `note` for what is worth knowing (silent with `--quiet` and `--json`), `bar` for progress
//!   (on a terminal only). Errors are not printed but returned.
//! - A [`Failure`] has the exit status: `usage`, `bad_input`, `bad_answer`, `internal`, or what an `Error` of the layers below
//!   becomes by `?`.
//! - `input` reads prompts and files of text; `files::Place` is where output goes, whole or not at all.
//!
//! An interrupt drops the future of `run`; what must not be lost is on the disk before the next `await`. A command that hears
//! interrupts itself says so in [`Command::hears_interrupts`].

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

use clap::Subcommand;

use crate::{failure::Failure, session::Session};

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
            Self::Completions(args) => args.run(session),
        }
    }

    /// Whether the command deals with Ctrl-C by itself.
    pub(crate) fn hears_interrupts(&self) -> bool {
        match self {
            Self::Chat(args) => args.is_conversation(),
            Self::Mock(_) => true,
            _ => false,
        }
    }

    /// Whether it talks to no service but one of its own, so that there is no request to print.
    pub(crate) fn is_local(&self) -> bool {
        matches!(
            self,
            Self::Voices(_) | Self::Mock(_) | Self::Demo(_) | Self::Completions(_)
        )
    }
}
