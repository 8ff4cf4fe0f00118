//! A small service that runs batches.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{Reply, Request, Server};

/// A service that runs batches: item `n` fails if `n` is a multiple of seven.
#[derive(Clone, Default)]
pub(crate) struct Service(Arc<Mutex<Inner>>);

#[derive(Default)]
pub(super) struct Inner {
    /// Names and contents.
    pub(super) files: BTreeMap<String, (String, Vec<u8>)>,
    pub(super) batches: BTreeMap<String, Running>,
    /// How often each item was run.
    pub(super) runs: HashMap<String, u32>,
    pub(super) requests: u32,
    /// Requests whose answer gets lost.
    pub(super) lost: Vec<u32>,
    /// How many polls a batch takes.
    pub(super) polls: u32,
    /// How batches end, if not well.
    pub(super) end: Option<&'static str>,
    /// For how many polls an ended batch does not say which files it has.
    pub(super) late: u32,
    /// Whether refused items are among the others, without a file of their own.
    pub(super) one_file: bool,
    /// How many times what was just created is not found.
    pub(super) missing: u32,
}

pub(super) struct Running {
    input: String,
    polls: u32,
    outputs: Option<(String, String)>,
    cancelled: bool,
}

impl Service {
    pub(crate) async fn serve(&self) -> Server {
        let service = self.clone();
        Server::handling(move |request| {
            let mut inner = service.0.lock().expect("a service");
            inner.requests += 1;
            let reply = inner.handle(request);
            if inner.lost.contains(&inner.requests) {
                return Reply::default().reset();
            }
            reply
        })
        .await
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().expect("a service"))
    }
}

impl Inner {
    fn handle(&mut self, request: &Request) -> Reply {
        let line = request.line().to_owned();
        let (method, path) = line.split_once(' ').expect("a line");
        let parts: Vec<_> = path.trim_start_matches("/openai/v1/").split('/').collect();
        // What was created is not found at first: neither by its id, nor by another operation.
        if self.missing > 0 && !matches!(parts.as_slice(), ["files"]) {
            self.missing -= 1;
            return Reply::error(404, &[]);
        }
        match (method, parts.as_slice()) {
            ("POST", ["files"]) => self.upload(request),
            ("GET", ["files"]) => {
                let file =
                    |(id, (name, _)): (&String, &(String, _))| json!({"id": id, "filename": name});
                reply(&json!({"data": self.files.iter().map(file).collect::<Vec<_>>()}))
            }
            ("GET", ["files", id, "content"]) => Reply::whole(200, &[], &self.files[*id].1),
            ("POST", ["batches"]) => {
                let id = format!("batch_{}", self.batches.len());
                let input = request.json()["input_file_id"]
                    .as_str()
                    .expect("an id")
                    .to_owned();
                let running = Running {
                    input,
                    polls: 0,
                    outputs: None,
                    cancelled: false,
                };
                self.batches.insert(id.clone(), running);
                reply(&self.batch(&id))
            }
            ("GET", ["batches"]) => {
                let ids: Vec<_> = self.batches.keys().cloned().collect();
                reply(
                    &json!({"object": "list", "data": ids.iter().map(|id| self.batch(id)).collect::<Vec<_>>()}),
                )
            }
            ("GET", ["batches", id]) => {
                self.poll(id);
                reply(&self.batch(id))
            }
            ("POST", ["batches", id, "cancel"]) => {
                self.batches.get_mut(*id).expect("a batch").cancelled = true;
                reply(&self.batch(id))
            }
            _ => Reply::error(404, &[]),
        }
    }

    fn upload(&mut self, request: &Request) -> Reply {
        let body = std::str::from_utf8(&request.body).expect("text");
        let (_, rest) = body.split_once("filename=\"").expect("a name");
        let (name, rest) = rest.split_once('"').expect("a name");
        let (_, rest) = rest.split_once("\r\n\r\n").expect("content");
        let (content, _) = rest.rsplit_once("\r\n--").expect("an end");
        let id = format!("file_{}", self.files.len());
        let content = content.as_bytes().to_vec();
        self.files.insert(id.clone(), (name.to_owned(), content));
        reply(&json!({"id": id, "object": "file", "filename": name, "purpose": "batch"}))
    }

    fn poll(&mut self, id: &str) {
        let running = self.batches.get_mut(id).expect("a batch");
        running.polls += 1;
        if running.polls <= self.polls
            || running.outputs.is_some()
            || self.end.is_some()
            || running.cancelled
        {
            return;
        }
        let input = self.files[&running.input].1.clone();
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        // The order is not kept.
        for line in input
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .rev()
        {
            let line: Value = serde_json::from_slice(line).expect("a line");
            let id = line["custom_id"].as_str().expect("an id").to_owned();
            *self.runs.entry(id.clone()).or_default() += 1;
            let fails = id.parse::<u32>().is_ok_and(|number| number % 7 == 0);
            let (to, status, body) = if fails {
                let error = json!({"error": {"message": "told you so", "code": "some_code"}});
                let file = if self.one_file {
                    &mut output
                } else {
                    &mut errors
                };
                (file, 400, error)
            } else {
                (&mut output, 200, answer(&line))
            };
            let line = json!({"id": "batch_req_1", "custom_id": id, "error": null,
                "response": {"status_code": status, "request_id": "req_1", "body": body}});
            to.extend_from_slice(line.to_string().as_bytes());
            to.push(b'\n');
        }
        let ids = (
            format!("file_{}", self.files.len()),
            format!("file_{}", self.files.len() + 1),
        );
        self.files.insert(ids.0.clone(), ("out".into(), output));
        self.files.insert(ids.1.clone(), ("err".into(), errors));
        self.batches.get_mut(id).expect("a batch").outputs = Some(ids);
    }

    fn batch(&self, id: &str) -> Value {
        let running = &self.batches[id];
        let status = match (&running.outputs, self.end) {
            _ if running.cancelled => "cancelled",
            (Some(_), _) => "completed",
            (None, Some(end)) if running.polls > self.polls => end,
            (None, _) => "in_progress",
        };
        let is_late = running.polls <= self.polls.saturating_add(self.late);
        let (output, errors) = match &running.outputs {
            Some(_) if is_late => (Value::Null, Value::Null),
            Some((output, _)) if self.one_file => (json!(output), Value::Null),
            Some((output, errors)) => (json!(output), json!(errors)),
            // As the service writes it.
            None => (json!({}), json!({})),
        };
        let counts = match status {
            "cancelled" | "expired" => json!({"total": 3, "completed": 0, "failed": 0}),
            _ => json!({"total": 3, "completed": 2, "failed": 1}),
        };
        let failures = (status == "failed").then(|| json!({"object": "list", "data": [{"code": "c", "message": "bad line", "param": null, "line": 2}]}));
        json!({"id": id, "object": "batch", "status": status, "endpoint": "/v1/chat/completions", "input_file_id": running.input, "output_file_id": output,
            "error_file_id": errors, "errors": failures, "request_counts": counts,
            "completed_at": null, "metadata": null})
    }
}

/// The reply to an item: it says what was asked.
fn answer(line: &Value) -> Value {
    if line["url"] != "/v1/chat/completions" {
        return json!({"text": line["body"]["url"], "x_groq": {"id": "req_1"}});
    }
    let content = &line["body"]["messages"][0]["content"];
    json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]})
}

fn reply(value: &Value) -> Reply {
    Reply::json(200, value.to_string())
}
