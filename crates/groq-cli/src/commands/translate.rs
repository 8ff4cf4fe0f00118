//! `groq translate`: speech in any language as English text.

use super::transcribe::{Recordings, Task};
use crate::{defaults, failure::Failure, session::Session};

/// Write down in English what is said in another language.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It is like transcribe, with a model that translates; the service gives no times of single words.

Examples:
  groq translate rede.mp3
  groq translate rede.mp4 --format srt -o speech.srt")]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("The model", "GROQ_TRANSLATION_MODEL", defaults::TRANSLATION_MODEL))]
    model: Option<String>,
    #[command(flatten)]
    recordings: Recordings,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.settings.translation_model(self.model.as_deref())?;
        self.recordings.run(session, &model, Task::Translate).await
    }
}
