//! `ffmpeg`, if it is installed, for what cannot be decoded here.
//!
//! It is looked for when it is needed, never when this is built: `GROQ_AUDIO_FFMPEG` names it, or an empty value forbids it.
//!
//! The input is untrusted, so `ffmpeg` can open nothing: it gets the recording as its standard input, no protocol but that
//! pipe, and only demuxers that never open another file.

pub(super) mod complaint;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::decoder::Decode;
use super::faults::Failure;
use super::format::Format;
use super::length::{Expected, Tally};
use crate::SAMPLE_RATE;
use crate::error::{Error, ErrorKind};
use complaint::Complaint;

/// How long it may be silent before it is given up.
const MAX_WAIT: Duration = Duration::from_secs(120);
/// Bytes that are read at a time, and how many such pieces wait.
const PIECE: usize = 16_384;
const PIECES: usize = 4;

/// The container formats that `ffmpeg` may read, by the names of its demuxers. Each holds sound, and none can name another
/// file: playlists and manifests (`hls`, `dash`, `imf`), scripts (`concat`, `lavfi`, `avisynth`), numbered files (`image2`),
/// session descriptions (`sdp`) and files in parts (`mlv`, `vobsub`) stay out.
const FORMATS: &str = "aa,aac,ac3,adx,aea,aiff,amr,ape,asf,asf_o,ast,au,avi,avr,caf,daud,dsf,dss,dts,dtshd,dv,eac3,flac,flv,\
    gxf,iff,ilbc,ircam,loas,matroska,mlp,mmf,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nsv,nut,ogg,oma,paf,pvf,qcp,rm,\
    sds,shn,sol,sox,swf,tak,truehd,tta,voc,vqf,w64,wav,wtv,wv,xwma";

pub(super) struct Decoder {
    child: Child,
    out: Receiver<io::Result<Vec<u8>>>,
    complaint: Receiver<Complaint>,
    max_wait: Duration,
    /// Half a sample.
    half: Option<u8>,
    tally: Tally,
    expected: Expected,
    /// Why it is used.
    unsupported: String,
    late_note: Option<String>,
}

impl Decoder {
    /// Starts `ffmpeg` on a recording; none if it is not installed.
    pub(super) fn start(
        input: impl Read + Send + 'static,
        format: Format,
        failure: &Failure,
    ) -> Result<Option<Self>, Error> {
        match program() {
            Some(program) => Self::run(command(&program, format), input, failure, MAX_WAIT),
            None => Ok(None),
        }
    }

    fn run(
        mut command: Command,
        input: impl Read + Send + 'static,
        failure: &Failure,
        max_wait: Duration,
    ) -> Result<Option<Self>, Error> {
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::io("start ffmpeg", cause)),
        };
        feed(&mut child, input);
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(Error::new(ErrorKind::Internal, "ffmpeg has no output"));
        };
        let (send_complaint, complaint) = sync_channel(1);
        std::thread::spawn(move || send_complaint.send(Complaint::read(err)));
        Ok(Some(Self {
            child,
            out: pieces(out),
            complaint,
            max_wait,
            half: None,
            tally: Tally::default(),
            // Other decoders leave out other frames at the edges.
            expected: failure.expected.roughly(),
            unsupported: failure.error.to_string(),
            late_note: None,
        }))
    }

    fn end(&mut self) -> Result<Option<u32>, Error> {
        let status = self.wait()?;
        let complaint = self.complaint.recv_timeout(self.max_wait);
        let complaint = complaint.unwrap_or_default();
        if self.tally.decoded <= 0.0 {
            let message = format!("{}, nor by ffmpeg", self.unsupported);
            return Err(Error::new(ErrorKind::Unsupported, message).with_source(complaint.text));
        }
        if !status.success() {
            let message = "ffmpeg could not decode all of the audio";
            return Err(Error::new(ErrorKind::Corrupt, message).with_source(complaint.text));
        }
        let complained = !complaint.text.is_empty();
        // That of a film may not be that of its sound, and counts only if something was wrong.
        let counts = !complaint.is_guessed && (!complaint.is_film || complained);
        let stated = complaint.seconds.filter(|_| counts);
        let expected = match self.expected {
            Expected::Unknown => stated.map_or(Expected::Unknown, Expected::About),
            known => known,
        };
        // The length that it reports for such a file is often that of what is left.
        let torn = complaint.is_torn && self.expected == Expected::Unknown;
        if torn || complained && expected == Expected::Unknown {
            let message = "the audio is damaged or cut off, and its length is unknown";
            return Err(Error::new(ErrorKind::Short, message).with_source(complaint.text));
        }
        match self.tally.check(expected) {
            Err(error) => return Err(error.with_source(complaint.text)),
            Ok(()) if !complained => {}
            Ok(()) => self.late_note = Some(format!("ffmpeg complained: {}", complaint.text)),
        }
        Ok(None)
    }

    /// Its output has ended, so it is about to.
    fn wait(&mut self) -> Result<ExitStatus, Error> {
        let failed = |cause| Error::io("wait for ffmpeg", cause);
        let until = Instant::now() + self.max_wait;
        loop {
            if let Some(status) = self.child.try_wait().map_err(failed)? {
                return Ok(status);
            }
            if Instant::now() >= until {
                return Err(self.hangs());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn hangs(&self) -> Error {
        let seconds = self.max_wait.as_secs_f64();
        let message = format!("ffmpeg returned nothing for {seconds} s");
        Error::io(message, io::ErrorKind::TimedOut.into())
    }
}

impl Decode for Decoder {
    fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let piece = match self.out.recv_timeout(self.max_wait) {
            Ok(piece) => piece.map_err(|cause| Error::io("read from ffmpeg", cause))?,
            Err(RecvTimeoutError::Disconnected) => return self.end(),
            Err(RecvTimeoutError::Timeout) => return Err(self.hangs()),
        };
        let before = out.len();
        let mut bytes = &piece[..];
        if let (Some(half), [first, rest @ ..]) = (self.half, bytes) {
            out.push(sample([half, *first]));
            (self.half, bytes) = (None, rest);
        }
        let (pairs, rest) = bytes.as_chunks::<2>();
        out.extend(pairs.iter().map(|&pair| sample(pair)));
        self.half = rest.first().copied().or(self.half);
        self.tally.decoded += (out.len() - before) as f64 / f64::from(SAMPLE_RATE);
        Ok(Some(SAMPLE_RATE))
    }

    fn notes(&self) -> Vec<String> {
        self.late_note.iter().cloned().collect()
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // It may have ended by itself; waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sample(bytes: [u8; 2]) -> f32 {
    f32::from(i16::from_le_bytes(bytes)) / 32_768.0
}

fn program() -> Option<OsString> {
    match std::env::var_os("GROQ_AUDIO_FFMPEG") {
        Some(named) if named.is_empty() => None,
        Some(named) => Some(named),
        None => Some("ffmpeg".into()),
    }
}

fn command(program: &OsStr, format: Format) -> Command {
    let mut command = Command::new(program);
    let secrets = std::env::vars_os().map(|(name, _)| name);
    remove_secrets(&mut command, secrets);
    command.args(["-nostdin", "-hide_banner", "-nostats"]);
    command.args(["-loglevel", "level+info"]);
    command.args(["-protocol_whitelist", "cache,pipe"]);
    command.args(["-format_whitelist", FORMATS]);
    // The index of these may be at the end: what was read is kept in an unlinked file, and can be read again.
    let seeks = matches!(format, Format::Mp4 | Format::Avi);
    command.args(["-i", if seeks { "cache:pipe:0" } else { "pipe:0" }]);
    // Its clock is that of the file: sound that begins later than the file, or has holes, is filled with silence.
    let filter = "aresample=16000:async=1:first_pts=0";
    command.args(["-map", "0:a:0", "-vn", "-ac", "1", "-af", filter]);
    command.args(["-f", "s16le", "pipe:1"]);
    // Where a stream is not used, its clock does not count: all are copied to nowhere.
    command.args([
        "-map",
        "0",
        "-c",
        "copy",
        "-ignore_unknown",
        "-f",
        "null",
        "-",
    ]);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Keeps the API key, and all other settings of ours, from a program that needs none of them.
fn remove_secrets(command: &mut Command, names: impl Iterator<Item = OsString>) {
    for name in names {
        let start = &name.as_encoded_bytes()[..name.len().min(5)];
        if start.eq_ignore_ascii_case(b"GROQ_") {
            command.env_remove(name);
        }
    }
}

/// Writes the input to `ffmpeg`, on a thread of its own, for as long as it takes some.
fn feed(child: &mut Child, mut input: impl Read + Send + 'static) {
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || {
            // It stops reading when it has enough, or is killed.
            let _ = io::copy(&mut input, &mut stdin).and_then(|_| stdin.flush());
        });
    }
}

/// Reads on a thread of its own, so that waiting for it can end.
fn pieces(mut out: impl Read + Send + 'static) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(PIECES);
    std::thread::spawn(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = match out.read(&mut piece) {
                Ok(0) => return,
                Ok(count) => {
                    piece.truncate(count);
                    Ok(piece)
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => Err(cause),
            };
            let failed = read.is_err();
            if sender.send(read).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Runs a script in place of `ffmpeg`, and gives what came of it.
    fn decoded(script: &str, expected: Expected) -> Result<(usize, Vec<String>), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("ffmpeg");
        let written = std::fs::write(&program, format!("#!/bin/sh\n{script}\n"));
        written.expect("a script");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&program, mode).expect("allowed");
        let failure = Failure {
            error: Error::new(ErrorKind::Unsupported, "HE-AAC cannot be decoded here"),
            expected,
        };
        let input = io::repeat(7).take(300_000);
        let max_wait = Duration::from_millis(400);
        let command = command(program.as_os_str(), Format::Unknown);
        let started = Decoder::run(command, input, &failure, max_wait);
        let mut decoder = started?.expect("it is there");
        let mut samples = Vec::new();
        while decoder.next(&mut samples)?.is_some() {}
        Ok((samples.len(), decoder.notes()))
    }

    const TWO_SECONDS: &str = "head -c 64000 /dev/zero";

    #[test]
    fn what_it_writes_is_sound() {
        let (samples, notes) = decoded(TWO_SECONDS, Expected::Exactly(2.0)).expect("sound");
        assert_eq!((samples, notes), (32_000, Vec::new()));
        let odd = "printf abc; head -c 64000 /dev/zero";
        assert_eq!(decoded(odd, Expected::Unknown).expect("sound").0, 32_001);
    }

    #[test]
    fn a_refusal_keeps_what_was_wrong_before() {
        let error = decoded("echo '[fatal] no way' >&2; exit 1", Expected::Unknown);
        let error = error.expect_err("refused");
        assert!(error.is_unsupported());
        assert_eq!(
            error.to_string(),
            "HE-AAC cannot be decoded here, nor by ffmpeg"
        );
        let source = std::error::Error::source(&error).expect("what it said");
        assert_eq!(source.to_string(), "[fatal] no way");
    }

    #[test]
    fn less_than_the_file_says_is_short() {
        let error = decoded(TWO_SECONDS, Expected::Exactly(9.0)).expect_err("short");
        assert!(error.is_short());
        let complains = format!(
            "echo '[info]   Duration: 00:01:00.50, start: 0' >&2; echo '[error] cut' >&2; {TWO_SECONDS}"
        );
        let error = decoded(&complains, Expected::Unknown).expect_err("short");
        assert!(error.is_short());
        let alone = format!("echo '[info]   Duration: 00:01:00.50' >&2; {TWO_SECONDS}");
        let error = decoded(&alone, Expected::Unknown).expect_err("short");
        assert!(error.is_short());
        let longer_film = format!("echo '[info] Stream #0:1: Video: h264' >&2; {alone}");
        assert!(decoded(&longer_film, Expected::Unknown).is_ok());
    }

    #[test]
    fn ending_badly_after_some_sound_is_damage() {
        let error = decoded(&format!("{TWO_SECONDS}; exit 1"), Expected::Unknown);
        let error = error.expect_err("it failed");
        assert!(error.is_corrupt() && !error.is_short());
    }

    #[test]
    fn complaints_are_told() {
        let script = format!("printf '[error] b\\377d\\n[info] good\\n' >&2; {TWO_SECONDS}");
        let (_, notes) = decoded(&script, Expected::Exactly(2.0)).expect("sound");
        assert_eq!(notes, ["ffmpeg complained: [error] b\\xffd"]);
        let torn = "corrupt input packet in stream 0";
        let torn =
            format!("echo '[info] Duration: 00:00:02.00' >&2; echo {torn} >&2; {TWO_SECONDS}");
        assert!(decoded(&torn, Expected::Exactly(2.0)).is_ok());
        let guessed = format!("echo '[warning] Estimating duration from bitrate' >&2; {script}");
        for script in [&script, &guessed, &torn] {
            let error = decoded(script, Expected::Unknown).expect_err("who knows how long");
            assert!(error.is_short(), "{error:?}");
        }
    }

    #[test]
    fn waiting_for_it_ends() {
        for script in ["exec sleep 600", "sleep 600", "exec >&-; exec sleep 600"] {
            let error = decoded(script, Expected::Unknown).expect_err("it hangs");
            assert!(error.is_io(), "{error:?}");
        }
    }

    #[test]
    fn where_it_is_missing_nothing_is_done() {
        let failure = Error::new(ErrorKind::Unsupported, "HE-AAC").into();
        let command = command(OsStr::new("/nowhere/ffmpeg"), Format::Unknown);
        let started = Decoder::run(command, io::empty(), &failure, MAX_WAIT).expect("no failure");
        assert!(started.is_none());
    }

    #[test]
    fn no_setting_of_ours_is_handed_down() {
        let mut command = Command::new("ffmpeg");
        let names = ["GROQ_API_KEY", "groq_base_url", "PATH", "GROQ", "é"];
        remove_secrets(&mut command, names.into_iter().map(OsString::from));
        let mut removed: Vec<_> = command.get_envs().collect();
        removed.sort();
        let expected = ["GROQ_API_KEY", "groq_base_url"].map(|name| (OsStr::new(name), None));
        assert_eq!(removed, expected);
    }

    /// The list holds what is known to be harmless, and nothing that opens other files.
    #[test]
    fn no_format_of_the_list_opens_files() {
        let names: Vec<&str> = FORMATS.split(',').collect();
        assert!(names.is_sorted() && names.iter().all(|name| !name.contains(' ')));
        for name in [
            "concat",
            "concatf",
            "dash",
            "hls",
            "applehttp",
            "imf",
            "image2",
            "image2pipe",
            "lavfi",
            "avisynth",
            "vapoursynth",
            "sdp",
            "rtsp",
            "rtp",
            "sap",
            "mlv",
            "vobsub",
            "webm_dash_manifest",
            "dvdvideo",
            "sbg",
            "alsa",
            "pulse",
            "x11grab",
            "libgme",
            "libopenmpt",
            "tty",
            "ffmetadata",
        ] {
            assert!(!names.contains(&name), "{name}");
        }
    }
}
