//! The one clock: samples at 16 kHz from the beginning of the recording.

use std::time::Duration;

/// The sample rate at which audio is sent: that of the Whisper models.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples in one hop of 10 ms, the grain of [`Levels`](crate::Levels) and of cuts.
pub const HOP_SAMPLES: usize = 160;

/// Hops in a second.
pub(crate) const HOPS_PER_SECOND: usize = SAMPLE_RATE as usize / HOP_SAMPLES;

/// Seconds from the beginning, for a sample's index.
pub(crate) fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}

/// The nearest sample to a time in seconds; 0 for what is negative or not a number.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn samples(seconds: f64) -> u64 {
    (seconds * f64::from(SAMPLE_RATE)).round() as u64
}

/// Samples in a span of time.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn samples_in(span: Duration) -> u64 {
    samples(span.as_secs_f64())
}

/// A span of this many seconds; zero for what is negative or not a number, a century for what is longer.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn span(seconds: f64) -> Duration {
    const CENTURY: f64 = 3.2e9;
    Duration::try_from_secs_f64(seconds.clamp(0.0, CENTURY)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_samples_agree() {
        assert_eq!(samples(1.5), 24_000);
        assert!((seconds(24_000) - 1.5).abs() < 1e-12);
        assert_eq!(samples(-3.0), 0);
        assert_eq!(samples(f64::NAN), 0);
        assert_eq!(span(f64::NAN), Duration::ZERO);
        assert_eq!(span(-1.0), Duration::ZERO);
    }
}
