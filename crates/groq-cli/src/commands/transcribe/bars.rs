//! Progress: seconds decoded, pieces sent, pieces done.

use std::time::Duration;

use groq_audio::TranscribeEvent;
use indicatif::ProgressBar;

use crate::{output::Stderr, session::Session, terminal::shown, units};

const SECONDS: &str = "{prefix:8} {bar:40} {msg}";
const PIECES: &str = "{prefix:8} {bar:40} {pos} of {len} pieces";

/// The bars of one recording, for events on whatever thread they are sent.
pub(super) struct Bars {
    decode: ProgressBar,
    upload: ProgressBar,
    pieces: ProgressBar,
    stderr: Stderr,
    verbose: bool,
}

impl Bars {
    pub(super) fn new(session: &Session, name: &str) -> Self {
        let stderr = session.stderr.clone();
        let decode = stderr.bar("decode", Some(0), SECONDS);
        decode.set_message(shown(name).into_owned());
        Self {
            decode,
            upload: stderr.bar("upload", Some(0), PIECES),
            pieces: stderr.bar("text", Some(0), PIECES),
            verbose: session.global.verbose,
            stderr,
        }
    }

    /// Removes the bars. The job may keep them a little longer.
    pub(super) fn clear(&self) {
        for bar in [&self.decode, &self.upload, &self.pieces] {
            bar.finish_and_clear();
        }
    }

    pub(super) fn show(&self, event: &TranscribeEvent) {
        match event {
            TranscribeEvent::Decoded { seconds, total } => {
                let time = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
                let done = time(*seconds);
                let mut message = units::duration(done);
                if let Some(total) = total.map(time) {
                    self.decode.set_length(total.as_secs());
                    message = format!("{message} of {}", units::duration(total));
                }
                self.decode.set_message(message);
                self.decode.set_position(done.as_secs());
            }
            TranscribeEvent::Planned { .. } => {
                self.upload.inc_length(1);
                self.pieces.inc_length(1);
                self.upload.tick();
            }
            TranscribeEvent::Sent { attempt: 1, .. } => self.upload.inc(1),
            TranscribeEvent::Done { from_journal, .. } => {
                self.upload.inc(u64::from(*from_journal));
                self.pieces.inc(1);
            }
            TranscribeEvent::Retrying { .. } | TranscribeEvent::Halved { .. } if self.verbose => {
                self.stderr.note(event.to_string());
            }
            _ => {}
        }
    }
}
