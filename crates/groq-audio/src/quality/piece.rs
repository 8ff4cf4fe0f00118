//! What is suspicious about one piece's answer, seen alone.

use groq_types::{AudioDuration, TranscriptionSegment};

use super::flag::{Flag, FlagKind, Severity};
use super::silence::{self, Span};
use super::text;
use super::thresholds::Thresholds;
use crate::clock::seconds;
use crate::levels::Levels;
use crate::merge::Heard;

/// What is known about a piece's sound.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sound {
    /// How loud each 10 ms from the piece's start is.
    pub levels: Levels,
    /// The level at and under which it is quiet, in dBFS.
    pub quiet: f32,
    /// The length of what was sent, silence before and after it included, in seconds.
    pub sent_seconds: f64,
}

impl Sound {
    /// The sound of a piece that was sent as it is.
    pub fn new(levels: Levels, quiet: f32) -> Self {
        let sent_seconds = levels.len() as f64 / 100.0;
        Self {
            levels,
            quiet,
            sent_seconds,
        }
    }

    /// Seconds that are not quiet.
    pub fn loud_seconds(&self) -> f64 {
        self.levels
            .seconds_above(self.quiet, 0.0, f64::from(u32::MAX))
    }
}

/// Looks for everything that is suspicious about an answer. Without a [`Sound`], only the answer itself is looked at.
///
/// Times of flags are those of the recording; [`Flag::piece`] is 0.
pub fn check_piece(heard: &Heard, sound: Option<&Sound>, thresholds: &Thresholds) -> Vec<Flag> {
    let mut flags = Vec::new();
    for segment in heard.answer.segments.iter().flatten() {
        check_segment(segment, heard, thresholds, &mut flags);
    }
    check_loops(heard, thresholds, &mut flags);
    check_times(heard, &mut flags);
    if let Some(sound) = sound {
        check_duration(heard, sound, thresholds, &mut flags);
        check_sound(heard, sound, thresholds, &mut flags);
    }
    flags
}

fn check_segment(
    segment: &TranscriptionSegment,
    heard: &Heard,
    thresholds: &Thresholds,
    flags: &mut Vec<Flag>,
) {
    let shift = heard.origin_seconds();
    let span = (segment.start + shift, segment.end + shift);
    let mut flag = |kind, severity, value: f64| {
        flags.push(Flag::new(kind, severity, span).value(value));
    };
    let confidence = segment.avg_logprob.unwrap_or(0.0);
    if confidence < thresholds.bad_confidence {
        flag(FlagKind::LowConfidence, Severity::Bad, confidence);
    } else if confidence < thresholds.low_confidence {
        flag(FlagKind::LowConfidence, Severity::Warning, confidence);
    }
    let no_speech = segment.no_speech_prob.unwrap_or(0.0);
    if no_speech > thresholds.no_speech && confidence < thresholds.bad_confidence {
        flag(FlagKind::LikelySilence, Severity::Bad, no_speech);
    } else if no_speech > thresholds.no_speech_alone {
        flag(FlagKind::LikelySilence, Severity::Warning, no_speech);
    }
    let long = segment.text.trim().chars().count() >= thresholds.compression_chars;
    let ratio = segment.compression_ratio.filter(|_| long);
    if let Some(ratio) = ratio.filter(|&ratio| ratio < thresholds.low_compression) {
        flag(FlagKind::LowCompression, Severity::Warning, ratio);
    }
    let ratio = segment.compression_ratio.unwrap_or(1.0);
    if ratio > thresholds.repetition || text::is_one_word(&segment.text, thresholds.repeats) {
        flag(FlagKind::Repetition, Severity::Bad, ratio);
    }
}

fn check_loops(heard: &Heard, thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    let shift = heard.origin_seconds();
    let segments = heard.answer.segments.as_deref().unwrap_or_default();
    for run in text::runs_of_equals(segments, thresholds.repeats) {
        let span = (run[0].start + shift, run[run.len() - 1].end + shift);
        let flag = Flag::new(FlagKind::Repetition, Severity::Bad, span);
        flags.push(flag.value(run.len() as f64));
    }
}

/// Times that do not exist in the piece, or step back by more than a rounding.
fn check_times(heard: &Heard, flags: &mut Vec<Flag>) {
    let shift = heard.origin_seconds();
    let bounds = (shift - 1.0)..=(seconds(heard.end) + 1.0);
    let spans = word_spans(heard);
    let mut before = f64::NEG_INFINITY;
    let mut wrong = 0;
    for span in &spans {
        let fits = bounds.contains(&span.start) && bounds.contains(&span.end);
        let ordered = span.start <= span.end && span.start >= before - 0.02;
        wrong += usize::from(!fits || !ordered);
        before = span.start;
    }
    if wrong > 0 {
        let span = (seconds(heard.start), seconds(heard.end));
        let flag = Flag::new(FlagKind::Times, Severity::Note, span);
        flags.push(flag.value(wrong as f64));
    }
}

fn check_duration(heard: &Heard, sound: &Sound, thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    let theirs = match &heard.answer.duration {
        Some(AudioDuration::Seconds(seconds)) => *seconds,
        Some(AudioDuration::Text(text)) => text.trim().parse().unwrap_or(f64::NAN),
        _ => return,
    };
    let apart = (theirs - sound.sent_seconds).abs();
    if apart > thresholds.duration {
        let span = (seconds(heard.start), seconds(heard.end));
        let flag = Flag::new(FlagKind::Duration, Severity::Bad, span);
        flags.push(flag.value(apart));
    }
}

fn check_sound(heard: &Heard, sound: &Sound, thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    let offset = seconds(heard.start);
    let mut spans = word_spans(heard);
    for span in &mut spans {
        span.start -= offset;
        span.end -= offset;
    }
    for invented in silence::text_on_silence(&spans, sound, thresholds) {
        let span = (invented.start + offset, invented.end + offset);
        let flag = Flag::new(FlagKind::TextOnSilence, Severity::Bad, span);
        flags.push(
            flag.value(
                sound
                    .levels
                    .share_quiet(sound.quiet, invented.start, invented.end),
            ),
        );
    }
    // Text without times says nothing about where sound went unheard, unless there is none.
    if !spans.is_empty() || heard.answer.text.trim().is_empty() {
        for (gap, loud) in silence::unheard(&spans, sound, thresholds) {
            let span = (gap.start + offset, gap.end + offset);
            flags.push(Flag::new(FlagKind::Coverage, Severity::Bad, span).value(loud));
        }
    }
    music(heard, sound, offset, thresholds, flags);
}

/// Sound where the model says that nobody speaks.
fn music(
    heard: &Heard,
    sound: &Sound,
    offset: f64,
    thresholds: &Thresholds,
    flags: &mut Vec<Flag>,
) {
    let shift = heard.origin_seconds() - offset;
    for segment in heard.answer.segments.iter().flatten() {
        let no_speech = segment.no_speech_prob.unwrap_or(0.0);
        let (start, end) = (segment.start + shift, segment.end + shift);
        let quiet = sound.levels.share_quiet(sound.quiet, start, end);
        if no_speech > thresholds.no_speech && end - start > 2.0 && quiet < 0.2 {
            let span = (start + offset, end + offset);
            let flag = Flag::new(FlagKind::Music, Severity::Warning, span);
            flags.push(flag.value(no_speech));
        }
    }
}

/// The words' times in the recording; those of the segments where words have none.
fn word_spans(heard: &Heard) -> Vec<Span> {
    let shift = heard.origin_seconds();
    let span = |start: f64, end: f64| Span {
        start: start + shift,
        end: end + shift,
    };
    let words = heard.answer.words.as_deref().unwrap_or_default();
    if !words.is_empty() {
        return words
            .iter()
            .map(|word| span(word.start, word.end))
            .collect();
    }
    let segments = heard.answer.segments.iter().flatten();
    segments
        .filter(|segment| !segment.text.trim().is_empty())
        .map(|segment| span(segment.start, segment.end))
        .collect()
}

#[cfg(test)]
mod tests {
    use groq_types::{TranscriptionWord, VerboseTranscription};

    use super::*;

    /// Ten seconds of speech, ten of silence, ten of speech.
    fn sound() -> Sound {
        let levels = (0..3_000).map(|hop| match hop / 1_000 {
            1 => -80.0,
            _ => -20.0,
        });
        Sound::new(levels.collect(), -50.0)
    }

    fn heard(times: impl IntoIterator<Item = (f64, f64)>) -> Heard {
        let words = times
            .into_iter()
            .map(|(start, end)| TranscriptionWord::new("word", start, end));
        Heard::new(0, 480_000, VerboseTranscription::new("").with_words(words))
    }

    fn spoken() -> impl Iterator<Item = (f64, f64)> {
        let word = |at: usize| (at as f64 * 0.5, at as f64 * 0.5 + 0.4);
        (0..20).chain(40..60).map(word)
    }

    fn kinds(heard: &Heard) -> Vec<FlagKind> {
        let flags = check_piece(heard, Some(&sound()), &Thresholds::default());
        flags.iter().map(|flag| flag.kind).collect()
    }

    #[test]
    fn honest_answers_have_no_flags() {
        assert!(kinds(&heard(spoken())).is_empty());
    }

    #[test]
    fn invented_words_are_found() {
        let with = spoken()
            .take(20)
            .chain([(14.0, 14.3), (14.3, 14.9)])
            .chain(spoken().skip(20));
        let heard = heard(with);
        let flags = check_piece(&heard, Some(&sound()), &Thresholds::default());
        assert_eq!(flags.len(), 1, "{flags:?}");
        assert_eq!(flags[0].kind, FlagKind::TextOnSilence);
        assert!((flags[0].start - 14.0).abs() < 1e-9 && (flags[0].end - 14.9).abs() < 1e-9);
    }

    #[test]
    fn a_short_answer_is_found() {
        assert_eq!(kinds(&heard(spoken().take(24))), [FlagKind::Coverage]);
        assert_eq!(kinds(&heard([])), [FlagKind::Coverage]);
    }

    #[test]
    fn figures_out_of_bounds_are_flagged() {
        let segment = TranscriptionSegment::new(0.0, 10.0, " lorem ipsum dolor sit amet")
            .with_avg_logprob(-1.2)
            .with_no_speech_prob(0.7)
            .with_compression_ratio(3.0);
        let answer = VerboseTranscription::new("").with_segments([segment]);
        let flags = check_piece(
            &Heard::new(0, 160_000, answer),
            None,
            &Thresholds::default(),
        );
        let kinds: Vec<FlagKind> = flags.iter().map(|flag| flag.kind).collect();
        let expected = [
            FlagKind::LowConfidence,
            FlagKind::LikelySilence,
            FlagKind::Repetition,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn another_length_is_flagged() {
        let mut heard = heard(spoken());
        heard.answer.duration = Some(AudioDuration::Text("29.5".to_owned()));
        assert_eq!(kinds(&heard), [FlagKind::Duration]);
        heard.answer.duration = Some(AudioDuration::Seconds(30.0));
        assert!(kinds(&heard).is_empty());
    }
}
