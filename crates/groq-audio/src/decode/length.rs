//! Whether all of a recording was decoded.

use crate::error::{Error, ErrorKind};

/// The share of the given length that must be there.
const ENOUGH: f64 = 0.98;
/// What may be missing of very short files, in seconds: a frame or two.
const SLACK: f64 = 0.15;

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
    pub(super) fn check(&self, expected: Option<f64>) -> Result<(), Error> {
        if self.decoded <= 0.0 {
            return Err(Error::new(ErrorKind::Corrupt, "there is no audio in it"));
        }
        let sound = self.decoded - self.damaged;
        let expected = expected.unwrap_or(self.decoded).max(self.decoded);
        if sound < expected * ENOUGH - SLACK {
            let message = format!("only {sound:.1} s of {expected:.1} s could be decoded");
            return Err(Error::new(ErrorKind::Short, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decoded: f64, damaged: f64, expected: Option<f64>) -> Result<(), Error> {
        let tally = Tally {
            decoded,
            damaged,
            damaged_packets: 0,
        };
        tally.check(expected)
    }

    #[test]
    fn what_is_short_is_refused() {
        assert!(check(100.0, 0.0, Some(101.0)).is_ok());
        assert!(check(100.0, 0.0, None).is_ok());
        assert!(check(100.0, 0.0, Some(90.0)).is_ok());
        assert!(check(90.0, 0.0, Some(100.0)).expect_err("short").is_short());
        assert!(check(100.0, 5.0, None).expect_err("damaged").is_short());
        assert!(check(0.0, 0.0, None).expect_err("nothing").is_corrupt());
    }
}
