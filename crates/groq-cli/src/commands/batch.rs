//! `groq batch`: many requests at half the price.

mod items;
mod line;
mod results;
mod run;
mod state;

use clap::Subcommand;
use groq_core::types::Batch;

use crate::{
    failure::Failure,
    session::Session,
    table::{self, Column, or_dash},
    units,
};

/// Run many requests as a batch; list, show and cancel batches.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/batch.txt"))]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Run(run::Args),
    /// List all batches, newest first.
    #[command(after_help = "\
Examples:
  groq batch list
  groq batch list --json | jq -r 'select(.status == \"completed\") | .id'")]
    List,
    /// Show a batch.
    #[command(after_help = "\
Examples:
  groq batch get batch_01abc
  groq batch get batch_01abc --json | jq .request_counts")]
    Get {
        /// Batch id.
        id: String,
    },
    /// Cancel a batch; finished requests stay finished.
    #[command(after_help = "Examples:\n  groq batch cancel batch_01abc")]
    Cancel {
        /// Batch id.
        id: String,
    },
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        match self.action {
            Action::Run(args) => args.run(session).await,
            Action::List => list(session).await,
            Action::Get { id } => {
                let client = session.connect().await?;
                show(session, &[client.batches().get(&id).await?.into_inner()])
            }
            Action::Cancel { id } => {
                let client = session.connect().await?;
                show(session, &[client.batches().cancel(&id).await?.into_inner()])
            }
        }
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        match self.action {
            Action::Run(_) => {
                "interrupted; a batch that was created still runs, and the same command continues"
            }
            _ => "",
        }
    }
}

async fn list(session: &Session) -> Result<(), Failure> {
    let client = session.connect().await?;
    let mut batches = client.batches().list().await?.into_inner().data;
    batches.sort_by_key(|batch| std::cmp::Reverse(batch.created_at));
    show(session, &batches)
}

fn show(session: &Session, batches: &[Batch]) -> Result<(), Failure> {
    if session.global.json {
        return batches.iter().try_for_each(|batch| session.out.json(batch));
    }
    let columns = [
        Column::left("BATCH"),
        Column::left("CREATED").optional(2),
        Column::left("STATUS"),
        Column::right("DONE"),
        Column::right("FAILED"),
        Column::right("ALL"),
        Column::left("RESULTS").optional(1),
    ];
    let row = |batch: &Batch| {
        let counts = batch.request_counts.as_ref();
        vec![
            batch.id.clone(),
            or_dash(batch.created_at.map(units::date)),
            batch.status.as_str().to_owned(),
            or_dash(counts.map(|counts| counts.completed)),
            or_dash(counts.map(|counts| counts.failed)),
            or_dash(counts.map(|counts| counts.total)),
            or_dash(batch.output_file_id.as_deref().filter(|id| !id.is_empty())),
        ]
    };
    let rows: Vec<_> = batches.iter().map(row).collect();
    table::print(&session.out, &columns, &rows)
}
