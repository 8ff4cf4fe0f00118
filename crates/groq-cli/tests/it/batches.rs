//! `groq batch run`: results in order, and nothing twice after a crash.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, mpsc},
    time::Duration,
};

use groq_mock::{BlockingMock, Fault, Mock, Reply, Request, When};
use serde_json::Value;

use super::support::{document, ends_with, groq, stderr};

const PROMPTS: usize = 20;

struct Setting {
    folder: tempfile::TempDir,
    mock: BlockingMock,
}

impl Setting {
    /// A server, and a file of prompts with numbers for ids.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let line = |id| format!("{{\"id\":{id},\"prompt\":\"Say {id}\"}}\n");
        let lines: String = (0..PROMPTS).rev().map(line).collect();
        fs::write(folder.path().join("items.jsonl"), lines).unwrap();
        Self {
            folder,
            mock: Mock::builder().start_blocking().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `groq batch run items.jsonl -o out.jsonl`, in the folder.
    fn command(&self, more: &[&str]) -> Command {
        let mut command = groq(&[
            "batch",
            "run",
            "items.jsonl",
            "-o",
            "out.jsonl",
            "--poll-interval",
            "20ms",
        ]);
        command
            .args(more)
            .current_dir(self.folder.path())
            .env("GROQ_API_KEY", "gsk_test")
            .env("GROQ_BASE_URL", self.mock.url());
        command
    }

    fn results(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("out.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn posts_to(&self, path: &str) -> usize {
        let posted =
            |request: &&Request| request.method() == "POST" && request.path().ends_with(path);
        self.mock.requests().iter().filter(posted).count()
    }
}

#[test]
fn results_come_in_the_order_of_the_items() {
    let setting = Setting::new();
    let output = setting.command(&["--json"]).output().unwrap();
    ends_with(&output, 0);
    assert_eq!(document(&output)["items"], PROMPTS);
    let ids: Vec<_> = setting
        .results()
        .iter()
        .map(|line| line["id"].clone())
        .collect();
    let wanted: Vec<_> = (0..PROMPTS).rev().map(Value::from).collect();
    assert_eq!(ids, wanted);
    assert!(
        setting
            .results()
            .iter()
            .all(|line| line["text"].is_string())
    );
    assert!(
        !setting.path("out.jsonl.batch").exists(),
        "the state is gone"
    );
}

#[test]
fn a_run_that_was_killed_goes_on_and_pays_nothing_twice() {
    goes_on_after(|run| run.kill().unwrap(), None);
}

#[cfg(unix)]
#[test]
fn a_run_that_was_terminated_goes_on_and_pays_nothing_twice() {
    for signal in ["-INT", "-TERM"] {
        let terminate = |run: &mut std::process::Child| super::support::send(signal, run.id());
        goes_on_after(terminate, Some(130));
    }
}

fn goes_on_after(end: impl FnOnce(&mut std::process::Child), status: Option<i32>) {
    let setting = Setting::new();
    let (sender, asked) = mpsc::channel();
    let sender = Arc::new(std::sync::Mutex::new(sender));
    setting.mock.always(
        When::any()
            .matching(|request| request.method() == "GET" && request.path().contains("/batches/")),
        Reply::from_fn(move |_| {
            let _ = sender.lock().unwrap().send(());
            Reply::generated().fault(Fault::Delay(Duration::from_secs(600)))
        }),
    );
    let mut killed = setting.command(&["--quiet"]).spawn().unwrap();
    asked.recv_timeout(Duration::from_secs(60)).unwrap();
    end(&mut killed);
    let killed = killed.wait_with_output().unwrap();
    assert_eq!((killed.status.code(), stderr(&killed)), (status, ""));
    assert!(!setting.path("out.jsonl").exists());
    assert!(setting.path("out.jsonl.batch").is_dir());

    setting.mock.clear_script();
    let output = setting.command(&[]).output().unwrap();
    ends_with(&output, 0);
    assert!(
        stderr(&output).contains("continuing"),
        "{}",
        stderr(&output)
    );
    assert_eq!(setting.results().len(), PROMPTS);
    assert_eq!(
        (setting.posts_to("/files"), setting.posts_to("/batches")),
        (1, 1)
    );
}

#[test]
fn a_state_is_not_gone_on_with_for_other_items() {
    let setting = Setting::new();
    setting
        .mock
        .always(When::post("/openai/v1/batches"), Reply::new(400));
    ends_with(&setting.command(&[]).output().unwrap(), 4);
    fs::write(setting.path("items.jsonl"), "{\"id\":1,\"prompt\":\"Hi\"}").unwrap();
    setting.mock.clear_script();
    let output = setting.command(&[]).output().unwrap();
    ends_with(&output, 2);
    assert!(
        stderr(&output).contains("other items"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn items_that_fail_are_in_the_results_and_in_the_status() {
    let setting = Setting::new();
    let line = |id, model| {
        format!(
            "{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}]}}}}\n"
        )
    };
    let lines = line("bad", "nobody") + &line("good", "openai/gpt-oss-20b");
    fs::write(setting.path("items.jsonl"), lines).unwrap();
    let output = setting.command(&[]).output().unwrap();
    ends_with(&output, 4);
    assert!(stderr(&output).contains("1 of 2"), "{}", stderr(&output));
    let results = setting.results();
    assert_eq!(
        (&results[0]["custom_id"], &results[1]["custom_id"]),
        (&"bad".into(), &"good".into())
    );
    assert!(results[0]["error"]["message"].is_string());
    assert_eq!(results[1]["response"]["status_code"], 200);
}

#[test]
fn the_cost_of_a_batch_is_printed_if_asked_for() {
    let setting = Setting::new();
    let output = setting.command(&["-v"]).output().unwrap();
    ends_with(&output, 0);
    let line = stderr(&output)
        .lines()
        .find(|line| line.contains("tokens in a batch"));
    assert!(
        line.is_some_and(|line| line.contains('$')),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_mistake_in_the_items_is_found_before_anything_is_sent() {
    let setting = Setting::new();
    fs::write(
        setting.path("items.jsonl"),
        "{\"id\":1,\"prompt\":\"Hi\"}\nnonsense\n",
    )
    .unwrap();
    let output = setting.command(&[]).output().unwrap();
    ends_with(&output, 7);
    assert!(stderr(&output).contains("line 2"), "{}", stderr(&output));
    assert!(setting.mock.requests().is_empty());
    assert!(!Path::new(&setting.path("out.jsonl.batch")).exists());
}
