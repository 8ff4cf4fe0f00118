//! `groq translate`: speech in any language to English text.

use groq_core::models::DefaultModel;

use super::transcribe::{Recordings, Task};
use crate::{defaults, failure::Failure, session::Session};

/// Translate recordings of any length into English text.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/translate.txt"))]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Translation))]
    model: Option<String>,
    #[command(flatten)]
    recordings: Recordings,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.model(DefaultModel::Translation, self.model.as_ref())?;
        self.recordings.run(session, &model, Task::Translate).await
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        self.recordings.when_interrupted()
    }
}
