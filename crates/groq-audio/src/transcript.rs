//! The result of a job.

use groq_types::{TranscriptionSegment, TranscriptionWord};

use groq_models::{Cost, Usage};

use crate::estimate::JobStats;
use crate::merge::{Join, Merged};
use crate::plan::Piece;
use crate::quality::{Flag, FlagKind, Severity};
use crate::task::Task;

/// The transcript of a recording, with what is suspicious about it.
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
    /// Whether it came from the journal.
    pub from_journal: bool,
    /// Whether it was sent again because its transcription was suspicious.
    pub rechecked: bool,
    /// The language that was recognized, by its English name.
    pub language: Option<String>,
}

/// Whether a transcript can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quality {
    /// Nothing suspicious was found.
    Clean,
    /// At least one flag is more than a note.
    Suspicious,
    /// The audio could not be decoded here, so nothing was checked.
    Unchecked,
}

impl Transcript {
    /// Creates a transcript of merged pieces, for a recording of this many seconds.
    ///
    /// ```
    /// use groq_audio::types::VerboseTranscription;
    /// use groq_audio::{MergeOptions, PieceTranscript, Transcript, merge};
    ///
    /// let piece = PieceTranscript::new(0, 16_000, VerboseTranscription::new("Good evening."));
    /// let transcript = Transcript::new(merge(&[piece], &MergeOptions::new()), 1.0);
    /// assert_eq!(transcript.text(), "Good evening.");
    /// ```
    pub fn new(merged: Merged, seconds: f64) -> Self {
        Self {
            merged,
            seconds,
            ..Self::default()
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.merged.text
    }

    /// Returns the words with their times in seconds from the beginning of the recording; none if the service returned none.
    ///
    /// ```
    /// # fn example(transcript: &groq_audio::Transcript) {
    /// for word in transcript.words() {
    ///     println!("{:.2} {}", word.start, word.word);
    /// }
    /// # }
    /// ```
    pub fn words(&self) -> &[TranscriptionWord] {
        &self.merged.words
    }

    /// Returns the segments, about a sentence each; none if the service returned none.
    pub fn segments(&self) -> &[TranscriptionSegment] {
        &self.merged.segments
    }

    /// Returns where pieces were joined, and how sure each join is.
    ///
    /// ```
    /// # fn example(transcript: &groq_audio::Transcript) {
    /// let unsure = transcript.joins().iter().filter(|join| join.sureness < 0.5);
    /// println!("{} joins to listen to", unsure.count());
    /// # }
    /// ```
    pub fn joins(&self) -> &[Join] {
        &self.merged.joins
    }

    /// Returns what is suspicious, in order of time.
    ///
    /// ```
    /// # fn example(transcript: &groq_audio::Transcript) {
    /// for flag in transcript.flags() {
    ///     println!("{:.1} s: {}", flag.start, flag.advice());
    /// }
    /// # }
    /// ```
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// Returns whether the transcript can be trusted.
    ///
    /// ```
    /// use groq_audio::{Quality, Transcript};
    ///
    /// assert_eq!(Transcript::default().quality(), Quality::Clean);
    /// ```
    pub fn quality(&self) -> Quality {
        let mut flags = self.flags.iter();
        if flags.any(|flag| flag.kind == FlagKind::Unchecked) {
            Quality::Unchecked
        } else if self.flags.iter().any(|flag| flag.severity > Severity::Note) {
            Quality::Suspicious
        } else {
            Quality::Clean
        }
    }

    /// Returns the pieces, and what happened to each.
    pub fn pieces(&self) -> &[PieceReport] {
        &self.pieces
    }

    /// Returns the audio that was sent and billed: at least ten seconds for each request with a response.
    ///
    /// ```
    /// # fn example(transcript: &groq_audio::Transcript) {
    /// println!("{:?} billed", transcript.usage().billed_audio.unwrap_or_default());
    /// # }
    /// ```
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Returns the price; `None` if the price of the model is unknown.
    pub fn cost(&self) -> Option<Cost> {
        self.cost
    }

    /// Returns how many pieces, requests and bytes the job took.
    pub fn stats(&self) -> &JobStats {
        &self.stats
    }

    /// Returns the length of the recording in seconds.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Returns the language of most pieces, by its English name.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Returns what else is worth knowing: that other tracks were ignored, or that `ffmpeg` decoded.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
