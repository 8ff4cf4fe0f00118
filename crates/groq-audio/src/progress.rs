//! What happens while a job runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::plan::Piece;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// So much has been decoded, in seconds; of how much, where the file says.
    Decoded {
        /// Seconds so far.
        seconds: f64,
        /// Seconds in all, if known.
        total: Option<f64>,
    },
    /// A piece is cut and encoded.
    Planned {
        /// The piece.
        piece: Piece,
    },
    /// A piece is being sent.
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
        /// Why.
        why: String,
    },
    /// A piece was too large, or its answer suspicious, and is sent again in two.
    Halved {
        /// The number of the piece.
        piece: usize,
    },
    /// Two pieces agreed on no word of the audio that they share, and what is around the cut is sent again.
    Bridged {
        /// The number of the piece before the cut.
        piece: usize,
    },
    /// A piece's answer is there.
    Done {
        /// The number of the piece.
        piece: usize,
        /// Whether it came from the journal.
        from_journal: bool,
    },
    /// All answers have been joined.
    Merged {
        /// How many pieces there were.
        pieces: usize,
        /// How many words or, without words, segments.
        words: usize,
    },
}

impl fmt::Display for Event {
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
            Self::Bridged { piece } => write!(f, "piece {piece}: its end again"),
            Self::Done { piece, .. } => write!(f, "piece {piece}: done"),
            Self::Merged { pieces, words } => write!(f, "merged {words} words of {pieces} pieces"),
        }
    }
}

/// Who is told. It is called from several threads, and should be quick.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Callback>>);

type Callback = dyn Fn(&Event) + Send + Sync;

impl Listener {
    pub(crate) fn new(listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, event: &Event) {
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
