//! What all pieces of a job share, and the loop that keeps several of them in flight.

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groq_types::VerboseTranscription;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use super::answers::Answered;
use super::ask::{answer, code_of};
use super::bridge::{self, Edges};
use super::settings::Settings;
use crate::error::{Error, ErrorKind};
use groq_models::Usage;

use crate::estimate::JobStats;
use crate::journal::Journal;
use crate::merge::Heard;
use crate::pace::Pace;
use crate::prepare::{self, PrepareOptions, Prepared, Step, Summary};
use crate::progress::Event;
use crate::quality::{PieceFacts, median_rate};
use crate::service::{Ask, Transcriber};
use crate::source::Source;
use crate::spool::PieceAudio;

/// How many seconds are decoded between two events.
const SECONDS_AN_EVENT: f64 = 10.0;

pub(super) struct Job<T> {
    pub(super) service: T,
    pub(super) settings: Arc<Settings>,
    pub(super) pace: Arc<Pace>,
    journal: Option<Journal>,
    counts: Mutex<Counts>,
    /// The language of the first piece, once it is known.
    pinned: watch::Sender<Pinned>,
    /// The length of the recording in whole seconds, as its container gives it; 0 if it does not.
    length: Arc<AtomicU64>,
}

/// What comes of a request.
pub(super) enum Landed {
    /// A piece, with its audio.
    Piece(Box<Answered>, PieceAudio),
    /// What was heard around the cut after the piece with this number, if it could be asked.
    Bridge(usize, Option<Heard>),
}

pub(super) type Landing<'a> = Pin<Box<dyn Future<Output = Result<Landed, Error>> + Send + 'a>>;

/// What the first piece tells the others.
enum Pinned {
    NotYet,
    Known(Option<String>),
}

#[derive(Default)]
struct Counts {
    usage: Usage,
    stats: JobStats,
    facts: Vec<PieceFacts>,
    /// Seconds that were asked for, and of these, again.
    seconds: f64,
    again: f64,
}

impl<T: Transcriber> Job<T> {
    pub(super) async fn new(
        service: T,
        settings: Settings,
        pace: Arc<Pace>,
    ) -> Result<Self, Error> {
        let journal = match settings.journal.clone() {
            None => None,
            Some(path) => Some(off_thread(move || Journal::open(&path)).await?),
        };
        Ok(Self {
            service,
            pace,
            journal,
            counts: Mutex::default(),
            pinned: watch::Sender::new(Pinned::NotYet),
            length: Arc::default(),
            settings: Arc::new(settings),
        })
    }

    /// Prepares a source on a thread of its own, and gets the answers of its pieces, in whatever order they come.
    pub(super) async fn pieces(
        &self,
        source: Source,
        options: PrepareOptions,
        halvings: u32,
    ) -> Result<(Vec<Answered>, Summary), Error> {
        let (sender, mut ready) = mpsc::channel(1);
        let listener = self.settings.listener.clone();
        let length = Arc::clone(&self.length);
        let mut told = 0.0;
        let mut worker = spawn_blocking(move || {
            prepare::run(source, &options, |step| match step {
                // Where nobody waits for pieces any more, decoding stops.
                Step::Ready(piece) => match sender.blocking_send(piece) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
                Step::Decoded(seconds, total) => {
                    if halvings == 0 {
                        length.store(total.unwrap_or(0.0) as u64, Ordering::Relaxed);
                    }
                    if halvings == 0 && seconds >= told + SECONDS_AN_EVENT {
                        told = seconds;
                        listener.tell(&Event::Decoded { seconds, total });
                    }
                    match sender.is_closed() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    }
                }
            })
        });
        let most = self.settings.in_flight.max(1);
        let mut flying: FuturesUnordered<Landing<'_>> = FuturesUnordered::new();
        let mut answered: Vec<Answered> = Vec::new();
        let mut edges = Edges::default();
        let mut summary = None;
        loop {
            tokio::select! {
                Some(landed) = flying.next(), if !flying.is_empty() => match landed? {
                    Landed::Piece(piece, audio) => {
                        answered.push(*piece);
                        if halvings == 0 {
                            flying.extend(edges.landed(self, &answered, audio));
                        }
                    }
                    Landed::Bridge(left, Some(heard)) => {
                        bridge::extend(&mut answered, left, heard, &self.settings.merge);
                    }
                    Landed::Bridge(_, None) => {}
                },
                piece = ready.recv(), if summary.is_none() && flying.len() < most => match piece {
                    Some(piece) => flying.push(self.start(*piece, halvings)),
                    None => summary = Some(finished((&mut worker).await)?),
                },
                else => break,
            }
        }
        Ok((answered, summary.unwrap_or_default()))
    }

    fn start(&self, prepared: Prepared, halvings: u32) -> Landing<'_> {
        if halvings == 0 {
            let piece = prepared.piece;
            self.tell(&Event::Planned { piece });
        }
        let audio = prepared.audio.clone();
        let answer = answer(self, prepared, halvings);
        Box::pin(async move { Ok(Landed::Piece(Box::new(answer.await?), audio)) })
    }

    pub(super) fn tell(&self, event: &Event) {
        self.settings.listener.tell(event);
    }

    /// Looks at an answer to a piece.
    pub(super) fn look_at(&self, prepared: &Prepared, answer: VerboseTranscription) -> Answered {
        let (sound, thresholds) = (&prepared.sound, &self.settings.thresholds);
        Answered::new(
            prepared.piece,
            prepared.origin,
            answer,
            Some(sound),
            thresholds,
        )
    }

    /// Looks for an answer in the journal.
    pub(super) async fn find(&self, key: &str) -> Option<VerboseTranscription> {
        let (journal, key) = (self.journal.clone()?, key.to_owned());
        off_thread(move || Ok(journal.find(&key))).await.ok()?
    }

    pub(super) async fn write(&self, key: String, answered: &Answered) -> Result<(), Error> {
        let span = (answered.piece.start, answered.piece.end);
        let answer = answered.heard.answer.clone();
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
            Some(journal) => off_thread(move || journal.add(key, span, answer)).await,
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
            let language = code_of(&answered.heard.answer);
            self.pinned.send_replace(Pinned::Known(language));
        }
        self.tell(&Event::Done {
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

    pub(super) fn count_request(&self, ask: &Ask, answered: bool) {
        let mut counts = self.counts();
        counts.stats.requests += 1;
        counts.stats.sent_bytes += ask.audio.len();
        if answered {
            let length = Duration::try_from_secs_f64(ask.seconds).unwrap_or_default();
            counts.usage += Usage::default().audio(length);
            counts.seconds += ask.seconds;
        }
    }

    /// Takes so many seconds from the budget for asking again; the first time is free.
    pub(super) fn may_ask_again(&self, seconds: f64) -> bool {
        let share = self.settings.ask_again;
        let length = self.length.load(Ordering::Relaxed) as f64;
        let mut counts = self.counts();
        let most = share * counts.seconds.max(length);
        let first = counts.stats.asked_again == 0;
        let allowed = share > 0.0 && (first || counts.again + seconds <= most);
        if allowed {
            counts.again += seconds;
            counts.stats.asked_again += 1;
        }
        allowed
    }

    /// The usual number of words for a second of sound, so far.
    pub(super) fn usual_rate(&self) -> Option<f64> {
        median_rate(self.counts().facts.iter())
    }

    pub(super) fn usage(&self) -> (Usage, JobStats) {
        let counts = self.counts();
        (counts.usage, counts.stats)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs what blocks on a thread that may.
pub(super) async fn off_thread<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    finished(spawn_blocking(work).await)
}

/// A decoder that panics on a file has found a damaged one.
fn finished<R>(joined: Result<Result<R, Error>, tokio::task::JoinError>) -> Result<R, Error> {
    joined.unwrap_or_else(|cause| {
        let message = "the audio made the decoder fail";
        Err(Error::new(ErrorKind::Corrupt, message).with_source(cause))
    })
}
