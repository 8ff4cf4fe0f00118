//! Mistakes of transcriptions, on request.

/// Mistakes of transcriptions: the same each time for the same recording.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use groq_mock::{Mock, TranscriptNoise};
///
/// let noise = TranscriptNoise::new().invented(0.5);
/// let mock = Mock::builder().transcript_noise(noise).start().await?;
/// # drop(mock); Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "it is used when it is given to a builder"]
pub struct TranscriptNoise {
    pub(super) invented: f64,
    pub(super) short: f64,
}

impl TranscriptNoise {
    /// Creates no mistakes at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how likely a silence of more than two seconds is transcribed as words that were not spoken, from 0 to 1.
    pub fn invented(mut self, chance: f64) -> Self {
        self.invented = chance;
        self
    }

    /// Sets how likely an answer stops after the first six tenths of its words, from 0 to 1.
    ///
    /// ```
    /// let noise = groq_mock::TranscriptNoise::new().short_answers(0.1);
    /// ```
    pub fn short_answers(mut self, chance: f64) -> Self {
        self.short = chance;
        self
    }
}
