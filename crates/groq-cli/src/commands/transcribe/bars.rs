//! Progress: seconds decoded, pieces sent, pieces done.

use std::{sync::Arc, time::Duration};

use groq_audio::TranscribeEvent;

use crate::{
    output::{Bar, Stderr},
    session::Session,
    terminal::shown,
    units,
};

const SECONDS: &str = "{prefix:8} {bar:40} {msg}";
const PIECES: &str = "{prefix:8} {bar:40} {pos} of {len} pieces";

/// The bars of one recording; they are removed when this is dropped.
pub(super) struct Bars(Arc<Listener>);

/// Shows events, on whatever thread they are sent.
pub(super) struct Listener {
    decode: Bar,
    upload: Bar,
    pieces: Bar,
    stderr: Stderr,
    verbose: bool,
}

impl Bars {
    pub(super) fn new(session: &Session, name: &str) -> Self {
        let stderr = session.stderr.clone();
        let decode = stderr.bar("decode", Some(0), SECONDS);
        decode.set_message(shown(name).into_owned());
        Self(Arc::new(Listener {
            decode,
            upload: stderr.bar("upload", Some(0), PIECES),
            pieces: stderr.bar("text", Some(0), PIECES),
            verbose: session.global.verbose,
            stderr,
        }))
    }

    pub(super) fn listener(&self) -> Arc<Listener> {
        Arc::clone(&self.0)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // The job may keep its listener a little longer.
        let Listener {
            decode,
            upload,
            pieces,
            ..
        } = &*self.0;
        for bar in [decode, upload, pieces] {
            bar.finish_and_clear();
        }
    }
}

impl Listener {
    pub(super) fn show(&self, event: &TranscribeEvent) {
        match event {
            TranscribeEvent::Decoded { seconds, total } => self.decoded(*seconds, *total),
            TranscribeEvent::Planned { .. } => {
                self.upload.inc_length(1);
                self.pieces.inc_length(1);
                self.upload.tick();
            }
            TranscribeEvent::Sent { attempt: 1, .. } => self.upload.inc(1),
            TranscribeEvent::Done { from_journal, .. } => {
                if *from_journal {
                    self.upload.inc(1);
                }
                self.pieces.inc(1);
            }
            TranscribeEvent::Retrying { .. } | TranscribeEvent::Halved { .. } if self.verbose => {
                self.stderr.note(event.to_string());
            }
            _ => {}
        }
    }

    fn decoded(&self, seconds: f64, total: Option<f64>) {
        let length = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let (done, total) = (length(seconds), total.map(length));
        let mut message = units::duration(done);
        if let Some(total) = total {
            self.decode.set_length(total.as_secs());
            message.push_str(&format!(" of {}", units::duration(total)));
        }
        self.decode.set_message(message);
        self.decode.set_position(done.as_secs());
    }
}
