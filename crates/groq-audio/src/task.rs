//! What is done with speech, and what comes of it.

/// What a job does with speech.
///
/// ```
/// assert_eq!(groq_audio::Task::default(), groq_audio::Task::Transcribe);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// Transcribes speech in its own language.
    #[default]
    Transcribe,
    /// Translates speech in another language into English text.
    Translate,
}

/// What a transcription should have times for.
///
/// ```
/// assert_eq!(groq_audio::Timestamps::default(), groq_audio::Timestamps::Words);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timestamps {
    /// Words and segments: pieces are joined exactly, and subtitles need both.
    #[default]
    Words,
    /// Segments alone.
    Segments,
    /// Plain text without times.
    None,
}
