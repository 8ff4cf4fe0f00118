//! Answers into a transcript.

use groq_models::{Billing, Usage};

use super::answers::Answered;
use super::settings::Settings;
use crate::clock::seconds;
use crate::estimate::JobStats;
use crate::merge::{PieceTranscript, merge};
use crate::plan::Piece;
use crate::prepare::Summary;
use crate::progress::TranscribeEvent;
use crate::quality::{Flag, FlagKind, PieceFacts, Severity, check_whole, usual_language};
use crate::transcript::{PieceReport, Transcript};

/// Joins all answers, and says what is suspicious about the whole.
pub(super) fn transcript(
    mut answered: Vec<Answered>,
    summary: Summary,
    (usage, mut stats): (Usage, JobStats),
    settings: &Settings,
) -> Transcript {
    answered.sort_by_key(|piece| piece.piece.index);
    let pieces: Vec<Piece> = answered.iter().map(|piece| piece.piece).collect();
    let facts: Vec<PieceFacts> = answered.iter().map(|piece| piece.facts.clone()).collect();
    let reports = answered.iter().map(report).collect();
    let mut flags: Vec<Flag> = Vec::new();
    let mut parts: Vec<PieceTranscript> = Vec::with_capacity(answered.len());
    for piece in answered {
        flags.extend(piece.flags);
        parts.push(piece.transcript);
    }
    let merged = merge(&parts, &settings.merge);
    drop(parts);
    flags.extend(check_whole(
        &pieces,
        &facts,
        &merged.joins,
        &settings.thresholds,
    ));
    if summary.silenced > 0.0 {
        flags.push(damaged(&summary));
    }
    if let Some(missing) = summary.missing {
        let seconds = missing.seconds.unwrap_or(0.0);
        let span = (missing.from, missing.from + seconds);
        flags.push(Flag::new(FlagKind::Incomplete, Severity::Error, span).value(seconds));
    }
    flags.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
    let words = if merged.words.is_empty() {
        merged.segments.len()
    } else {
        merged.words.len()
    };
    settings.listener.emit(&TranscribeEvent::Merged {
        pieces: pieces.len(),
        words,
    });
    stats.pieces = pieces.len();
    let mut transcript = Transcript::new(merged, seconds(summary.samples));
    transcript.language = usual_language(&facts).map(str::to_owned);
    transcript.task = settings.task;
    transcript.model = Some(settings.model.clone());
    transcript.flags = flags;
    transcript.pieces = reports;
    transcript.usage = usage;
    transcript.cost = settings
        .catalog
        .cost(&settings.model, &usage, Billing::OnDemand);
    transcript.stats = stats;
    transcript.notes = summary.notes;
    transcript
}

/// Silence stands where there may have been words.
fn damaged(summary: &Summary) -> Flag {
    let whole = (0.0, seconds(summary.samples));
    Flag::new(FlagKind::Damaged, Severity::Error, whole).value(summary.silenced)
}

/// Nothing about the sound is known.
pub(super) fn unchecked(seconds: f64) -> Flag {
    Flag::new(FlagKind::Unchecked, Severity::Warning, (0.0, seconds))
}

fn report(answered: &Answered) -> PieceReport {
    PieceReport {
        piece: answered.piece,
        attempts: answered.attempts,
        from_journal: answered.from_journal,
        rechecked: answered.rechecked,
        language: answered.facts.language.clone(),
    }
}
