//! Files of output: whole or absent, whatever happens, and whatever they are called.

use std::{
    ffi::OsStr, fs, os::unix::ffi::OsStrExt as _, path::Path, process::Command, sync::mpsc,
    time::Duration,
};

use groq_mock::{BlockingMock, Fault, Mock, Reply, When};

use super::support::{document, ends_with, groq, recording, send, stderr, stdout};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn against(mock: &BlockingMock, folder: &Path, args: &[&str]) -> Command {
    let mut command = groq(args);
    command
        .current_dir(folder)
        .env("GROQ_API_KEY", "any")
        .env("GROQ_BASE_URL", mock.url());
    command
}

/// Lets `answered` requests to a path be answered; reports the next one, which never is.
fn stall_after(mock: &BlockingMock, path: &str, answered: usize) -> mpsc::Receiver<()> {
    let (sender, asked) = mpsc::sync_channel(16);
    let count = std::sync::atomic::AtomicUsize::new(0);
    mock.always(
        When::any().matching({
            let path = path.to_owned();
            move |request| request.path().ends_with(&path)
        }),
        Reply::from_fn(move |_| {
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < answered {
                return Reply::generated();
            }
            let _ = sender.try_send(());
            Reply::generated().fault(Fault::Delay(Duration::from_secs(600)))
        }),
    );
    asked
}

#[test]
fn a_process_that_is_killed_leaves_no_half_file() {
    let text =
        "One sentence that is long enough to be a piece of its own, or nearly so. ".repeat(12);
    for (signal, status) in [("-KILL", None), ("-TERM", Some(130)), ("-INT", Some(130))] {
        let folder = tempfile::tempdir().unwrap();
        let sound = recording(folder.path(), "a.wav", 2);
        let mock = Mock::builder().start_blocking().unwrap();
        let spoken = stall_after(&mock, "/audio/speech", 1);
        let transcribed = stall_after(&mock, "/audio/transcriptions", 0);
        let sound = sound.to_str().unwrap();
        for (args, asked) in [
            (&["speak", &text, "-o", "out.wav"][..], &spoken),
            (
                &["transcribe", "--no-resume", sound, "-o", "out.txt"],
                &transcribed,
            ),
        ] {
            let child = against(&mock, folder.path(), args).spawn().unwrap();
            asked.recv_timeout(Duration::from_secs(120)).unwrap();
            send(signal, child.id());
            let output = child.wait_with_output().unwrap();
            assert_eq!(
                (output.status.code(), stderr(&output)),
                (status, ""),
                "{args:?}"
            );
        }
        let left = names(folder.path());
        if status.is_some() {
            assert_eq!(left, ["a.wav"], "{signal}");
        } else {
            // Nothing can be tidied up then, but what stays behind is hidden.
            assert!(
                left.iter()
                    .all(|name| name == "a.wav" || name.starts_with(".groq-")),
                "{left:?}"
            );
        }
    }
}

#[test]
fn a_download_that_breaks_off_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    let broken = Reply::new(200)
        .body(vec![b'a'; 100_000])
        .fault(Fault::AbortAfterBytes(50_000));
    mock.always(When::any(), broken);
    let output = against(
        &mock,
        folder.path(),
        &["files", "download", "a", "-o", "a.jsonl"],
    )
    .output()
    .unwrap();
    ends_with(&output, 6);
    assert!(names(folder.path()).is_empty());
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "the file systems of other systems take names of text only"
)]
fn names_need_not_be_text() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    let named = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    let sound = recording(folder.path(), "a.wav", 1);
    fs::rename(sound, folder.path().join(named(b"a\xff.wav"))).unwrap();
    let spoken = against(&mock, folder.path(), &["speak", "hello", "--json", "-o"])
        .arg(named(b"b\xff.wav"))
        .output()
        .unwrap();
    ends_with(&spoken, 0);
    assert_eq!(document(&spoken)["file"], "b\u{fffd}.wav");
    let transcribed = against(&mock, folder.path(), &["transcribe", "--json", "-o", "."])
        .args([named(b"a\xff.wav"), named(b"b\xff.wav")])
        .output()
        .unwrap();
    ends_with(&transcribed, 0);
    assert_eq!(stdout(&transcribed).lines().count(), 2);
    for name in [&b"b\xff.wav"[..], b"a\xff.txt", b"b\xff.txt"] {
        let path = folder.path().join(OsStr::from_bytes(name));
        assert!(path.is_file(), "{}", path.display());
    }
    let prompt = groq(&["chat", "--mock"])
        .arg(named(b"\xff"))
        .output()
        .unwrap();
    ends_with(&prompt, 2);
    assert_eq!(stderr(&prompt).lines().count(), 1);
}

#[test]
fn a_reply_of_the_service_is_recorded_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let service = Mock::builder().start_blocking().unwrap();
    let ask = |address: &str| {
        let mut command = groq(&["chat", "--base-url", address, "hello"]);
        command.env("GROQ_API_KEY", "gsk_canary").output().unwrap()
    };
    let url = service.url();
    let recorder = Server::start(folder.path(), &["--record", "a.yaml", "--base-url", &url]);
    let first = ask(&recorder.address);
    ends_with(&first, 0);
    drop(recorder);
    assert_eq!(service.requests().len(), 1);
    drop(service);
    let written = fs::read_to_string(folder.path().join("a.yaml")).unwrap();
    assert!(!written.contains("canary"), "{written}");
    let player = Server::start(folder.path(), &["--replay", "a.yaml"]);
    assert_eq!(stdout(&ask(&player.address)), stdout(&first));
}

/// `groq mock`, until it is dropped.
struct Server {
    child: std::process::Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, args: &[&str]) -> Self {
        use std::io::BufRead as _;
        let mut child = groq(&[&["mock", "--quiet"], args].concat())
            .current_dir(folder)
            .spawn()
            .unwrap();
        let mut address = String::new();
        std::io::BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
