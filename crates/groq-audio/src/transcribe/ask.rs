//! One piece: from the journal, or asked, looked at, and asked again where that may help.

use std::pin::Pin;
use std::time::Duration;

use groq_types::VerboseTranscription;

use super::answers::Answered;
use super::job::Job;
use super::retry::{Unsent, send};
use crate::error::Error;
use crate::journal;
use crate::merge::{self, Heard, MergeOptions};
use crate::prepare::{PrepareOptions, Prepared};
use crate::progress::Event;
use crate::quality::{FlagKind, rate};
use crate::service::{Ask, Transcriber};
use crate::source::Source;
use crate::spool::PieceAudio;
use crate::task::language_code;

/// How often a piece may be halved: to a thousandth of its length.
const MOST_HALVINGS: u32 = 6;
/// Shorter pieces are not halved, in seconds.
const SHORTEST_HALVED: f64 = 8.0;

/// Gets the answer to one piece.
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
            let mut known = job.look_at(&prepared, found);
            known.from_journal = true;
            job.done(&known, halvings);
            return Ok(known);
        }
        let mut answered = ask(job, &prepared, halvings).await?;
        if halvings == 0 && (answered.is_suspicious() || is_sparse(job, &answered)) {
            answered = again(job, &prepared, answered).await;
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
        Ok((answer, attempts)) => {
            let mut answered = job.look_at(prepared, answer);
            answered.attempts = attempts;
            Ok(answered)
        }
        Err(Unsent::Failed(error)) => Err(error),
        Err(Unsent::TooLarge(failure)) => {
            if halvings >= MOST_HALVINGS || prepared.piece.seconds() < SHORTEST_HALVED {
                return Err(failure.into_error("transcribe the smallest piece", 1));
            }
            halve(job, prepared, halvings).await
        }
    }
}

async fn request_of<T: Transcriber>(job: &Job<T>, prepared: &Prepared) -> Ask {
    let (audio, seconds) = (prepared.audio.clone(), prepared.sound.sent_seconds);
    request(job, prepared.piece.index, audio, seconds).await
}

/// A request for a piece, or for what is around its end.
pub(super) async fn request<T: Transcriber>(
    job: &Job<T>,
    piece: usize,
    audio: PieceAudio,
    seconds: f64,
) -> Ask {
    let settings = &job.settings;
    let mut language = settings.language.clone();
    if language.is_none() && settings.pin_language && piece > 0 {
        language = job.pinned().await;
    }
    Ask {
        task: settings.task,
        model: settings.model.clone(),
        audio,
        seconds,
        language,
        prompt: settings.prompt.clone(),
        temperature: settings.temperature,
        times: settings.times(),
        piece,
    }
}

/// Asks again, with other cuts, within the budget for that, and takes the better answer.
async fn again<T: Transcriber>(job: &Job<T>, prepared: &Prepared, first: Answered) -> Answered {
    let seconds = prepared.sound.sent_seconds;
    if !job.may_ask_again(seconds) {
        return first;
    }
    let looping = first
        .flags
        .iter()
        .any(|flag| flag.kind == FlagKind::Repetition);
    let second = match seconds < SHORTEST_HALVED || looping && job.settings.prompt.is_some() {
        true => ask_plainly(job, prepared).await,
        false => halve(job, prepared, 0).await,
    };
    // The first answer was paid for, and is better than none.
    let Ok(mut second) = second else {
        return first;
    };
    let better = second.badness() < first.badness()
        || second.badness() <= first.badness() && second.facts.words > first.facts.words;
    second.attempts += first.attempts;
    second.asked_again = true;
    match better {
        true => second,
        false => Answered {
            attempts: second.attempts,
            asked_again: true,
            ..first
        },
    }
}

/// Asks again without the prompt, which may be what misleads the model.
async fn ask_plainly<T: Transcriber>(job: &Job<T>, prepared: &Prepared) -> Result<Answered, Error> {
    let mut request = request_of(job, prepared).await;
    request.prompt = None;
    match send(job, &request).await {
        Ok((answer, attempts)) => {
            let mut answered = job.look_at(prepared, answer);
            answered.attempts = attempts;
            Ok(answered)
        }
        Err(Unsent::Failed(error)) => Err(error),
        Err(Unsent::TooLarge(failure)) => Err(failure.into_error("ask again", 1)),
    }
}

/// Asks in two halves, cut in a pause, and joins the answers.
async fn halve<T: Transcriber>(
    job: &Job<T>,
    prepared: &Prepared,
    halvings: u32,
) -> Result<Answered, Error> {
    let piece = prepared.piece.index;
    job.tell(&Event::Halved { piece });
    let options = halves(job.settings.prepare(), prepared.sound.sent_seconds);
    let source = Source::piece(prepared.audio.clone());
    let (mut parts, _) = job.pieces(source, options, halvings + 1).await?;
    parts.sort_by_key(|part| part.piece.index);
    let attempts = parts.iter().map(|part| part.attempts).sum();
    let language = parts
        .iter()
        .find_map(|part| part.heard.answer.language.clone());
    let heard: Vec<Heard> = parts.into_iter().map(|part| part.heard).collect();
    let answer = joined(&heard, language, &job.settings.merge);
    let mut answered = job.look_at(prepared, answer);
    answered.attempts = attempts;
    Ok(answered)
}

/// Pieces of a little more than half the length.
pub(super) fn halves(mut options: PrepareOptions, seconds: f64) -> PrepareOptions {
    let longest = Duration::from_secs_f64((seconds * 0.6 + 1.0).clamp(4.0, 86_400.0));
    options.plan = options
        .plan
        .max_len(longest)
        .min_last(Duration::from_secs(1));
    options.pad(Duration::ZERO)
}

/// One answer out of several, on the clock of what they were cut from.
pub(super) fn joined(
    heard: &[Heard],
    language: Option<String>,
    options: &MergeOptions,
) -> VerboseTranscription {
    let merged = merge::merge(heard, options);
    let mut answer = VerboseTranscription::new(merged.text);
    answer.language = language;
    if !merged.words.is_empty() {
        answer.words = Some(merged.words);
    }
    if !merged.segments.is_empty() {
        answer.segments = Some(merged.segments);
    }
    answer
}

/// Whether an answer has far fewer words for its sound than those before it.
fn is_sparse<T: Transcriber>(job: &Job<T>, answered: &Answered) -> bool {
    let least = job
        .usual_rate()
        .map(|usual| usual * job.settings.thresholds.sparse);
    rate(&answered.facts)
        .zip(least)
        .is_some_and(|(rate, least)| rate < least)
}

/// The language of an answer as the service takes it.
pub(super) fn code_of(answer: &VerboseTranscription) -> Option<String> {
    answer.language.as_deref().and_then(language_code)
}

impl<T: Transcriber> Job<T> {
    /// The name of an answer in the journal.
    pub(super) fn key(&self, sha256: &str) -> String {
        journal::key(sha256, &self.settings.fingerprint())
    }
}
