//! A batch at work.

use std::ops::Range;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Value, json};

use super::lines::{self, Mistake};
use crate::api_error::{ApiError, Outcome};
use crate::files::store::{About, Files, MAX_FILE};
use crate::ids;
use crate::random::Random;

/// How many requests run in one step at most, so that retrieving a batch stays fast.
const MAX_SHARE: usize = 1_000;

/// A request that a batch makes.
pub(crate) struct BatchLine<'a> {
    pub(crate) path: &'a str,
    pub(crate) body: Bytes,
    pub(crate) authorization: Option<HeaderValue>,
    /// Distinguishes equal requests.
    pub(crate) number: u64,
}

/// The answer to one.
pub(crate) struct LineAnswer {
    pub(crate) status: u16,
    /// The request id.
    pub(crate) id: String,
    pub(crate) body: Bytes,
}

/// What a batch needs of the service that runs it.
pub(super) struct Host<'a> {
    pub(super) files: &'a Files,
    /// In seconds since 1970.
    pub(super) now: u64,
    /// How long a batch stays in a state; zero if every look moves it on.
    pub(super) step: Duration,
    pub(super) run: &'a dyn Fn(&BatchLine<'_>) -> Option<LineAnswer>,
}

#[derive(Debug)]
pub(crate) struct Job {
    /// The batch as the wire has it.
    pub(super) batch: Value,
    input: Bytes,
    /// The requests that have not run. The last one is next: the service does not keep their order either.
    waiting: Vec<Range<usize>>,
    total: usize,
    results: Vec<u8>,
    failures: Vec<u8>,
    random: Random,
    authorization: Option<HeaderValue>,
    begun: Instant,
    window: Duration,
    steps: u32,
}

impl Job {
    pub(super) fn new(
        batch: Value,
        window: Duration,
        authorization: Option<HeaderValue>,
        random: Random,
    ) -> Self {
        Self {
            batch,
            input: Bytes::new(),
            waiting: Vec::new(),
            total: 0,
            results: Vec::new(),
            failures: Vec::new(),
            random,
            authorization,
            begun: Instant::now(),
            window,
            steps: 0,
        }
    }

    fn text(&self, key: &str) -> &str {
        self.batch[key].as_str().unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        matches!(
            self.text("status"),
            "failed" | "completed" | "expired" | "cancelled"
        )
    }

    /// Sets the status, and the time at which it was reached.
    fn enter(&mut self, status: &str, now: u64) {
        self.batch["status"] = json!(status);
        self.batch[format!("{status}_at")] = json!(now);
    }

    /// Takes the steps that are due.
    pub(super) fn advance(&mut self, host: &Host<'_>) {
        let elapsed = self.begun.elapsed();
        for _ in 0..self.due(host.step, elapsed) {
            if self.is_over() {
                break;
            }
            self.steps = self.steps.saturating_add(1);
            if elapsed >= self.window {
                self.expire(host);
            } else {
                self.step(host);
            }
        }
    }

    /// One step a look, unless a time is set for each.
    fn due(&self, step: Duration, elapsed: Duration) -> u32 {
        if step.is_zero() || elapsed >= self.window {
            return 1;
        }
        let steps = elapsed.as_nanos() / step.as_nanos();
        u32::try_from(steps)
            .unwrap_or(u32::MAX)
            .saturating_sub(self.steps)
    }

    pub(super) fn cancel(&mut self, now: u64) -> Outcome<()> {
        if self.is_over() {
            let (status, id) = (&self.batch["status"], self.text("id"));
            let message = format!("A batch with the status {status} cannot be cancelled: `{id}`.");
            return Err(ApiError::with_status(409, message));
        }
        if self.text("status") != "cancelling" {
            self.enter("cancelling", now);
        }
        Ok(())
    }

    fn step(&mut self, host: &Host<'_>) {
        match self.text("status") {
            "validating" => self.validate(host),
            "in_progress" => self.run(host),
            "finalizing" => self.finish("completed", host),
            _ => self.finish("cancelled", host),
        }
    }

    fn validate(&mut self, host: &Host<'_>) {
        let content = host.files.content(self.text("input_file_id"));
        let found = content
            .map_err(|why| vec![Mistake::new("missing_file", why.message).about("input_file_id")])
            .and_then(|content| {
                self.input = content;
                lines::requests(&self.input, self.text("endpoint"))
            });
        match found {
            Ok(waiting) => {
                self.total = waiting.len();
                self.batch["request_counts"]["total"] = json!(self.total);
                self.waiting = waiting;
                self.enter("in_progress", host.now);
            }
            Err(mistakes) => self.fail(&mistakes, host),
        }
    }

    fn fail(&mut self, mistakes: &[Mistake], host: &Host<'_>) {
        self.batch["errors"] = json!({"object": "list", "data": mistakes});
        self.enter("failed", host.now);
        self.input = Bytes::new();
    }

    /// Runs half of the requests, so that a look in between sees them counted.
    fn run(&mut self, host: &Host<'_>) {
        for _ in 0..self.total.div_ceil(2).min(MAX_SHARE) {
            let Some(line) = self.next_line() else { break };
            self.run_line(&line, host);
        }
        if self.waiting.is_empty() {
            self.enter("finalizing", host.now);
        }
    }

    /// The lines were read before, when the file was validated.
    fn next_line(&mut self) -> Option<Value> {
        let range = self.waiting.pop()?;
        lines::read(&self.input[range]).ok()
    }

    fn run_line(&mut self, line: &Value, host: &Host<'_>) {
        if self.results.len() + self.failures.len() > MAX_FILE {
            let message = "The results of this batch are too long.";
            return self.refuse(line, "results_too_long", message);
        }
        if line["body"]["stream"] == true {
            let message = "A request of a batch cannot be streamed.";
            return self.refuse(line, "invalid_request", message);
        }
        let answered = (host.run)(&BatchLine {
            path: &format!("/openai{}", line["url"].as_str().unwrap_or_default()),
            body: line["body"].to_string().into(),
            authorization: self.authorization.clone(),
            number: self.random.next(),
        });
        let Some(answered) = answered else {
            let message = "The connection broke off before this request was answered.";
            return self.refuse(line, "server_error", message);
        };
        let Some(body) = in_line(&answered.body) else {
            return self.refuse(line, "server_error", "The answer is not text.");
        };
        let (status, id) = (answered.status, json!(answered.id));
        let response = format!(r#"{{"status_code":{status},"request_id":{id},"body":{body}}}"#);
        self.write(line, status == 200, &response, &Value::Null);
    }

    fn refuse(&mut self, line: &Value, code: &str, message: &str) {
        self.write(
            line,
            false,
            "null",
            &json!({"code": code, "message": message}),
        );
    }

    /// Counts a request and writes its line; the response is JSON already.
    fn write(&mut self, line: &Value, is_good: bool, response: &str, error: &Value) {
        let (count, file) = if is_good {
            ("completed", &mut self.results)
        } else {
            ("failed", &mut self.failures)
        };
        let count = &mut self.batch["request_counts"][count];
        *count = json!(count.as_u64().unwrap_or(0) + 1);
        let id = ids::prefixed("batch_req_01", &mut self.random);
        let custom_id = &line["custom_id"];
        let text = format!(
            "{{\"id\":\"{id}\",\"custom_id\":{custom_id},\"response\":{response},\"error\":{error}}}\n"
        );
        file.extend_from_slice(text.as_bytes());
    }

    /// Refuses the requests that have not run.
    fn expire(&mut self, host: &Host<'_>) {
        while let Some(line) = self.next_line() {
            let message =
                "This request could not be executed before the completion window expired.";
            self.refuse(&line, "batch_expired", message);
        }
        self.finish("expired", host);
    }

    /// Writes the files of what has run.
    fn finish(&mut self, status: &str, host: &Host<'_>) {
        let results = std::mem::take(&mut self.results);
        let failures = std::mem::take(&mut self.failures);
        self.waiting = Vec::new();
        self.input = Bytes::new();
        let written = self
            .file("output", results, host)
            .and_then(|()| self.file("error", failures, host));
        match written {
            Ok(()) => self.enter(status, host.now),
            Err(why) => self.fail(&[Mistake::new("no_room", why.message)], host),
        }
    }

    /// Adds a file with these lines, if there are any.
    fn file(&mut self, name: &str, content: Vec<u8>, host: &Host<'_>) -> Outcome<()> {
        if content.is_empty() {
            return Ok(());
        }
        let id = ids::prefixed("file_01", &mut self.random);
        let about = About {
            id: id.clone(),
            object: "file".into(),
            bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
            created_at: host.now,
            filename: format!("{}_{name}.jsonl", self.text("id")),
            purpose: "batch_output".into(),
        };
        host.files.add(about, content.into())?;
        self.batch[format!("{name}_file_id")] = json!(id);
        Ok(())
    }
}

/// An answer as JSON in one line: as it is, without its line breaks, or, if it is a text, as a string.
fn in_line(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    Some(match serde_json::from_str::<Value>(text) {
        Ok(_) if !text.contains('\n') => text.to_owned(),
        Ok(value) => value.to_string(),
        Err(_) => Value::from(text).to_string(),
    })
}
