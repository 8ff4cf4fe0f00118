//! The result: what was said, when, and how sure it is.

use groq_types::{TranscriptionSegment, TranscriptionWord};

use groq_models::{Cost, Usage};

use crate::estimate::JobStats;
use crate::merge::{Merged, Seam};
use crate::plan::Piece;
use crate::quality::{Flag, FlagKind, Severity};
use crate::task::Task;

/// What was said in a recording.
///
/// ```no_run
/// # fn example(transcript: groq_audio::Transcript) -> Result<(), groq_audio::Error> {
/// println!("{}", transcript.text());
/// for flag in transcript.flags() {
///     eprintln!("{flag}");
/// }
/// transcript.save("talk.srt")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    pub(crate) merged: Merged,
    pub(crate) seconds: f64,
    pub(crate) language: Option<String>,
    pub(crate) task: Task,
    pub(crate) model: Option<String>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) pieces: Vec<PieceReport>,
    pub(crate) usage: Usage,
    pub(crate) cost: Option<Cost>,
    pub(crate) stats: JobStats,
    pub(crate) notes: Vec<String>,
}

/// What happened to one piece.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PieceReport {
    /// The piece.
    pub piece: Piece,
    /// How often it was sent.
    pub attempts: u32,
    /// Whether its answer came from the journal.
    pub from_journal: bool,
    /// Whether it was asked again because its first answer was suspicious.
    pub asked_again: bool,
    /// The language that was found, by its English name.
    pub language: Option<String>,
}

/// Whether a transcript can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing suspicious was found.
    Clean,
    /// Some flags are more than notes.
    Suspicious,
    /// The audio could not be looked at, so nothing can be said.
    Unchecked,
}

impl Transcript {
    /// A transcript of merged answers, for a recording of this many seconds.
    pub fn new(merged: Merged, seconds: f64) -> Self {
        Self {
            merged,
            seconds,
            ..Self::default()
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.merged.text
    }

    /// The words with their times in seconds from the beginning of the recording; none where the service gives none.
    pub fn words(&self) -> &[TranscriptionWord] {
        &self.merged.words
    }

    /// The segments, about a sentence each; none where the service gives none.
    pub fn segments(&self) -> &[TranscriptionSegment] {
        &self.merged.segments
    }

    /// Where pieces were joined, and how sure each seam is.
    pub fn seams(&self) -> &[Seam] {
        &self.merged.seams
    }

    /// What is suspicious, in order of time.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// Whether it can be trusted.
    pub fn verdict(&self) -> Verdict {
        if self
            .flags
            .iter()
            .any(|flag| flag.kind == FlagKind::Unchecked)
        {
            Verdict::Unchecked
        } else if self.flags.iter().any(|flag| flag.severity > Severity::Note) {
            Verdict::Suspicious
        } else {
            Verdict::Clean
        }
    }

    /// The pieces, and what happened to each.
    pub fn pieces(&self) -> &[PieceReport] {
        &self.pieces
    }

    /// Returns the audio that was sent and billed: at least ten seconds for each request that was answered.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Returns what it cost; `None` if the price of the model is unknown.
    pub fn cost(&self) -> Option<Cost> {
        self.cost
    }

    /// Returns how many pieces, requests and bytes it took.
    pub fn stats(&self) -> &JobStats {
        &self.stats
    }

    /// The length of the recording in seconds.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The language of most pieces, by its English name.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// What else is worth knowing: that other tracks were left out, or that `ffmpeg` did the decoding.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
