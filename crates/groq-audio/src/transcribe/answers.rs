//! The transcription of a piece, and what is suspicious about it.

use groq_types::VerboseTranscription;

use crate::merge::PieceTranscript;
use crate::plan::Piece;
use crate::quality::{Flag, FlagKind, PieceFacts, Severity, Sound, Thresholds, check_piece};

/// A piece that was transcribed.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) piece: Piece,
    pub(super) transcript: PieceTranscript,
    pub(super) flags: Vec<Flag>,
    pub(super) facts: PieceFacts,
    pub(super) attempts: u32,
    pub(super) from_journal: bool,
    pub(super) rechecked: bool,
}

impl Answered {
    /// Checks a transcription; without a sound, only its own figures.
    pub(super) fn new(
        piece: Piece,
        origin: i64,
        answer: VerboseTranscription,
        sound: Option<&Sound>,
        thresholds: &Thresholds,
    ) -> Self {
        let transcript = PieceTranscript::new(piece.start, piece.end, answer).origin(origin);
        let mut flags = check_piece(&transcript, sound, thresholds);
        flags.iter_mut().for_each(|flag| flag.piece = piece.index);
        Self {
            facts: facts(&transcript, sound),
            piece,
            transcript,
            flags,
            attempts: 0,
            from_journal: false,
            rechecked: false,
        }
    }

    /// Whether sending it again may help.
    pub(super) fn is_suspicious(&self) -> bool {
        let worth = |flag: &Flag| {
            flag.severity == Severity::Error
                && matches!(
                    flag.kind,
                    FlagKind::Coverage
                        | FlagKind::Repetition
                        | FlagKind::LowConfidence
                        | FlagKind::Duration
                )
        };
        self.flags.iter().any(worth)
    }

    /// How bad it is: seconds under bad flags.
    pub(super) fn badness(&self) -> f64 {
        let bad = self
            .flags
            .iter()
            .filter(|flag| flag.severity == Severity::Error);
        bad.map(|flag| (flag.end - flag.start).max(1.0)).sum()
    }
}

fn facts(transcript: &PieceTranscript, sound: Option<&Sound>) -> PieceFacts {
    let answer = &transcript.answer;
    let words = match &answer.words {
        Some(words) if !words.is_empty() => words.len(),
        _ => answer.text.split_whitespace().count(),
    };
    PieceFacts {
        words,
        loud: sound.map(Sound::loud_seconds),
        lead: sound.map_or(0.0, lead),
        language: answer.language.clone(),
    }
}

fn lead(sound: &Sound) -> f64 {
    let first = (0..sound.levels.len()).find(|&hop| sound.levels.is_loud(hop, sound.quiet));
    first.unwrap_or(0) as f64 / 100.0
}
