//! The examples, as they are run by hand: without a key, against the embedded server.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Each example, and what it prints.
const EXAMPLES: [(&str, &[&str]); 5] = [
    ("catalog", &["\"in_stock\": ", "\"price\": "]),
    ("product", &["in stock, {", "@"]),
    (
        "prompt",
        &[
            "You are a movie database API.",
            "Sigourney Weaver",
            "\"runtime_minutes\": ",
        ],
    ),
    ("recipe", &[" minutes\n", "\n- ", "\n1. "]),
    (
        "sentiment",
        &["\"confidence_score\": ", "\"key_phrases\": "],
    ),
];

#[test]
fn each_example_runs_without_a_key() {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE");
    for (name, expected) in EXAMPLES {
        let path = profile
            .join("examples")
            .join(name)
            .with_extension(std::env::consts::EXE_EXTENSION);
        assert!(
            path.exists(),
            "{name} is not built: `cargo build -p groq-json --examples` does it"
        );
        let run = Command::new(path)
            .env_remove("GROQ_API_KEY")
            .env_remove("GROQ_BASE_URL")
            .output();
        let output = run.expect("it starts");
        let printed = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{name} failed, after {printed}");
        for part in expected {
            assert!(
                printed.contains(part),
                "{name} has no {part:?} in {printed}"
            );
        }
    }
}

#[test]
fn every_example_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .expect("the examples")
        .filter_map(|file| {
            let name = file.expect("a file").file_name().into_string().ok()?;
            name.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    let run: BTreeSet<_> = EXAMPLES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, run);
}
