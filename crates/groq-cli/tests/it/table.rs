//! Bad input to each command: its status, and one message.

use super::support::{groq, recording, stderr, stdout};

/// The arguments, the status, and what the message names.
type Row = (&'static str, i32, &'static str);

const ROWS: &[Row] = &[
    ("nonsense", 2, "nonsense"),
    ("chat --temperature 3 x", 2, "0 to 2"),
    ("chat --max-tokens 0 x", 2, "max-tokens"),
    ("chat --no-such-option x", 2, "no-such-option"),
    ("chat", 2, "no prompt"),
    (
        "chat --base-url http://127.0.0.1:1 --mock x",
        2,
        "--base-url",
    ),
    ("chat --image FOLDER/none.png x", 7, "none.png"),
    ("chat --image FOLDER/text.txt x", 7, "neither PNG"),
    ("chat --model nobody x", 4, "nobody"),
    ("chat --stream x", 2, "--json"),
    ("chat --config FOLDER/none.toml x", 2, "none.toml"),
    ("chat --color blue x", 2, "blue"),
    ("chat -q -v x", 2, "--quiet"),
    ("json x", 2, "--schema"),
    ("json --schema FOLDER/none.json x", 7, "none.json"),
    ("json --schema FOLDER/text.txt x", 7, "not JSON"),
    ("json --schema FOLDER/bad_schema.json x", 7, "schema"),
    ("json --example FOLDER/text.txt x", 7, "not JSON"),
    (
        "json --example [1] --schema FOLDER/bad_schema.json x",
        2,
        "cannot be used with",
    ),
    ("json --example [1] --repair much x", 2, "much"),
    ("json --example [1] --mode prompt --retries 0 x", 8, "JSON"),
    ("json --example [1]", 2, "no prompt"),
    ("transcribe", 2, "FILE"),
    ("transcribe FOLDER/none.mp3", 7, "none.mp3"),
    ("transcribe FOLDER/text.txt", 7, "audio"),
    ("transcribe FOLDER", 7, ""),
    ("transcribe FOLDER/a.wav --format doc", 2, "doc"),
    ("transcribe FOLDER/a.wav --piece 1", 2, "10 seconds"),
    ("transcribe FOLDER/a.wav -o FOLDER/text.txt", 2, "--force"),
    (
        "transcribe FOLDER/a.wav -o FOLDER/no/such.txt",
        2,
        "no such folder",
    ),
    ("transcribe FOLDER/a.wav FOLDER/b.wav", 2, "FOLDER"),
    ("transcribe - -", 2, "only once"),
    ("transcribe FOLDER/a.wav --model nobody", 4, "nobody"),
    (
        "transcribe https://example.com/a.mp3 --estimate",
        2,
        "fetched",
    ),
    ("translate FOLDER/none.mp3", 7, "none.mp3"),
    (
        "translate FOLDER/a.wav --model whisper-large-v3-turbo",
        2,
        "whisper-large-v3",
    ),
    ("translate FOLDER/a.wav --words", 2, "--words"),
    ("speak -o FOLDER/x.wav", 2, "no prompt"),
    (
        "speak --file FOLDER/none.txt -o FOLDER/x.wav",
        7,
        "none.txt",
    ),
    ("speak hello -o FOLDER/text.txt", 2, "--force"),
    ("mock --port 99999", 2, "99999"),
    ("mock --faults boom", 2, "boom"),
    ("mock --limits many", 2, "many"),
    ("mock --latency soon", 2, "soon"),
    ("mock --tokens-per-second 0", 2, "above 0"),
    ("completions cobol", 2, "cobol"),
];

#[test]
fn bad_input_has_its_status_and_one_message() {
    let folder = folder();
    let name = folder.path().to_str().unwrap();
    for (line, status, names) in ROWS {
        let args: Vec<String> = line
            .split(' ')
            .map(|word| word.replace("FOLDER", name))
            .collect();
        for as_json in [false, true] {
            let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
            let needs_mock = !args.contains(&"--mock") && !line.starts_with("mock");
            args.extend(needs_mock.then_some("--mock"));
            // With it, one of the rows is no mistake.
            if as_json && (line.contains("--stream") || line.contains("b.wav")) {
                continue;
            }
            args.extend(as_json.then_some("--json"));
            let output = groq(&args).output().unwrap();
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(*status), "{line}: {said}");
            assert_eq!(stdout(&output), "", "{line}");
            assert_eq!(said.lines().count(), 1, "{line}: {said}");
            let message = if as_json {
                let error: serde_json::Value = serde_json::from_str(said).unwrap();
                assert_eq!(error["error"]["exit"], *status, "{line}");
                error["error"]["message"].as_str().unwrap().to_owned()
            } else {
                assert!(said.starts_with("groq: "), "{line}: {said}");
                said.to_owned()
            };
            assert!(message.contains(names), "{line}: {message}");
        }
    }
}

#[test]
fn without_a_key_each_command_names_both_ways_out() {
    let folder = folder();
    let sound = folder.path().join("a.wav");
    let sound = sound.to_str().unwrap();
    for args in [
        &["chat", "x"][..],
        &["json", "--example", "[1]", "x"],
        &["transcribe", sound],
        &["translate", sound],
        &["speak", "x", "-o", "/dev/null"],
        &["models"],
        &["limits"],
        &["files", "list"],
    ] {
        let output = groq(args).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains("GROQ_API_KEY") && said.contains("--mock"),
            "{args:?}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// A folder with a recording, a text, and a schema that is none.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    recording(folder.path(), "a.wav", 1);
    recording(folder.path(), "b.wav", 1);
    std::fs::write(
        folder.path().join("text.txt"),
        "just text, at some length so that it is looked at",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("bad_schema.json"),
        r#"{"type": "nonsense"}"#,
    )
    .unwrap();
    folder
}
