//! Option, then environment, then settings file, then default.

use super::support::{document, ends_with, groq, run, stderr, stdout};

#[test]
fn the_nearest_setting_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(
        &file,
        "model = 'of/file'\nbase_url = 'http://127.0.0.1:7/v1'\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let model = |args: &[&str], variables: &[(&str, &str)]| {
        let output = groq(&[args, &["chat", "--dry-run", "--json", "x"]].concat())
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        document(&output)["body"]["model"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(model(&[], &[]), "openai/gpt-oss-20b");
    assert_eq!(model(&["--config", file], &[]), "of/file");
    assert_eq!(model(&[], &[("GROQ_CONFIG", file)]), "of/file");
    assert_eq!(
        model(&["--config", file], &[("GROQ_MODEL", "of/env")]),
        "of/env"
    );
    assert_eq!(model(&["--config", file], &[("GROQ_MODEL", "")]), "of/file");
    let output = run(&[
        "--config",
        file,
        "chat",
        "--dry-run",
        "--model",
        "of/flag",
        "x",
    ]);
    assert!(
        stdout(&output).starts_with("POST http://127.0.0.1:7/v1/chat/completions"),
        "{}",
        stdout(&output)
    );
    assert!(stdout(&output).contains("of/flag"));
}

#[test]
fn the_usual_place_is_read_if_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("groq")).unwrap();
    std::fs::write(folder.path().join("groq/config.toml"), "model = 'of/xdg'").unwrap();
    let output = groq(&["chat", "--dry-run", "x"])
        .env("XDG_CONFIG_HOME", folder.path())
        .output()
        .unwrap();
    assert!(stdout(&output).contains("of/xdg"), "{}", stdout(&output));
}

#[test]
fn a_mistake_is_named_with_its_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    std::fs::write(&file, "model = 'a'\nmodle = 'b'\n").unwrap();
    let output = run(&["--config", file.to_str().unwrap(), "models", "--mock"]);
    ends_with(&output, 2);
    for part in ["bad.toml", "line 2", "modle"] {
        assert!(
            stderr(&output).contains(part),
            "{part} in {}",
            stderr(&output)
        );
    }
}

#[test]
fn defaults_are_shown_with_their_date() {
    for (command, default) in [
        ("chat", "openai/gpt-oss-20b, of 20"),
        ("transcribe", "whisper-large-v3-turbo, of 20"),
        ("translate", "whisper-large-v3, of 20"),
        ("speak", "canopylabs/orpheus-v1-english, of 20"),
    ] {
        let output = run(&[command, "--help"]);
        let help = stdout(&output)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(help.contains(default), "{default} in {help}");
    }
}
