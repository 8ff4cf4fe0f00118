//! Where suspicion begins.

/// Where suspicion begins.
///
/// ```
/// use groq_audio::Thresholds;
///
/// let strict = Thresholds::new().low_confidence(-0.3).repeats(2);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "thresholds do nothing until they are given to a job"]
pub struct Thresholds {
    pub(crate) low_confidence: f64,
    pub(crate) bad_confidence: f64,
    pub(crate) repetition: f64,
    pub(crate) low_compression: f64,
    pub(crate) compression_chars: usize,
    pub(crate) no_speech: f64,
    pub(crate) no_speech_alone: f64,
    pub(crate) quiet_share: f64,
    pub(crate) unheard_tail: f64,
    pub(crate) unheard_share: f64,
    pub(crate) unheard_gap: f64,
    pub(crate) sparse: f64,
    pub(crate) duration: f64,
    pub(crate) leading_silence: f64,
    pub(crate) repeats: usize,
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

impl Thresholds {
    /// Creates the default thresholds.
    pub fn new() -> Self {
        Self::default()
    }

    crate::setters::setters! {
        /// Sets the mean log probability of a segment, at most 0, below which there is a warning: -0.5 by default.
        low_confidence(value: f64) => low_confidence = value;
        /// Sets the mean log probability of a segment, at most 0, below which there is an error: -1 by default.
        bad_confidence(value: f64) => bad_confidence = value;
        /// Sets the compression ratio above which a segment repeats itself: 2.4 by default.
        repetition(value: f64) => repetition = value;
        /// Sets the compression ratio below which a segment is no ordinary text: 0.8 by default.
        low_compression(value: f64) => low_compression = value;
        /// Sets the characters of the shortest segment whose low compression counts: 20 by default.
        compression_chars(value: usize) => compression_chars = value;
        /// Sets the probability of no speech above which a segment with [bad confidence](Self::bad_confidence) is silence: 0.6
        /// by default.
        no_speech(value: f64) => no_speech = value;
        /// Sets the probability of no speech above which any segment is suspicious: 0.8 by default.
        no_speech_alone(value: f64) => no_speech_alone = value;
        /// Sets the share of a word, from 0 to 1, that is quiet or belongs to another word where the word is on silence: 0.8 by
        /// default.
        quiet_share(value: f64) => quiet_share = value;
        /// Sets the seconds of sound after the last word above which a transcription was cut short: 3 by default.
        ///
        /// That is less than a spoken sentence, and more than the times of last words are wrong by. A false alarm costs one more
        /// request, within a budget.
        unheard_tail(value: f64) => unheard_tail = value;
        /// Sets the same as a share of all sound of a piece, and of two seconds at least: 0.25 by default.
        unheard_share(value: f64) => unheard_share = value;
        /// Sets the seconds of sound between two words above which something was left out: 6 by default.
        ///
        /// That is twice as much as at the end: laughter, applause and the rustle of paper are more usual in the middle.
        unheard_gap(value: f64) => unheard_gap = value;
        /// Sets the share of the recording's median of words for a second of sound, below which something was left out: 0.4 by
        /// default.
        sparse(value: f64) => sparse = value;
        /// Sets the most seconds by which the service's length of a piece may differ from ours: 0.1 by default.
        duration(value: f64) => duration = value;
        /// Sets the seconds of silence before the first sound above which models tend to invent text: 5 by default.
        leading_silence(value: f64) => leading_silence = value;
        /// Sets how often in a row the same word or phrase is a loop: 3 by default.
        repeats(value: usize) => repeats = value;
    }
}
