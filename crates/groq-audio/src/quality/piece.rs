//! What is suspicious about one piece's answer, seen alone.

use groq_types::{AudioDuration, TranscriptionSegment, VerboseTranscription};

use super::Severity;
use super::flag::{Flag, FlagKind};
use super::silence::{self, Span};
use super::sound::Sound;
use super::text;
use super::thresholds::Thresholds;
use crate::clock::seconds;
use crate::merge::{Clocked, PieceTranscript};

/// Finds what is suspicious about the transcription of a piece. Without a [`Sound`], only the transcription is checked.
///
/// Timestamps of flags are those of the recording; [`Flag::piece`] is 0.
pub fn check_piece(
    transcript: &PieceTranscript,
    sound: Option<&Sound>,
    thresholds: &Thresholds,
) -> Vec<Flag> {
    let clocked = Clocked::new(transcript);
    let mut flags = Vec::new();
    for segment in &clocked.segments {
        check_segment(segment, thresholds, &mut flags);
    }
    check_loops(&clocked.segments, thresholds, &mut flags);
    check_times(transcript, &clocked, &mut flags);
    if let Some(sound) = sound {
        check_duration(transcript, sound, thresholds, &mut flags);
        check_sound(transcript, &clocked, sound, thresholds, &mut flags);
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
        flag(FlagKind::LowConfidence, Severity::Error, confidence);
    } else if confidence < thresholds.low_confidence {
        flag(FlagKind::LowConfidence, Severity::Warning, confidence);
    }
    let no_speech = segment.no_speech_prob.unwrap_or(0.0);
    if no_speech > thresholds.no_speech && confidence < thresholds.bad_confidence {
        flag(FlagKind::LikelySilence, Severity::Error, no_speech);
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
        flag(FlagKind::Repetition, Severity::Error, ratio);
    }
}

fn check_loops(segments: &[TranscriptionSegment], thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    for run in text::runs_of_equals(segments, thresholds.repeats) {
        let span = (run[0].start, run[run.len() - 1].end);
        let flag = Flag::new(FlagKind::Repetition, Severity::Error, span);
        flags.push(flag.value(run.len() as f64));
    }
}

/// Timestamps that cannot be, and were mended; many of them make all others doubtful.
fn check_times(transcript: &PieceTranscript, clocked: &Clocked, flags: &mut Vec<Flag>) {
    let (wrong, count) = match clocked.words.len() {
        0 => (clocked.wrong_segments, clocked.segments.len()),
        count => (clocked.wrong_words, count),
    };
    if wrong == 0 {
        return;
    }
    let severity = if wrong * 10 > count && wrong > 1 {
        Severity::Warning
    } else {
        Severity::Note
    };
    let span = (seconds(transcript.start), seconds(transcript.end));
    flags.push(Flag::new(FlagKind::BadTimes, severity, span).value(wrong as f64));
}

/// The length of the audio as the service measured it.
pub(crate) fn stated_seconds(answer: &VerboseTranscription) -> Option<f64> {
    match answer.duration.as_ref()? {
        AudioDuration::Seconds(seconds) => Some(*seconds),
        AudioDuration::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn check_duration(
    transcript: &PieceTranscript,
    sound: &Sound,
    thresholds: &Thresholds,
    flags: &mut Vec<Flag>,
) {
    let stated = stated_seconds(&transcript.answer);
    let apart = stated.map(|stated| (stated - sound.sent_seconds).abs());
    if let Some(apart) = apart.filter(|&apart| apart > thresholds.duration + sound.slack) {
        let span = (seconds(transcript.start), seconds(transcript.end));
        let flag = Flag::new(FlagKind::Duration, Severity::Error, span);
        flags.push(flag.value(apart));
    }
}

fn check_sound(
    transcript: &PieceTranscript,
    clocked: &Clocked,
    sound: &Sound,
    thresholds: &Thresholds,
    flags: &mut Vec<Flag>,
) {
    let offset = seconds(transcript.start);
    let spans = word_spans(clocked, offset);
    let mut flag = |kind, severity, span: Span, value| {
        let span = (span.start + offset, span.end + offset);
        flags.push(Flag::new(kind, severity, span).value(value));
    };
    for invented in silence::text_on_silence(&spans, sound, thresholds) {
        let (start, end) = (invented.start, invented.end);
        let quiet = sound.levels.share_quiet(sound.quiet, start, end);
        flag(FlagKind::TextOnSilence, Severity::Error, invented, quiet);
    }
    // Text without times says nothing about where sound was not transcribed, unless there is none.
    if !spans.is_empty() || transcript.answer.text.trim().is_empty() {
        for (gap, loud) in silence::unheard(&spans, sound, thresholds) {
            flag(FlagKind::Coverage, Severity::Error, gap, loud);
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
