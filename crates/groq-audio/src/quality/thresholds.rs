//! Where suspicion begins.

/// Where suspicion begins; every field can be changed.
///
/// ```
/// use groq_audio::Thresholds;
///
/// let strict = Thresholds { low_confidence: -0.3, ..Thresholds::default() };
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// A segment's mean log probability under this is a warning (at most 0).
    pub low_confidence: f64,
    /// A segment's mean log probability under this is bad (at most 0).
    pub bad_confidence: f64,
    /// A segment that compresses better than this repeats itself.
    pub repetition: f64,
    /// A segment that compresses worse than this is no ordinary text.
    pub low_compression: f64,
    /// Shorter segments than this, in characters, are not judged by how they compress.
    pub compression_chars: usize,
    /// A segment is silence where the probability of no speech is over this and its mean log probability under
    /// [`bad_confidence`](Self::bad_confidence).
    pub no_speech: f64,
    /// A probability of no speech that is suspicious whatever else.
    pub no_speech_alone: f64,
    /// A word is on silence where more than this share of its time, from 0 to 1, is quiet or another word's.
    pub quiet_share: f64,
    /// So much sound after the last word, in seconds, means that an answer was cut short.
    ///
    /// By default less than a spoken sentence, so that no lost one goes unnoticed, and more than the times of last words are
    /// off by; a false alarm costs one more request, within a budget.
    pub unheard_tail: f64,
    /// So much sound after the last word, as a share of all of a piece's sound and at least two seconds, means the same.
    pub unheard_share: f64,
    /// So much sound between two words, in seconds, means that something was left out.
    ///
    /// By default twice as much as at the end: in the middle, laughter, applause and the rustle of paper are more usual.
    pub unheard_gap: f64,
    /// Fewer words for a second of sound than this share of the recording's median means that something was left out.
    pub sparse: f64,
    /// The most that the service's and our own length of a piece may differ, in seconds.
    pub duration: f64,
    /// So much silence before the first sound, in seconds, makes the models invent text.
    pub leading_silence: f64,
    /// The same word or phrase so often in a row is a loop.
    pub repeats: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            low_confidence: -0.5,
            bad_confidence: -1.0,
            repetition: 2.4,
            low_compression: 0.8,
            compression_chars: 20,
            no_speech: 0.6,
            no_speech_alone: 0.8,
            quiet_share: 0.8,
            unheard_tail: 3.0,
            unheard_share: 0.25,
            unheard_gap: 6.0,
            sparse: 0.4,
            duration: 0.1,
            leading_silence: 5.0,
            repeats: 3,
        }
    }
}
