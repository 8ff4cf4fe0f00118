//! How the command is run.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Once,
    thread,
    time::Duration,
};

use serde_json::Value;

/// The command, with nothing of the machine's user in its environment: no key, no settings, no history.
pub(crate) fn groq(args: &[&str]) -> Command {
    bound();
    let mut command = Command::new(env!("CARGO_BIN_EXE_groq"));
    command
        .args(args)
        .env_clear()
        .envs(environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Ends all tests after a long time: a process that hangs is a failure, and not a wait without end.
pub(crate) fn bound() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        thread::spawn(|| {
            thread::sleep(Duration::from_secs(20 * 60));
            eprintln!("the tests of the command hang");
            std::process::exit(101);
        });
    });
}

/// What a process needs to be one, and a home in which nothing is.
pub(crate) fn environment() -> Vec<(&'static str, String)> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("groq-cli-home");
    std::fs::create_dir_all(&home).unwrap();
    let kept = ["PATH", "SystemRoot"].map(|name| (name, std::env::var(name).unwrap_or_default()));
    let mut all = Vec::from(kept);
    all.push(("HOME", home.to_str().unwrap().to_owned()));
    all
}

pub(crate) fn run(args: &[&str]) -> Output {
    groq(args).output().unwrap()
}

/// Runs the command with something on its standard input.
pub(crate) fn run_with(args: &[&str], input: &[u8]) -> Output {
    use std::io::Write as _;
    let mut child = groq(args).stdin(Stdio::piped()).spawn().unwrap();
    // Whoever does not read it closes it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Standard output as one document.
pub(crate) fn document(output: &Output) -> Value {
    serde_json::from_str(stdout(output))
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(output), stderr(output)))
}

/// Makes sure of the status, and shows what was said if it is another.
pub(crate) fn ends_with(output: &Output, status: i32) {
    assert_eq!(
        output.status.code(),
        Some(status),
        "{}{}",
        stdout(output),
        stderr(output)
    );
}

/// A WAV file of `seconds` seconds: half a second of sound, half a second of silence, and so on.
pub(crate) fn recording(folder: &Path, name: &str, seconds: u32) -> PathBuf {
    const RATE: u32 = 16_000;
    let sample = |place: u32| {
        let loud = place % RATE < RATE / 2;
        let wave = (f64::from(place) * 440.0 * std::f64::consts::TAU / f64::from(RATE)).sin();
        #[expect(clippy::cast_possible_truncation, reason = "it lies within 8000")]
        let value = if loud { (wave * 8_000.0) as i16 } else { 0 };
        value
    };
    let bytes = seconds * RATE * 2;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(bytes.to_le_bytes());
    wav.extend((0..seconds * RATE).flat_map(|place| sample(place).to_le_bytes()));
    let path = folder.join(name);
    std::fs::write(&path, wav).unwrap();
    path
}

/// Sends a signal to a process.
#[cfg(unix)]
pub(crate) fn send(signal: &str, process: u32) {
    let sent = Command::new("kill")
        .args([signal, &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}
