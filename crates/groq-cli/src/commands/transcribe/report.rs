//! A transcript as text, and how far it can be trusted.

use groq_audio::{
    Cues, Flag, Severity, Transcript, Verdict,
    subtitles::{self, Cue},
};

use super::{Format, counted};
use crate::{
    failure::Failure,
    session::{Session, dollars},
};

/// The most suspicions that are told of.
const MOST: usize = 12;

/// The transcript in a form.
pub(super) fn text(
    transcript: &Transcript,
    format: Format,
    words: bool,
) -> Result<String, Failure> {
    if words {
        match format {
            Format::Srt => return Ok(subtitles::srt(&cues(transcript))),
            Format::Vtt => return Ok(subtitles::vtt(&cues(transcript))),
            Format::Txt => return Ok(lines(transcript)),
            // It has the times of words anyway.
            Format::Json => {}
        }
    }
    let mut bytes = Vec::new();
    transcript.write(&mut bytes, format.into(), &Cues::default())?;
    let mut text = String::from_utf8(bytes)
        .map_err(|error| Failure::internal(format!("the transcript is no text: {error}")))?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// A cue for each word.
fn cues(transcript: &Transcript) -> Vec<Cue> {
    let words = transcript.words().iter();
    words
        .map(|word| {
            Cue::new(
                milliseconds(word.start),
                milliseconds(word.end),
                [word.word.clone()],
            )
        })
        .collect()
}

/// A line for each word.
fn lines(transcript: &Transcript) -> String {
    let words = transcript.words().iter();
    words
        .map(|word| format!("{:.2}\t{:.2}\t{}\n", word.start, word.end, word.word.trim()))
        .collect()
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
pub(super) fn verdict(transcript: &Transcript) -> &'static str {
    match transcript.verdict() {
        Verdict::Clean => "clean",
        Verdict::Unchecked => "unchecked",
        _ => "suspicious",
    }
}

/// Tells what is suspicious, and, with `--verbose`, what it took.
pub(super) fn tell(transcript: &Transcript, session: &Session) {
    let talk = &session.talk;
    for note in transcript.notes() {
        talk.note(note);
    }
    if session.global.verbose {
        let usage = transcript.usage();
        let price = usage
            .dollars
            .map_or_else(|| "price unknown".to_owned(), dollars);
        talk.note(format!(
            "{:.0} s of audio in {}, {}, {} from the journal, {:.0} s billed, {price}",
            transcript.seconds(),
            counted(usage.pieces, "piece"),
            counted(usage.requests as usize, "request"),
            usage.from_journal,
            usage.billed_seconds,
        ));
    }
    let telling = |flag: &&Flag| session.global.verbose || flag.severity > Severity::Note;
    let flags: Vec<&Flag> = transcript.flags().iter().filter(telling).collect();
    match transcript.verdict() {
        Verdict::Clean => talk.note("quality: nothing suspicious"),
        Verdict::Unchecked => talk.note("quality: unchecked"),
        _ => talk.note(format!(
            "quality: {} to look at",
            counted(flags.len(), "passage")
        )),
    }
    for flag in flags.iter().take(MOST) {
        talk.note(format!("  {flag}"));
    }
    if flags.len() > MOST {
        talk.note(format!(
            "  and {} more; --format json has them all",
            flags.len() - MOST
        ));
    }
}
