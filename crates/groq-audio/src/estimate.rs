//! What a job costs, before and after.

use std::time::Duration;

use groq_models::{Billing, Catalog, Cost, Usage};

use crate::plan::PieceOptions;

/// What a job will take, as far as that can be known before the audio is decoded.
///
/// It assumes the worst case: cuts that all share the most audio.
///
/// ```
/// use groq_audio::{Estimate, PieceOptions};
///
/// let hour = Estimate::new(3_600.0, &PieceOptions::new(), "whisper-large-v3-turbo");
/// assert_eq!(hour.pieces, 7);
/// assert!(hour.billed_seconds < 3_672.0);
/// assert!(hour.cost.expect("a known price").to_string().starts_with("$0.040"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The length of the audio in seconds.
    pub seconds: f64,
    /// The number of requests.
    pub pieces: usize,
    /// The seconds that are billed: at least ten for each request.
    pub billed_seconds: f64,
    /// The price; `None` if the price of the model is unknown.
    pub cost: Option<Cost>,
    /// How long the rate limits delay the job, if they are known.
    pub wait: Duration,
}

impl Estimate {
    /// Estimates a job of this many seconds with a model, at the prices of the shipped [`Catalog`].
    pub fn new(seconds: f64, options: &PieceOptions, model: &str) -> Self {
        Self::with_prices(seconds, options, model, &Catalog::shipped())
    }

    /// Estimates a job at the prices of a catalog.
    ///
    /// ```
    /// use groq_audio::models::Catalog;
    /// use groq_audio::{Estimate, PieceOptions};
    ///
    /// let prices = Catalog::shipped();
    /// let estimate = Estimate::with_prices(2.0, &PieceOptions::new(), "some/new-model", &prices);
    /// assert_eq!((estimate.billed_seconds, estimate.cost), (10.0, None));
    /// ```
    pub fn with_prices(
        seconds: f64,
        options: &PieceOptions,
        model: &str,
        catalog: &Catalog,
    ) -> Self {
        let seconds = if seconds.is_finite() {
            seconds.max(0.0)
        } else {
            0.0
        };
        let longest = options.longest().as_secs_f64();
        let shared = 2.0 * options.in_hops().overlap_forced as f64 / 100.0;
        let pieces = if seconds <= longest {
            1.0
        } else {
            ((seconds - shared) / (longest - shared)).ceil()
        };
        let sent = seconds + (pieces - 1.0) * shared;
        let billed = sent.max(pieces * billed_seconds(catalog, 0.0));
        Self {
            seconds,
            pieces: pieces as usize,
            billed_seconds: billed,
            cost: catalog.cost(model, &self::billed(billed), Billing::OnDemand),
            wait: Duration::ZERO,
        }
    }
}

/// What a job did, beside what it [used](crate::Transcript::usage).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobStats {
    /// The number of pieces that were planned.
    pub pieces: usize,
    /// The number of requests, with retries.
    pub requests: u32,
    /// The number of pieces that came from the journal and cost nothing.
    pub from_journal: usize,
    /// The number of requests for suspicious pieces that were sent again.
    pub rechecks: u32,
    /// The bytes that were sent.
    pub sent_bytes: u64,
}

/// The seconds that are billed for a request.
pub(crate) fn billed_seconds(catalog: &Catalog, seconds: f64) -> f64 {
    seconds.max(catalog.service().min_billed_audio().as_secs_f64())
}

/// The usage of one request that is billed for this many seconds.
pub(crate) fn billed(seconds: f64) -> Usage {
    let mut usage = Usage::default().audio(crate::clock::span(seconds));
    usage.billed_audio = usage.audio;
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_audio_is_billed_for_ten_seconds() {
        let estimate = Estimate::new(2.0, &PieceOptions::new(), "whisper-large-v3");
        assert!((estimate.billed_seconds - 10.0).abs() < 1e-9);
        assert_eq!(estimate.pieces, 1);
    }

    #[test]
    fn nonsense_is_nothing() {
        let estimate = Estimate::new(f64::NAN, &PieceOptions::new(), "x");
        assert!(estimate.seconds.abs() < 1e-9);
        assert_eq!(estimate.cost, None);
    }
}
