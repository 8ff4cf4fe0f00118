//! The examples, as they are run by hand: without a key against the embedded server, with one against whatever has it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use groq_mock::Mock;

/// Each example, and what it prints.
const EXAMPLES: [(&str, &[&str]); 18] = [
    ("base_url", &["/openai/v1: "]),
    ("batch", &["Chad: ", "Peru: ", "Laos: ", "phase: Done"]),
    ("chat", &["."]),
    (
        "conversation",
        &["> And why should it be fast?", "5 messages"],
    ),
    ("json_mode", &["\"confidence_score\""]),
    (
        "models",
        &["openai/gpt-oss-120b ", "whisper-large-v3", "Strict"],
    ),
    (
        "prompts",
        &["poor: missing [\"title\"", "effective: missing []"],
    ),
    ("quality", &["mellifluous"]),
    ("quickstart", &["."]),
    (
        "rate_limits",
        &["requests left today", "tokens left this minute"],
    ),
    ("responses", &["."]),
    ("speak", &["hannah.wav: ", "fahad.wav: "]),
    ("stop", &["1, 2, 3, 4, 5\n"]),
    ("stream", &["tokens"]),
    ("tools", &["get_weather {", "Lima"]),
    ("transcribe", &["mellifluous", " s to "]),
    ("translate", &["mellifluous"]),
    ("vision", &["."]),
];

/// The example that was built beside this test.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE");
    let path = profile
        .join("examples")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{name} is not built: `cargo build -p groq-core --examples` does it"
    );
    let mut command = Command::new(path);
    command
        .env_remove("GROQ_API_KEY")
        .env_remove("GROQ_BASE_URL");
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[test]
fn each_example_runs_without_a_key() {
    for (name, expected) in EXAMPLES {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = example(name);
        if matches!(name, "batch" | "speak") {
            command.arg(folder.path());
        }
        let output = command.output().expect("it starts");
        let printed = String::from_utf8(output.stdout).expect("text");
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        for part in expected {
            assert!(
                printed.contains(part),
                "{name} has no {part:?} in {printed}"
            );
        }
        assert!(
            printed.len() > 20 || name == "stop",
            "{name} says only {printed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_alone_makes_an_example_live() {
    let mock = Mock::builder()
        .api_key("gsk_of_this_test")
        .start()
        .await
        .expect("a mock");
    let url = mock.base_url();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = example("quickstart");
        command.env("GROQ_API_KEY", "gsk_of_this_test");
        // What stands for the service here.
        command.env("GROQ_BASE_URL", url).output()
    });
    let output = output.await.expect("it runs").expect("it starts");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(mock.requests().len(), 1);
}

#[test]
fn every_example_is_run_and_has_its_row() {
    let files = std::fs::read_dir(folder()).expect("the examples");
    let files: BTreeSet<_> = files
        .filter_map(|file| {
            let path = file.expect("a file").path();
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            is_rust
                .then(|| path.file_stem()?.to_str().map(str::to_owned))
                .flatten()
        })
        .collect();
    let run: BTreeSet<_> = EXAMPLES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, run);
    let table = std::fs::read_to_string(folder().join("README.md")).expect("the table");
    for name in run {
        assert!(
            table.contains(&format!("]({name}.rs)")),
            "{name} has no row"
        );
    }
}
