//! What is held back before it is sent: pacing, the cap on concurrent calls, and what is known about limits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::limits::{
    AcquireError, AcquireFuture, Billing, CallEstimate, Feedback, LocalRateLimiter, Permit,
    Priority, Quota, RateLimiter, ReleaseFuture, Usage,
};
use groq_core::types::{ServiceTier, TranscriptionRequest, TranslationRequest};
use groq_core::{AudioInput, ErrorKind, RequestOptions, TimeoutKind, Upload};
use tokio::task::JoinSet;

use crate::support::{COMPLETION, Reply, Server, models, request, stop, text};

const SECOND: Duration = Duration::from_secs(1);

fn completion(headers: &[(&str, &str)]) -> Reply {
    Reply::whole(200, headers, COMPLETION)
}

#[tokio::test]
async fn the_client_knows_the_limits_of_each_model() {
    let server = Server::start([
        completion(&[("x-ratelimit-remaining-tokens", "5994")]),
        Reply::error(429, &[("x-ratelimit-remaining-tokens", "3")]),
        models(),
    ])
    .await;
    let (client, _) = server.client();
    assert!(client.rate_limits().get("m").is_none());
    client.chat().create(request()).await.expect("a reply");
    let known = client.rate_limits().get("m").expect("they were told");
    assert_eq!(known.rate_limits.tokens.remaining, Some(5994));
    let once = client.with_options(RequestOptions::new().max_retries(0));
    once.chat().create(request()).await.expect_err("limited");
    client.models().list().await.expect("a list");
    let known = client.rate_limits();
    assert_eq!(known.iter().count(), 1);
    let known = known.get("m").expect("they were told");
    assert_eq!(known.rate_limits.tokens.remaining, Some(3));
}

/// R33
#[tokio::test]
async fn nothing_remaining_is_waited_for_before_it_is_refused() {
    let server = Server::start([
        completion(&[
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "7.5s"),
        ]),
        completion(&[]),
    ])
    .await;
    let waits = crate::support::Waits::default();
    let builder = server.builder().runtime(waits.clone());
    let client = builder
        .rate_limiter(LocalRateLimiter::new())
        .build()
        .expect("a client");
    client.chat().create(request()).await.expect("the first");
    assert!(waits.all().is_empty());
    let reply = client.chat().create(request()).await.expect("the second");
    assert!(waits.sum() >= Duration::from_millis(7500), "{waits:?}");
    assert!(reply.attempts()[0].waited() >= Duration::from_millis(7500));
    assert_eq!((server.count(), reply.attempts().len()), (2, 1));
}

/// R38
#[tokio::test]
async fn what_can_never_fit_is_refused_before_it_is_sent() {
    let server = Server::start([]).await;
    let quota = Quota::new().tokens_per_minute(6000);
    let pacing = LocalRateLimiter::new().quota("m", quota);
    let client = server
        .builder()
        .rate_limiter(pacing)
        .build()
        .expect("a client");
    let huge = request().with_max_completion_tokens(7000u32);
    let error = client.chat().create(huge).await.expect_err("too large");
    assert!(error.is_invalid_request() && !error.is_retryable());
    let text = error.to_string();
    assert!(
        text.contains("6000") && text.contains("max_completion_tokens"),
        "{text}"
    );
    assert_eq!((server.count(), error.attempts().len()), (0, 0));
}

#[tokio::test]
async fn a_turn_that_comes_too_late_is_an_error_of_its_own() {
    let server = Server::start([completion(&[])]).await;
    let quota = Quota::new().requests_per_minute(1);
    let pacing = LocalRateLimiter::new().quota("m", quota);
    let client = server
        .builder()
        .rate_limiter(pacing)
        .build()
        .expect("a client");
    client.chat().create(request()).await.expect("the first");
    let options = RequestOptions::new().max_wait(SECOND);
    let error = client
        .with_options(options)
        .chat()
        .create(request())
        .await
        .expect_err("too late");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Queue));
    assert!(error.retry_after() > Some(50 * SECOND));
    assert!(error.is_rate_limited() && error.is_retryable());
    let text = error.to_string();
    assert!(
        text.contains("1 requests per minute, of which 0 are left") && text.contains("the wait is"),
        "{text}"
    );
    let options = RequestOptions::new().timeout(SECOND);
    let error = client
        .with_options(options)
        .chat()
        .create(request())
        .await
        .expect_err("too late");
    assert!(error.is_timeout());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn one_429_holds_the_others_back() {
    let server = Server::start([
        Reply::error(429, &[("retry-after", "5")]),
        completion(&[]),
        completion(&[]),
    ])
    .await;
    let waits = crate::support::Waits::default();
    let builder = server.builder().runtime(waits.clone()).max_retries(0);
    let client = builder
        .rate_limiter(LocalRateLimiter::new())
        .build()
        .expect("a client");
    client.chat().create(request()).await.expect_err("limited");
    client
        .chat()
        .create(request())
        .await
        .expect("after the wait");
    assert!(
        waits.sum() >= 5 * SECOND && waits.sum() < 8 * SECOND,
        "{waits:?}"
    );
}

/// R40
#[tokio::test]
async fn no_more_calls_are_open_than_allowed_and_none_is_lost() {
    let server = Server::repeating(models().wait(Duration::from_millis(1))).await;
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let watcher = Watcher(Arc::clone(&open), Arc::clone(&most));
    let client = server
        .builder()
        .max_concurrency(100)
        .middleware(watcher)
        .build()
        .expect("a client");
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        calls.spawn(async move { client.models().list().await.map(drop) });
    }
    for result in calls.join_all().await {
        result.expect("a list");
    }
    assert_eq!((server.count(), open.load(Ordering::SeqCst)), (1000, 0));
    assert!(most.load(Ordering::SeqCst) <= 100, "{most:?}");
}

#[derive(Debug)]
struct Watcher(Arc<AtomicUsize>, Arc<AtomicUsize>);

impl groq_core::Middleware for Watcher {
    fn before(&self, _head: &mut groq_core::AttemptHead) {
        let open = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.1.fetch_max(open, Ordering::SeqCst);
    }

    fn after(
        &self,
        _head: &groq_core::AttemptHead,
        _attempt: &groq_core::Attempt,
        _outcome: groq_core::AttemptOutcome,
    ) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_stream_is_open_until_it_ends_or_is_dropped() {
    let stream = || Reply::events(&[&text("hi"), &stop(), "[DONE]"]);
    let server = Server::start([stream(), stream(), models()]).await;
    let options = RequestOptions::new().max_wait(Duration::from_millis(50));
    let client = server
        .builder()
        .max_concurrency(1)
        .build()
        .expect("a client");
    let impatient = client.with_options(options);
    let first = client.chat().stream(request()).await.expect("a stream");
    let error = impatient.models().list().await.expect_err("it is full");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Queue));
    first.finish().await.expect("a reply");
    let second = impatient.chat().stream(request()).await.expect("a stream");
    drop(second);
    impatient
        .models()
        .list()
        .await
        .expect("there is room again");
}

#[derive(Debug, Default)]
struct Strict(Arc<AtomicUsize>);

impl RateLimiter for Strict {
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
        Box::pin(async move {
            if call.model == "m" {
                Ok(Permit::new(call.clone()))
            } else {
                Err(AcquireError::failed("not today"))
            }
        })
    }

    fn release(&self, _permit: Permit, feedback: Feedback) -> ReleaseFuture<'_> {
        assert_eq!(feedback.usage, None, "the reply tells no usage");
        Box::pin(async {
            // As if a store were asked.
            tokio::task::yield_now().await;
            self.0.fetch_add(1, Ordering::SeqCst);
        })
    }
}

#[tokio::test]
async fn another_limiter_can_take_its_place() {
    let server = Server::start([Reply::error(503, &[]), completion(&[])]).await;
    let done = Arc::new(AtomicUsize::new(0));
    let limiter = Strict(Arc::clone(&done));
    let builder = server.builder().runtime(crate::support::Waits::default());
    let client = builder.rate_limiter(limiter).build().expect("a client");
    client.chat().create(request()).await.expect("a reply");
    while done.load(Ordering::SeqCst) < 2 {
        // One for each attempt, in the background.
        tokio::task::yield_now().await;
    }
    let error = client.models().list().await.expect_err("refused");
    assert!(error.to_string().contains("not today"));
    assert_eq!(error.kind(), ErrorKind::RateLimiter);
    assert_eq!(done.load(Ordering::SeqCst), 2);
}

/// Lets everything through, and notes what it hears.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

type Note = (CallEstimate, Option<Usage>);

impl RateLimiter for Notes {
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
        Box::pin(async move { Ok(Permit::new(call.clone())) })
    }

    fn release(&self, permit: Permit, feedback: Feedback) -> ReleaseFuture<'_> {
        let note = (permit.estimate, feedback.usage);
        self.0.lock().expect("notes").push(note);
        Box::pin(std::future::ready(()))
    }
}

/// The head of a WAV file of 8,000 bytes a second, and two seconds of it.
fn wav() -> Vec<u8> {
    let mut wav = b"RIFF\xa4\x3e\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x80\x3e\0\0".to_vec();
    wav.resize(wav.len() + 16_000, 0x80);
    wav
}

#[tokio::test]
async fn a_recording_tells_its_model_and_its_seconds() {
    let server = Server::repeating(Reply::json(
        200,
        r#"{"text":"canary","task":"transcribe","language":"en","duration":61.5,"segments":[]}"#,
    ))
    .await;
    let notes = Notes::default();
    let client = server
        .builder()
        .rate_limiter(notes.clone())
        .build()
        .expect("a client");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("speech.wav");
    std::fs::write(&path, wav()).expect("a file");
    let hour = 3600 * SECOND;
    let reader = || Upload::reader(std::io::Cursor::new(wav())).name("speech.wav");
    let inputs = [
        (AudioInput::from(path), Some(2 * SECOND)),
        (AudioInput::from(wav()), Some(2 * SECOND)),
        (reader().length(16_044).into(), Some(2 * SECOND)),
        (reader().into(), Some(2 * SECOND)),
        (AudioInput::from(wav()).duration(hour), Some(hour)),
        (AudioInput::from(b"fLaC".to_vec()), None),
        (AudioInput::url("https://host.example/a.mp3"), None),
        (
            AudioInput::url("https://host.example/a.mp3").duration(hour),
            Some(hour),
        ),
    ];
    for (input, known) in inputs {
        let transcribe = TranscriptionRequest::new("whisper");
        let reply = client.audio().transcribe_verbose(input, transcribe).await;
        reply.expect("a transcription");
        let (call, spent) = notes.0.lock().expect("notes").pop().expect("a call");
        assert_eq!((call.model.as_str(), call.audio), ("whisper", known));
        let told = Some(Duration::from_millis(61_500));
        assert_eq!(spent.and_then(|spent| spent.audio), told);
    }
    let bodies: Vec<_> = server.requests().into_iter().take(4).collect();
    for request in bodies {
        let whole = request.body.windows(wav().len()).any(|part| part == wav());
        assert!(whole, "what was looked at is sent all the same");
    }
    let translate = TranslationRequest::new("translator");
    let reply = client.audio().translate(wav(), translate).await;
    reply.expect("a translation");
    let (call, _) = notes.0.lock().expect("notes").pop().expect("a call");
    assert_eq!(call.model, "translator");
}

#[tokio::test]
async fn a_duration_may_be_text() {
    let replies = [r#""61.5""#, "61.5", r#""long""#, "null", "-1"].map(|duration| {
        let usage = r#""usage":{"prompt_tokens":1,"completion_tokens":2}"#;
        Reply::json(
            200,
            format!(r#"{{"text":"t","duration":{duration},{usage}}}"#),
        )
    });
    let server = Server::start(replies).await;
    let notes = Notes::default();
    let builder = server.builder().rate_limiter(notes.clone());
    let client = builder.build().expect("a client");
    for audio in [Some(61_500), Some(61_500), None, None, None] {
        let transcribe = TranscriptionRequest::new("whisper");
        let reply = client.audio().transcribe(wav(), transcribe).await;
        reply.expect("a transcription");
        let (_, spent) = notes.0.lock().expect("notes").pop().expect("a call");
        let spent = spent.expect("the answer tells");
        assert_eq!(spent.audio, audio.map(Duration::from_millis));
        assert_eq!((spent.prompt_tokens, spent.completion_tokens), (1, 2));
    }
}

#[tokio::test]
async fn a_recording_waits_for_its_seconds_and_is_refused_where_they_never_come() {
    let server = Server::repeating(Reply::json(200, r#"{"text":"canary"}"#)).await;
    let waits = crate::support::Waits::default();
    let quota = Quota::new()
        .audio_seconds_per_hour(7200)
        .audio_seconds_per_day(28_800);
    let client = server
        .builder()
        .runtime(waits.clone())
        .max_wait(3600 * SECOND)
        .rate_limiter(LocalRateLimiter::new().quota("whisper", quota))
        .build()
        .expect("a client");
    let transcribe = async |seconds: u32| {
        let input = AudioInput::from(wav()).duration(seconds * SECOND);
        let request = TranscriptionRequest::new("whisper");
        client.audio().transcribe(input, request).await
    };
    transcribe(7200).await.expect("all that there is");
    assert!(waits.all().is_empty());
    transcribe(720).await.expect("after a tenth of an hour");
    assert!(waits.sum() >= 359 * SECOND && waits.sum() < 362 * SECOND);
    let error = transcribe(7201).await.expect_err("never");
    assert!(error.is_invalid_request() && error.to_string().contains("7200 per hour"));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_429_is_no_retry_where_a_limiter_holds_all_calls_back() {
    let limited = || Reply::error(429, &[("retry-after", "1")]);
    let replies = [limited(), limited(), limited(), limited(), completion(&[])];
    let server = Server::start(replies).await;
    let waits = crate::support::Waits::default();
    let builder = server.builder().runtime(waits.clone()).max_retries(1);
    let builder = builder
        .retry_budget(0)
        .rate_limiter(LocalRateLimiter::new());
    let client = builder.build().expect("a client");
    let reply = client.chat().create(request()).await.expect("the fifth");
    assert_eq!(reply.attempts().len(), 5);
    assert!(waits.sum() >= 4 * SECOND, "{waits:?}");
}

#[tokio::test]
async fn a_limiter_knows_for_whom_and_how_urgent_and_what_was_cached() {
    let usage = r#"}],"usage":{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_tokens_details":{"cached_tokens":90}}}"#;
    let server = Server::repeating(Reply::json(200, COMPLETION.replace("}]}", usage))).await;
    let notes = Notes::default();
    let builder = server.builder().rate_limiter(notes.clone());
    let client = builder.build().expect("a client");
    let options = RequestOptions::new()
        .tenant("acme")
        .priority(Priority::High);
    let flex = request().with_service_tier(ServiceTier::Flex);
    let urgent = client.with_options(options);
    urgent.chat().create(flex).await.expect("a reply");
    let (call, usage) = notes.0.lock().expect("notes").pop().expect("a call");
    assert_eq!(
        (call.tenant.as_deref(), call.priority),
        (Some("acme"), Priority::High)
    );
    assert_eq!((call.billing, call.order > 0), (Billing::Flex, true));
    assert_eq!(usage.expect("it is reported").limited_tokens(), 15);
    let apart = client.with_options(RequestOptions::new().rate_limited(false));
    apart.chat().create(request()).await.expect("a reply");
    assert!(notes.0.lock().expect("notes").is_empty());
}
