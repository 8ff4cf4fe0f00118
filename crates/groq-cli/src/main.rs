//! The `groq` command.

#![allow(
    clippy::match_bool,
    clippy::single_match_else,
    reason = "two equal branches read better side by side"
)]
#![allow(clippy::format_collect, reason = "short, and never where it is hot")]

mod args;
mod commands;
mod defaults;
mod dry_run;
mod failure;
mod files;
mod input;
mod interrupt;
mod output;
mod session;
mod settings;
mod style;
mod table;
mod terminal;
mod verbose;

use std::{io, panic, process::ExitCode};

use crate::{
    args::{Args, Parsed},
    failure::{Failure, Status},
    session::Session,
    style::{Style, When},
};

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Parsed::Run(args) => args,
        Parsed::Help(help) => {
            // A reader that goes away has read enough.
            let _ = help.print();
            return ExitCode::from(u8::from(help.use_stderr()) * Status::Usage as u8);
        }
        Parsed::Bad { failure, as_json } => {
            return failure.report(as_json, Style::of(When::Auto, &io::stderr()));
        }
    };
    let as_json = args.global.json;
    let style = Style::of(args.global.color, &io::stderr());
    match guarded(|| start(*args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(as_json, style),
    }
}

/// A panic is a failure as well: one message, and the status of a defect.
fn guarded(work: impl FnOnce() -> Result<(), Failure> + panic::UnwindSafe) -> Result<(), Failure> {
    panic::set_hook(Box::new(|_| {}));
    panic::catch_unwind(work).unwrap_or_else(|panicked| {
        let text = panicked
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let text = text.or_else(|| panicked.downcast_ref::<String>().cloned());
        Err(Failure::internal(format!(
            "a defect of groq: {}",
            text.unwrap_or_default()
        )))
    })
}

fn start(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(until_interrupted(args));
    // A read of standard input that nobody will answer must not keep the process.
    runtime.shutdown_background();
    outcome
}

/// Runs the command until it is done, or the user or the system has had enough.
async fn until_interrupted(args: Args) -> Result<(), Failure> {
    if args.command.hears_interrupts() {
        return run(args).await;
    }
    tokio::select! {
        outcome = run(args) => outcome,
        told = interrupt::told() => told.and(Err(Failure::interrupted())),
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { global, command } = args;
    let dry_run = global.dry_run;
    if dry_run && command.is_local() {
        return Err(Failure::usage(
            "there is no request to print: this command talks to no service",
        ));
    }
    let session = Session::new(global)?;
    let outcome = Box::pin(command.run(&session)).await;
    match dry_run {
        true => session.dry_run(outcome),
        false => outcome,
    }
}
