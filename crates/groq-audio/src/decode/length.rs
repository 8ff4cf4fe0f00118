//! Whether all of a recording was decoded.

use crate::error::{Error, ErrorKind};

/// What may be missing of a length that is exact, in seconds: a frame or two.
const FRAMES: f64 = 0.1;
/// The share of a length that is roughly right, and of all packets, that must be there.
const ENOUGH: f64 = 0.98;
/// What may be missing of that in very short files, in seconds.
const SLACK: f64 = 0.15;

/// The length in seconds that a container states.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Expected {
    #[default]
    Unknown,
    /// Estimated from the file's size: not to be held to.
    Guessed(f64),
    /// That of all tracks together, or rounded.
    About(f64),
    /// Counted in samples or packets.
    Exactly(f64),
}

impl Expected {
    pub(super) fn seconds(self) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Guessed(seconds) | Self::About(seconds) | Self::Exactly(seconds) => Some(seconds),
        }
    }

    /// The same length, where another decoder counts.
    pub(super) fn roughly(self) -> Self {
        match self {
            Self::Exactly(seconds) => Self::About(seconds),
            other => other,
        }
    }

    /// Whether it is known well, and as much came out, no more and no less.
    pub(super) fn is_reached(self, decoded: f64) -> bool {
        const MORE: f64 = 0.5;
        match self {
            Self::Exactly(seconds) => decoded <= seconds + MORE,
            _ => false,
        }
    }

    /// The least that must come out.
    fn least(self) -> f64 {
        match self {
            Self::Unknown | Self::Guessed(_) => 0.0,
            Self::About(seconds) => seconds * ENOUGH - SLACK,
            Self::Exactly(seconds) => seconds - FRAMES,
        }
    }
}

/// What was decoded, and what had to be left out.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Seconds that came out.
    pub(super) decoded: f64,
    /// Of these, seconds of silence in place of packets that could not be decoded.
    pub(super) damaged: f64,
    pub(super) damaged_packets: u64,
}

impl Tally {
    /// Refuses a recording of which much is missing.
    pub(super) fn check(&self, expected: Expected) -> Result<(), Error> {
        let sound = self.decoded - self.damaged;
        let of = expected.seconds().unwrap_or(0.0).max(self.decoded);
        let short = || {
            let message = format!("only {sound:.1} s of {of:.1} s could be decoded");
            Err(Error::new(ErrorKind::Short, message))
        };
        if self.decoded <= 0.0 {
            return match expected {
                Expected::Exactly(seconds) if seconds > 0.0 => short(),
                _ => Err(Error::new(ErrorKind::Corrupt, "the file holds no audio")),
            };
        }
        if self.decoded < expected.least() || sound < self.decoded * ENOUGH - SLACK {
            return short();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decoded: f64, damaged: f64, expected: Expected) -> Result<(), Error> {
        let tally = Tally {
            decoded,
            damaged,
            damaged_packets: 0,
        };
        tally.check(expected)
    }

    #[test]
    fn what_is_short_is_refused() {
        assert!(check(100.0, 0.0, Expected::About(101.0)).is_ok());
        assert!(check(100.0, 0.0, Expected::Unknown).is_ok());
        assert!(check(100.0, 0.0, Expected::Exactly(90.0)).is_ok());
        assert!(check(90.0, 0.0, Expected::Guessed(100.0)).is_ok());
        assert!(check(99.95, 0.0, Expected::Exactly(100.0)).is_ok());
        let short = |decoded, damaged, expected| {
            check(decoded, damaged, expected)
                .expect_err("short")
                .is_short()
        };
        assert!(short(99.8, 0.0, Expected::Exactly(100.0)));
        assert!(short(90.0, 0.0, Expected::About(100.0)));
        assert!(short(100.0, 5.0, Expected::Unknown));
        assert!(short(0.0, 0.0, Expected::Exactly(5.0)));
        let nothing = check(0.0, 0.0, Expected::Unknown).expect_err("nothing");
        assert!(nothing.is_corrupt() && !nothing.is_short());
    }
}
