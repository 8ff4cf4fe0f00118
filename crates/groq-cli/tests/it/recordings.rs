//! Recordings to text: files out, resuming, and judging.

use std::path::Path;

use groq_mock::{BlockingMock, Mock, Reply, TranscriptNoise, When};

use super::support::{document, ends_with, groq, recording, run, run_with, stderr, stdout};

#[test]
fn one_recording_goes_to_standard_output_and_several_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (
        recording(folder.path(), "a.wav", 2),
        recording(folder.path(), "b.wav", 3),
    );
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let output = run(&["transcribe", "--mock", a, "--format", "srt"]);
    ends_with(&output, 0);
    assert!(
        stdout(&output).starts_with("1\n00:00:00,"),
        "{}",
        stdout(&output)
    );
    let piped = run_with(
        &["transcribe", "--mock", "-", "--format", "srt"],
        &std::fs::read(a).unwrap(),
    );
    ends_with(&piped, 0);

    let out = folder.path().join("out");
    let output = run(&[
        "transcribe",
        "--mock",
        a,
        b,
        "-o",
        out.to_str().unwrap(),
        "--format",
        "vtt",
    ]);
    ends_with(&output, 0);
    for name in ["a.vtt", "b.vtt"] {
        let text = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(text.starts_with("WEBVTT"), "{text}");
    }
    let lines = run(&["transcribe", "--mock", "--json", a, b]);
    let files: Vec<serde_json::Value> = stdout(&lines)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (files[0]["file"].as_str(), files[1]["file"].as_str()),
        (Some(a), Some(b))
    );
}

#[test]
fn a_file_that_is_there_is_not_replaced_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 2);
    let out = folder.path().join("a.txt");
    std::fs::write(&out, "precious").unwrap();
    let args = [
        "transcribe",
        "--mock",
        sound.to_str().unwrap(),
        "-o",
        out.to_str().unwrap(),
    ];
    ends_with(&run(&args), 2);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "precious");
    ends_with(&run(&[&args[..], &["--force"]].concat()), 0);
    assert_ne!(std::fs::read_to_string(&out).unwrap(), "precious");
}

#[test]
fn one_bad_recording_among_several_is_reported_and_the_others_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let good = recording(folder.path(), "good.wav", 2);
    let bad = folder.path().join("bad.mp3");
    std::fs::write(&bad, "no sound at all").unwrap();
    let out = folder.path().join("out");
    let output = run(&[
        "transcribe",
        "--mock",
        bad.to_str().unwrap(),
        good.to_str().unwrap(),
        "-o",
        out.to_str().unwrap(),
    ]);
    ends_with(&output, 7);
    assert!(
        stderr(&output).contains("bad.mp3") && stderr(&output).contains("1 of 2"),
        "{}",
        stderr(&output)
    );
    assert!(out.join("good.txt").exists() && !out.join("bad.txt").exists());
}

#[test]
fn an_estimate_needs_no_key_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 3);
    let output = run(&[
        "transcribe",
        sound.to_str().unwrap(),
        "--estimate",
        "--json",
    ]);
    ends_with(&output, 0);
    let estimate = document(&output);
    assert_eq!(
        (
            estimate["requests"].as_u64(),
            estimate["billed_seconds"].as_f64()
        ),
        (Some(1), Some(10.0))
    );
}

/// A server, and a home of its own for journals.
struct Place {
    mock: BlockingMock,
    home: tempfile::TempDir,
}

impl Place {
    fn new(builder: groq_mock::Builder) -> Self {
        Self {
            mock: builder.start_blocking().unwrap(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn transcribe(&self, sound: &Path, more: &[&str]) -> std::process::Output {
        let url = self.mock.url();
        let args = [
            &["transcribe", "--base-url", &url, sound.to_str().unwrap()],
            more,
        ]
        .concat();
        groq(&args)
            .env("GROQ_API_KEY", "any")
            .env("HOME", self.home.path())
            .output()
            .unwrap()
    }

    fn journals(&self) -> usize {
        std::fs::read_dir(self.home.path().join(".local/state/groq/journals"))
            .map_or(0, Iterator::count)
    }
}

#[test]
fn what_was_broken_off_goes_on_where_it_was() {
    let place = Place::new(Mock::builder());
    let sound = recording(place.home.path(), "a.wav", 90);
    let path = When::post("/openai/v1/audio/transcriptions");
    // Three are in flight at once, so one is done with before the fourth, which is refused.
    place
        .mock
        .script(path.clone(), (0..3).map(|_| Reply::generated()));
    place.mock.always(path, Reply::error(400, "no more"));
    let output = place.transcribe(&sound, &["--piece", "20"]);
    ends_with(&output, 4);
    assert!(!stdout(&output).is_empty(), "what there is of the text");
    let errors = stderr(&output);
    assert!(errors.contains("pieces were refused"), "{errors}");
    assert_eq!(place.journals(), 1);

    place.mock.clear_script();
    place.mock.clear_requests();
    let output = place.transcribe(&sound, &["--piece", "20", "--json"]);
    ends_with(&output, 0);
    let stats = &document(&output)["stats"];
    let (pieces, known) = (
        stats["pieces"].as_u64().unwrap(),
        stats["from_journal"].as_u64().unwrap(),
    );
    assert!(known >= 1 && known < pieces, "{known} of {pieces}");
    assert_eq!(
        Some(place.mock.requests().len() as u64),
        stats["requests"].as_u64()
    );
    assert_eq!(place.journals(), 0, "it is gone when the job is done");
}

#[test]
fn a_text_that_cannot_be_trusted_is_reported_and_with_strict_a_failure() {
    let place = Place::new(Mock::builder().transcript_noise(TranscriptNoise::new().invented(1.0)));
    let sound = recording(place.home.path(), "a.wav", 60);
    let output = place.transcribe(&sound, &[]);
    ends_with(&output, 0);
    assert!(stderr(&output).contains("quality: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("to check"), "{}", stderr(&output));
    let strict = place.transcribe(&sound, &["--strict"]);
    ends_with(&strict, 8);
    assert_eq!(
        stdout(&strict),
        stdout(&output),
        "the text is printed all the same"
    );
}
