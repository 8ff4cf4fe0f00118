//! Progress: seconds decoded, pieces sent, pieces done.

use std::sync::Arc;

use groq_audio::Event;

use crate::{
    output::{Bar, Stderr},
    session::Session,
    terminal::shown,
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
    pub(super) fn show(&self, event: &Event) {
        match event {
            Event::Decoded { seconds, total } => self.decoded(*seconds, *total),
            Event::Planned { .. } => {
                self.upload.inc_length(1);
                self.pieces.inc_length(1);
                self.upload.tick();
            }
            Event::Sent { attempt: 1, .. } => self.upload.inc(1),
            Event::Done { from_journal, .. } => {
                if *from_journal {
                    self.upload.inc(1);
                }
                self.pieces.inc(1);
            }
            Event::Retrying { .. } | Event::Halved { .. } if self.verbose => {
                self.stderr.note(event.to_string());
            }
            _ => {}
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds of audio; a cast saturates"
    )]
    fn decoded(&self, seconds: f64, total: Option<f64>) {
        if let Some(total) = total {
            self.decode.set_length(total as u64);
            self.decode
                .set_message(format!("{} of {}", clock(seconds), clock(total)));
        } else {
            self.decode.set_message(clock(seconds));
        }
        self.decode.set_position(seconds as u64);
    }
}

/// `1:02:03`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of audio; a cast saturates"
)]
fn clock(seconds: f64) -> String {
    let seconds = seconds as u64;
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
