//! What a job costs, before and after.

use std::time::Duration;

use crate::models;
use crate::plan::PlanOptions;

/// The least that is billed for a request, in seconds.
pub(crate) const LEAST_BILLED_SECONDS: f64 = 10.0;

/// What a job will take, as far as it can be told before the audio is decoded.
///
/// It is made for the worst case of cuts that all share the most audio.
///
/// ```
/// use groq_audio::{Estimate, PlanOptions};
///
/// let hour = Estimate::new(3_600.0, &PlanOptions::new(), "whisper-large-v3-turbo");
/// assert_eq!(hour.pieces, 7);
/// assert!(hour.billed_seconds < 3_672.0);
/// assert!((hour.dollars.expect("a known price") - 0.04).abs() < 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The length of the audio, in seconds.
    pub seconds: f64,
    /// How many requests.
    pub pieces: usize,
    /// How many seconds are billed: at least ten a request.
    pub billed_seconds: f64,
    /// The price in US dollars; none for a model whose price is not known.
    pub dollars: Option<f64>,
    /// How long the limits make the job last, if they are known.
    pub wait: Duration,
}

impl Estimate {
    /// Estimates a job of this many seconds with a model.
    pub fn new(seconds: f64, options: &PlanOptions, model: &str) -> Self {
        let seconds = if seconds.is_finite() {
            seconds.max(0.0)
        } else {
            0.0
        };
        let longest = options.longest().as_secs_f64();
        let shared = 2.0 * options.in_hops().overlap_forced as f64 / 100.0;
        let pieces = match seconds <= longest {
            true => 1.0,
            false => ((seconds - shared) / (longest - shared)).ceil(),
        };
        let heard = seconds + (pieces - 1.0) * shared;
        let billed = heard.max(pieces * LEAST_BILLED_SECONDS);
        Self {
            seconds,
            pieces: pieces as usize,
            billed_seconds: billed,
            dollars: dollars(model, billed),
            wait: Duration::ZERO,
        }
    }
}

/// What a job took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// The length of the audio, in seconds.
    pub seconds: f64,
    /// How many pieces were planned.
    pub pieces: usize,
    /// How many requests were sent, retries included.
    pub requests: u32,
    /// How many pieces came from the journal and cost nothing.
    pub from_journal: usize,
    /// How many requests were made again because their answer was suspicious.
    pub asked_again: u32,
    /// How many seconds were billed: at least ten for each request that was answered.
    pub billed_seconds: f64,
    /// The price in US dollars; none for a model whose price is not known.
    pub dollars: Option<f64>,
    /// How many bytes were sent.
    pub sent_bytes: u64,
}

#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn dollars(model: &str, billed_seconds: f64) -> Option<f64> {
    models::known(model).map(|model| billed_seconds / 3_600.0 * model.dollars_per_hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_audio_is_billed_for_ten_seconds() {
        let estimate = Estimate::new(2.0, &PlanOptions::new(), "whisper-large-v3");
        assert!((estimate.billed_seconds - 10.0).abs() < 1e-9);
        assert_eq!(estimate.pieces, 1);
    }

    #[test]
    fn nonsense_is_nothing() {
        let estimate = Estimate::new(f64::NAN, &PlanOptions::new(), "x");
        assert!(estimate.seconds.abs() < 1e-9);
        assert_eq!(estimate.dollars, None);
    }
}
