//! What is suspicious.

use std::fmt;

use groq_models::Severity;
use serde::{Serialize, Serializer};

/// What is suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlagKind {
    /// The model was unsure: the mean log probability is low.
    LowConfidence,
    /// The text repeats itself.
    Repetition,
    /// The model reports that nobody speaks.
    LikelySilence,
    /// Words where it is quiet: they are probably invented.
    TextOnSilence,
    /// The text compresses too badly for speech.
    LowCompression,
    /// There is sound without words: the answer was cut short, or something was left out.
    Coverage,
    /// The service measured another length of the piece than this crate.
    Duration,
    /// The piece is in another language than most of the recording.
    LanguageChange,
    /// Times were impossible, and were corrected.
    BadTimes,
    /// A long silence before the first sound.
    LeadingSilence,
    /// Sound that seems not to be speech: music or noise.
    Music,
    /// Two pieces agree on no word of the audio that they share.
    UnalignedJoin,
    /// There was no pause to cut in.
    ForcedCut,
    /// Parts of the file could not be decoded, and became silence.
    Damaged,
    /// The recording is cut off, or a part of it is missing. The value is the seconds that are missing, or 0 if that is unknown.
    Incomplete,
    /// The service refused the piece, so its text is missing.
    Refused,
    /// The audio could not be decoded here, so nothing about it was checked.
    Unchecked,
}

impl FlagKind {
    /// Returns what usually causes it, in a sentence.
    ///
    /// ```
    /// assert!(groq_audio::FlagKind::Music.causes().starts_with("Music"));
    /// ```
    pub fn causes(self) -> &'static str {
        match self {
            Self::LowConfidence => {
                "Noise, several people at once, a strong accent, or a language that was not expected."
            }
            Self::Repetition => {
                "The model fell into a loop, often at music, silence or a misleading prompt; or a chorus."
            }
            Self::LikelySilence => "Nobody speaks here, or very quietly.",
            Self::TextOnSilence => {
                "The models write polite phrases and credits where there is nothing to hear."
            }
            Self::LowCompression => "Foreign words, names, spelling aloud, or garbled text.",
            Self::Coverage => {
                "The answer stopped early or skipped a passage; or the sound is music or noise."
            }
            Self::Duration => "The upload was cut off, or the audio was read at another rate.",
            Self::LanguageChange => {
                "Another language is really spoken, or it was guessed from too little."
            }
            Self::BadTimes => "The model's times are guesses, and sometimes cross each other.",
            Self::LeadingSilence => "The recording was started long before anyone spoke.",
            Self::Music => "Music, applause or noise.",
            Self::UnalignedJoin => "Both pieces have other words around this cut.",
            Self::ForcedCut => "Nobody paused for a long time, or there is music under the speech.",
            Self::Damaged => "The file was damaged when it was stored, copied or downloaded.",
            Self::Incomplete => "The recorder was stopped, or the file was not copied to its end.",
            Self::Refused => "The service found something wrong with this piece: a note says what.",
            Self::Unchecked => "The format cannot be decoded here.",
        }
    }

    /// Returns what to do about it, in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::LowConfidence => {
                "Name the language, give names in the prompt, or clean up the sound."
            }
            Self::Repetition => "Request it again without a prompt, or with other cuts.",
            Self::LikelySilence | Self::TextOnSilence => "Drop the text unless you can hear it.",
            Self::LowCompression => "Listen to this passage.",
            Self::Coverage => "Request it again with shorter pieces, or listen to this passage.",
            Self::Duration => "Send the piece again.",
            Self::LanguageChange => "Name the language if there is only one.",
            Self::BadTimes => "Do not rely on the times here to the tenth of a second.",
            Self::LeadingSilence => "Trim the beginning.",
            Self::Music => "Expect little text here, and distrust what there is.",
            Self::UnalignedJoin => "Listen to a few seconds around this cut.",
            Self::ForcedCut => "Nothing, if the join here is aligned.",
            Self::Damaged => "Get a whole copy: words may be missing where it is damaged.",
            Self::Incomplete => "Get a whole copy: nothing after this point was transcribed.",
            Self::Refused => "Run it again: with a journal, only this piece is sent.",
            Self::Unchecked => "Convert the file to FLAC or WAV to have it checked.",
        }
    }
}

/// Something suspicious about a stretch of the recording.
///
/// Its severity is an error where text is probably wrong or missing.
///
/// ```
/// use groq_audio::FlagKind;
///
/// assert!(FlagKind::Repetition.advice().contains("without a prompt"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Flag {
    /// What is suspicious.
    pub kind: FlagKind,
    /// How bad it is.
    pub severity: Severity,
    /// The number of the piece.
    pub piece: usize,
    /// Where it begins, in seconds from the beginning of the recording.
    #[serde(serialize_with = "milliseconds")]
    pub start: f64,
    /// Where it ends, in seconds.
    #[serde(serialize_with = "milliseconds")]
    pub end: f64,
    /// The figure that is out of bounds: a probability, a ratio, or seconds.
    #[serde(serialize_with = "milliseconds")]
    pub value: f64,
}

impl Flag {
    pub(crate) fn new(kind: FlagKind, severity: Severity, (start, end): (f64, f64)) -> Self {
        Self {
            kind,
            severity,
            piece: 0,
            start,
            end,
            value: 0.0,
        }
    }

    pub(crate) fn value(mut self, value: f64) -> Self {
        self.value = value;
        self
    }

    /// Returns what usually causes it, in a sentence.
    pub fn causes(&self) -> &'static str {
        self.kind.causes()
    }

    /// Returns what to do about it, in a sentence.
    pub fn advice(&self) -> &'static str {
        self.kind.advice()
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.start, self.end);
        write!(
            f,
            "{start:.1} s to {end:.1} s: {:?} ({:.2}). ",
            self.kind, self.value
        )?;
        write!(f, "{} {}", self.causes(), self.advice())
    }
}

/// A thousandth is more than enough, and keeps files the same on every machine.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn milliseconds<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 1_000.0).round() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_says_why_and_what_to_do() {
        let kinds = [
            FlagKind::LowConfidence,
            FlagKind::Repetition,
            FlagKind::LikelySilence,
            FlagKind::TextOnSilence,
            FlagKind::LowCompression,
            FlagKind::Coverage,
            FlagKind::Duration,
            FlagKind::LanguageChange,
            FlagKind::BadTimes,
            FlagKind::LeadingSilence,
            FlagKind::Music,
            FlagKind::UnalignedJoin,
            FlagKind::ForcedCut,
            FlagKind::Incomplete,
            FlagKind::Refused,
            FlagKind::Unchecked,
        ];
        for kind in kinds {
            let flag = Flag::new(kind, Severity::Warning, (1.25, 2.5)).value(0.123_456);
            for sentence in [flag.causes(), flag.advice()] {
                assert!(sentence.ends_with('.') && sentence.len() > 10, "{kind:?}");
            }
            assert!(flag.to_string().contains(flag.advice()));
            let json = serde_json::to_value(flag).expect("JSON");
            assert_eq!(json["value"], 0.123);
        }
    }
}
