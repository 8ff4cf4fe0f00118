//! What fuzzers call: for each parser, what must hold of any input.
//!
//! The tests below run these functions over random inputs, as many as `GROQ_FUZZ` says; the targets in `fuzz/` hand them to libFuzzer.
//! Each panics if what must hold does not.

use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::str;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use groq_types::{ChatCompletion, ChatCompletionChunk};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::duration::{parse_decimal, parse_duration};
use crate::limits::RateLimits;
use crate::multipart::Framing;
use crate::retry::retry_after;
use crate::sse::{Decoder, StreamLimits};
use crate::upload::name::escaped;
use crate::{ChatStream, Client, Error};

/// Runs over an input.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 7] = [
    ("sse", sse),
    ("duration", duration),
    ("http_date", http_date),
    ("retry_after", retry_after),
    ("multipart", multipart),
    ("chat_stream", chat_stream),
    ("template", template),
];

/// The same bytes give the same events, wherever they are cut, and whatever the limits are.
pub fn sse(input: &[u8]) {
    let (&[cut, limit], bytes) = beginning(input);
    let limits = match limit {
        0 => StreamLimits::default(),
        limit => StreamLimits::default()
            .max_line(u64::from(limit))
            .max_event(u64::from(limit) * 2)
            .max_stream(u64::from(limit) * 8),
    };
    let whole = events(limits, [bytes]);
    let (head, tail) = bytes.split_at(usize::from(cut).min(bytes.len()));
    assert_eq!(events(limits, [head, tail]), whole);
    assert_eq!(events(limits, bytes.chunks(1)), whole);
}

type Events = (Vec<(Vec<u8>, Vec<u8>)>, bool);

fn events<'a>(limits: StreamLimits, pieces: impl IntoIterator<Item = &'a [u8]>) -> Events {
    let mut decoder = Decoder::new(limits);
    let mut events = Vec::new();
    for mut piece in pieces {
        loop {
            match decoder.next(&mut piece) {
                Ok(Some(event)) => events.push((event.name.to_vec(), event.data.to_vec())),
                Ok(None) => break,
                Err(_) => return (events, false),
            }
        }
    }
    match decoder.finish() {
        Ok(last) => {
            events.extend(last.map(|event| (event.name.to_vec(), event.data.to_vec())));
            (events, true)
        }
        Err(_) => (events, false),
    }
}

/// What is read as a duration is one, and of the size that floating point makes of it.
pub fn duration(input: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(input) {
        let _ = RateLimits::from_headers(&headers([
            ("x-ratelimit-limit-tokens", &value),
            ("x-ratelimit-remaining-tokens", &value),
            ("x-ratelimit-reset-tokens", &value),
        ]));
    }
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    if let Some(seconds) = parse_decimal(text, 1_000_000_000) {
        let expected: f64 = text.parse().expect("a plain number");
        assert_near(seconds, expected);
    }
    if let Some(duration) = parse_duration(text)
        && text != "0"
    {
        let mut rest = text;
        let mut expected = 0.0;
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_alphabetic());
            let (number, after) = rest.split_at(end.expect("a unit"));
            let end = after.find(|c: char| !c.is_alphabetic());
            let (unit, after) = after.split_at(end.unwrap_or(after.len()));
            expected += number.parse::<f64>().expect("a number") * seconds_of(unit);
            rest = after;
        }
        assert_near(duration, expected);
    }
}

fn seconds_of(unit: &str) -> f64 {
    match unit {
        "ns" => 1e-9,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        other => unreachable!("{other:?} is no unit"),
    }
}

fn assert_near(duration: Duration, seconds: f64) {
    let difference = (duration.as_secs_f64() - seconds).abs();
    // Each part is cut off at a nanosecond.
    let most = seconds.abs() * 1e-9 + 1e-7;
    assert!(difference <= most, "{duration:?} is not {seconds} s");
}

/// A date that is read is written and read again as itself, and the wait until it is exact.
pub fn http_date(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else {
        return;
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
    let wait = retry_after::from_headers(&headers([("retry-after", &value)]), now);
    let Some(date) = value
        .to_str()
        .ok()
        .and_then(|text| httpdate::parse_http_date(text.trim()).ok())
    else {
        return;
    };
    let written = httpdate::fmt_http_date(date);
    assert_eq!(httpdate::parse_http_date(&written).ok(), Some(date));
    assert_eq!(wait, Some(date.duration_since(now).unwrap_or_default()));
    let by_its_own_clock = headers([("retry-after", &value), ("date", &value)]);
    let wait = retry_after::from_headers(&by_its_own_clock, now);
    assert_eq!(wait, Some(Duration::ZERO));
}

/// Four headers and a message, all hostile.
pub fn retry_after(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut all = HeaderMap::new();
    for name in ["retry-after-ms", "retry-after", "date", "x-should-retry"] {
        let line = lines.next().unwrap_or_default();
        if let Ok(value) = HeaderValue::from_bytes(line) {
            all.insert(HeaderName::from_static(name), value);
        }
    }
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
    let wait = retry_after::from_headers(&all, now);
    let readable = |name: &str| all.get(name).is_some_and(|value| value.to_str().is_ok());
    assert!(wait.is_none() || readable("retry-after-ms") || readable("retry-after"));
    let _ = retry_after::should_retry(&all);
    if let Ok(message) = str::from_utf8(input) {
        let _ = retry_after::from_message(message);
    }
}

/// What is written as a form is read as the same form by somebody else.
pub fn multipart(input: &[u8]) {
    let mut parts = input.splitn(4, |byte| *byte == 0);
    let mut text = || String::from_utf8(parts.next().unwrap_or_default().to_vec());
    let (Ok(model), Ok(prompt), Ok(name)) = (text(), text(), text()) else {
        return;
    };
    let content = parts.next();
    let framing = Framing::new().text("model", &model).text("prompt", &prompt);
    let file_name = content.is_some().then_some(name.as_str());
    let mut body = framing.head(file_name).into_bytes();
    body.extend_from_slice(content.unwrap_or_default());
    body.extend_from_slice(framing.tail(file_name.is_some()).as_bytes());

    let read = read_form(&framing.content_type(), &body).expect("a form");
    let mut expected = vec![
        ("model".to_owned(), None, model.clone().into_bytes()),
        ("prompt".to_owned(), None, prompt.into_bytes()),
    ];
    if let Some(content) = content {
        let name = escaped(&name).into_owned();
        expected.push(("file".to_owned(), Some(name), content.to_vec()));
    }
    assert_eq!(read, expected);
    assert_eq!(framing.value("model"), Some(model.as_str()));
}

/// A part: its name, the name of its file, and its content.
type Part = (String, Option<String>, Vec<u8>);

/// Reads a form by the letter of RFC 7578, and nothing more.
fn read_form(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = memchr::memmem::find(part, delimiter.as_bytes())?;
        let (part, after) = part.split_at(end);
        rest = &after[delimiter.len()..];
        let head = memchr::memmem::find(part, b"\r\n\r\n")?;
        let lines = str::from_utf8(&part[..head]).ok()?;
        let disposition = lines
            .split("\r\n")
            .find_map(|line| line.strip_prefix("Content-Disposition: form-data; "))?;
        let name = disposition.strip_prefix("name=\"")?;
        let (name, after) = name.split_once('"')?;
        let file = after.strip_prefix("; filename=\"");
        let file = file.and_then(|name| name.strip_suffix('"'));
        parts.push((
            name.to_owned(),
            file.map(str::to_owned),
            part[head + 4..].to_vec(),
        ));
    }
    (rest == b"--\r\n").then_some(parts)
}

/// A whole stream, from the decoder to the reply that is put together, is the same wherever it is cut, read by chunks or as text.
pub fn chat_stream(input: &[u8]) {
    let (&[cut], bytes) = beginning(input);
    let whole = reply([bytes], false);
    let cuts = match cut {
        // Each place, where that is not too much.
        0 if bytes.len() <= 64 => 1..bytes.len(),
        cut => usize::from(cut)..usize::from(cut) + 1,
    };
    for cut in cuts {
        let (head, tail) = bytes.split_at(cut.min(bytes.len()));
        // What begins like a document is told by its first piece.
        if head.trim_ascii().len() > 4 {
            assert_eq!(reply([head, tail], false), whole, "{cut}");
        }
    }
    assert_eq!(reply([bytes], true).0, whole.0);
}

/// The reply, or what there is of it, and whether it is whole.
fn reply<'a>(
    frames: impl IntoIterator<Item = &'a [u8]>,
    by_text: bool,
) -> (Option<ChatCompletion>, bool) {
    let frames = frames.into_iter().filter(|frame| !frame.is_empty());
    let frames: Vec<_> = frames.map(<[u8]>::to_vec).collect();
    let read = async {
        let mut stream = ChatStream::recorded(&CLIENT, frames).await?;
        if by_text {
            let mut text = stream.text();
            while let Some(piece) = text.next().await {
                piece?;
            }
        }
        stream.finish().await
    };
    match now(read) {
        Ok(reply) => (Some(reply), true),
        Err(error) => (Error::partial(&error).cloned(), false),
    }
}

/// Events that differ in little are read as if each were parsed by itself.
pub fn template(input: &[u8]) {
    let mut lines = input.split(|byte| matches!(byte, b'\n' | b'\r'));
    let first = lines.next().unwrap_or_default();
    let key = ["content", "reasoning"][usize::from(first.len() % 2 == 1)];
    let mut stream = Vec::new();
    let mut expected = Vec::new();
    for line in std::iter::once(&b"one"[..]).chain(lines) {
        let mut event = format!(r#"{{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":0,"delta":{{"{key}":""#).into_bytes();
        event.extend_from_slice(line);
        event.extend_from_slice(br#""},"finish_reason":null}]}"#);
        stream.extend_from_slice(b"data: ");
        stream.extend_from_slice(&event);
        stream.extend_from_slice(b"\n\n");
        let Ok(chunk) = serde_json::from_slice::<ChatCompletionChunk>(&event) else {
            // The stream ends here, if not before.
            expected.push(None);
            break;
        };
        expected.push(Some(chunk));
    }
    let read = async {
        let mut stream = ChatStream::recorded(&CLIENT, [stream]).await?;
        let mut chunks = Vec::new();
        while let Some(chunk) = stream.next().await {
            chunks.push(chunk.ok());
        }
        Ok::<_, Error>(chunks)
    };
    let chunks = now(read).expect("a stream");
    for (chunk, expected) in chunks.iter().zip(&expected) {
        // An error may be found in what parses, too: then it is the last.
        if chunk.is_some() {
            assert_eq!(chunk, expected);
        }
    }
    assert!(chunks.len() <= expected.len() + 1);
}

/// It sends nothing, and only lends its limits.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().api_key("gsk_fuzz");
    let builder = builder.base_url("http://127.0.0.1:1");
    builder.build().expect("a client")
});

/// The value of a future that has nothing to wait for.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("all of it is in memory"),
    }
}

/// The first bytes, which choose what is done, and the others.
fn beginning<const N: usize>(input: &[u8]) -> (&[u8; N], &[u8])
where
    [u8; N]: Debug,
{
    input.split_first_chunk().unwrap_or((&[0; N], input))
}

fn headers<const N: usize>(pairs: [(&'static str, &HeaderValue); N]) -> HeaderMap {
    pairs
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests;
