//! Files that name other files: none of these is opened for them, and nothing is sent.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use groq_audio::{LongAudio, Source};

use crate::recognizer::{CLEAN, Recognizer};
use crate::speech::{Manner, Talk, wav};

/// Each way to name another file, and whether an `ffmpeg` that may do anything really opens that file.
#[expect(clippy::too_many_lines, reason = "a table")]
fn playlists(secret: &Path) -> Vec<(&'static str, String, bool)> {
    let path = secret.display();
    let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\n";
    let mpd = |inner: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" \
             profiles=\"urn:mpeg:dash:profile:isoff-main:2011\" type=\"static\" mediaPresentationDuration=\"PT30S\">\
             <Period><AdaptationSet mimeType=\"audio/mp4\" contentType=\"audio\">\
             <Representation id=\"0\" bandwidth=\"1000\" codecs=\"mp4a.40.2\">{inner}</Representation>\
             </AdaptationSet></Period></MPD>"
        )
    };
    let imf = format!(
        "<?xml version=\"1.0\"?><CompositionPlaylist xmlns=\"http://www.smpte-ra.org/schemas/2067-3/2016\">\
         <Id>urn:uuid:8713c020-2489-45f5-a9f7-87be539e20b5</Id><EditRate>24 1</EditRate>\
         <ContentTitle>{path}</ContentTitle><SegmentList/></CompositionPlaylist>"
    );
    let sdp =
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n";
    vec![
        ("HLS", format!("{hls}file://{path}\n#EXT-X-ENDLIST\n"), true),
        (
            "HLS, a path",
            format!("{hls}{path}\n#EXT-X-ENDLIST\n"),
            true,
        ),
        (
            "HLS, a name",
            format!("{hls}secret.ts\n#EXT-X-ENDLIST\n"),
            true,
        ),
        (
            "HLS, a variant",
            format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile://{path}\n"),
            true,
        ),
        (
            "HLS, a key",
            format!(
                "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"file://{path}\"\n#EXTINF:30,\nfile://{path}\n"
            ),
            false,
        ),
        (
            "HLS, a map",
            format!("#EXTM3U\n#EXT-X-MAP:URI=\"file://{path}\"\n#EXTINF:30,\nfile://{path}\n"),
            false,
        ),
        (
            "HLS, concat",
            format!("{hls}concat:{path}|{path}\n#EXT-X-ENDLIST\n"),
            false,
        ),
        (
            "HLS, subfile",
            format!("{hls}subfile,,start,0,end,9999,,:{path}\n#EXT-X-ENDLIST\n"),
            false,
        ),
        (
            "DASH",
            mpd(&format!("<BaseURL>file://{path}</BaseURL>")),
            true,
        ),
        (
            "DASH, a list",
            mpd(&format!(
                "<SegmentList><SegmentURL media=\"file://{path}\"/></SegmentList>"
            )),
            false,
        ),
        (
            "concat",
            format!("ffconcat version 1.0\nfile '{path}'\n"),
            true,
        ),
        (
            "concat, an address",
            format!("ffconcat version 1.0\nfile 'file:{path}'\n"),
            true,
        ),
        ("IMF", imf, false),
        ("SDP", sdp.to_owned(), false),
        ("M3U", format!("#EXTM3U\n{path}\n"), false),
        (
            "PLS",
            format!("[playlist]\nFile1={path}\nNumberOfEntries=1\n"),
            false,
        ),
        (
            "ASX",
            format!("<asx version=\"3.0\"><entry><ref href=\"{path}\"/></entry></asx>"),
            false,
        ),
        (
            "XSPF",
            format!(
                "<playlist version=\"1\"><trackList><track><location>{path}</location></track></trackList></playlist>"
            ),
            false,
        ),
        (
            "SMIL",
            format!("<smil><body><audio src=\"{path}\"/></body></smil>"),
            false,
        ),
        (
            "cue",
            format!("FILE \"{path}\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"),
            false,
        ),
        ("AviSynth", format!("DirectShowSource(\"{path}\")\n"), false),
        (
            "VobSub",
            format!(
                "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n# {path}\n"
            ),
            false,
        ),
        ("filter graph", format!("amovie={path}"), false),
        ("a name", path.to_string(), false),
    ]
}

/// A named pipe, which notices that someone opens it.
struct Trap {
    path: PathBuf,
    opened: Arc<AtomicBool>,
}

impl Trap {
    fn new(path: PathBuf) -> Self {
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        let opened = Arc::new(AtomicBool::new(false));
        let (fifo, flag) = (path.clone(), Arc::clone(&opened));
        // Opening it for writing waits for a reader.
        std::thread::spawn(move || {
            let writer = std::fs::OpenOptions::new().write(true).open(fifo);
            flag.store(true, Ordering::SeqCst);
            drop(writer);
        });
        Self { path, opened }
    }

    fn was_opened(&self) -> bool {
        self.opened.load(Ordering::SeqCst)
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        if !self.was_opened() {
            // Lets the thread go.
            let _ = std::fs::File::open(&self.path);
        }
    }
}

/// The playlist is refused by its path, whatever its name, and by its bytes; and nothing of it or of the secret is sent.
async fn check(folder: &Path, what: &str, text: &str) {
    for name in [
        "talk.mp4",
        "talk.m3u8",
        "talk.mpd",
        "talk.ts",
        "talk-%03d.wav",
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        let piped = std::fs::File::open(&path).expect("it is there");
        for source in [
            Source::path(&path),
            Source::bytes(text.to_owned()),
            Source::reader(piped),
        ] {
            let service = Recognizer::new(CLEAN);
            let done = LongAudio::new(&service).transcribe(source).await;
            let error = done.expect_err(what);
            assert!(error.is_unsupported(), "{what} as {name}: {error:?}");
            assert_eq!(service.calls(), 0, "{what} as {name}");
        }
        std::fs::remove_file(path).expect("removed");
    }
}

/// Whether an `ffmpeg` without our options opens the file that a playlist names: else the test would prove nothing.
fn plain_ffmpeg(folder: &Path, text: &str) -> bool {
    let path = folder.join("control");
    std::fs::write(&path, text).expect("written");
    let said = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-v",
            "debug",
            "-safe",
            "0",
            "-allowed_extensions",
            "ALL",
            "-i",
        ])
        .arg(path)
        .args(["-f", "s16le", "-t", "1", "pipe:1"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let opens = |line: &str| line.contains("Opening '") || line.contains("DASH request");
    said.lines()
        .any(|line| opens(line) && line.contains("secret.ts"))
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "needs ffmpeg"]
async fn files_that_name_others_open_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = Trap::new(folder.path().join("secret.ts"));
    for (what, text, _) in playlists(&trap.path) {
        check(folder.path(), what, &text).await;
        assert!(!trap.was_opened(), "{what}");
    }
}

/// The same with a secret that could be heard.
#[tokio::test]
#[ignore = "needs ffmpeg"]
async fn files_that_name_others_send_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (secret, plain) = (
        folder.path().join("secret.ts"),
        folder.path().join("plain.wav"),
    );
    let samples = Talk::new(5, Manner::Pauses, 51).pcm();
    std::fs::write(&plain, wav(&samples, 16_000, 1)).expect("written");
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .args([&plain, &secret])
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    for (what, text, opens) in playlists(&secret) {
        check(folder.path(), what, &text).await;
        if opens {
            assert!(plain_ffmpeg(folder.path(), &text), "{what}: the control");
        }
    }
}

/// An MP4 whose sound is in another file, by a data reference: the container is allowed, the file is not.
#[cfg(unix)]
#[tokio::test]
#[ignore = "needs ffmpeg"]
async fn an_mp4_with_its_sound_elsewhere_opens_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = Trap::new(folder.path().join("secret.ts"));
    let plain = folder.path().join("plain.mov");
    let made = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=d=2",
            "-c:a",
            "adpcm_ima_qt",
        ])
        .arg(&plain)
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let mut file = std::fs::read(&plain).expect("a film");
    let at = file
        .windows(4)
        .position(|atom| atom == b"dref")
        .expect("references");
    // Its one entry, `alis` or `url `, no longer says that the sound is in this file.
    let flags = at + 4 + 8 + 8 + 3;
    assert_eq!(file[flags], 1, "the flag");
    file[flags] = 0;
    let service = Recognizer::new(CLEAN);
    let _ = LongAudio::new(&service).transcribe(file).await;
    assert!(!trap.was_opened());
}

/// What `ffmpeg` is started with has no setting of ours in it, and no key.
#[cfg(unix)]
mod environment {
    use std::os::unix::fs::PermissionsExt;

    use crate::sound::heard_with;

    /// The process that has a key in its environment: this test alone, in the test binary started once more.
    #[test]
    #[ignore = "run by ffmpeg_gets_no_key"]
    fn with_a_key() {
        heard_with(b"MThd\0\0\0\x06 no sound".to_vec(), true).expect_err("no sound");
    }

    #[test]
    fn ffmpeg_gets_no_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (program, out) = (
            folder.path().join("ffmpeg"),
            folder.path().join("environment"),
        );
        let script = format!("#!/bin/sh\nenv > '{}'\nexit 1\n", out.display());
        std::fs::write(&program, script).expect("written");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&program, mode).expect("allowed");
        let run = std::process::Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "playlists::environment::with_a_key", "--ignored"])
            .env("GROQ_API_KEY", "gsk_canary")
            .env("GROQ_BASE_URL", "http://gsk_canary@127.0.0.1/")
            .env("GROQ_AUDIO_FFMPEG", &program)
            .env("OTHER", "kept")
            .output()
            .expect("it can be started again");
        assert!(run.status.success(), "{run:?}");
        let environment = std::fs::read_to_string(out).expect("it was started");
        assert!(environment.contains("OTHER=kept"), "{environment}");
        assert!(
            !environment.contains("GROQ_") && !environment.contains("canary"),
            "{environment}"
        );
    }
}
