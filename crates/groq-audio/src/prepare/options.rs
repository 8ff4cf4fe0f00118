//! How a recording is prepared.

use std::time::Duration;

use crate::decode::DecodeOptions;
use crate::encode::Encoding;
use crate::plan::PieceOptions;
use crate::spool::Storage;

/// What is done with a recording that is cut off, or of which a part is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Incomplete {
    /// What there is of it is used. A note and [`FlagKind::Incomplete`](crate::FlagKind::Incomplete) say what is missing.
    #[default]
    Use,
    /// It is an error: [`Error::is_short`](crate::Error::is_short).
    Refuse,
}

crate::setters::options! {
    /// How [`prepare`](crate::prepare) decodes, cuts and encodes.
    ///
    /// ```
    /// use groq_audio::{Encoding, PrepareOptions, Storage};
    ///
    /// let options = PrepareOptions::new().encoding(Encoding::Wav).storage(Storage::Memory);
    /// ```
    #[must_use = "options do nothing until they are given to `prepare`"]
    PrepareOptions;

    /// Sets how the recording is cut into pieces.
    pieces: PieceOptions = PieceOptions::default();
    /// Sets how pieces are encoded: FLAC by default.
    encoding: Encoding = Encoding::default();
    /// Sets where finished pieces are kept: in a temporary file by default.
    storage: Storage = Storage::default();
    /// Sets the silence that is added before the first and after the last sample: 400 ms by default, and at most. Models
    /// recognize words badly at the edges.
    pad: Duration = MAX_PAD;
    /// Sets whether each piece gets the SHA-256 of its bytes.
    hash: bool = false;
    /// Sets whether `ffmpeg` may decode what this crate cannot, if it is installed: it may by default.
    ffmpeg: bool = true;
    /// Sets the most bytes of a stream that are copied into a temporary file where its format needs that (MP4): 16 GiB by
    /// default.
    max_spooled: u64 = 16 << 30;
    /// Sets what is done with a recording that is cut off: what there is of it is used by default.
    ///
    /// ```
    /// use groq_audio::{Incomplete, PrepareOptions};
    ///
    /// let strict = PrepareOptions::new().incomplete(Incomplete::Refuse);
    /// ```
    incomplete: Incomplete = Incomplete::Use;
}

/// The longest silence that is added.
pub(super) const MAX_PAD: Duration = Duration::from_millis(400);

impl PrepareOptions {
    pub(crate) fn decode(&self) -> DecodeOptions {
        DecodeOptions {
            ffmpeg: self.ffmpeg,
            max_spooled: self.max_spooled,
            refuse_incomplete: self.incomplete == Incomplete::Refuse,
        }
    }
}
