//! `groq transcribe`, and what `groq translate` shares with it.

mod bars;
mod estimate;
mod formats;
mod input;
mod journal;
mod recordings;
mod report;
mod run;
mod target;

pub(crate) use recordings::{Recordings, Task};

use crate::{defaults, failure::Failure, session::Session};

/// Transcribe recordings of any length.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A recording is an audio or video file, - for standard input, or a URL that the service fetches. Long
recordings are cut at pauses, sent in pieces, and joined again. After an interruption, the same command
continues where it stopped.

Formats without a decoder here are read with ffmpeg, if it is installed.

Examples:
  groq transcribe talk.mp4
  groq transcribe talk.mp4 --format srt -o talk.srt
  groq transcribe *.mp3 --format vtt -o subtitles/
  groq transcribe talk.mp4 --estimate
  ffmpeg -i talk.mkv -f wav - | groq transcribe -
  groq transcribe https://example.com/talk.mp3 --json")]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", "GROQ_TRANSCRIPTION_MODEL", defaults::transcription_model()))]
    model: Option<String>,
    /// Time every word: one subtitle per word, or, as text, one line per word with its start and end in seconds.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    recordings: Recordings,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.settings.transcription_model(self.model.as_ref())?;
        let task = if self.words {
            Task::TranscribeWords
        } else {
            Task::Transcribe
        };
        self.recordings.run(session, &model, task).await
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        self.recordings.when_interrupted()
    }
}
