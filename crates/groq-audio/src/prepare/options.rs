//! How a recording is prepared.

use std::time::Duration;

use crate::decode::DecodeOptions;
use crate::encode::Encoding;
use crate::plan::PlanOptions;
use crate::spool::Storage;

/// How a recording is prepared.
///
/// ```
/// use groq_audio::{Encoding, PrepareOptions, Storage};
///
/// let options = PrepareOptions::new().encoding(Encoding::Wav).storage(Storage::Memory);
/// ```
#[derive(Clone, Debug)]
pub struct PrepareOptions {
    pub(crate) plan: PlanOptions,
    pub(crate) encoding: Encoding,
    pub(crate) storage: Storage,
    pub(crate) pad: Duration,
    pub(crate) hash: bool,
    pub(crate) ffmpeg: bool,
    pub(crate) most_spooled: u64,
}

impl Default for PrepareOptions {
    fn default() -> Self {
        Self {
            plan: PlanOptions::default(),
            encoding: Encoding::default(),
            storage: Storage::default(),
            pad: Duration::from_millis(400),
            hash: false,
            ffmpeg: true,
            most_spooled: 16 << 30,
        }
    }
}

impl PrepareOptions {
    /// FLAC pieces of at most 600 s, in a temporary file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the limits of pieces.
    pub fn plan(mut self, plan: PlanOptions) -> Self {
        self.plan = plan;
        self
    }

    /// Sets how pieces are encoded.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets where finished pieces wait.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Sets the silence before the first and after the last sample, at most 400 ms: models hear words badly at an edge.
    pub fn pad(mut self, silence: Duration) -> Self {
        self.pad = silence.min(Duration::from_millis(400));
        self
    }

    /// Sets whether each piece gets the SHA-256 of its bytes.
    pub fn hash(mut self, hash: bool) -> Self {
        self.hash = hash;
        self
    }

    /// Sets whether `ffmpeg` may decode what cannot be decoded here; it may by default, if it is there.
    pub fn ffmpeg(mut self, allowed: bool) -> Self {
        self.ffmpeg = allowed;
        self
    }

    /// Sets how many bytes of a stream may be copied into a temporary file where its form needs it (MP4): 16 GiB by default.
    pub fn most_spooled(mut self, bytes: u64) -> Self {
        self.most_spooled = bytes;
        self
    }

    pub(crate) fn decode(&self) -> DecodeOptions {
        DecodeOptions {
            ffmpeg: self.ffmpeg,
            most_spooled: self.most_spooled,
        }
    }
}
