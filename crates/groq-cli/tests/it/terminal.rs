//! A real terminal: conversations, progress, interrupts, and text that cannot drive it.

use std::{
    io::{Read, Write},
    os::unix::fs::PermissionsExt as _,
    process::Child,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use groq_mock::{BlockingMock, Mock, Reply, When};
use pty_process::{
    Size,
    blocking::{Command, Pty, open},
};

use serde_json::{Value, json};

use super::support::{bound, environment, recording, send};

/// Only so that a test that fails also ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// A terminal of 80 columns in which the command runs.
struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    coming: Receiver<Vec<u8>>,
    /// All that was shown.
    raw: Vec<u8>,
    /// How much of it, without escape sequences, has been looked at.
    seen: usize,
}

impl Terminal {
    fn open(args: &[&str], variables: &[(&str, &str)]) -> Self {
        bound();
        let (pty, child_side) = open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_groq"))
            .args(args)
            .env_clear()
            .envs(environment())
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied())
            .spawn(child_side)
            .unwrap();
        let pty = Arc::new(pty);
        let (sender, coming) = channel();
        let reader = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // An error is the end: the other side is closed.
            while let Ok(count @ 1..) = (&*reader).read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            pty,
            child,
            coming,
            raw: Vec::new(),
            seen: 0,
        }
    }

    /// Waits until this is shown, after all that was waited for before.
    fn expect(&mut self, text: &str) {
        loop {
            let shown = self.shown();
            if let Some(at) = shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            match self.coming.recv_timeout(PATIENCE) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(error) => panic!("{text:?} was not shown ({error}): {shown}"),
            }
        }
    }

    fn send(&self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the end, and returns the status.
    fn end(&mut self) -> Option<i32> {
        loop {
            match self.coming.recv_timeout(PATIENCE) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {}", self.shown()),
            }
        }
        self.child.wait().unwrap().code()
    }

    /// All that was shown, without the sequences that set colors and move.
    fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.raw);
        let mut shown = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\u{1b}' => {
                    if chars.next() == Some('[') {
                        let _ = chars.find(|c| ('@'..='~').contains(c));
                    }
                }
                '\r' => {}
                _ => shown.push(c),
            }
        }
        shown
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that writes slowly enough to be broken off.
fn slow() -> BlockingMock {
    Mock::builder()
        .tokens_per_second(4.0)
        .start_blocking()
        .unwrap()
}

const LONG: &str =
    "Reply with exactly: one two three four five six seven eight nine ten eleven twelve";

#[test]
fn a_conversation_has_commands_history_and_an_end() {
    let home = tempfile::tempdir().unwrap();
    let saved = home.path().join("talk.md");
    let home_name = home.path().to_str().unwrap();
    let mock = Mock::builder().start_blocking().unwrap();
    let url = mock.url();
    let variables = [
        ("HOME", home_name),
        ("GROQ_BASE_URL", &url),
        ("GROQ_API_KEY", "any"),
    ];
    let mut terminal = Terminal::open(&["chat", "--system", "Be brief."], &variables);
    terminal.expect("Ctrl-D leaves");
    terminal.expect("> ");
    terminal.send("Reply with exactly: pong\r");
    terminal.expect("\npong\n");
    terminal.expect("> ");
    // Several lines are one question.
    terminal.send("Say this \\\rand that\r");
    terminal.expect("and that\n");
    terminal.expect("> ");
    let last = mock.requests().pop().unwrap();
    let messages = last.json().unwrap()["messages"].as_array().unwrap().clone();
    assert_eq!(messages.len(), 4, "the conversation goes on");
    assert_eq!(messages[3]["content"], "Say this \nand that");
    terminal.send("/model openai/gpt-oss-120b\r");
    terminal.expect("The model is now openai/gpt-oss-120b");
    terminal.send("/nonsense\r");
    terminal.expect("unknown command /nonsense");
    terminal.send(&format!("/save {}\r", saved.display()));
    terminal.expect("Saved as");
    terminal.send(&format!("/save {}\r", saved.display()));
    terminal.expect("it exists");
    terminal.send("/help\r");
    terminal.expect("the arrow keys recall");
    // Only at a prompt: before it the terminal itself takes this key, and the editor gets another.
    terminal.expect("> ");
    terminal.send("\u{4}");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(
        text.starts_with("## Instructions\n\nBe brief.\n\n## Question\n\nReply with exactly: pong"),
        "{text}"
    );
    assert!(text.contains("## Reply\n\npong\n"), "{text}");
    let history = home.path().join(".local/state/groq/history");
    assert!(
        std::fs::read_to_string(&history)
            .unwrap()
            .contains("exactly: pong")
    );
    let mode = std::fs::metadata(&history).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "prompts are private");
}

#[test]
fn tab_completes_commands_models_and_files() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("a folder")).unwrap();
    let home_name = home.path().to_str().unwrap();
    let mut terminal = Terminal::open(&["chat", "--mock"], &[("HOME", home_name)]);
    terminal.expect("> ");
    terminal.send("/mo\topenai/gpt-oss-1\t\r");
    terminal.expect("The model is now openai/gpt-oss-120b.");
    terminal.expect("> ");
    terminal.send(&format!("/save {home_name}/a f\ttalk.md\r"));
    terminal.expect("Saved as");
    terminal.expect("> ");
    terminal.send("/quit\r");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
    assert!(home.path().join("a folder/talk.md").exists());
}

#[test]
fn lines_that_are_pasted_without_marks_are_one_question() {
    let mock = Mock::builder().start_blocking().unwrap();
    let url = mock.url();
    let variables = [("GROQ_BASE_URL", url.as_str()), ("GROQ_API_KEY", "any")];
    let mut terminal = Terminal::open(&["chat"], &variables);
    terminal.expect("> ");
    terminal.send("one größe\r\rtwo\rthree\r");
    terminal.expect("three\n");
    terminal.expect("> ");
    terminal.send("/quit\r");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
    let requests = mock.requests();
    let asked: Vec<_> = requests
        .iter()
        .map(|request| &request.json().unwrap()["messages"][0]["content"])
        .collect();
    assert_eq!(asked, ["one größe\n\ntwo\nthree"]);
}

#[test]
fn the_history_follows_no_link() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join(".local/state/groq");
    std::fs::create_dir_all(&state).unwrap();
    let victim = home.path().join("victim");
    std::fs::write(&victim, "precious\n").unwrap();
    std::os::unix::fs::symlink(&victim, state.join("history")).unwrap();
    let home_name = home.path().to_str().unwrap();
    let mut terminal = Terminal::open(&["chat", "--mock"], &[("HOME", home_name)]);
    terminal.expect("> ");
    terminal.send("Reply with exactly: pong\r");
    terminal.expect("\npong\n");
    terminal.expect("> ");
    terminal.send("/QUIT\r");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious\n");
}

#[test]
fn an_interrupt_breaks_off_a_reply_and_not_the_conversation() {
    let mock = slow();
    let url = mock.url();
    let mut terminal = Terminal::open(
        &["chat"],
        &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")],
    );
    terminal.expect("> ");
    terminal.send(&format!("{LONG}\r"));
    terminal.expect("\none");
    terminal.send("\u{3}");
    terminal.expect("Stopped");
    terminal.expect("> ");
    terminal.send("/quit\r");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
}

#[test]
fn a_conversation_that_is_ended_from_outside_leaves_the_terminal_as_it_was() {
    let mock = Mock::builder().start_blocking().unwrap();
    let url = mock.url();
    for signal in ["-INT", "-TERM"] {
        let mut terminal = Terminal::open(
            &["chat"],
            &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")],
        );
        terminal.expect("> ");
        // The prompt is shown in raw mode, and signals are handled from before it on.
        send(signal, terminal.child.id());
        assert_eq!(terminal.end(), Some(130), "{}", terminal.shown());
        assert!(!terminal.shown().contains("groq:"), "{}", terminal.shown());
        let modes = rustix::termios::tcgetattr(&*terminal.pty).unwrap();
        let cooked = rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO;
        assert!(modes.local_modes.contains(cooked), "{modes:?}");
        assert!(
            String::from_utf8_lossy(&terminal.raw).contains("\u{1b}[?2004l"),
            "what is pasted comes without marks again"
        );
    }
}

#[test]
fn an_interrupt_ends_a_single_reply_without_a_message() {
    let mock = slow();
    let url = mock.url();
    let mut terminal = Terminal::open(
        &["chat", LONG],
        &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")],
    );
    terminal.expect("one");
    terminal.send("\u{3}");
    assert_eq!(terminal.end(), Some(130));
    assert!(!terminal.shown().contains("groq:"), "{}", terminal.shown());
}

#[test]
fn progress_is_shown_and_gone_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 60);
    let mock = Mock::builder()
        .latency(Duration::from_millis(300))
        .start_blocking()
        .unwrap();
    let url = mock.url();
    let args = [
        "transcribe",
        sound.to_str().unwrap(),
        "--piece",
        "20",
        "--no-resume",
    ];
    let mut terminal = Terminal::open(&args, &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")]);
    terminal.expect("upload");
    terminal.expect("pieces");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.shown());
    let shown = terminal.shown();
    let last = shown.trim_end().lines().last().unwrap_or_default();
    assert!(!last.contains("pieces"), "{shown}");
}

#[test]
fn text_of_the_service_cannot_drive_the_terminal() {
    let mock = Mock::builder().start_blocking().unwrap();
    let chunk = |delta: Value, reason: Option<&str>| {
        json!({
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        })
        .to_string()
    };
    let text = "\u{1b}]0;owned\u{7}\u{9b}2Jend";
    mock.always(
        When::any(),
        Reply::events([
            chunk(json!({"role": "assistant", "content": text}), None),
            chunk(json!({}), Some("stop")),
            "[DONE]".to_owned(),
        ]),
    );
    let url = mock.url();
    let mut terminal = Terminal::open(
        &["chat", "hi"],
        &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")],
    );
    terminal.expect("\\u{1b}]0;owned\\u{7}\\u{9b}2Jend");
    assert_eq!(terminal.end(), Some(0));
    assert!(!terminal.raw.contains(&7));
}

/// A text that tries to control the terminal, and what of it must not get there.
const EVIL: &str =
    "x\u{1b}]0;owned\u{7}\u{9b}2J\u{1b}[31m\r\u{7f}a\u{202e}b\u{2028}c\u{200b}d\u{feff}e";
const SEQUENCES: [&str; 9] = [
    "\u{1b}]",
    "\u{7}",
    "\u{9b}",
    "\u{1b}[31m\r",
    "\u{7f}",
    "\u{202e}",
    "\u{2028}",
    "\u{200b}",
    "\u{feff}",
];

/// Every other command, with an answer in which every text is hostile.
#[test]
fn no_command_lets_text_of_the_service_drive_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 2);
    let items = folder.path().join("items.jsonl");
    std::fs::write(&items, "{}").unwrap();
    let (sound, items) = (sound.to_str().unwrap(), items.to_str().unwrap());
    let file = json!({"id": EVIL, "object": "file", "bytes": 1, "created_at": 1, "filename": EVIL, "purpose": "batch"});
    let batch = json!({
        "id": EVIL, "object": "batch", "endpoint": EVIL, "input_file_id": EVIL, "completion_window": EVIL,
        "status": EVIL, "output_file_id": EVIL, "created_at": 1,
    });
    let model = json!({"id": EVIL, "object": "model", "created": 1, "owned_by": EVIL});
    let list = |item: &Value| json!({"object": "list", "data": [item]});
    let chat = json!({
        "id": EVIL, "object": "chat.completion", "created": 1, "model": EVIL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": json!([EVIL]).to_string()}, "finish_reason": "stop"}],
    });
    let transcription = json!({
        "text": EVIL, "task": EVIL, "language": EVIL, "duration": 2.0,
        "words": [{"word": EVIL, "start": 0.1, "end": 0.4}],
        "segments": [{
            "id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": EVIL, "tokens": [1], "temperature": 0.0,
            "avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.0,
        }],
    });
    let error = json!({"error": {"message": EVIL, "type": EVIL, "code": EVIL, "param": EVIL, "failed_generation": EVIL}});
    let rows: [(&[&str], Reply); 16] = [
        (&["models"], Reply::json(200, &list(&model))),
        (&["files", "list"], Reply::json(200, &list(&file))),
        (&["files", "get", "a"], Reply::json(200, &file)),
        (&["files", "upload", items], Reply::json(200, &file)),
        (
            &["files", "download", "a"],
            Reply::new(200).body(EVIL.as_bytes().to_vec()),
        ),
        (
            &["files", "delete", "a"],
            Reply::json(
                200,
                &json!({"id": EVIL, "object": "file", "deleted": false}),
            ),
        ),
        (&["batch", "list"], Reply::json(200, &list(&batch))),
        (&["batch", "get", "a"], Reply::json(200, &batch)),
        (
            &["json", "--example", "[\"a\"]", "--mode", "prompt", "x"],
            Reply::json(200, &chat),
        ),
        (
            &["transcribe", sound, "--no-resume"],
            Reply::json(200, &transcription),
        ),
        (
            &["transcribe", sound, "--no-resume", "--format", "srt"],
            Reply::json(200, &transcription),
        ),
        (
            &["translate", sound, "--no-resume", "--format", "json"],
            Reply::json(200, &transcription),
        ),
        (&["chat", "--json", "x"], Reply::json(200, &chat)),
        (&["chat", "x"], Reply::json(400, &error)),
        (&["limits", "--json"], Reply::json(400, &error)),
        (
            &["doctor"],
            Reply::json(400, &error).header("x-request-id", "req_\u{9b}2J"),
        ),
    ];
    for (args, reply) in rows {
        let mock = Mock::builder().start_blocking().unwrap();
        mock.always(When::any(), reply);
        let url = mock.url();
        let mut terminal = Terminal::open(
            &[args, &["-v"]].concat(),
            &[("GROQ_BASE_URL", &url), ("GROQ_API_KEY", "any")],
        );
        terminal.end();
        assert!(
            !mock.requests().is_empty(),
            "{args:?}: {}",
            terminal.shown()
        );
        let drives = |sequence: &str| {
            terminal
                .raw
                .windows(sequence.len())
                .any(|at| at == sequence.as_bytes())
        };
        for sequence in SEQUENCES {
            assert!(
                !drives(sequence),
                "{args:?}: {sequence:?} in {:?}",
                String::from_utf8_lossy(&terminal.raw)
            );
        }
    }
}

#[test]
fn colors_are_for_terminals_that_want_them() {
    let painted = |variables: &[(&str, &str)], more: &[&str]| {
        let mut terminal = Terminal::open(
            &[&["chat", "--model", "nobody", "--mock", "x"], more].concat(),
            variables,
        );
        assert_eq!(terminal.end(), Some(4), "{}", terminal.shown());
        terminal.raw.contains(&0x1b)
    };
    assert!(painted(&[], &[]));
    assert!(!painted(&[("NO_COLOR", "1")], &[]));
    assert!(!painted(&[], &["--color", "never"]));
    assert!(painted(&[("NO_COLOR", "1")], &["--color", "always"]));
}
