//! What is suspicious about one piece's answer, seen alone.

use groq_types::{AudioDuration, TranscriptionSegment};

use super::flag::{Flag, FlagKind, Severity};
use super::silence::{self, Span};
use super::text;
use super::thresholds::Thresholds;
use crate::clock::seconds;
use crate::levels::Levels;
use crate::merge::{Clocked, Heard};

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
    let clocked = Clocked::new(heard);
    let mut flags = Vec::new();
    for segment in &clocked.segments {
        check_segment(segment, thresholds, &mut flags);
    }
    check_loops(&clocked.segments, thresholds, &mut flags);
    check_times(heard, &clocked, &mut flags);
    if let Some(sound) = sound {
        check_duration(heard, sound, thresholds, &mut flags);
        check_sound(heard, &clocked, sound, thresholds, &mut flags);
    }
    flags
}

fn check_segment(segment: &TranscriptionSegment, thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    let span = (segment.start, segment.end);
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

fn check_loops(segments: &[TranscriptionSegment], thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    for run in text::runs_of_equals(segments, thresholds.repeats) {
        let span = (run[0].start, run[run.len() - 1].end);
        let flag = Flag::new(FlagKind::Repetition, Severity::Bad, span);
        flags.push(flag.value(run.len() as f64));
    }
}

/// Times that cannot be, and were mended; many of them make all others doubtful.
fn check_times(heard: &Heard, clocked: &Clocked, flags: &mut Vec<Flag>) {
    let (wrong, count) = match clocked.words.len() {
        0 => (clocked.wrong_segments, clocked.segments.len()),
        count => (clocked.wrong_words, count),
    };
    if wrong == 0 {
        return;
    }
    let severity = match wrong * 10 > count && wrong > 1 {
        true => Severity::Warning,
        false => Severity::Note,
    };
    let span = (seconds(heard.start), seconds(heard.end));
    flags.push(Flag::new(FlagKind::Times, severity, span).value(wrong as f64));
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

fn check_sound(
    heard: &Heard,
    clocked: &Clocked,
    sound: &Sound,
    thresholds: &Thresholds,
    flags: &mut Vec<Flag>,
) {
    let offset = seconds(heard.start);
    let spans = word_spans(clocked, offset);
    let mut flag = |kind, severity, span: Span, value| {
        let span = (span.start + offset, span.end + offset);
        flags.push(Flag::new(kind, severity, span).value(value));
    };
    for invented in silence::text_on_silence(&spans, sound, thresholds) {
        let (start, end) = (invented.start, invented.end);
        let quiet = sound.levels.share_quiet(sound.quiet, start, end);
        flag(FlagKind::TextOnSilence, Severity::Bad, invented, quiet);
    }
    // Text without times says nothing about where sound went unheard, unless there is none.
    if !spans.is_empty() || heard.answer.text.trim().is_empty() {
        for (gap, loud) in silence::unheard(&spans, sound, thresholds) {
            flag(FlagKind::Coverage, Severity::Bad, gap, loud);
        }
    }
    // Sound where the model says that nobody speaks.
    for segment in &clocked.segments {
        let no_speech = segment.no_speech_prob.unwrap_or(0.0);
        let span = Span::new(segment.start - offset, segment.end - offset, 1);
        let quiet = sound.levels.share_quiet(sound.quiet, span.start, span.end);
        if no_speech > thresholds.no_speech && span.end - span.start > 2.0 && quiet < 0.2 {
            flag(FlagKind::Music, Severity::Warning, span, no_speech);
        }
    }
}

/// The words' times from the piece's start; those of the segments where words have none.
fn word_spans(clocked: &Clocked, offset: f64) -> Vec<Span> {
    if !clocked.words.is_empty() {
        let words = clocked.words.iter();
        return words
            .map(|word| Span::new(word.start - offset, word.end - offset, 1))
            .collect();
    }
    let segments = clocked.segments.iter();
    segments
        .map(|segment| {
            let words = text::count(&segment.text);
            Span::new(segment.start - offset, segment.end - offset, words)
        })
        .collect()
}

#[cfg(test)]
mod tests;
