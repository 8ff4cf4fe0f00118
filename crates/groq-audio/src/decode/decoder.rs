//! One decoder for whatever a recording is made of.

use crate::error::Error;

/// What decodes a recording to one channel.
pub(crate) trait Decode {
    /// Appends the next samples to `out`, and returns their rate; none at the end.
    fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error>;

    /// What the user should know, so far.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Seconds of silence so far in place of what could not be decoded.
    fn silenced(&self) -> f64 {
        0.0
    }

    /// Whether others may hear something else in the same file.
    fn differs(&self) -> bool {
        false
    }
}

/// What is missing of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Missing {
    /// The second from which it is missing.
    pub(crate) from: f64,
    /// How much, where that is known.
    pub(crate) seconds: Option<f64>,
}

/// Decodes a recording, and decides what its end is worth.
pub(crate) struct Decoder {
    inner: Box<dyn Decode + Send>,
    pub(super) notes: Vec<String>,
    /// The length in seconds that the container states.
    pub(crate) seconds: Option<f64>,
    /// Whether `ffmpeg` does the decoding.
    pub(crate) is_ffmpeg: bool,
    /// Whether less than there should be is an error.
    refuses_incomplete: bool,
    /// What is known to be missing before anything is decoded.
    pub(super) known_missing: Option<Error>,
    decoded: f64,
    missing: Option<Missing>,
}

impl Decoder {
    pub(super) fn new(inner: impl Decode + Send + 'static, seconds: Option<f64>) -> Self {
        Self {
            inner: Box::new(inner),
            notes: Vec::new(),
            seconds,
            is_ffmpeg: false,
            refuses_incomplete: true,
            known_missing: None,
            decoded: 0.0,
            missing: None,
        }
    }

    /// Decides whether less than there should be is an error.
    pub(super) fn refuse_incomplete(&mut self, refuse: bool) -> Result<(), Error> {
        self.refuses_incomplete = refuse;
        match self.known_missing.take_if(|_| refuse) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Appends the next samples to `out`, and returns their rate; none at the end.
    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let before = out.len();
        let mut next = match &self.missing {
            Some(_) => Ok(None),
            None => without_panic(|| self.inner.next(out)),
        };
        if let Ok(None) = next
            && let Some(error) = self.known_missing.take()
        {
            next = Err(error);
        }
        match next {
            Err(error) if error.is_short() && self.decoded > 0.0 && !self.refuses_incomplete => {
                let left = self.seconds.map(|seconds| seconds - self.decoded);
                self.missing = Some(Missing {
                    from: self.decoded,
                    seconds: left.filter(|&seconds| seconds > 0.05),
                });
                self.notes
                    .push(format!("the recording is incomplete: {error}"));
                Ok(None)
            }
            Ok(Some(rate)) => {
                self.decoded += (out.len() - before) as f64 / f64::from(rate);
                Ok(Some(rate))
            }
            next => next,
        }
    }

    /// What is missing, once the end was reached.
    pub(crate) fn missing(&self) -> Option<Missing> {
        self.missing
    }

    /// Whether others may hear something else in the same file.
    pub(crate) fn differs(&self) -> bool {
        self.missing.is_some() || self.inner.differs()
    }

    /// What the user should know, so far.
    pub(crate) fn notes(&self) -> Vec<String> {
        [self.notes.clone(), self.inner.notes()].concat()
    }

    /// Seconds of silence so far in place of what could not be decoded.
    pub(crate) fn silenced(&self) -> f64 {
        self.inner.silenced()
    }
}

/// Calls code of other crates, which may panic on a file that was never tried. The error ends the job, so that what a panic
/// leaves behind is never used again.
pub(super) fn without_panic<R, E: From<Error>>(
    work: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    let work = std::panic::AssertUnwindSafe(work);
    std::panic::catch_unwind(work)
        .unwrap_or_else(|panic| Err(Error::panicked("the decoder", &*panic).into()))
}
