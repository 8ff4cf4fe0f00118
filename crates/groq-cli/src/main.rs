//! The `groq` command.

mod address;
mod args;
mod blocking;
mod commands;
mod defaults;
mod dry_run;
mod failure;
mod files;
mod global;
mod input;
mod interrupt;
mod options;
mod output;
mod panics;
mod session;
mod settings;
mod style;
mod table;
mod terminal;
mod units;
mod verbose;

use std::{process::ExitCode, time::Duration};

use crate::{
    args::{Args, Parsed},
    failure::{Failure, Status},
    session::Session,
};

/// How long blocking work may go on after the command has ended, to remove its temporary files.
const CLEANUP: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Parsed::Run(args) => args,
        Parsed::Help(help) => {
            // A reader that goes away has read enough.
            let _ = help.print();
            return ExitCode::from(u8::from(help.use_stderr()) * Status::Usage as u8);
        }
        Parsed::Bad { failure, form } => return failure.report(form),
    };
    let form = args.global.failures();
    match panics::caught(|| start(*args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(form),
    }
}

fn start(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("cannot start: {error}")))?;
    interrupt::enforce(args.command.signals());
    let outcome = runtime.block_on(until_interrupted(args));
    // A read of standard input that never ends must not keep the process.
    runtime.shutdown_timeout(CLEANUP);
    outcome
}

/// Runs the command until it is done, or a signal ends it.
async fn until_interrupted(args: Args) -> Result<(), Failure> {
    if args.command.signals() == interrupt::Signals::Handled {
        return run(args).await;
    }
    let message = if args.global.quiet || args.global.mock || args.global.dry_run {
        ""
    } else {
        args.command.when_interrupted()
    };
    tokio::select! {
        outcome = run(args) => outcome,
        signal = interrupt::requested() => signal.and(Err(Failure::interrupted(message))),
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { global, command } = args;
    if global.dry_run && command.is_local() {
        let message = "there is no request to print: this command does not call the service";
        return Err(Failure::usage(message));
    }
    let session = Session::new(global)?;
    let outcome = Box::pin(command.run(&session)).await;
    if session.global.dry_run {
        return session.dry_run(outcome);
    }
    outcome
}
