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

/// How [`prepare`](crate::prepare) decodes, cuts and encodes.
///
/// ```
/// use groq_audio::{Encoding, PrepareOptions, Storage};
///
/// let options = PrepareOptions::new().encoding(Encoding::Wav).storage(Storage::Memory);
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until they are given to `prepare`"]
pub struct PrepareOptions {
    pub(crate) pieces: PieceOptions,
    pub(crate) encoding: Encoding,
    pub(crate) storage: Storage,
    pub(crate) pad: Duration,
    pub(crate) hash: bool,
    pub(crate) ffmpeg: bool,
    pub(crate) max_spooled: u64,
    pub(crate) incomplete: Incomplete,
}

impl Default for PrepareOptions {
    fn default() -> Self {
        Self {
            pieces: PieceOptions::default(),
            encoding: Encoding::default(),
            storage: Storage::default(),
            pad: Duration::from_millis(400),
            hash: false,
            ffmpeg: true,
            max_spooled: 16 << 30,
            incomplete: Incomplete::default(),
        }
    }
}

impl PrepareOptions {
    /// Creates the default options: FLAC pieces of at most 600 s, in a temporary file.
    pub fn new() -> Self {
        Self::default()
    }

    crate::setters::setters! {
        /// Sets how the recording is cut into pieces.
        pieces(options: PieceOptions) => pieces = options;
        /// Sets how pieces are encoded.
        encoding(encoding: Encoding) => encoding = encoding;
        /// Sets where finished pieces are kept.
        storage(storage: Storage) => storage = storage;
        /// Sets the silence that is added before the first and after the last sample: 400 ms by default, and at most. Models
        /// recognize words badly at the edges.
        pad(silence: Duration) => pad = silence.min(Duration::from_millis(400));
        /// Sets whether each piece gets the SHA-256 of its bytes.
        hash(hash: bool) => hash = hash;
        /// Sets whether `ffmpeg` may decode what this crate cannot, if it is installed: it may by default.
        ffmpeg(allowed: bool) => ffmpeg = allowed;
        /// Sets the most bytes of a stream that are copied into a temporary file where its format needs that (MP4): 16 GiB by
        /// default.
        max_spooled(bytes: u64) => max_spooled = bytes;
        /// Sets what is done with a recording that is cut off: what there is of it is used by default.
        ///
        /// ```
        /// use groq_audio::{Incomplete, PrepareOptions};
        ///
        /// let strict = PrepareOptions::new().incomplete(Incomplete::Refuse);
        /// ```
        incomplete(incomplete: Incomplete) => incomplete = incomplete;
    }

    pub(crate) fn decode(&self) -> DecodeOptions {
        DecodeOptions {
            ffmpeg: self.ffmpeg,
            max_spooled: self.max_spooled,
            refuse_incomplete: self.incomplete == Incomplete::Refuse,
        }
    }
}
