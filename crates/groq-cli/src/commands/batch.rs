//! `groq batch`: many requests at half the price.

mod items;
mod line;
mod results;
mod run;
mod state;

use clap::Subcommand;
use groq_core::types::{Batch, BatchRequestCounts};

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
    #[command(after_help = include_str!("../help/batch-list.txt"))]
    List,
    /// Show a batch.
    #[command(after_help = include_str!("../help/batch-get.txt"))]
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
            Action::List => {
                let client = session.connect().await?;
                let mut batches = client.batches().list().await?.into_inner().data;
                batches.sort_by_key(|batch| std::cmp::Reverse(batch.created_at));
                show(session, &batches)
            }
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

fn show(session: &Session, batches: &[Batch]) -> Result<(), Failure> {
    let columns = [
        Column::left("BATCH", |batch: &Batch| batch.id.clone()),
        Column::left("CREATED", |batch: &Batch| {
            or_dash(batch.created_at.map(units::date))
        })
        .optional(2),
        Column::left("STATUS", |batch| batch.status.as_str().to_owned()),
        Column::right("DONE", |batch| count(batch, |counts| counts.completed)),
        Column::right("FAILED", |batch| count(batch, |counts| counts.failed)),
        Column::right("ALL", |batch| count(batch, |counts| counts.total)),
        Column::left("RESULTS", |batch: &Batch| {
            or_dash(batch.output_file_id.as_deref().filter(|id| !id.is_empty()))
        })
        .optional(1),
    ];
    table::list(session, &columns, batches)
}

fn count(batch: &Batch, count: fn(&BatchRequestCounts) -> u64) -> String {
    or_dash(batch.request_counts.as_ref().map(count))
}
