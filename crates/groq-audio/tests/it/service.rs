//! The whole way over HTTP: a text is spoken, and what was spoken is written down.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use groq_audio::{LongAudio, PieceOptions, Source, Speak, Timestamps};
use groq_core::{Backoff, Client, RetryPolicy};
use groq_mock::{Builder, Fault, Mock, Reply, When};

pub const STORY: &str = "Once upon a time there was a small town by the sea. \
    Every morning the boats went out, and every evening they came back. \
    Nobody there had ever seen a mountain, so nobody missed one. \
    Then a stranger came along the coast road with a very heavy bag. \
    He said that he carried a mountain in it, and people laughed. \
    But when he set the bag down, the whole harbour shook. \
    Old Martha was first to ask what such a thing might cost. \
    The stranger answered: nothing at all, if you can find a place for it. \
    So they walked along the beach until evening, looking for room. \
    Behind the church lay an empty field, which belonged to nobody. \
    By morning there stood a green hill, and from its top you could see forever.";

const TRANSCRIPTIONS: &str = "/openai/v1/audio/transcriptions";
const SPEECH: &str = "/openai/v1/audio/speech";

pub fn bare(text: &str) -> Vec<String> {
    let letters = |word: &str| {
        word.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    text.to_lowercase()
        .split_whitespace()
        .map(letters)
        .collect()
}

pub fn client(mock: &Mock) -> Client {
    let builder = Client::builder().api_key("gsk_test");
    builder.base_url(mock.base_url()).build().expect("a client")
}

pub async fn spoken(groq: &Client) -> Bytes {
    Speak::new(groq).say(STORY).await.expect("it speaks")
}

pub fn short_pieces() -> PieceOptions {
    PieceOptions::new().max_len(Duration::from_secs(10))
}

fn sent(mock: &Mock, path: &str) -> usize {
    let requests = mock.requests();
    requests
        .iter()
        .filter(|request| request.path() == path)
        .count()
}

async fn started(builder: Builder) -> (Mock, Client) {
    let mock = builder.start().await.expect("a free port");
    let groq = client(&mock);
    (mock, groq)
}

#[tokio::test]
async fn a_story_goes_out_and_comes_back() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let cut = LongAudio::new(&groq)
        .pieces(short_pieces())
        .send_whole(false);
    for (job, pieces) in [(LongAudio::new(&groq), 1), (cut, 5)] {
        let transcript = job
            .language("en")
            .transcribe(spoken.clone())
            .await
            .expect("it hears");
        assert_eq!(bare(transcript.text()), bare(STORY));
        assert!(transcript.pieces().len() >= pieces);
        assert_eq!(
            transcript.stats().requests as usize,
            transcript.pieces().len()
        );
    }
    drop(mock);
}

#[tokio::test]
async fn every_source_and_every_kind_of_times_gives_the_same() {
    let (_mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("story.wav");
    std::fs::write(&path, &spoken).expect("written");
    let job = LongAudio::new(&groq)
        .pieces(short_pieces())
        .send_whole(false);
    for times in [Timestamps::Words, Timestamps::Segments, Timestamps::None] {
        let sources = [
            Source::from(spoken.clone()),
            Source::path(&path),
            Source::reader(std::io::Cursor::new(spoken.clone())),
        ];
        for source in sources {
            let transcript = job.clone().timestamps(times).transcribe(source).await;
            let transcript = transcript.expect("it hears");
            assert_eq!(bare(transcript.text()), bare(STORY), "{times:?}");
            assert_eq!(transcript.words().is_empty(), times != Timestamps::Words);
        }
    }
}

#[tokio::test]
async fn translations_have_segments() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let job = LongAudio::new(&groq)
        .model("whisper-large-v3")
        .pieces(short_pieces());
    let transcript = job.translate(spoken).await.expect("it hears");
    assert_eq!(bare(transcript.text()), bare(STORY));
    assert!(!transcript.segments().is_empty());
    assert!(sent(&mock, "/openai/v1/audio/translations") > 1);
}

#[tokio::test]
async fn failures_on_the_way_change_nothing() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let count = AtomicU32::new(0);
    let faulty = Reply::from_fn(move |_| match count.fetch_add(1, Ordering::SeqCst) % 8 {
        0 => Reply::error(429, "slow down").header("retry-after", "0.01"),
        2 => Reply::error(503, "overloaded"),
        4 => Reply::generated().fault(Fault::Reset),
        5 => Reply::generated().fault(Fault::CutAfterBytes(60)),
        6 => Reply::generated().fault(Fault::AbortAfterBytes(60)),
        _ => Reply::generated(),
    });
    mock.always(When::post(TRANSCRIPTIONS), faulty);
    let job = LongAudio::new(&groq)
        .pieces(short_pieces())
        .send_whole(false);
    let transcript = job.transcribe(spoken).await.expect("it gets through");
    assert_eq!(bare(transcript.text()), bare(STORY));
    assert!(sent(&mock, TRANSCRIPTIONS) > transcript.pieces().len());
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    for (status, name) in [(400, "could not process file"), (401, "Invalid API Key")] {
        mock.clear_requests();
        mock.always(When::post(TRANSCRIPTIONS), Reply::error(status, name));
        let error = LongAudio::new(&groq).transcribe(spoken.clone()).await;
        let error = error.expect_err("it is refused");
        assert!(
            error.is_service() && error.status() == Some(status),
            "{error}"
        );
        assert_eq!(sent(&mock, TRANSCRIPTIONS), 1);
        mock.clear_script();
    }
}

#[tokio::test]
async fn a_413_is_answered_with_halves() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let most = spoken.len() / 8;
    let small = Reply::from_fn(move |request| match request.body().len() > most {
        true => Reply::error(413, "Request Entity Too Large"),
        false => Reply::generated(),
    });
    mock.always(When::post(TRANSCRIPTIONS), small);
    let transcript = LongAudio::new(&groq).transcribe(spoken).await;
    assert_eq!(bare(transcript.expect("in parts").text()), bare(STORY));
}

#[tokio::test]
async fn limits_are_learned_from_the_headers() {
    let (mock, groq) = started(Mock::builder()).await;
    let spoken = spoken(&groq).await;
    let used_up = Reply::generated()
        .header("x-ratelimit-limit-requests", "1")
        .header("x-ratelimit-remaining-requests", "0")
        .header("x-ratelimit-reset-requests", "2h0m0s");
    mock.always(When::post(TRANSCRIPTIONS), used_up);
    let job = LongAudio::new(&groq)
        .pieces(short_pieces())
        .send_whole(false)
        .max_concurrency(1);
    // Longer than it waits, so that no clock decides.
    let error = job.transcribe(spoken).await.expect_err("nothing is left");
    assert!(error.is_rate_limited(), "{error:?}");
    let wait = error.retry_after().expect("a wait");
    assert!(wait > Duration::from_secs(3_600), "{wait:?}");
    assert_eq!(sent(&mock, TRANSCRIPTIONS), 1);
}

#[tokio::test]
async fn speech_that_does_not_fit_is_refused_before_anything_is_sent() {
    use groq_audio::models::{Catalog, Plan};
    let (mock, groq) = started(Mock::builder()).await;
    let limits = Catalog::shipped().quota("canopylabs/orpheus-v1-english", Plan::Free);
    let speak = Speak::new(&groq).quota(limits.expect("a known quota"));
    let error = speak.say(&STORY.repeat(100)).await.expect_err("too much");
    assert!(error.is_rate_limited());
    assert!(
        error
            .retry_after()
            .is_some_and(|wait| wait > Duration::from_secs(900))
    );
    assert_eq!(sent(&mock, SPEECH), 0);
}

#[tokio::test]
async fn speech_gets_through_failures() {
    let (mock, groq) = started(Mock::builder()).await;
    let whole = spoken(&groq).await;
    let count = AtomicU32::new(0);
    let faulty = Reply::from_fn(move |_| match count.fetch_add(1, Ordering::SeqCst) % 5 {
        0 => Reply::error(429, "slow down").header("retry-after", "0.01"),
        1 => Reply::generated().fault(Fault::CutAfterBytes(10_000)),
        2 => Reply::generated().fault(Fault::Reset),
        _ => Reply::generated(),
    });
    mock.always(When::post(SPEECH), faulty);
    assert_eq!(spoken(&groq).await, whole);
}

#[tokio::test]
async fn an_error_of_the_client_becomes_one_of_this_crate_and_says_things_once() {
    let mock = Mock::builder().start().await.expect("a mock");
    let backoff = Backoff::new(Duration::from_millis(1));
    let builder = Client::builder().api_key("gsk_test");
    let builder = builder.retry(RetryPolicy::new().max_retries(2).backoff(backoff));
    let groq = builder.base_url(mock.base_url()).build().expect("a client");
    for (status, wait, attempts) in [(429, Some("7200"), 1), (503, None, 3), (401, None, 1)] {
        let reply = Reply::error(status, "not now").header("x-request-id", "req_9");
        let reply = match wait {
            Some(wait) => reply.header("retry-after", wait),
            None => reply,
        };
        mock.always(When::any(), reply);
        let error: groq_audio::Error = groq.models().list().await.expect_err("no list").into();
        let text = error.to_string();
        assert_eq!(error.status(), Some(status), "{text}");
        assert_eq!(error.request_id(), Some("req_9"), "{text}");
        assert_eq!(
            (error.attempts(), error.retry_after().is_some()),
            (attempts, wait.is_some())
        );
        assert_eq!(error.is_rate_limited(), status == 429, "{text}");
        assert_eq!(
            text.matches("try again in").count(),
            wait.iter().count(),
            "{text}"
        );
        assert_eq!(
            text.matches("attempts").count(),
            usize::from(attempts > 1),
            "{text}"
        );
        assert!(text.contains("not now"), "{text}");
    }
}
