//! `groq translate`: speech in any language to English text.

use super::transcribe::{Recordings, Task};
use crate::{defaults, failure::Failure, session::Session};

/// Translate recordings of any length into English text.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Works like transcribe, with a model that translates. The service does not time single words here.

Examples:
  groq translate rede.mp3
  groq translate rede.mp4 --format srt -o speech.srt")]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", "GROQ_TRANSLATION_MODEL", defaults::translation_model()))]
    model: Option<String>,
    #[command(flatten)]
    recordings: Recordings,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.settings.translation_model(self.model.as_ref())?;
        self.recordings.run(session, &model, Task::Translate).await
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        self.recordings.when_interrupted()
    }
}
