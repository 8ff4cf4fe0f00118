//! How loud a piece is.

use crate::levels::Levels;

/// How loud a piece is.
///
/// ```
/// use groq_audio::{Levels, Sound};
///
/// let levels: Levels = [-20.0, -80.0].into_iter().collect();
/// assert_eq!(Sound::new(levels, -60.0).loud_seconds(), 0.01);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sound {
    /// How loud each 10 ms from the piece's start is.
    pub levels: Levels,
    /// The level at and under which it is quiet, in dBFS.
    pub quiet: f32,
    /// The length of what was sent, silence before and after it included, in seconds.
    pub sent_seconds: f64,
    /// By how many seconds other decoders may find another length.
    pub(crate) slack: f64,
}

impl Sound {
    /// Creates the sound of a piece that was sent as it is.
    pub fn new(levels: Levels, quiet: f32) -> Self {
        let sent_seconds = levels.len() as f64 / 100.0;
        Self {
            levels,
            quiet,
            sent_seconds,
            slack: 0.0,
        }
    }

    /// Returns the seconds that are not quiet.
    pub fn loud_seconds(&self) -> f64 {
        self.levels
            .seconds_above(self.quiet, 0.0, f64::from(u32::MAX))
    }
}
