//! `ffmpeg`, if it is there, for what cannot be decoded here.
//!
//! It is looked for when it is needed, never when this is built: `GROQ_AUDIO_FFMPEG` names it, or an empty value forbids it.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use bytes::Bytes;

use crate::SAMPLE_RATE;
use crate::error::{Error, ErrorKind};

/// How much of what it complains about is kept, in bytes.
const COMPLAINT: u64 = 2_000;

/// The input once more.
pub(super) enum Again {
    Path(PathBuf),
    File(File),
    Bytes(Bytes),
}

pub(super) struct Decoder {
    child: Child,
    out: ChildStdout,
    complaint: Option<JoinHandle<String>>,
    bytes: Vec<u8>,
    /// Half a sample.
    held: usize,
    any: bool,
}

impl Decoder {
    /// None if there is no `ffmpeg`.
    pub(super) fn start(again: Again) -> Result<Option<Self>, Error> {
        let Some(program) = program() else {
            return Ok(None);
        };
        let mut command = Command::new(program);
        command.args([
            "-nostdin",
            "-v",
            "error",
            "-protocol_whitelist",
            "file,pipe",
        ]);
        match &again {
            Again::Path(path) => {
                // With a protocol before it, no name can be taken for an option or an address.
                let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let mut name = std::ffi::OsString::from("file:");
                name.push(absolute);
                command.arg("-i").arg(name).stdin(Stdio::null());
            }
            Again::File(_) | Again::Bytes(_) => {
                command.args(["-i", "pipe:0"]).stdin(Stdio::piped());
            }
        }
        command.args([
            "-map", "0:a:0", "-vn", "-ac", "1", "-ar", "16000", "-f", "s16le", "pipe:1",
        ]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::io("start ffmpeg", cause)),
        };
        feed(&mut child, again);
        let complaint = child
            .stderr
            .take()
            .map(|err| std::thread::spawn(move || read_complaint(err)));
        let Some(out) = child.stdout.take() else {
            return Err(Error::new(ErrorKind::Internal, "ffmpeg has no output"));
        };
        Ok(Some(Self {
            child,
            out,
            complaint,
            bytes: vec![0; 16_384],
            held: 0,
            any: false,
        }))
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let read = self.out.read(&mut self.bytes[self.held..]);
        let count = self.held + read.map_err(|cause| Error::io("read from ffmpeg", cause))?;
        if count == self.held {
            return self.end();
        }
        self.any = true;
        let samples = self.bytes[..count].chunks_exact(2);
        out.extend(
            samples.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0),
        );
        self.held = count % 2;
        self.bytes.swap(0, count - 1);
        Ok(Some(SAMPLE_RATE))
    }

    fn end(&mut self) -> Result<Option<u32>, Error> {
        let status = self
            .child
            .wait()
            .map_err(|cause| Error::io("wait for ffmpeg", cause))?;
        let complaint = self.complaint.take().and_then(|thread| thread.join().ok());
        let complaint = complaint.unwrap_or_default();
        if !status.success() || !self.any {
            let message = "ffmpeg could not decode the audio";
            return Err(Error::new(ErrorKind::Corrupt, message).with_source(complaint));
        }
        Ok(None)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // It may have ended by itself; waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<std::ffi::OsString> {
    match std::env::var_os("GROQ_AUDIO_FFMPEG") {
        Some(named) if named.is_empty() => None,
        Some(named) => Some(named),
        None => Some("ffmpeg".into()),
    }
}

/// Gives the input to it, on a thread of its own, for as long as it takes some.
fn feed(child: &mut Child, again: Again) {
    let Some(mut stdin) = child.stdin.take() else {
        return;
    };
    let mut input: Box<dyn Read + Send> = match again {
        Again::Path(_) => return,
        Again::File(mut file) => match io::Seek::rewind(&mut file) {
            Ok(()) => Box::new(file),
            Err(_) => return,
        },
        Again::Bytes(bytes) => Box::new(Cursor::new(bytes)),
    };
    std::thread::spawn(move || {
        // It stops reading when it has enough, or is killed.
        let _ = io::copy(&mut input, &mut stdin).and_then(|_| stdin.flush());
    });
}

/// The beginning of what it says; the rest is read and dropped, so that it never blocks.
fn read_complaint(mut err: impl Read) -> String {
    let mut kept = Vec::new();
    let _ = err.by_ref().take(COMPLAINT).read_to_end(&mut kept);
    let _ = io::copy(&mut err, &mut io::sink());
    String::from_utf8_lossy(&kept).trim().to_owned()
}
