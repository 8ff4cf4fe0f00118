//! The options of a plan.

use std::time::Duration;

use super::CutKind;
use crate::clock::{HOP_SAMPLES, HOPS_PER_SECOND, SAMPLE_RATE};

crate::setters::options! {
    /// How a recording is cut into pieces, and how much audio neighbors share.
    ///
    /// ```
    /// use groq_audio::PieceOptions;
    /// use std::time::Duration;
    ///
    /// let options = PieceOptions::new().max_len(Duration::from_secs(120)).max_bytes(10_000_000);
    /// ```
    #[must_use = "options do nothing until they are given to a job"]
    PieceOptions;

    /// Sets the longest piece, with the audio that it shares: 600 s by default, and 4 s at least.
    ///
    /// ```
    /// use groq_audio::PieceOptions;
    /// use std::time::Duration;
    ///
    /// let options = PieceOptions::new().max_len(Duration::from_secs(30));
    /// ```
    max_len: Duration = Duration::from_secs(600);
    /// Sets the most bytes of a piece: 24 MB by default, and 200 kB at least. A second counts as 32 kB, which holds for audio
    /// that cannot be compressed.
    max_bytes: u64 = 24_000_000;
    /// Sets how much audio on each side of a [`CutKind::Pause`] both pieces have: 1 s by default.
    overlap_pause: Duration = Duration::from_secs(1);
    /// Sets how much audio on each side of a [`CutKind::Dip`] both pieces have: 2 s by default.
    overlap_dip: Duration = Duration::from_secs(2);
    /// Sets how much audio on each side of a [`CutKind::Forced`] both pieces have: 2.5 s by default.
    overlap_forced: Duration = Duration::from_millis(2_500);
    /// Sets the length below which the last piece becomes part of the one before: 10 s by default, the least that is billed.
    min_last: Duration = Duration::from_secs(10);
}

impl PieceOptions {
    /// At least `each_side` at every cut; for answers without the times of words.
    #[cfg(feature = "decode")]
    pub(crate) fn overlap_at_least(mut self, each_side: Duration) -> Self {
        self.overlap_pause = self.overlap_pause.max(each_side);
        self.overlap_dip = self.overlap_dip.max(each_side);
        self.overlap_forced = self.overlap_forced.max(each_side);
        self
    }

    /// At most this many bytes, whatever was set.
    #[cfg(feature = "decode")]
    pub(crate) fn bytes_at_most(mut self, bytes: u64) -> Self {
        self.max_bytes = self.max_bytes.min(bytes);
        self
    }

    /// The bytes that a piece may have.
    #[cfg(feature = "decode")]
    pub(crate) fn most_bytes(&self) -> u64 {
        self.max_bytes.max(200_000)
    }

    /// The longest piece that both limits allow.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_millis(self.in_hops().max_len * 10)
    }

    pub(crate) fn in_hops(&self) -> InHops {
        // A FLAC frame that cannot be compressed costs 2 bytes a sample and 16 a frame of 4,096.
        let bytes_per_hop = HOP_SAMPLES as u64 * 2 + 1;
        let by_bytes = self.max_bytes.max(200_000).saturating_sub(30_000) / bytes_per_hop;
        let max_len = hops(self.max_len)
            .min(by_bytes)
            .max(4 * HOPS_PER_SECOND as u64);
        let bounded = |overlap: Duration| hops(overlap).min(max_len / 6);
        let overlap_forced = bounded(self.overlap_forced);
        let (overlap_pause, overlap_dip) = (bounded(self.overlap_pause), bounded(self.overlap_dip));
        let widest = overlap_forced.max(overlap_pause).max(overlap_dip);
        let latest = max_len - widest;
        InHops {
            max_len,
            latest,
            window: (15 * HOPS_PER_SECOND as u64).min(max_len / 4),
            tail: hops(self.min_last).min(max_len / 3).max(2 * widest),
            overlap_pause,
            overlap_dip,
            overlap_forced,
        }
    }
}

/// The options in hops of 10 ms, made to fit each other.
#[derive(Clone, Debug)]
pub(crate) struct InHops {
    pub(crate) max_len: u64,
    /// The last hop of a piece at which it can be cut.
    pub(crate) latest: u64,
    pub(crate) window: u64,
    pub(crate) tail: u64,
    pub(crate) overlap_pause: u64,
    pub(crate) overlap_dip: u64,
    pub(crate) overlap_forced: u64,
}

impl InHops {
    pub(super) fn overlap(&self, kind: CutKind) -> u64 {
        match kind {
            CutKind::Pause => self.overlap_pause,
            CutKind::Dip => self.overlap_dip,
            CutKind::Forced => self.overlap_forced,
        }
    }

    /// The first hop that a search for the cut of the piece from `start` can look at.
    pub(super) fn window_from(&self, start: u64) -> u64 {
        // The end of the recording can move the window forward by a tail.
        start + self.latest.saturating_sub(self.window + self.tail)
    }
}

fn hops(span: Duration) -> u64 {
    let samples = span.as_secs_f64() * f64::from(SAMPLE_RATE);
    (samples / HOP_SAMPLES as f64).round() as u64
}
