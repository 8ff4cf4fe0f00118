//! Any bytes at all: whatever comes back is HTTP, and a refusal says why.

use groq_mock::Mock;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::client::{Client, get};

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "G\0T", "",
];

const TARGETS: &[&str] = &[
    "/openai/v1/models",
    "/openai/v1/models/%2e%2e%2f",
    "/openai/v1/chat/completions",
    "/openai/v1/audio/transcriptions",
    "/openai/v1/files",
    "/openai/v1/files/..%2f..%2fetc%2fpasswd/content",
    "/openai/v1/files/%ff",
    "/openai/v1/batches/%00/cancel",
    "/openai/v1/../../x",
    "/v1/fine_tunings/%",
    "http://localhost/openai/v1/models?a=b",
    "http://evil.example/openai/v1/models",
    "//",
    "*",
    "models",
    "/ /",
    "",
];

const VERSIONS: &[&str] = &[" HTTP/1.1", " HTTP/1.0", " HTTP/2.0", ""];

const HEADERS: &[&str] = &[
    "Host: localhost",
    "Host: evil.example",
    "Host: [::1",
    "Authorization: Bearer x",
    "Authorization: Bearer x",
    "Authorization: ",
    "Content-Type: application/json",
    "Content-Type: multipart/form-data; boundary=b",
    "Content-Type: multipart/form-data; boundary=",
    "Content-Type: \"",
    "Content-Length: 5",
    "Content-Length: 5",
    "Content-Length: 99999999999",
    "Content-Length: 18446744073709551616",
    "Content-Length: -1",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Expect: 100-continue",
    "Connection: close",
    "X: \u{ff}",
    "no colon",
    " folded",
];

const BODIES: &[&str] = &[
    "",
    "{\"a\":",
    "{\"model\":\"openai/gpt-oss-20b\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}",
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x.wav\"\r\n\r\n\u{1}\r\n--b--",
    "--b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "fffffffffffffffff\r\n",
    "5\r\nhello!",
    "GET /openai/v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n",
];

/// A request of parts that may or may not fit each other, and some bytes of it replaced.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let parts = (
        select(METHODS),
        select(TARGETS),
        select(VERSIONS),
        vec(select(HEADERS), 0..6),
        select(BODIES),
        vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    );
    parts.prop_map(|(method, target, version, headers, body, spoiled)| {
        let mut bytes = format!("{method} {target}{version}\r\n").into_bytes();
        for header in headers {
            bytes.extend(header.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(body.bytes());
        for (at, byte) in spoiled {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

/// Takes one answer off; says what is wrong with it.
fn answer(bytes: &[u8]) -> Result<&[u8], String> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").ok_or("no end of the head")?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|error| error.to_string())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status: u16 = status
        .and_then(|status| status.get(..3)?.parse().ok())
        .ok_or("no status")?;
    let headers: Vec<(&str, &str)> = lines
        .map(|line| line.split_once(": ").ok_or(format!("no header: {line}")))
        .collect::<Result<_, _>>()?;
    let header = |name: &str| headers.iter().find(|(known, _)| *known == name);
    let rest = &bytes[end + 4..];
    if status == 100 {
        return Ok(rest);
    }
    if status >= 500 && status != 501 {
        return Err(format!("a failure of the server: {status}"));
    }
    if header("x-request-id").is_none() {
        return Err("no request id".to_owned());
    }
    let (_, length) = header("content-length").ok_or("no length")?;
    let length: usize = length.parse().map_err(|_| "a bad length")?;
    let body = rest.get(..length).ok_or("the body is cut")?;
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if status >= 400 && !body["error"]["message"].is_string() {
        return Err(format!("no message: {body}"));
    }
    Ok(&rest[length..])
}

#[test]
fn whatever_comes_the_answer_is_http() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mock = runtime.block_on(Mock::start()).unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&request(), |bytes| {
        let answers = runtime.block_on(async {
            let mut client = Client::connect(&mock).await;
            let _ = client.try_write(&bytes).await;
            client.finish().await;
            client.rest().await
        });
        let mut rest = answers.as_slice();
        while !rest.is_empty() {
            rest = answer(rest).map_err(|problem| {
                let answers = String::from_utf8_lossy(&answers).into_owned();
                TestCaseError::fail(format!("{problem}: {answers}"))
            })?;
        }
        Ok(())
    });
    outcome.unwrap();
    let last = runtime.block_on(get(&mock, "/openai/v1/models"));
    assert_eq!(last.status, 200);
}
