//! What must not leak, be followed, or go on after a signal.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::{Child, Command, Output},
    thread::sleep,
    time::Duration,
};

use groq_mock::{BlockingMock, Mock, Reply, When};
use serde_json::{Value, json};

use super::support::{ends_with, groq, recording, send, stderr, stdout};

const KEY: &str = "gsk_canary0123456789CANARY";

fn against(mock: &BlockingMock, folder: &Path, args: &[&str]) -> Command {
    let mut command = groq(args);
    command
        .current_dir(folder)
        .env("GROQ_API_KEY", KEY)
        .env("GROQ_BASE_URL", mock.url());
    command
}

/// The status of a process that has been sent a signal; a panic if it does not end.
fn end(mut child: Child) -> Option<i32> {
    for _ in 0..200 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("it goes on after a signal");
}

fn fifo(folder: &Path) {
    let made = Command::new("mkfifo").arg(folder.join("fifo")).status();
    assert!(made.unwrap().success());
}

fn text_of(output: &Output) -> String {
    format!("{}{}", stdout(output), stderr(output))
}

#[test]
fn a_pipe_without_a_reader_ends_on_a_signal() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        recording(folder.path(), "a.wav", 1);
        fifo(folder.path());
        for args in [
            &["speak", "hello", "--force", "-o", "fifo"][..],
            &[
                "transcribe",
                "a.wav",
                "--no-resume",
                "--force",
                "-o",
                "fifo",
            ],
        ] {
            let mock = Mock::builder().start_blocking().unwrap();
            let child = against(&mock, folder.path(), args).spawn().unwrap();
            while mock.requests().is_empty() {
                sleep(Duration::from_millis(20));
            }
            sleep(Duration::from_millis(300));
            send(signal, child.id());
            assert_eq!(end(child), Some(130), "{args:?} {signal}");
        }
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 2, "no temporary file stays");
    }
}

/// Objects that all know each other.
fn heavy_schema(objects: usize) -> Value {
    let properties: Value = (0..objects)
        .map(|other| {
            (
                format!("p{other}"),
                json!({"$ref": format!("#/$defs/o{other}")}),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let defs: serde_json::Map<_, _> = (0..objects)
        .map(|number| (format!("o{number}"), object.clone()))
        .collect();
    json!({"$ref": "#/$defs/o0", "$defs": defs})
}

#[test]
fn a_command_that_computes_ends_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let schema = heavy_schema(16).to_string();
    fs::write(folder.path().join("schema.json"), schema).unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    for signal in ["-INT", "-TERM"] {
        let args = ["json", "--schema", "schema.json", "hello"];
        let child = against(&mock, folder.path(), &args).spawn().unwrap();
        sleep(Duration::from_millis(500));
        // It may have ended by itself by now.
        let _ = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        end(child);
    }
}

#[test]
fn a_server_that_computes_ends_on_a_signal() {
    let mut server = groq(&["mock", "--quiet"]).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut url)
        .unwrap();
    let address = url.trim().trim_start_matches("http://").to_owned();
    let schema = json!({
        "type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}},
        "required": ["a", "b"], "additionalProperties": false,
    });
    let body = json!({
        "model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "hello"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": true, "schema": schema}},
    })
    .to_string();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /openai/v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer any\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    sleep(Duration::from_millis(300));
    send("-TERM", server.id());
    let status = end(server);
    assert!(matches!(status, Some(0 | 130)), "{status:?}");
}

/// A service that returns the key in each header and each text.
#[test]
fn a_key_that_the_service_echoes_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let error = json!({"error": {"message": KEY, "type": KEY, "code": KEY, "param": KEY}});
    let list = json!({"object": "list", "data": [{"id": KEY, "object": "model", "created": 1, "owned_by": KEY}]});
    let chat = json!({
        "id": KEY, "object": "chat.completion", "created": 1, "model": KEY, "x_groq": {"id": KEY},
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    });
    let echoing = |reply: Reply| {
        [
            "x-request-id",
            "cf-ray",
            "server",
            "x-groq-region",
            "retry-after",
            "date",
        ]
        .into_iter()
        .fold(reply, |reply, name| reply.header(name, KEY))
    };
    for reply in [
        Reply::json(400, &error),
        Reply::json(401, &error),
        Reply::json(200, &list),
        Reply::json(200, &chat),
        Reply::new(200).body(KEY.as_bytes().to_vec()),
    ] {
        let mock = Mock::builder().start_blocking().unwrap();
        mock.always(When::any(), echoing(reply));
        for args in [
            &["models"][..],
            &["doctor"],
            &["limits"],
            &["files", "list"],
            &["batch", "get", "a"],
            &["chat", "--json", "hello"],
            &[
                "json",
                "--example",
                "[1]",
                "hello",
                "--max-corrections",
                "0",
            ],
        ] {
            for more in [&["-v"][..], &["-v", "--json"], &["--json"]] {
                let args = [args, more, &["--max-retries", "0"]].concat();
                let output = against(&mock, folder.path(), &args).output().unwrap();
                let text = text_of(&output);
                assert!(!text.contains(KEY), "{args:?}: {text}");
            }
        }
    }
}

#[test]
fn passwords_of_addresses_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for address in [
        "https://user:canary@127.0.0.1:1/v1",
        "https://canary@127.0.0.1:1",
        "http://127.0.0.1:1/v1?key=canary",
        "http://127.0.0.1:1/v1#canary",
        "https://user:can/ary@127.0.0.1:1",
    ] {
        for args in [
            &["doctor"][..],
            &["doctor", "--json"],
            &["doctor", "-v"],
            &["models", "-v"],
            &["models", "--json"],
            &["models", "--dry-run"],
            &["mock", "--record", "a.yaml"],
        ] {
            let mut command = groq(args);
            let output = command
                .current_dir(folder.path())
                .env("GROQ_API_KEY", KEY)
                .env("GROQ_BASE_URL", address)
                .env("HTTPS_PROXY", "http://user:canary@127.0.0.1:2")
                .env("all_proxy", "user:canary@127.0.0.1:2")
                .args((args[0] != "mock").then_some("--max-retries=0"))
                .spawn()
                .unwrap();
            if args[0] == "mock" {
                sleep(Duration::from_millis(300));
                let _ = Command::new("kill").arg(output.id().to_string()).status();
            }
            let text = text_of(&output.wait_with_output().unwrap());
            assert!(
                !text.contains("canary") && !text.contains("ary@"),
                "{args:?} {address}: {text}"
            );
        }
    }
}

#[test]
fn output_goes_to_regular_files_only() {
    let folder = tempfile::tempdir().unwrap();
    recording(folder.path(), "a.wav", 1);
    fs::write(
        folder.path().join("items.jsonl"),
        "{\"id\":1,\"prompt\":\"a\"}\n",
    )
    .unwrap();
    fs::write(folder.path().join("victim"), "precious").unwrap();
    fs::write(folder.path().join("victim.batch"), "precious").unwrap();
    symlink("victim", folder.path().join("link")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    symlink("/dev/null", folder.path().join("device")).unwrap();
    fifo(folder.path());
    let mock = Mock::builder().start_blocking().unwrap();
    for output in ["link", "dangling", "device", "fifo", "/dev/null", "."] {
        for args in [
            &["speak", "hello", "-o"][..],
            &["files", "download", "a", "-o"],
            &["batch", "run", "items.jsonl", "-o"],
            &["mock", "--record"],
            &["transcribe", "a.wav", "-o"],
        ] {
            if output == "." && args[0] == "transcribe" {
                continue;
            }
            let args = [args, &[output]].concat();
            let output = against(&mock, folder.path(), &args).output().unwrap();
            ends_with(&output, 2);
            assert!(
                stderr(&output).contains("cannot write"),
                "{}",
                stderr(&output)
            );
        }
    }
    assert!(mock.requests().is_empty());
    assert_eq!(
        fs::read_to_string(folder.path().join("victim")).unwrap(),
        "precious"
    );
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn the_state_of_a_batch_is_private_and_follows_no_link() {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("items.jsonl"), "{\"id\":1,\"prompt\":\"a\"}\n").unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    mock.always(When::post("/openai/v1/batches"), Reply::new(400));
    let batch = || {
        let args = ["batch", "run", "items.jsonl", "-o", "out"];
        against(&mock, folder.path(), &args).output().unwrap()
    };
    ends_with(&batch(), 4);
    assert_eq!(mode(&at("out.batch")), 0o700);
    let files: Vec<_> = fs::read_dir(at("out.batch"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() > 1, "{files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }

    fs::write(at("victim"), "precious").unwrap();
    for file in files.iter().map(|file| file.file_name().unwrap()) {
        fs::remove_dir_all(at("out.batch")).unwrap();
        fs::create_dir(at("out.batch")).unwrap();
        symlink(at("victim"), at("out.batch").join(file)).unwrap();
        let output = batch();
        ends_with(&output, 2);
        assert!(
            stderr(&output).contains("symbolic link"),
            "{}",
            stderr(&output)
        );
    }
    fs::remove_dir_all(at("out.batch")).unwrap();
    fs::create_dir(at("other")).unwrap();
    symlink(at("other"), at("out.batch")).unwrap();
    ends_with(&batch(), 2);
    fs::remove_file(at("out.batch")).unwrap();
    fs::create_dir(at("out.batch")).unwrap();
    fs::set_permissions(at("out.batch"), fs::Permissions::from_mode(0o777)).unwrap();
    let output = batch();
    ends_with(&output, 2);
    assert!(
        stderr(&output).contains("other users"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_to_string(at("victim")).unwrap(), "precious");
    assert_eq!(fs::read_dir(at("other")).unwrap().count(), 0);
}

#[test]
fn a_journal_follows_no_link() {
    let home = tempfile::tempdir().unwrap();
    let sound = recording(home.path(), "a.wav", 1);
    let victim = home.path().join("victim");
    fs::create_dir(&victim).unwrap();
    let state = home.path().join(".local/state/groq");
    fs::create_dir_all(&state).unwrap();
    symlink(&victim, state.join("journals")).unwrap();
    let output = groq(&["transcribe", "--mock", sound.to_str().unwrap()])
        .env("HOME", home.path())
        .output()
        .unwrap();
    ends_with(&output, 0);
    assert!(
        stderr(&output).contains("cannot be resumed"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
}

#[test]
fn an_interruption_says_how_to_continue() {
    let folder = tempfile::tempdir().unwrap();
    recording(folder.path(), "a.wav", 1);
    let mock = Mock::builder().start_blocking().unwrap();
    let slow = groq_mock::Fault::Delay(Duration::from_secs(600));
    mock.always(When::any(), Reply::generated().fault(slow));
    let child = against(&mock, folder.path(), &["transcribe", "a.wav"])
        .env("HOME", folder.path())
        .spawn()
        .unwrap();
    while mock.requests().is_empty() {
        sleep(Duration::from_millis(20));
    }
    send("-INT", child.id());
    let output = child.wait_with_output().unwrap();
    ends_with(&output, 130);
    assert!(
        stderr(&output).contains("same command continues"),
        "{}",
        stderr(&output)
    );
}
