//! Where suspicion begins.

crate::setters::options! {
    /// Where suspicion begins.
    ///
    /// ```
    /// use groq_audio::Thresholds;
    ///
    /// let strict = Thresholds::new().low_confidence(-0.3).repeats(2);
    /// ```
    #[must_use = "thresholds do nothing until they are given to a job"]
    Thresholds;

    /// Sets the mean log probability of a segment, at most 0, below which there is a warning: -0.5 by default.
    low_confidence: f64 = -0.5;
    /// Sets the mean log probability of a segment, at most 0, below which there is an error: -1 by default.
    bad_confidence: f64 = -1.0;
    /// Sets the compression ratio above which a segment repeats itself: 2.4 by default.
    repetition: f64 = 2.4;
    /// Sets the compression ratio below which a segment is no ordinary text: 0.8 by default.
    low_compression: f64 = 0.8;
    /// Sets the characters of the shortest segment whose low compression counts: 60 by default.
    compression_chars: usize = 60;
    /// Sets the probability of no speech above which a segment with [bad confidence](Self::bad_confidence) is silence: 0.6
    /// by default.
    no_speech: f64 = 0.6;
    /// Sets the probability of no speech above which any segment is suspicious: 0.8 by default.
    no_speech_alone: f64 = 0.8;
    /// Sets the share of a word, from 0 to 1, that is quiet or belongs to another word where the word is on silence: 0.8 by
    /// default.
    quiet_share: f64 = 0.8;
    /// Sets the seconds of sound after the last word above which a transcription was cut short: 3 by default.
    ///
    /// That is less than a spoken sentence, and more than the times of last words are wrong by. A false alarm costs one more
    /// request, within a budget.
    unheard_tail: f64 = 3.0;
    /// Sets the same as a share of all sound of a piece, and of two seconds at least: 0.25 by default.
    unheard_share: f64 = 0.25;
    /// Sets the seconds of sound between two words above which something was left out: 6 by default.
    ///
    /// That is twice as much as at the end: laughter, applause and the rustle of paper are more usual in the middle.
    unheard_gap: f64 = 6.0;
    /// Sets the share of the recording's median of words for a second of sound, below which something was left out: 0.4 by
    /// default.
    sparse: f64 = 0.4;
    /// Sets the most seconds by which the service's length of a piece may differ from ours: 0.1 by default.
    duration: f64 = 0.1;
    /// Sets the seconds of silence before the first sound above which models tend to invent text: 5 by default.
    leading_silence: f64 = 5.0;
    /// Sets how often in a row the same word or phrase is a loop: 3 by default.
    repeats: usize = 3;
}
