//! The loop that keeps several pieces in flight, and what becomes of each: from the journal, or sent, checked, and sent
//! again where that may help.

use std::ops::ControlFlow;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::answers::Answered;
use super::boundary::{self, Edges};
use super::job::{Job, Landed, Landing};
use super::request::{halves, joined, request_of};
use super::send::{Unsent, send};
use crate::SAMPLE_RATE;
use crate::decode::{Decoder, Recording};
use crate::error::Error;
use crate::merge::PieceTranscript;
use crate::prepare::{self, PrepareOptions, Prepared, Step, Summary};
use crate::progress::TranscribeEvent;
use crate::quality::{Flag, FlagKind, rate};
use crate::service::Transcriber;
use crate::source::Source;

/// How many seconds are decoded between two events.
const SECONDS_AN_EVENT: f64 = 10.0;
/// How often a piece may be halved: to a thousandth of its length.
const MAX_HALVINGS: u32 = 6;
/// Shorter pieces are not halved, in seconds.
const SHORTEST_HALVED: f64 = 8.0;

/// Prepares a recording on a thread of its own, and transcribes its pieces, in whatever order they are ready.
pub(super) async fn pieces<T: Transcriber>(
    job: &Job<T>,
    open: impl FnOnce() -> Result<Decoder, Error> + Send + 'static,
    options: PrepareOptions,
    halvings: u32,
) -> Result<(Vec<Answered>, Summary), Error> {
    let (sender, mut ready) = mpsc::channel(1);
    let progress = job.decoding(halvings);
    let mut reported = 0.0;
    let mut worker = spawn_blocking(move || {
        prepare::run(open()?, &options, |step| {
            let goes_on = match step {
                // Decoding stops when the job was dropped.
                Step::Ready(piece) => sender.blocking_send(piece).is_ok(),
                Step::Decoded(seconds, total) => {
                    if let Some(progress) = &progress {
                        progress.set_length(total);
                        if seconds >= reported + SECONDS_AN_EVENT {
                            reported = seconds;
                            progress.emit(&TranscribeEvent::Decoded { seconds, total });
                        }
                    }
                    !sender.is_closed()
                }
            };
            if goes_on {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    });
    let max = job.settings.max_concurrency.max(1);
    let mut in_flight: FuturesUnordered<Landing<'_>> = FuturesUnordered::new();
    let mut answered: Vec<Answered> = Vec::new();
    let mut edges = Edges::default();
    let mut summary = None;
    loop {
        tokio::select! {
            Some(landed) = in_flight.next(), if !in_flight.is_empty() => match landed? {
                Landed::Piece(piece, audio) => {
                    answered.push(*piece);
                    if halvings == 0 {
                        in_flight.extend(edges.landed(job, &answered, audio));
                    }
                }
                Landed::Boundary(left, Some(between)) => {
                    boundary::extend(&mut answered, left, between, &job.settings.merge);
                }
                Landed::Boundary(_, None) => {}
            },
            piece = ready.recv(), if summary.is_none() && in_flight.len() < max => match piece {
                Some(piece) => in_flight.push(start(job, *piece, halvings)),
                None => {
                    let joined = (&mut worker).await;
                    summary = Some(joined.map_err(|cause| Error::of_task("decoding", cause))??);
                }
            },
            else => break,
        }
    }
    let mut summary = summary.unwrap_or_default();
    if halvings == 0 {
        summary.notes.extend(job.refusals(answered.len())?);
    }
    Ok((answered, summary))
}

fn start<T: Transcriber>(job: &Job<T>, prepared: Prepared, halvings: u32) -> Landing<'_> {
    if halvings == 0 {
        let piece = prepared.piece;
        job.emit(&TranscribeEvent::Planned { piece });
    }
    Box::pin(async move {
        let (audio, piece) = (prepared.audio.clone(), prepared.clone());
        let answered = match answer(job, prepared, halvings).await {
            // What is wrong with one piece does not end the job.
            Err(error) if halvings == 0 && matches!(error.status(), Some(400 | 413 | 422)) => {
                job.refused(&piece, error)
            }
            answered => answered?,
        };
        Ok(Landed::Piece(Box::new(answered), audio))
    })
}

/// Gets the transcription of one piece. It is boxed because the halves of a piece are pieces.
pub(super) fn answer<T: Transcriber>(
    job: &Job<T>,
    prepared: Prepared,
    halvings: u32,
) -> Pin<Box<dyn Future<Output = Result<Answered, Error>> + Send + '_>> {
    Box::pin(async move {
        let key = prepared.sha256.as_deref().map(|sha| job.key(sha));
        if let Some(key) = &key
            && let Some(found) = job.find(key).await
        {
            let mut known = job.check(&prepared, found);
            known.from_journal = true;
            job.done(&known, halvings);
            return Ok(known);
        }
        let mut answered = ask(job, &prepared, halvings).await?;
        if halvings == 0 && (answered.is_suspicious() || is_sparse(job, &answered)) {
            answered = recheck(job, &prepared, answered).await;
        }
        if let Some(key) = key {
            job.write(key, &answered).await?;
        }
        job.done(&answered, halvings);
        Ok(answered)
    })
}

async fn ask<T: Transcriber>(
    job: &Job<T>,
    prepared: &Prepared,
    halvings: u32,
) -> Result<Answered, Error> {
    let request = request_of(job, prepared).await;
    match send(job, &request).await {
        Ok((transcription, attempts)) => {
            let mut answered = job.check(prepared, transcription);
            answered.attempts = attempts;
            Ok(answered)
        }
        Err(Unsent::TooLarge(_))
            if halvings < MAX_HALVINGS && prepared.piece.seconds() >= SHORTEST_HALVED =>
        {
            halve(job, prepared, halvings).await
        }
        Err(unsent) => Err(unsent.into_error("transcribe the smallest piece")),
    }
}

/// Sends a suspicious piece again, with other cuts, within the budget for that, and keeps the better transcription.
async fn recheck<T: Transcriber>(job: &Job<T>, prepared: &Prepared, first: Answered) -> Answered {
    let seconds = prepared.sound.sent_seconds;
    if !job.may_recheck(seconds) {
        return first;
    }
    let looping = first
        .flags
        .iter()
        .any(|flag| flag.kind == FlagKind::Repetition);
    let second = if seconds < SHORTEST_HALVED || looping && job.settings.prompt.is_some() {
        ask_without_prompt(job, prepared).await
    } else {
        halve(job, prepared, 0).await
    };
    // The first transcription was paid for, and is better than none.
    let Ok(mut second) = second else {
        return first;
    };
    let is_better = second.badness() < first.badness()
        || second.badness() <= first.badness() && second.facts.words > first.facts.words;
    second.attempts += first.attempts;
    second.rechecked = true;
    if is_better {
        return second;
    }
    Answered {
        attempts: second.attempts,
        rechecked: true,
        ..first
    }
}

/// Sends a piece without the prompt, which may be what misleads the model.
async fn ask_without_prompt<T: Transcriber>(
    job: &Job<T>,
    prepared: &Prepared,
) -> Result<Answered, Error> {
    let mut request = request_of(job, prepared).await;
    request.prompt = None;
    let sent = send(job, &request).await;
    let (transcription, attempts) = sent.map_err(|unsent| unsent.into_error("recheck a piece"))?;
    let mut answered = job.check(prepared, transcription);
    answered.attempts = attempts;
    Ok(answered)
}

/// Sends a piece in two halves, cut in a pause, and joins the transcriptions.
async fn halve<T: Transcriber>(
    job: &Job<T>,
    prepared: &Prepared,
    halvings: u32,
) -> Result<Answered, Error> {
    let piece = prepared.piece.index;
    job.emit(&TranscribeEvent::Halved { piece });
    let options = halves(job.settings.prepare(), prepared.sound.sent_seconds);
    let source = Source::piece(prepared.audio.clone());
    let decode = options.decode();
    let open = move || Recording::open(source, &decode)?.into_decoder();
    let (mut parts, _) = pieces(job, open, options, halvings + 1).await?;
    parts.sort_by_key(|part| part.piece.index);
    let attempts = parts.iter().map(|part| part.attempts).sum();
    let language = parts
        .iter()
        .find_map(|part| part.transcript.answer.language.clone());
    // What was left out at the end of a half is a hole within the piece.
    let shift = prepared.origin as f64 / f64::from(SAMPLE_RATE);
    let mut holes: Vec<Flag> = parts.iter().flat_map(|part| part.flags.clone()).collect();
    holes.retain(|flag| flag.kind == FlagKind::Coverage);
    let parts: Vec<PieceTranscript> = parts.into_iter().map(|part| part.transcript).collect();
    let transcription = joined(&parts, language, &job.settings.merge);
    let mut answered = job.check(prepared, transcription);
    for mut hole in holes {
        (hole.start, hole.end) = (hole.start + shift, hole.end + shift);
        hole.piece = piece;
        let mut known = answered.flags.iter().filter(|flag| flag.kind == hole.kind);
        if !known.any(|flag| flag.start < hole.end && hole.start < flag.end) {
            answered.flags.push(hole);
        }
    }
    answered.attempts = attempts;
    Ok(answered)
}

/// Whether a transcription has far fewer words for its sound than those before it.
fn is_sparse<T: Transcriber>(job: &Job<T>, answered: &Answered) -> bool {
    let least = job
        .usual_rate()
        .map(|usual| usual * job.settings.thresholds.sparse);
    rate(&answered.facts)
        .zip(least)
        .is_some_and(|(rate, least)| rate < least)
}
