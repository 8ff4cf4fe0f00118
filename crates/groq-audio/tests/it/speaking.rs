//! Long text spoken: in order, sample-exact, whatever the service does.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt;
use groq_audio::models::Quota;
use groq_audio::types::SpeechRequest;
use groq_audio::{Failure, Speak, Speech, Synthesizer};
use tokio::sync::Notify;

use crate::speech::wav;

/// Every character becomes one sample.
#[derive(Clone, Default)]
struct Speller {
    calls: Arc<AtomicU32>,
    faulty: bool,
}

impl Synthesizer for Speller {
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, Failure> {
        assert!(request.input.chars().count() <= 200);
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        // Later requests are faster, so order has to be kept.
        tokio::time::sleep(Duration::from_millis(u64::from(40 - (call % 4) * 10))).await;
        let samples: Vec<i16> = request
            .input
            .chars()
            .map(|letter| letter as u32 as i16)
            .collect();
        let mut file = wav(&samples, 24_000, 1);
        match call % 3 {
            _ if !self.faulty => {}
            0 => {
                return Err(Failure::from_status(429, "slow down")
                    .retry_after(Some(Duration::from_millis(50))));
            }
            1 => file.truncate(50),
            _ => {}
        }
        Ok(Speech::new(file))
    }
}

fn story() -> String {
    (0..60)
        .map(|number| format!("This is sentence number {number}, and it goes on. "))
        .collect()
}

fn letters(file: &[u8]) -> String {
    let samples = file[44..].chunks_exact(2);
    let letter = |pair: &[u8]| char::from_u32(u32::from(u16::from_le_bytes([pair[0], pair[1]])));
    samples
        .filter_map(letter)
        .filter(|letter| !letter.is_whitespace() && *letter != '\0')
        .collect()
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_said_in_order() {
    for faulty in [false, true] {
        let service = Speller {
            faulty,
            ..Speller::default()
        };
        let file = Speak::new(&service).say(&story()).await.expect("it speaks");
        assert_eq!(letters(&file), bare(&story()));
        let length = u32::from_le_bytes([file[40], file[41], file[42], file[43]]);
        assert_eq!(length as usize, file.len() - 44);
    }
}

/// Answers the first request at once, and all others only when it is let go.
#[derive(Clone, Default)]
struct Holding {
    asked: Arc<AtomicU32>,
    under_way: Arc<AtomicU32>,
    go: Arc<Notify>,
}

struct UnderWay(Arc<AtomicU32>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Synthesizer for Holding {
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, Failure> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let _end = UnderWay(Arc::clone(&self.under_way));
        if self.asked.fetch_add(1, Ordering::SeqCst) > 0 {
            self.go.notified().await;
            self.go.notify_one();
        }
        let letters = request.input.chars().map(|letter| letter as u32 as i16);
        Ok(Speech::new(wav(&letters.collect::<Vec<_>>(), 24_000, 1)))
    }
}

#[tokio::test]
async fn the_first_sound_comes_before_anything_else_is_answered() {
    let service = Holding::default();
    let stream = Speak::new(&service).max_concurrency(3).stream(&story());
    let mut stream = std::pin::pin!(stream.expect("something to say"));
    let first = stream.try_next().await.expect("it speaks");
    let first = first.expect("a first piece");
    assert!(first.starts_with(b"RIFF"));
    assert_eq!(
        letters(&first),
        bare("This is sentence number 0, and it goes on.")
    );
    assert!(service.asked.load(Ordering::SeqCst) <= 4);
    service.go.notify_one();
    let mut whole = first.to_vec();
    while let Some(piece) = stream.try_next().await.expect("it speaks") {
        whole.extend_from_slice(&piece);
    }
    assert_eq!(letters(&whole), bare(&story()));
}

#[tokio::test]
async fn dropping_a_stream_ends_its_requests() {
    let service = Holding::default();
    let stream = Speak::new(&service).max_concurrency(3).stream(&story());
    let mut stream = Box::pin(stream.expect("something to say"));
    stream
        .try_next()
        .await
        .expect("it speaks")
        .expect("a first piece");
    while service.under_way.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    drop(stream);
    while service.under_way.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("story.wav");
    let service = Holding::default();
    let speak = Speak::new(&service);
    let text = story();
    let mut saving = Box::pin(speak.save(&text, &path));
    // It has begun, and waits for the second piece.
    while service.under_way.load(Ordering::SeqCst) == 0 || files(folder.path()) == 0 {
        let is_pending = poll_fn(|context| Poll::Ready(saving.as_mut().poll(context).is_pending()));
        assert!(is_pending.await);
        tokio::task::yield_now().await;
    }
    assert!(!path.exists());
    drop(saving);
    // What a thread still writes is let go when it has.
    while files(folder.path()) > 0 {
        tokio::task::yield_now().await;
    }
    service.go.notify_one();
    speak.save(&text, &path).await.expect("it is spoken");
    let said = speak.say(&text).await.expect("it is spoken");
    assert_eq!(std::fs::read(&path).expect("there"), said);
    assert_eq!(files(folder.path()), 1);
    let nowhere = speak
        .save(&text, folder.path().join("no/such/story.wav"))
        .await;
    assert!(nowhere.expect_err("no folder").is_io());
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).expect("there").count()
}

/// Gives each request the next of some files.
#[derive(Clone)]
struct Files(Arc<AtomicU32>, Vec<Vec<u8>>);

impl Files {
    fn new(files: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(Arc::default(), files.into_iter().collect())
    }
}

impl Synthesizer for Files {
    async fn speak(&self, _: SpeechRequest) -> Result<Speech, Failure> {
        let call = self.0.fetch_add(1, Ordering::SeqCst) as usize;
        Ok(Speech::new(self.1[call % self.1.len()].clone()))
    }
}

#[tokio::test]
async fn parts_of_other_forms_are_refused() {
    let part = |rate, channels| wav(&[1, 2, 3, 4], rate, channels);
    let text = "One. Two.";
    for other in [part(48_000, 1), part(24_000, 2)] {
        let service = Files::new([part(24_000, 1), other]);
        let error = Speak::new(&service)
            .max_chars(5)
            .max_concurrency(1)
            .say(text)
            .await;
        assert!(error.expect_err("another form").is_corrupt());
    }
    let service = Files::new([b"ID3 is no WAV".to_vec()]);
    let error = Speak::new(&service).say(text).await.expect_err("no WAV");
    assert!(error.is_service() && error.attempts() == 1);
    // The header of a stream does not know how much there is.
    let mut endless = part(24_000, 1);
    endless[4..8].fill(0xFF);
    endless[40..44].fill(0xFF);
    let service = Files::new([endless, part(24_000, 1)]);
    let file = Speak::new(&service)
        .max_chars(5)
        .max_concurrency(1)
        .say(text)
        .await;
    assert_eq!(
        file.expect("it is spoken"),
        wav(&[1, 2, 3, 4, 1, 2, 3, 4], 24_000, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn limits_are_kept() {
    let service = Speller::default();
    let limits = Quota::new().requests_per_minute(4);
    let speak = Speak::new(&service).quota(limits);
    let start = tokio::time::Instant::now();
    let text = story();
    speak.say(&text).await.expect("it speaks");
    let requests = service.calls.load(Ordering::SeqCst);
    let least = (f64::from(requests) - 4.0) * 15.0;
    assert!(requests > 8 && start.elapsed().as_secs_f64() >= least);
    let impatient = speak.max_wait(Duration::from_secs(10));
    let error = impatient.say(&text).await.expect_err("too long a wait");
    assert!(error.is_rate_limited() && error.retry_after().is_some());
    assert_eq!(service.calls.load(Ordering::SeqCst), requests);
}

#[tokio::test(start_paused = true)]
async fn paragraphs_are_apart() {
    let say = async |pause| {
        let speak = Speak::new(&Speller::default()).pause(pause);
        speak.say("One.\n\nTwo.").await.expect("it speaks").len()
    };
    assert_eq!(
        say(Duration::from_millis(500)).await - say(Duration::ZERO).await,
        24_000
    );
    let nothing = Speak::new(&Speller::default()).say(" \n\n ").await;
    assert!(nothing.expect_err("nothing to say").is_invalid_request());
}
