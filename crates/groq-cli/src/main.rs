//! The `groq` command.

mod args;
mod commands;
mod connect;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Args, Command},
    failure::Failure,
};

fn main() -> ExitCode {
    let args = Args::parse();
    let as_json = args.common.json;
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("cannot start: {error}")))
        .and_then(|runtime| {
            let outcome = runtime.block_on(until_interrupted(args));
            // A read of standard input that nobody will answer must not keep the process.
            runtime.shutdown_background();
            outcome
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(as_json),
    }
}

/// Runs the command until it is done or the user has had enough.
async fn until_interrupted(args: Args) -> Result<(), Failure> {
    tokio::select! {
        outcome = run(args) => outcome,
        interrupt = tokio::signal::ctrl_c() => match interrupt {
            Ok(()) => Err(Failure::interrupted()),
            Err(error) => Err(Failure::internal(format!("cannot listen for an interrupt: {error}"))),
        },
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { common, command } = args;
    match command {
        Command::Chat(chat) => commands::chat::run(&common, chat).await,
        Command::Models => commands::models::run(&common).await,
        Command::Demo(demo) => commands::demo::run(&common, demo).await,
    }
}
