//! The small commands around the service: files, limits, voices, speech, a check of the way.

use std::fs;

use groq_mock::{Mock, Reply, When};
use serde_json::Value;

use super::support::{document, ends_with, groq, run, run_with, stderr, stdout};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_file_goes_up_and_comes_down_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let content = "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"openai/gpt-oss-20b\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}}\n";
    fs::write(folder.path().join("in.jsonl"), content).unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    let files = |args: &[&str]| {
        let mut command = groq(&["files"]);
        command.args(args).current_dir(folder.path());
        command.env("GROQ_API_KEY", "gsk_test");
        command.env("GROQ_BASE_URL", mock.url()).output().unwrap()
    };
    let uploaded = files(&["upload", "in.jsonl"]);
    ends_with(&uploaded, 0);
    let id = stdout(&uploaded).trim().to_owned();
    let listed = files(&["list", "--json"]);
    assert_eq!(lines(stdout(&listed))[0]["id"], id.as_str());
    let table = files(&["list"]);
    assert!(stdout(&table).lines().nth(1).unwrap().starts_with(&id));
    assert_eq!(stdout(&files(&["download", &id])), content);
    assert_eq!(stdout(&files(&["download", &id, "-o", "-"])), content);
    ends_with(&files(&["download", &id, "-o", "out.jsonl"]), 0);
    assert_eq!(
        fs::read_to_string(folder.path().join("out.jsonl")).unwrap(),
        content
    );
    ends_with(&files(&["download", &id, "-o", "out.jsonl"]), 2);
    ends_with(&files(&["delete", &id]), 0);
    ends_with(&files(&["get", &id]), 4);
    ends_with(&files(&["upload", "none.jsonl"]), 7);
}

#[test]
fn limits_are_had_with_one_token_and_that_is_said() {
    let output = run(&["limits", "--mock"]);
    ends_with(&output, 0);
    assert!(stderr(&output).contains("one token"), "{}", stderr(&output));
    assert!(stdout(&output).contains("requests a day"));
    let limits = document(&run(&["limits", "--mock", "--json"]));
    assert!(limits["requests"]["remaining"].as_u64() < limits["requests"]["limit"].as_u64());
    assert!(limits["tokens"]["reset_seconds"].is_number());
    ends_with(
        &run(&["limits", "--mock", "--model", "whisper-large-v3"]),
        2,
    );
}

#[test]
fn voices_belong_to_models() {
    let all = run(&["voices", "--json"]);
    let all = lines(stdout(&all));
    assert_eq!(all.iter().filter(|line| line["default"] == true).count(), 1);
    let of_one = run(&["voices", "--model", "canopylabs/orpheus-arabic-saudi"]);
    assert!(
        stdout(&of_one)
            .lines()
            .skip(1)
            .all(|line| line.contains("arabic"))
    );
    let unknown = run(&["voices", "--model", "nobody"]);
    ends_with(&unknown, 2);
    assert!(stderr(&unknown).contains("canopylabs/orpheus-v1-english"));
}

#[test]
fn speech_goes_to_a_pipe_or_to_a_file_that_is_whole() {
    let text = "One sentence. And another one, which is a little longer. ".repeat(8);
    let piped = run_with(&["speak", "--mock"], text.as_bytes());
    ends_with(&piped, 0);
    assert!(piped.stdout.starts_with(b"RIFF"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let path = path.to_str().unwrap();
    let output = run(&["speak", "--mock", "--json", &text, "-o", path]);
    ends_with(&output, 0);
    let file = fs::read(path).unwrap();
    assert_eq!(document(&output)["bytes"], file.len());
    assert_eq!(file.len(), piped.stdout.len());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    for output in [&[][..], &["-o", "-"]] {
        let mixed = run(&[&["speak", "--mock", "--json", "hello"], output].concat());
        ends_with(&mixed, 2);
        assert_eq!(stdout(&mixed), "", "sound and JSON do not mix");
    }
    let wrong = run(&[
        "speak", "--mock", "hello", "--voice", "nobody", "-o", path, "--force",
    ]);
    ends_with(&wrong, 2);
    assert!(stderr(&wrong).contains("troy"), "{}", stderr(&wrong));
    assert_eq!(fs::read(path).unwrap(), file);
}

#[test]
fn the_doctor_says_what_is_wrong_and_ends_accordingly() {
    let well = run(&["doctor", "--mock", "--json"]);
    ends_with(&well, 0);
    let checks = document(&well)["checks"].as_array().unwrap().clone();
    assert!(
        checks.iter().all(|check| check["result"] == "ok"),
        "{checks:?}"
    );
    let names: Vec<_> = checks.iter().map(|check| &check["check"]).collect();
    assert_eq!(
        names,
        [
            "settings", "key", "address", "proxy", "TLS", "service", "clock"
        ]
    );

    let no_key = run(&["doctor"]);
    ends_with(&no_key, 2);
    assert!(
        stdout(&no_key).contains("bad      key"),
        "{}",
        stdout(&no_key)
    );

    let mock = Mock::builder().start_blocking().unwrap();
    mock.always(When::any(), Reply::new(401));
    let doctor = |url: &str| {
        let mut command = groq(&["doctor", "--base-url", url]);
        command.env("GROQ_API_KEY", "gsk_secret").output().unwrap()
    };
    let refused = doctor(&mock.url());
    ends_with(&refused, 3);
    for (address, key, what) in [
        ("nonsense", "gsk_secret", "bad      client"),
        ("http://192.0.2.1", "gsk_secret", "bad      client"),
        (mock.url().as_str(), "two words", "bad      client"),
    ] {
        let mut command = groq(&["doctor", "--base-url", address]);
        let output = command.env("GROQ_API_KEY", key).output().unwrap();
        ends_with(&output, 2);
        assert!(stdout(&output).contains(what), "{}", stdout(&output));
        assert!(stdout(&output).contains("proxy"), "{}", stdout(&output));
    }
    let unreachable = doctor("http://127.0.0.1:1");
    ends_with(&unreachable, 6);
    assert!(
        stdout(&unreachable).contains("network"),
        "{}",
        stdout(&unreachable)
    );
    for output in [&refused, &unreachable] {
        let said = format!("{}{}", stdout(output), stderr(output));
        assert!(!said.contains("gsk_secret"), "{said}");
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        ends_with(&output, 0);
        for command in ["transcribe", "doctor", "batch"] {
            assert!(stdout(&output).contains(command), "{shell}: {command}");
        }
        let as_json = run(&["completions", shell, "--json"]);
        assert_eq!(document(&as_json)["script"], stdout(&output));
    }
}
