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
    table::{self, left, or_dash, right},
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
                let batch = session.connect().await?.batches().get(&id).await?;
                show(session, &[batch.into_inner()])
            }
            Action::Cancel { id } => {
                let batch = session.connect().await?.batches().cancel(&id).await?;
                show(session, &[batch.into_inner()])
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
        left("BATCH", 0),
        left("CREATED", 2),
        left("STATUS", 0),
        right("DONE", 0),
        right("FAILED", 0),
        right("ALL", 0),
        left("RESULTS", 1),
    ];
    table::list(session, columns, batches, |batch| {
        let counts = batch.request_counts.as_ref();
        [
            batch.id.clone(),
            or_dash(batch.created_at.map(units::date)),
            batch.status.as_str().to_owned(),
            or_dash(counts.map(|counts| counts.completed)),
            or_dash(counts.map(|counts| counts.failed)),
            or_dash(counts.map(|counts| counts.total)),
            or_dash(batch.output_file_id.as_deref().filter(|id| !id.is_empty())),
        ]
    })
}
