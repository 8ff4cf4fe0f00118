//! Packets that are missing, by the times of those around them.

use symphonia::core::packet::Packet;

use super::format::Format;
use crate::error::{Error, ErrorKind};

/// What packets may be late by without anything missing, in seconds: times are rounded to milliseconds and more.
pub(super) const LATE: f64 = 0.1;
/// The same where times are counted in samples.
const LATE_SAMPLES: f64 = 0.01;
/// What may be missing before the first packet, in seconds: a broadcast has begun long before it was recorded.
pub(super) const EARLY: f64 = 60.0;
/// All that is believed to be missing in a file, in seconds: what is filled with silence is also paid for.
pub(super) const MOST: f64 = 4.0 * 3_600.0;

/// Finds gaps, where the format has a time for each packet.
#[derive(Debug)]
pub(super) struct Gaps {
    timed: bool,
    /// What packets may be late by, in seconds.
    late: f64,
    /// The first packet is known to come at 0.
    from_zero: bool,
    tick: Option<f64>,
    /// The length of the file in seconds: no packet comes after it.
    end: Option<f64>,
    /// The time of the first packet.
    origin: Option<f64>,
    /// Seconds since then, decoded and filled.
    heard: f64,
    filled: f64,
}

impl Gaps {
    pub(super) fn new(format: Format, tick: Option<f64>, end: Option<f64>) -> Self {
        // The others have no times of their own: they are counted from what is there.
        let timed = matches!(
            format,
            Format::Ogg | Format::OggOpus | Format::Matroska | Format::WebM | Format::Flac
        );
        let is_flac = format == Format::Flac;
        Self {
            timed,
            late: if is_flac { LATE_SAMPLES } else { LATE },
            from_zero: is_flac,
            tick,
            end,
            origin: None,
            heard: 0.0,
            filled: 0.0,
        }
    }

    /// How many samples are missing before a packet; `lost` tells whether some were lost before the first one.
    pub(super) fn before(&mut self, packet: &Packet, rate: u32, lost: bool) -> Result<u64, Error> {
        let Some(tick) = self.tick.filter(|_| self.timed) else {
            return Ok(0);
        };
        let at = packet.pts.get() as f64 * tick;
        let origin = *self.origin.get_or_insert_with(|| {
            let believed = at <= EARLY && (self.from_zero || lost);
            if believed { at.min(0.0) } else { at }
        });
        let missing = at - origin - self.heard;
        let beyond = self.end.is_some_and(|end| at - origin > end + self.late);
        if missing <= self.late || beyond {
            return Ok(0);
        }
        if self.filled + missing > MOST {
            let message = format!("there is a gap of {missing:.0} s in the audio");
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        self.heard += missing;
        self.filled += missing;
        Ok((missing * f64::from(rate)).round() as u64)
    }

    /// So much has come out of a packet.
    pub(super) fn decoded(&mut self, samples: usize, rate: u32) {
        self.heard += samples as f64 / f64::from(rate);
    }

    /// Another stream begins.
    pub(super) fn restart(&mut self, tick: Option<f64>) {
        (self.tick, self.end, self.origin, self.heard) = (tick, None, None, 0.0);
    }

    /// Seconds that were filled with silence.
    pub(super) fn filled(&self) -> f64 {
        self.filled
    }

    pub(super) fn note(&self) -> Option<String> {
        (self.filled > 0.0).then(|| {
            let seconds = self.filled;
            format!("{seconds:.1} s are missing, and were filled with silence")
        })
    }
}

#[cfg(test)]
mod tests {
    use symphonia::core::units::{Duration, Timestamp};

    use super::*;

    /// The samples before a packet at a millisecond, after so many milliseconds were heard.
    fn before(gaps: &mut Gaps, heard: usize, at: i64) -> u64 {
        gaps.decoded(heard * 16, 16_000);
        let packet = Packet::new(0, Timestamp::new(at), Duration::new(20), Vec::new());
        gaps.before(&packet, 16_000, false)
            .expect("a gap that is believed")
    }

    #[test]
    fn what_is_missing_is_filled() {
        let mut gaps = Gaps::new(Format::WebM, Some(0.001), None);
        assert_eq!(
            before(&mut gaps, 0, 5_000),
            0,
            "the first one is the origin"
        );
        assert_eq!(before(&mut gaps, 1_000, 6_050), 0, "a little late");
        assert_eq!(before(&mut gaps, 1_000, 8_000), 16_000);
        assert_eq!(before(&mut gaps, 0, 7_000), 0, "back in time");
        assert_eq!(gaps.note().expect("a note").split(' ').next(), Some("1.0"));
    }

    #[test]
    fn what_is_missing_first_is_filled_where_it_is_known() {
        let first = |format, at, lost| {
            let mut gaps = Gaps::new(format, Some(0.001), None);
            let packet = Packet::new(0, Timestamp::new(at), Duration::new(20), Vec::new());
            gaps.before(&packet, 16_000, lost).expect("believed")
        };
        assert_eq!(first(Format::Flac, 93, false), 1_488);
        assert_eq!(first(Format::OggOpus, 1_000, true), 16_000);
        assert_eq!(first(Format::OggOpus, 1_000, false), 0);
        assert_eq!(first(Format::OggOpus, 3_600_000, true), 0, "a broadcast");
    }

    #[test]
    fn absurd_times_are_not_believed() {
        let mut gaps = Gaps::new(Format::WebM, Some(0.001), Some(10.0));
        assert_eq!(before(&mut gaps, 0, 0), 0);
        assert_eq!(before(&mut gaps, 0, 20_000), 0);
        let mut gaps = Gaps::new(Format::Ogg, Some(0.001), None);
        assert_eq!(before(&mut gaps, 0, 0), 0);
        let late = Packet::new(0, Timestamp::new(i64::MAX), Duration::new(20), Vec::new());
        assert!(
            gaps.before(&late, 16_000, false)
                .expect_err("absurd")
                .is_corrupt()
        );
        assert_eq!(Gaps::new(Format::Mp3, Some(1.0), None).note(), None);
    }
}
