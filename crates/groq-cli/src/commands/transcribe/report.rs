//! A transcript as text, and how far it can be trusted.

use groq_audio::{
    Flag, OutputFormat, Quality, Severity, Transcript,
    subtitles::{self, Cue, Cues},
};

use groq_core::types::TranscriptionWord;

use super::recordings::Task;
use crate::{
    failure::Failure,
    session::Session,
    units::{self, counted},
};

/// The largest number of suspicious passages that are printed.
const MAX_FLAGS: usize = 12;

/// The transcript in a format.
pub(super) fn text(
    transcript: &Transcript,
    format: OutputFormat,
    task: Task,
) -> Result<String, Failure> {
    if task == Task::TranscribeWords {
        match format {
            OutputFormat::Srt => return Ok(subtitles::srt(&cues(transcript))),
            OutputFormat::Vtt => return Ok(subtitles::vtt(&cues(transcript))),
            OutputFormat::Text => return Ok(lines(transcript)),
            // JSON has the times of words anyway.
            _ => {}
        }
    }
    let mut bytes = Vec::new();
    transcript.write(&mut bytes, format, &Cues::default())?;
    let mut text = String::from_utf8(bytes)
        .map_err(|error| Failure::internal(format!("the transcript is not UTF-8: {error}")))?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// One cue per word.
fn cues(transcript: &Transcript) -> Vec<Cue> {
    let cue = |word: &TranscriptionWord| {
        let (start, end) = (milliseconds(word.start), milliseconds(word.end));
        Cue::new(start, end, [word.word.clone()])
    };
    transcript.words().iter().map(cue).collect()
}

/// One line per word.
fn lines(transcript: &Transcript) -> String {
    let mut lines = String::new();
    for word in transcript.words() {
        let text = word.word.trim();
        lines.push_str(&format!("{:.2}\t{:.2}\t{text}\n", word.start, word.end));
    }
    lines
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}

/// `clean`, `suspicious`, `unchecked`.
pub(super) fn quality(transcript: &Transcript) -> &'static str {
    match transcript.quality() {
        Quality::Clean => "clean",
        Quality::Unchecked => "unchecked",
        _ => "suspicious",
    }
}

/// Prints notes and suspicious passages, and, with `--verbose`, what was used.
pub(super) fn print(transcript: &Transcript, session: &Session) {
    let stderr = &session.stderr;
    for note in transcript.notes() {
        stderr.note(note);
    }
    if session.global.verbose {
        let stats = transcript.stats();
        let billed = transcript.usage().billed_audio.unwrap_or_default();
        stderr.note(format!(
            "{:.0} s of audio in {}, {}, {} from the journal, {:.0} s billed, {}",
            transcript.seconds(),
            counted(stats.pieces, "piece"),
            counted(stats.requests as usize, "request"),
            stats.from_journal,
            billed.as_secs_f64(),
            units::price(transcript.cost()),
        ));
    }
    let is_shown = |flag: &&Flag| session.global.verbose || flag.severity > Severity::Note;
    let flags: Vec<&Flag> = transcript.flags().iter().filter(is_shown).collect();
    stderr.note(match transcript.quality() {
        Quality::Clean => "quality: nothing suspicious".to_owned(),
        Quality::Unchecked => "quality: unchecked".to_owned(),
        _ => format!("quality: {} to check", counted(flags.len(), "passage")),
    });
    for flag in flags.iter().take(MAX_FLAGS) {
        stderr.note(format!("  {flag}"));
    }
    if flags.len() > MAX_FLAGS {
        let more = flags.len() - MAX_FLAGS;
        stderr.note(format!("  and {more} more; --format json has all of them"));
    }
}
