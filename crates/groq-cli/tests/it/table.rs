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
    ("chat --image FOLDER x", 7, "is not a regular file"),
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
    (
        "json --example [1] --mode prompt --max-corrections 0 x",
        8,
        "JSON",
    ),
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
    ("mock --faults ok*0", 2, "ok*0"),
    ("mock --faults ok,,ok", 2, "missing"),
    ("mock --limits requests=3/", 2, "requests=3/"),
    ("mock --limits requests=3/-1s", 2, "-1s"),
    ("mock --bind nowhere", 2, "nowhere"),
    ("mock --bind 192.0.2.1", 2, "192.0.2.1"),
    ("mock --folder FOLDER/text.txt/sub", 2, "keep files"),
    ("mock --replay FOLDER/none.yaml", 2, "none.yaml"),
    ("mock --replay FOLDER/text.txt", 2, "text.txt"),
    ("mock --record FOLDER/text.txt", 2, "--force"),
    (
        "mock --record FOLDER/new.yaml --faults ok",
        2,
        "cannot be used",
    ),
    (
        "mock --record FOLDER/new.yaml --base-url nonsense",
        2,
        "nonsense",
    ),
    ("completions cobol", 2, "cobol"),
    ("batch run", 2, "FILE"),
    ("batch run FOLDER/none.jsonl -o FOLDER/x", 7, "none.jsonl"),
    ("batch run FOLDER -o FOLDER/x", 7, "is not a regular file"),
    ("batch run FOLDER/empty.wav -o FOLDER/x", 7, "no items"),
    ("batch run FOLDER/text.txt -o FOLDER/x", 7, "line 1"),
    ("batch run FOLDER/items.jsonl -o -", 2, "need a file"),
    (
        "batch run FOLDER/items.jsonl -o FOLDER/text.txt",
        2,
        "--force",
    ),
    (
        "batch run FOLDER/items.jsonl -o FOLDER/x --window 5m",
        2,
        "24h",
    ),
    (
        "batch run FOLDER/items.jsonl -o FOLDER/x --poll-interval 1ms",
        2,
        "20ms",
    ),
    ("batch get nope", 4, "nope"),
    ("batch get ../../models", 4, "../../models"),
    ("batch cancel nope", 4, "nope"),
    ("batch list extra", 2, "extra"),
    ("files upload FOLDER/none.jsonl", 7, "none.jsonl"),
    ("files upload FOLDER", 7, "is not a regular file"),
    ("files upload FOLDER/text.txt", 4, "jsonl"),
    ("files get nope", 4, "nope"),
    ("files delete nope", 4, "nope"),
    ("files download nope", 4, "nope"),
    ("files download nope -o FOLDER/text.txt", 2, "--force"),
    ("files download nope -o FOLDER/no/x", 2, "no such folder"),
    ("files download nope -o FOLDER/new/", 2, "no such folder"),
    ("limits --model nobody -q", 4, "nobody"),
    ("limits --model whisper-large-v3", 2, "audio"),
    ("voices --model nobody", 2, "nobody"),
    ("voices --config FOLDER/bad.toml", 2, "line 2"),
    ("voices --config FOLDER/bytes", 2, "UTF-8"),
    ("voices --config FOLDER", 2, "settings"),
    ("models extra", 2, "extra"),
    ("doctor extra", 2, "extra"),
    ("demo extra", 2, "extra"),
    ("json --schema FOLDER/bytes x", 7, "UTF-8"),
    ("json --schema FOLDER/empty.wav x", 7, "not JSON"),
    ("json --schema FOLDER x", 7, "read"),
    ("transcribe FOLDER/empty.wav", 7, "empty"),
    ("transcribe FOLDER/a.wav --language english", 4, "language"),
    ("transcribe FOLDER/a.wav -o FOLDER/new/no/", 2, "folder"),
    ("speak hello -o FOLDER/new/", 2, "no such folder"),
    ("speak hello -o FOLDER", 2, "is a folder"),
    ("speak --file FOLDER/bytes -o FOLDER/x.wav", 7, "UTF-8"),
    (
        "speak --file FOLDER/empty.wav -o FOLDER/x.wav",
        7,
        "no text",
    ),
    #[cfg(target_os = "linux")]
    ("speak hello -o /proc/x.wav", 2, "/proc/x.wav"),
    #[cfg(unix)]
    ("speak hello -o FOLDER/link", 2, "--force"),
    #[cfg(target_os = "linux")]
    ("speak hello -o /dev/full", 2, "--force"),
    #[cfg(target_os = "linux")]
    ("speak hello --force -o /dev/full", 1, "/dev/full"),
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
            // With it, two of the rows are no mistakes.
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
        &["speak", "x", "--force", "-o", "/dev/null"],
        &["models"],
        &["limits"],
        &["files", "list"],
        &["files", "get", "x"],
        &["batch", "list"],
        &["batch", "cancel", "x"],
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
    for (name, content) in [
        ("empty.wav", &b""[..]),
        ("bytes", b"\xff\xfe"),
        ("bad.toml", b"model = 'a'\nmodle = 'b'\n"),
        ("items.jsonl", b"{\"id\":1,\"prompt\":\"a\"}\n"),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
    folder
}
