//! What a job costs, before and after.

use std::time::Duration;

use groq_models::{Billing, Catalog, Cost, Usage};

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
/// assert!(hour.cost.expect("a known price").to_string().starts_with("$0.040"));
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
    /// What it costs; `None` if the price of the model is unknown.
    pub cost: Option<Cost>,
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
            cost: cost(model, &billed_usage(heard, billed)),
            wait: Duration::ZERO,
        }
    }
}

/// What a job did, beside what it [used](crate::Transcript::usage).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobStats {
    /// How many pieces were planned.
    pub pieces: usize,
    /// How many requests were sent, retries included.
    pub requests: u32,
    /// How many pieces came from the journal and cost nothing.
    pub from_journal: usize,
    /// How many requests were made again because their answer was suspicious.
    pub asked_again: u32,
    /// How many bytes were sent.
    pub sent_bytes: u64,
}

/// What seconds of audio cost.
pub(crate) fn cost(model: &str, usage: &Usage) -> Option<Cost> {
    Catalog::shipped().cost(model, usage, Billing::OnDemand)
}

fn billed_usage(seconds: f64, billed: f64) -> Usage {
    let duration = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let mut usage = Usage::default().audio(duration(seconds));
    usage.billed_audio = Some(duration(billed));
    usage
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
        assert_eq!(estimate.cost, None);
    }
}
