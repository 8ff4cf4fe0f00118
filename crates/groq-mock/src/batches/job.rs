//! A batch at work.

use std::ops::Range;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lines::{self, Answered, Done, Line, Refused};
use super::wire::{Batch, Counts, Errors, LineError, Status};
use crate::api_error::{ApiError, Outcome};
use crate::files::store::{About, Files, MAX_FILE};
use crate::ids;
use crate::random::Random;

/// How many requests run in one step at most, so that a look at a batch stays short.
const MAX_SHARE: usize = 1_000;

/// A request that a batch makes.
pub(crate) struct BatchLine<'a> {
    pub(crate) path: &'a str,
    pub(crate) body: Bytes,
    pub(crate) authorization: Option<HeaderValue>,
    /// Tells equal requests apart.
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
pub(super) trait Host {
    fn files(&self) -> &Files;
    /// In seconds since 1970.
    fn now(&self) -> u64;
    /// How long a batch stays in a state; zero where it goes on whenever it is retrieved.
    fn step(&self) -> Duration;
    fn run(&self, line: &BatchLine<'_>) -> Option<LineAnswer>;
}

#[derive(Debug)]
pub(crate) struct Job {
    batch: Batch,
    input: Bytes,
    /// The requests that have not run. The last one is next: the service does not keep their order either.
    waiting: Vec<Range<usize>>,
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
        batch: Batch,
        window: Duration,
        authorization: Option<HeaderValue>,
        random: Random,
    ) -> Self {
        Self {
            batch,
            input: Bytes::new(),
            waiting: Vec::new(),
            results: Vec::new(),
            failures: Vec::new(),
            random,
            authorization,
            begun: Instant::now(),
            window,
            steps: 0,
        }
    }

    pub(super) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Takes the steps that are due.
    pub(super) fn advance(&mut self, host: &dyn Host) {
        let elapsed = self.begun.elapsed();
        for _ in 0..self.due(host.step(), elapsed) {
            if self.batch.status.is_final() {
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

    /// Without a pace, one step a look.
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
        let status = self.batch.status;
        if status == Status::Cancelling {
            return Ok(());
        }
        if status.is_final() {
            let name = serde_json::to_value(status).unwrap_or_default();
            return Err(ApiError::with_status(
                409,
                format!(
                    "A batch with the status {name} cannot be cancelled: `{}`.",
                    self.batch.id
                ),
            ));
        }
        self.batch.enter(Status::Cancelling, now);
        Ok(())
    }

    fn step(&mut self, host: &dyn Host) {
        match self.batch.status {
            Status::Validating => self.validate(host),
            Status::InProgress => self.run(host),
            Status::Finalizing => self.finish(Status::Completed, host),
            Status::Cancelling => self.finish(Status::Cancelled, host),
            Status::Failed | Status::Completed | Status::Expired | Status::Cancelled => {}
        }
    }

    fn validate(&mut self, host: &dyn Host) {
        let found = match host.files().content(&self.batch.input_file_id) {
            Ok(content) => {
                self.input = content;
                lines::requests(&self.input, &self.batch.endpoint)
            }
            Err(error) => Err(vec![LineError {
                code: "missing_file",
                message: error.message.clone(),
                param: Some("input_file_id"),
                line: None,
            }]),
        };
        match found {
            Ok(waiting) => {
                self.batch.request_counts.total = waiting.len();
                self.waiting = waiting;
                self.batch.enter(Status::InProgress, host.now());
            }
            Err(errors) => self.fail(errors, host),
        }
    }

    fn fail(&mut self, data: Vec<LineError>, host: &dyn Host) {
        self.batch.errors = Some(Errors {
            object: "list",
            data,
        });
        self.batch.enter(Status::Failed, host.now());
        self.input = Bytes::new();
    }

    /// Runs half of the requests, so that a look in between sees them counted.
    fn run(&mut self, host: &dyn Host) {
        let share = self.batch.request_counts.total.div_ceil(2).min(MAX_SHARE);
        for _ in 0..share {
            let Some(range) = self.waiting.pop() else {
                break;
            };
            // It was read before, when the file was looked through.
            if let Ok(line) = Line::read(&self.input[range]) {
                self.run_line(&line, host);
            }
        }
        if self.waiting.is_empty() {
            self.batch.enter(Status::Finalizing, host.now());
        }
    }

    fn run_line(&mut self, line: &Line, host: &dyn Host) {
        if self.results.len() + self.failures.len() > MAX_FILE {
            let message = "The results of this batch are too long.";
            return self.refuse(line.custom_id(), "results_too_long", message);
        }
        if line.body()["stream"] == true {
            let message = "A request of a batch cannot be streamed.";
            return self.refuse(line.custom_id(), "invalid_request", message);
        }
        let answered = host.run(&BatchLine {
            path: &format!("/openai{}", line.url()),
            body: line.body().to_string().into(),
            authorization: self.authorization.clone(),
            number: self.random.next(),
        });
        let broke_off = "The connection broke off before this request was answered.";
        let Some(answered) = answered else {
            return self.refuse(line.custom_id(), "server_error", broke_off);
        };
        let Some(body) = in_line(&answered.body) else {
            return self.refuse(line.custom_id(), "server_error", "The answer is not text.");
        };
        let response = Answered {
            status_code: answered.status,
            request_id: &answered.id,
            body: &body,
        };
        let Counts {
            completed, failed, ..
        } = &mut self.batch.request_counts;
        let (count, file) = if answered.status == 200 {
            (completed, &mut self.results)
        } else {
            (failed, &mut self.failures)
        };
        *count += 1;
        let id = ids::prefixed("batch_req_01", &mut self.random);
        write(
            file,
            &Done {
                id,
                custom_id: line.custom_id(),
                response: Some(response),
                error: None,
            },
        );
    }

    fn refuse(&mut self, custom_id: &str, code: &str, message: &str) {
        self.batch.request_counts.failed += 1;
        let id = ids::prefixed("batch_req_01", &mut self.random);
        write(
            &mut self.failures,
            &Done {
                id,
                custom_id,
                response: None,
                error: Some(Refused { code, message }),
            },
        );
    }

    /// What has not run by now never will.
    fn expire(&mut self, host: &dyn Host) {
        while let Some(range) = self.waiting.pop() {
            if let Ok(line) = Line::read(&self.input[range]) {
                let message =
                    "This request could not be executed before the completion window expired.";
                self.refuse(line.custom_id(), "batch_expired", message);
            }
        }
        self.finish(Status::Expired, host);
    }

    /// Writes the files of what has run.
    fn finish(&mut self, status: Status, host: &dyn Host) {
        let results = std::mem::take(&mut self.results);
        let failures = std::mem::take(&mut self.failures);
        self.waiting = Vec::new();
        self.input = Bytes::new();
        let written = self
            .file("output", results, host)
            .and_then(|output| Ok((output, self.file("error", failures, host)?)));
        match written {
            Ok((output, error)) => {
                self.batch.output_file_id = output;
                self.batch.error_file_id = error;
                self.batch.enter(status, host.now());
            }
            Err(why) => self.fail(
                vec![LineError {
                    code: "no_room",
                    message: why.message.clone(),
                    param: None,
                    line: None,
                }],
                host,
            ),
        }
    }

    /// The id of a file with these lines, where there are any.
    fn file(&mut self, name: &str, content: Vec<u8>, host: &dyn Host) -> Outcome<Option<String>> {
        if content.is_empty() {
            return Ok(None);
        }
        let id = ids::prefixed("file_01", &mut self.random);
        let about = About {
            id: id.clone(),
            object: "file".into(),
            bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
            created_at: host.now(),
            filename: format!("{}_{name}.jsonl", self.batch.id),
            purpose: "batch_output".into(),
        };
        host.files().add(about, content.into())?;
        Ok(Some(id))
    }
}

fn write(file: &mut Vec<u8>, done: &Done<'_>) {
    // Writing to memory what consists of texts and numbers does not fail.
    let _ = serde_json::to_writer(&mut *file, done);
    file.push(b'\n');
}

/// An answer as JSON in one line: as it is, without its line breaks, or, where it is a text, as a string.
fn in_line(body: &[u8]) -> Option<Box<RawValue>> {
    let one_line = || (!body.contains(&b'\n')).then(|| serde_json::from_slice(body).ok());
    if let Some(raw) = one_line().flatten() {
        return Some(raw);
    }
    let value = match serde_json::from_slice::<Value>(body) {
        Ok(value) => value,
        Err(_) => Value::String(std::str::from_utf8(body).ok()?.to_owned()),
    };
    serde_json::value::to_raw_value(&value).ok()
}
