//! A service that fails, refuses, and is slow; jobs that are killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use groq_audio::{
    Failure, FlagKind, LongAudio, PieceOptions, PieceRequest, PieceResponse, Quality, Source,
    Storage, TranscribeEvent, Transcriber,
};

use crate::recognizer::{Blemishes, CLEAN, MILD, Recognizer};
use crate::score::{texts, word_errors};
use crate::speech::{Manner, Talk};

fn talk() -> Talk {
    Talk::new(60, Manner::Pauses, 21)
}

fn source(talk: &Talk) -> Source {
    Source::pcm(talk.reader(), 16_000, 1)
}

fn short_pieces() -> PieceOptions {
    PieceOptions::new().max_len(Duration::from_secs(12))
}

#[tokio::test]
async fn random_failures_change_nothing() {
    let faults = [0.10, 0.05, 0.03, 0.02];
    let service = Recognizer::new(Blemishes { faults, ..MILD });
    let talk = talk();
    let retries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&retries);
    let job = LongAudio::new(&service)
        .pieces(short_pieces())
        .on_event(move |event| {
            let retry = matches!(event, TranscribeEvent::Retrying { .. });
            counted.fetch_add(usize::from(retry), Ordering::SeqCst);
        });
    let mut wrong = 0;
    for _ in 0..4 {
        let transcript = job
            .transcribe(source(&talk))
            .await
            .expect("it gets through");
        wrong += word_errors(&talk.texts(), &texts(&transcript));
    }
    assert_eq!(wrong, 0);
    assert!(retries.load(Ordering::SeqCst) > 0, "there were failures");
}

#[tokio::test]
async fn a_413_halves_the_piece() {
    // Ten seconds of this speech have about 200 kB.
    let service = Recognizer::new(Blemishes {
        most_bytes: 220_000,
        ..CLEAN
    });
    let talk = talk();
    for storage in [Storage::File, Storage::Memory] {
        let job = LongAudio::new(&service).storage(storage);
        let transcript = job.transcribe(source(&talk)).await.expect("in halves");
        assert_eq!(texts(&transcript), talk.texts());
        assert_eq!(transcript.pieces().len(), 1);
    }
    assert!(service.calls() > 6);
}

/// Takes so long that the next piece is always ready before.
#[derive(Clone)]
struct Slow {
    inner: Recognizer,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Transcriber for Slow {
    async fn transcribe(&self, ask: PieceRequest) -> Result<PieceResponse, Failure> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let reply = self.inner.transcribe(ask).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        reply
    }
}

#[tokio::test]
async fn several_pieces_fly_at_once_but_not_too_many() {
    let service = Slow {
        inner: Recognizer::new(CLEAN),
        now: Arc::default(),
        most: Arc::default(),
    };
    let talk = Talk::new(30, Manner::Pauses, 21);
    let job = LongAudio::new(&service)
        .pieces(short_pieces())
        .max_concurrency(2);
    job.transcribe(source(&talk)).await.expect("it works");
    assert_eq!(service.most.load(Ordering::SeqCst), 2);
}

/// Answers a few times, and then never again.
#[derive(Clone)]
struct Dying {
    inner: Recognizer,
    left: Arc<AtomicUsize>,
}

impl Transcriber for Dying {
    async fn transcribe(&self, ask: PieceRequest) -> Result<PieceResponse, Failure> {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => self.inner.transcribe(ask).await,
            Err(_) => Err(Failure::from_status(401, "the key was revoked")),
        }
    }
}

#[tokio::test]
async fn a_killed_job_goes_on_where_it_was() {
    let talk = talk();
    let whole = LongAudio::new(&Recognizer::new(CLEAN)).pieces(short_pieces());
    let expected = whole.transcribe(source(&talk)).await.expect("it works");
    let pieces = expected.pieces().len() as u32;
    for answers in 0..pieces as usize {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("talk.journal");
        let inner = Recognizer::new(CLEAN);
        let dying = Dying {
            inner: inner.clone(),
            left: Arc::new(AtomicUsize::new(answers)),
        };
        let job = LongAudio::new(&dying).pieces(short_pieces()).journal(&path);
        let error = job.transcribe(source(&talk)).await.expect_err("it dies");
        assert_eq!(error.status(), Some(401));
        let job = LongAudio::new(&inner).pieces(short_pieces()).journal(&path);
        let transcript = job.transcribe(source(&talk)).await.expect("it works");
        assert_eq!(transcript.text(), expected.text());
        assert!(
            inner.calls() <= pieces + 3,
            "{answers}: {} calls",
            inner.calls()
        );
        let again = job
            .transcribe(source(&talk))
            .await
            .expect("all from the journal");
        assert_eq!(again.stats().from_journal, pieces as usize);
        assert_eq!(again.stats().requests, 0);
        assert_eq!(again.text(), expected.text());
    }
}

#[tokio::test]
async fn another_recording_gets_nothing_from_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("talk.journal");
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service)
        .pieces(short_pieces())
        .journal(&path);
    for seed in [1, 2] {
        let talk = Talk::new(30, Manner::Pauses, seed);
        let transcript = job.transcribe(source(&talk)).await.expect("it works");
        assert_eq!(texts(&transcript), talk.texts());
        assert_eq!(transcript.stats().from_journal, 0);
    }
}

/// A service that refuses one piece.
#[derive(Clone)]
struct Picky {
    inner: Recognizer,
    refused: Option<usize>,
}

impl Transcriber for Picky {
    async fn transcribe(&self, request: PieceRequest) -> Result<PieceResponse, Failure> {
        if self.refused.is_none_or(|refused| refused == request.piece) {
            return Err(Failure::from_status(400, "could not process file"));
        }
        self.inner.transcribe(request).await
    }
}

#[tokio::test]
async fn a_piece_that_is_refused_leaves_a_gap_that_is_marked() {
    let talk = talk();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("talk.journal");
    for refused in [0, 2] {
        let inner = Recognizer::new(CLEAN);
        let service = Picky {
            inner: inner.clone(),
            refused: Some(refused),
        };
        let _ = std::fs::remove_file(&path);
        let job = LongAudio::new(&service)
            .pieces(short_pieces())
            .journal(&path);
        let transcript = job.transcribe(source(&talk)).await.expect("the rest");
        let gap = transcript.pieces()[refused].piece;
        let flags = transcript.flags().iter();
        let flags: Vec<_> = flags
            .filter(|flag| flag.kind == FlagKind::Refused)
            .collect();
        assert_eq!(flags.len(), 1);
        assert!((flags[0].end - flags[0].start - gap.seconds()).abs() < 1e-6);
        assert_eq!(transcript.quality(), Quality::Suspicious);
        let told = |note: &String| note.contains("could not process file");
        assert!(transcript.notes().iter().any(told));
        let expected = talk.texts().len();
        assert!((expected / 2..expected).contains(&transcript.words().len()));
        // The same again pays for that piece alone.
        let calls = inner.calls();
        let job = LongAudio::new(&inner).pieces(short_pieces()).journal(&path);
        let transcript = job.transcribe(source(&talk)).await.expect("all of it");
        assert_eq!(texts(&transcript), talk.texts());
        assert!(
            inner.calls() <= calls + 3,
            "{} calls",
            inner.calls() - calls
        );
    }
    let service = Picky {
        inner: Recognizer::new(CLEAN),
        refused: None,
    };
    let job = LongAudio::new(&service).pieces(short_pieces());
    let error = job.transcribe(source(&talk)).await.expect_err("nothing");
    assert_eq!(error.status(), Some(400));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let service = Recognizer::new(CLEAN);
    let wav = crate::speech::wav(&vec![100; 16_000 * 60], 16_000, 1);
    let limits = groq_audio::models::Quota::new().audio_seconds_per_hour(30);
    let job = LongAudio::new(&service)
        .quota(limits)
        .max_wait(Duration::from_secs(60));
    let error = job.transcribe(wav).await.expect_err("it does not fit");
    assert!(error.is_rate_limited());
    assert!(
        error
            .retry_after()
            .is_some_and(|wait| wait > Duration::from_secs(3_000))
    );
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn models_and_prompts_are_checked_first() {
    let service = Recognizer::new(CLEAN);
    let talk = talk();
    let job = LongAudio::new(&service).model("whisper-large-v3-turbo");
    let error = job
        .translate(source(&talk))
        .await
        .expect_err("turbo cannot");
    assert!(error.is_invalid_request() && error.to_string().contains("whisper-large-v3"));
    let job = LongAudio::new(&service).prompt("long ".repeat(200));
    assert!(
        job.transcribe(source(&talk))
            .await
            .expect_err("a long prompt")
            .is_invalid_request()
    );
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn a_pinned_language_goes_with_all_later_pieces() {
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service)
        .pieces(short_pieces())
        .pin_language(true)
        .prompt("Names: Ada.");
    job.transcribe(source(&talk())).await.expect("it works");
    for ask in service.asks() {
        assert_eq!(ask.language.as_deref(), (ask.piece > 0).then_some("en"));
        assert_eq!(ask.prompt.as_deref(), Some("Names: Ada."));
    }
}

/// Tells when it is dropped.
struct Watched<R> {
    inner: R,
    dropped: Option<tokio::sync::oneshot::Sender<()>>,
}

impl<R: std::io::Read> std::io::Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(out)
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        if let Some(dropped) = self.dropped.take() {
            let _ = dropped.send(());
        }
    }
}

#[tokio::test]
async fn dropping_a_job_stops_it() {
    let service = Recognizer::new(CLEAN);
    let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
    let job = LongAudio::new(&service)
        .pieces(short_pieces())
        .on_event(move |event| {
            if let TranscribeEvent::Done { .. } = event {
                let _ = done.send(());
            }
        });
    let talk = Talk::new(3_600, Manner::Pauses, 4);
    let (dropped, is_dropped) = tokio::sync::oneshot::channel();
    let watched = Watched {
        inner: talk.reader(),
        dropped: Some(dropped),
    };
    let mut running = Box::pin(job.transcribe(Source::pcm(watched, 16_000, 1)));
    tokio::select! {
        _ = &mut running => panic!("an hour takes longer"),
        _ = is_done.recv() => {}
    }
    drop(running);
    // Decoding stops by itself, long before the end.
    is_dropped.await.expect("the reader is dropped");
    assert!(service.calls() < 100, "{}", service.calls());
    while is_done.try_recv().is_ok() {}
    let calls = service.calls();
    drop(job);
    assert!(
        is_done.recv().await.is_none(),
        "nobody is left who could tell anything"
    );
    assert_eq!(service.calls(), calls);
}

#[tokio::test]
async fn a_file_that_was_sent_whole_is_in_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("talk.journal");
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service).journal(&path);
    let talk = Talk::new(20, Manner::Pauses, 31);
    let file = crate::speech::wav(&talk.pcm(), 16_000, 1);
    let first = job.transcribe(file.clone()).await.expect("it works");
    let again = job.transcribe(file.clone()).await.expect("it works");
    assert_eq!(service.calls(), 1);
    assert_eq!(
        (again.text(), again.stats().from_journal),
        (first.text(), 1)
    );
    assert_eq!(again.flags(), first.flags());
    let mut changed = file;
    let last = changed.len() - 1;
    changed[last] ^= 1;
    job.transcribe(changed).await.expect("it works");
    assert_eq!(service.calls(), 2);
}

#[tokio::test]
async fn a_journal_serves_one_job_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("talk.journal");
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service)
        .journal(&path)
        .pieces(short_pieces());
    let talk = talk();
    let (first, second) =
        tokio::join!(job.transcribe(source(&talk)), job.transcribe(source(&talk)));
    // Either the second had to wait too long, or the first was done in time.
    let errors = [first.err(), second.err()];
    let errors: Vec<_> = errors.into_iter().flatten().collect();
    assert!(errors.len() <= 1 && errors.iter().all(groq_audio::Error::is_journal));
    let transcript = job
        .transcribe(source(&talk))
        .await
        .expect("it is free again");
    assert_eq!(transcript.stats().requests, 0);
}
