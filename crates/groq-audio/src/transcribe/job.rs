//! What all pieces of a job share.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groq_core::limits::{Attempts, RateLimiter};
use groq_models::{Catalog, Usage};
use groq_types::VerboseTranscription;
use tokio::sync::watch;

use super::answers::Answered;
use super::settings::Settings;
use crate::clock::seconds;
use crate::error::{Error, blocking};
use crate::estimate::JobStats;
use crate::journal::{self, Journal};
use crate::merge::PieceTranscript;
use crate::prepare::Prepared;
use crate::progress::{Listener, TranscribeEvent};
use crate::quality::{Flag, FlagKind, PieceFacts, Severity, median_rate};
use crate::service::{PieceRequest, Transcriber, attempts};
use crate::spool::PieceAudio;

pub(super) struct Job<T> {
    pub(super) service: T,
    pub(super) settings: Arc<Settings>,
    pub(super) attempts: Attempts,
    journal: Option<Journal>,
    counts: Mutex<Counts>,
    /// The language of the first piece, once it is known.
    pinned: watch::Sender<Pinned>,
    /// The length of the recording in whole seconds, as its container states it; 0 if it does not.
    length: Arc<AtomicU64>,
}

/// What comes of a request.
pub(super) enum Landed {
    /// A piece, with its audio.
    Piece(Box<Answered>, PieceAudio),
    /// The audio around the cut after the piece with this number, if it could be sent.
    Boundary(usize, Option<PieceTranscript>),
}

pub(super) type Landing<'a> = Pin<Box<dyn Future<Output = Result<Landed, Error>> + Send + 'a>>;

/// Where decoding reports.
pub(super) struct Progress {
    listener: Listener,
    length: Arc<AtomicU64>,
}

impl Progress {
    pub(super) fn set_length(&self, seconds: Option<f64>) {
        let seconds = seconds.unwrap_or(0.0) as u64;
        self.length.store(seconds, Ordering::Relaxed);
    }

    pub(super) fn emit(&self, event: &TranscribeEvent) {
        self.listener.emit(event);
    }
}

/// The language of the first piece.
enum Pinned {
    NotYet,
    Known(Option<String>),
}

#[derive(Default)]
struct Counts {
    usage: Usage,
    stats: JobStats,
    facts: Vec<PieceFacts>,
    /// Why pieces were refused, with their places.
    refusals: Vec<(String, Error)>,
    /// Seconds that were sent, and of these, again.
    seconds: f64,
    again: f64,
}

impl<T: Transcriber> Job<T> {
    pub(super) async fn new(
        service: T,
        settings: Settings,
        limiter: &Arc<dyn RateLimiter>,
    ) -> Result<Self, Error> {
        let journal = match settings.journal.clone() {
            None => None,
            Some(path) => {
                Some(blocking("opening the journal", move || Journal::open(&path)).await?)
            }
        };
        Ok(Self {
            service,
            attempts: attempts(limiter, settings.max_retries, settings.max_wait),
            journal,
            counts: Mutex::default(),
            pinned: watch::Sender::new(Pinned::NotYet),
            length: Arc::default(),
            settings: Arc::new(settings),
        })
    }

    /// Where decoding reports; none for what is only a part of the recording.
    pub(super) fn decoding(&self, halvings: u32) -> Option<Progress> {
        (halvings == 0).then(|| Progress {
            listener: self.settings.listener.clone(),
            length: Arc::clone(&self.length),
        })
    }

    pub(super) fn emit(&self, event: &TranscribeEvent) {
        self.settings.listener.emit(event);
    }

    /// Checks the transcription of a piece.
    pub(super) fn check(&self, prepared: &Prepared, answer: VerboseTranscription) -> Answered {
        let (sound, thresholds) = (&prepared.sound, &self.settings.thresholds);
        Answered::new(
            prepared.piece,
            prepared.origin,
            answer,
            Some(sound),
            thresholds,
        )
    }

    /// A piece that the service refuses leaves a gap, which is marked.
    pub(super) fn refused(&self, prepared: &Prepared, error: Error) -> Answered {
        let piece = prepared.piece;
        let span = (seconds(piece.start), seconds(piece.end));
        let (start, end) = span;
        let place = format!("{start:.1} s to {end:.1} s are missing: {error}");
        self.counts().refusals.push((place, error));
        let mut answered = self.check(prepared, VerboseTranscription::new(""));
        let mut flag = Flag::new(FlagKind::Refused, Severity::Error, span);
        flag.piece = piece.index;
        answered.flags = vec![flag];
        self.done(&answered, 0);
        answered
    }

    /// What is missing because it was refused; an error if that is everything.
    pub(super) fn refusals(&self, pieces: usize) -> Result<Vec<String>, Error> {
        let mut refusals = std::mem::take(&mut self.counts().refusals);
        if !refusals.is_empty() && refusals.len() == pieces {
            return Err(refusals.swap_remove(0).1);
        }
        Ok(refusals.into_iter().map(|(place, _)| place).collect())
    }

    /// The name of a transcription in the journal.
    pub(super) fn key(&self, sha256: &str) -> String {
        journal::key(sha256, &self.settings.fingerprint())
    }

    /// Looks for an answer in the journal.
    pub(super) async fn find(&self, key: &str) -> Option<VerboseTranscription> {
        let (journal, key) = (self.journal.clone()?, key.to_owned());
        blocking("reading the journal", move || Ok(journal.find(&key)))
            .await
            .ok()?
    }

    pub(super) async fn write(&self, key: String, answered: &Answered) -> Result<(), Error> {
        let span = (answered.piece.start, answered.piece.end);
        let answer = answered.transcript.answer.clone();
        self.keep(key, span, answer).await
    }

    /// Puts an answer into the journal.
    pub(super) async fn keep(
        &self,
        key: String,
        span: (u64, u64),
        answer: VerboseTranscription,
    ) -> Result<(), Error> {
        match self.journal.clone() {
            None => Ok(()),
            Some(journal) => {
                let add = move || journal.add(key, span, answer);
                blocking("writing the journal", add).await
            }
        }
    }

    /// A piece of the recording is done.
    pub(super) fn done(&self, answered: &Answered, halvings: u32) {
        if halvings > 0 {
            return;
        }
        let (piece, from_journal) = (answered.piece.index, answered.from_journal);
        let mut counts = self.counts();
        counts.stats.from_journal += usize::from(from_journal);
        counts.facts.push(answered.facts.clone());
        drop(counts);
        if piece == 0 {
            let language = code_of(&self.settings.catalog, &answered.transcript.answer);
            self.pinned.send_replace(Pinned::Known(language));
        }
        self.emit(&TranscribeEvent::Done {
            piece,
            from_journal,
        });
    }

    /// The language of the first piece.
    pub(super) async fn pinned(&self) -> Option<String> {
        let mut pinned = self.pinned.subscribe();
        let known = pinned
            .wait_for(|it| matches!(it, Pinned::Known(_)))
            .await
            .ok()?;
        match &*known {
            Pinned::Known(language) => language.clone(),
            Pinned::NotYet => None,
        }
    }

    pub(super) fn count_request(&self, request: &PieceRequest, answered: bool) {
        let mut counts = self.counts();
        counts.stats.requests += 1;
        counts.stats.sent_bytes += request.audio.len();
        if answered {
            counts.usage += self.settings.usage(request.seconds);
            counts.seconds += request.seconds;
        }
    }

    /// Takes seconds from the budget for sending suspicious pieces again. The first time is free.
    pub(super) fn may_recheck(&self, seconds: f64) -> bool {
        let share = self.settings.recheck_share;
        let length = self.length.load(Ordering::Relaxed) as f64;
        let mut counts = self.counts();
        let most = share * counts.seconds.max(length);
        let first = counts.stats.rechecks == 0;
        let allowed = share > 0.0 && (first || counts.again + seconds <= most);
        if allowed {
            counts.again += seconds;
            counts.stats.rechecks += 1;
        }
        allowed
    }

    /// The usual number of words for a second of sound, so far.
    pub(super) fn usual_rate(&self) -> Option<f64> {
        median_rate(self.counts().facts.iter())
    }

    pub(super) fn totals(&self) -> (Usage, JobStats) {
        let counts = self.counts();
        (counts.usage, counts.stats)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The language of an answer as the service takes it.
fn code_of(catalog: &Catalog, answer: &VerboseTranscription) -> Option<String> {
    let language = answer.language.as_deref()?;
    catalog.language_code(language).map(str::to_owned)
}
