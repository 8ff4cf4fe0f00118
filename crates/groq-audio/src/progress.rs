//! Events of a job.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::plan::Piece;

/// Something that happens while a recording is transcribed.
///
/// ```
/// use groq_audio::TranscribeEvent;
///
/// let event = TranscribeEvent::Sent { piece: 0, attempt: 2 };
/// assert_eq!(event.to_string(), "piece 0: sent, attempt 2");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TranscribeEvent {
    /// Audio was decoded.
    Decoded {
        /// The seconds so far.
        seconds: f64,
        /// The seconds in all, if the file states them.
        total: Option<f64>,
    },
    /// A piece was cut and encoded.
    Planned {
        /// The piece.
        piece: Piece,
    },
    /// A piece is sent.
    Sent {
        /// The number of the piece.
        piece: usize,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// An attempt failed, and another will be made.
    Retrying {
        /// The number of the piece.
        piece: usize,
        /// How long it will wait.
        after: Duration,
        /// The reason.
        why: String,
    },
    /// A piece was too large, or its answer suspicious, and is sent again in two.
    Halved {
        /// The number of the piece.
        piece: usize,
    },
    /// Two pieces agreed on no word of the audio that they share, and the audio around the cut is sent again.
    BoundaryRetried {
        /// The number of the piece before the cut.
        piece: usize,
    },
    /// A piece was transcribed.
    Done {
        /// The number of the piece.
        piece: usize,
        /// Whether it came from the journal.
        from_journal: bool,
    },
    /// All pieces were joined.
    Merged {
        /// The number of pieces.
        pieces: usize,
        /// The number of words or, without words, of segments.
        words: usize,
    },
}

impl fmt::Display for TranscribeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoded {
                seconds,
                total: Some(total),
            } => write!(f, "decoded {seconds:.0} of {total:.0} s"),
            Self::Decoded { seconds, .. } => write!(f, "decoded {seconds:.0} s"),
            Self::Planned { piece } => write!(f, "piece {}: {:.1} s", piece.index, piece.seconds()),
            Self::Sent { piece, attempt: 1 } => write!(f, "piece {piece}: sent"),
            Self::Sent { piece, attempt } => write!(f, "piece {piece}: sent, attempt {attempt}"),
            Self::Retrying { piece, after, why } => {
                write!(
                    f,
                    "piece {piece}: again in {:.1} s: {why}",
                    after.as_secs_f64()
                )
            }
            Self::Halved { piece } => write!(f, "piece {piece}: again in two"),
            Self::BoundaryRetried { piece } => {
                write!(f, "piece {piece}: the audio around its end again")
            }
            Self::Done { piece, .. } => write!(f, "piece {piece}: done"),
            Self::Merged { pieces, words } => write!(f, "merged {words} words of {pieces} pieces"),
        }
    }
}

/// What is called with each event, from several threads.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Callback>>);

type Callback = dyn Fn(&TranscribeEvent) + Send + Sync;

impl Listener {
    pub(crate) fn new(listener: impl Fn(&TranscribeEvent) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn emit(&self, event: &TranscribeEvent) {
        if let Some(listener) = &self.0 {
            listener(event);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Listener" } else { "None" })
    }
}
