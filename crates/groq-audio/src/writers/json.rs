//! The two JSON forms.

use std::io::{self, Write};

use groq_models::Cost;
use groq_types::{AudioDuration, TranscriptionSegment, TranscriptionWord, VerboseTranscription};
use serde::Serialize;

use crate::merge::{Join, JoinKind};
use crate::quality::Flag;
use crate::task::Task;
use crate::transcript::{Quality, Transcript};

/// The form's name and version: keys are only ever added to it.
const FORMAT: &str = "groq-audio/1";

#[derive(Serialize)]
struct Own<'a> {
    format: &'static str,
    quality: Quality,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    text: &'a str,
    words: &'a [TranscriptionWord],
    segments: &'a [TranscriptionSegment],
    joins: Vec<OwnJoin>,
    flags: &'a [Flag],
    stats: OwnStats,
    notes: &'a [String],
}

#[derive(Serialize)]
struct OwnJoin {
    at: f64,
    kind: JoinKind,
    agreed: usize,
    sureness: f64,
}

#[derive(Serialize)]
struct OwnStats {
    pieces: usize,
    requests: u32,
    from_journal: usize,
    rechecks: u32,
    billed_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dollars: Option<f64>,
}

pub(super) fn write(transcript: &Transcript, out: &mut impl Write) -> io::Result<()> {
    let stats = transcript.stats();
    let billed = transcript.usage().billed_audio.unwrap_or_default();
    let own = Own {
        format: FORMAT,
        quality: transcript.quality(),
        seconds: thousandths(transcript.seconds()),
        language: transcript.language(),
        model: transcript.model.as_deref(),
        text: transcript.text(),
        words: &rounded_words(transcript),
        segments: &rounded_segments(transcript),
        joins: joins(transcript),
        flags: transcript.flags(),
        stats: OwnStats {
            pieces: stats.pieces,
            requests: stats.requests,
            from_journal: stats.from_journal,
            rechecks: stats.rechecks,
            billed_seconds: thousandths(billed.as_secs_f64()),
            dollars: transcript.cost().map(Cost::as_dollars_f64),
        },
        notes: transcript.notes(),
    };
    pretty(&own, out)
}

pub(super) fn write_verbose(transcript: &Transcript, out: &mut impl Write) -> io::Result<()> {
    let task = match transcript.task {
        Task::Transcribe => "transcribe",
        Task::Translate => "translate",
    };
    let mut verbose = VerboseTranscription::new(transcript.text())
        .with_task(task)
        .with_duration(AudioDuration::Seconds(thousandths(transcript.seconds())))
        .with_segments(rounded_segments(transcript));
    verbose.language = transcript.language().map(str::to_owned);
    if !transcript.words().is_empty() {
        verbose = verbose.with_words(rounded_words(transcript));
    }
    pretty(&verbose, out)
}

fn pretty(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn joins(transcript: &Transcript) -> Vec<OwnJoin> {
    let own = |join: &Join| OwnJoin {
        at: thousandths(join.at),
        kind: join.kind,
        agreed: join.agreed,
        sureness: thousandths(join.sureness),
    };
    transcript.joins().iter().map(own).collect()
}

fn rounded_words(transcript: &Transcript) -> Vec<TranscriptionWord> {
    let round = |word: &TranscriptionWord| {
        let (start, end) = (thousandths(word.start), thousandths(word.end));
        word.clone().with_start(start).with_end(end)
    };
    transcript.words().iter().map(round).collect()
}

fn rounded_segments(transcript: &Transcript) -> Vec<TranscriptionSegment> {
    let round = |segment: &TranscriptionSegment| {
        let (start, end) = (thousandths(segment.start), thousandths(segment.end));
        segment.clone().with_start(start).with_end(end)
    };
    transcript.segments().iter().map(round).collect()
}

fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
