//! What `groq transcribe` and `groq translate` take.

use std::{path::PathBuf, time::Duration};

use groq_audio::{
    Encoding, LongAudio, OutputFormat, PieceOptions,
    models::{Catalog, Plan},
};
use groq_core::Client;

use crate::{
    files::Overwrite,
    options::{self, Values, apply},
};

/// Recordings, and how to transcribe them.
#[derive(Debug, clap::Args)]
pub(crate) struct Recordings {
    /// Audio or video files, - for standard input, or URLs.
    #[arg(value_name = "FILE|-|URL", required = true)]
    pub(super) inputs: Vec<PathBuf>,
    /// Output file, or a folder for one file per recording.
    #[arg(short, long, value_name = "FILE|FOLDER")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) overwrite: Overwrite,
    /// Output format; by default the one of the output's extension, or text.
    #[arg(short, long, value_name = "FORMAT", value_parser = options::one_of(FORMATS))]
    pub(super) format: Option<OutputFormat>,
    /// Language of the speech, as a two-letter code: makes answers faster and better.
    #[arg(short, long, value_name = "CODE")]
    language: Option<String>,
    /// Text that guides spelling and style, such as names.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    prompt: Option<String>,
    /// Longest piece to send, such as 300 or 5m.
    #[arg(long, value_name = "TIME", value_parser = options::duration_in(PIECES, "from 10 seconds to 2 hours, such as 300 or 5m"))]
    piece: Option<Duration>,
    /// Encoding of the pieces.
    #[arg(long, value_name = "ENCODING", value_parser = options::one_of(ENCODINGS), default_value = "flac")]
    encoding: Encoding,
    /// Plan of the account, which limits uploads.
    #[arg(long, value_name = "PLAN", value_parser = options::one_of(PLANS))]
    plan: Option<Plan>,
    /// Largest number of pieces in flight at the same time.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    max_concurrency: Option<u16>,
    /// Longest time to wait for a rate limit.
    #[arg(long, value_name = "TIME", value_parser = options::duration)]
    max_wait: Option<Duration>,
    /// Print length, requests, cost and waiting time, and send nothing.
    #[arg(long)]
    pub(super) estimate: bool,
    /// Ignore what an earlier, interrupted run has done.
    #[arg(long)]
    pub(super) no_resume: bool,
    /// Exit with status 8 if the text cannot be trusted, after writing it.
    #[arg(long)]
    pub(super) strict: bool,
}

const PIECES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(7_200);

/// `--format`. Each name is also the extension of files in that format.
const FORMATS: Values<OutputFormat> = &[
    ("txt", OutputFormat::Text, "Text alone"),
    ("srt", OutputFormat::Srt, "SubRip subtitles"),
    ("vtt", OutputFormat::Vtt, "WebVTT subtitles"),
    ("json", OutputFormat::Json, "Words, segments, joins, flags"),
];

/// `--encoding`.
const ENCODINGS: Values<Encoding> = &[
    ("flac", Encoding::Flac, "Lossless, half the size"),
    ("wav", Encoding::Wav, "Larger, less work for the service"),
];

/// `--plan`.
const PLANS: Values<Plan> = &[
    ("free", Plan::Free, "25 MB per upload, and its rate limits"),
    ("developer", Plan::Developer, "100 MB per upload"),
];

/// The extension of files in a format.
pub(super) fn extension(format: OutputFormat) -> &'static str {
    let known = FORMATS.iter().find(|(_, known, _)| *known == format);
    known.map_or("txt", |(name, ..)| name)
}

/// What to do with a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Task {
    Transcribe,
    /// Transcribe, and time every word.
    TranscribeWords,
    Translate,
}

impl Recordings {
    pub(super) fn long_audio(&self, client: &Client, model: &str) -> LongAudio<Client> {
        let mut audio = LongAudio::new(client).model(model).encoding(self.encoding);
        audio = apply(audio, self.language.as_ref(), LongAudio::language);
        audio = apply(audio, self.prompt.as_ref(), LongAudio::prompt);
        // A file that needs no cut is sent as it is, unless cuts are asked for.
        let pieces = self
            .piece
            .map(|longest| PieceOptions::new().max_len(longest));
        audio = apply(audio, pieces, LongAudio::pieces);
        let concurrency = self.max_concurrency.map(usize::from);
        audio = apply(audio, concurrency, LongAudio::max_concurrency);
        audio = apply(audio, self.max_wait, LongAudio::max_wait);
        match self.plan {
            None => audio,
            Some(Plan::Free) => audio.quota(
                Catalog::shipped()
                    .quota(model, Plan::Free)
                    .unwrap_or_default(),
            ),
            Some(plan) => audio.plan(plan),
        }
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        if self.no_resume || self.estimate {
            ""
        } else {
            "interrupted; the same command continues where it stopped"
        }
    }
}
