//! How loud each 10 ms is.

use crate::clock::{HOP_SAMPLES, HOPS_PER_SECOND};

/// The lowest level, in dBFS: digital silence.
pub(crate) const SILENCE: f32 = -100.0;

/// The loudness of a stretch of audio, one level for each 10 ms, in dBFS (0 is full scale, [-100, 0]).
///
/// A level takes one byte, in steps of half a decibel: 360 kB for an hour.
///
/// ```
/// use groq_audio::Levels;
///
/// let levels: Levels = [-12.0, -60.25].into_iter().collect();
/// assert_eq!(levels.get(0), Some(-12.0));
/// assert_eq!(levels.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Half decibels below full scale.
    steps: Vec<u8>,
}

impl Levels {
    /// Creates empty levels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of hops of 10 ms.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Returns whether there are no hops.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the level of a hop in dBFS.
    pub fn get(&self, hop: usize) -> Option<f32> {
        self.steps.get(hop).map(|&step| decibels(step))
    }

    /// Adds a level in dBFS.
    pub fn push(&mut self, level: f32) {
        self.steps.push(step(level));
    }

    /// Returns all levels in dBFS, in order.
    ///
    /// ```
    /// let levels: groq_audio::Levels = [-12.0, -60.0].into_iter().collect();
    /// assert_eq!(levels.iter().fold(-100.0_f32, f32::max), -12.0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = f32> + '_ {
        self.steps.iter().map(|&step| decibels(step))
    }

    /// Of a span in seconds, how many seconds are above `threshold` (dBFS).
    pub(crate) fn seconds_above(&self, threshold: f32, from: f64, to: f64) -> f64 {
        let (first, last) = self.hops(from, to);
        let limit = step(threshold);
        let loud = self.steps[first..last]
            .iter()
            .filter(|&&step| step < limit)
            .count();
        loud as f64 / HOPS_PER_SECOND as f64
    }

    /// Of a span in seconds, the share that is at or under `threshold` (dBFS); 0 where the span is not covered.
    pub(crate) fn share_quiet(&self, threshold: f32, from: f64, to: f64) -> f64 {
        let (first, last) = self.hops(from, to);
        if last <= first {
            return 0.0;
        }
        let length = (last - first) as f64 / HOPS_PER_SECOND as f64;
        1.0 - self.seconds_above(threshold, from, to) / length
    }

    /// Whether the hop is above `threshold`.
    pub(crate) fn is_loud(&self, hop: usize, threshold: f32) -> bool {
        self.steps
            .get(hop)
            .is_some_and(|&level| level < step(threshold))
    }

    fn hops(&self, from: f64, to: f64) -> (usize, usize) {
        let hop = |seconds: f64| (seconds * HOPS_PER_SECOND as f64).round() as usize;
        let last = hop(to).min(self.len());
        (hop(from).min(last), last)
    }
}

impl FromIterator<f32> for Levels {
    fn from_iter<I: IntoIterator<Item = f32>>(levels: I) -> Self {
        Self {
            steps: levels.into_iter().map(step).collect(),
        }
    }
}

/// Measures [`Levels`] from samples at 16 kHz, fed in pieces of any size.
///
/// ```
/// use groq_audio::LevelMeter;
///
/// let mut meter = LevelMeter::new();
/// let mut levels = Vec::new();
/// meter.push(&[0; 400], |level| levels.push(level));
/// assert_eq!(levels, [-100.0, -100.0]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct LevelMeter {
    sum: f64,
    count: usize,
}

impl LevelMeter {
    /// Creates a meter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes `samples`, and calls `level` with each hop of 10 ms that they complete, in dBFS.
    pub fn push(&mut self, mut samples: &[i16], mut level: impl FnMut(f32)) {
        while !samples.is_empty() {
            let (now, rest) = samples.split_at(samples.len().min(HOP_SAMPLES - self.count));
            self.sum += energy(now);
            self.count += now.len();
            samples = rest;
            if self.count == HOP_SAMPLES {
                level(self.take());
            }
        }
    }

    /// Returns the level of the last, incomplete hop, if there is one.
    ///
    /// ```
    /// let mut meter = groq_audio::LevelMeter::new();
    /// meter.push(&[0; 10], |_| unreachable!("less than a hop"));
    /// assert_eq!(meter.finish(), Some(-100.0));
    /// ```
    pub fn finish(mut self) -> Option<f32> {
        (self.count > 0).then(|| self.take())
    }

    fn take(&mut self) -> f32 {
        let mean = self.sum / self.count as f64;
        (self.sum, self.count) = (0.0, 0);
        to_decibels(mean)
    }
}

fn energy(samples: &[i16]) -> f64 {
    let sum: i64 = samples
        .iter()
        .map(|&sample| i64::from(sample) * i64::from(sample))
        .sum();
    sum as f64
}

fn to_decibels(mean_square: f64) -> f32 {
    let full_scale = 32_768.0 * 32_768.0;
    let level = 10.0 * (mean_square / full_scale).log10();
    (level as f32).max(SILENCE)
}

/// Half decibels below full scale; what is not a number is silence.
pub(crate) fn step(level: f32) -> u8 {
    let steps = (-2.0 * level.clamp(SILENCE, 0.0)).round();
    if steps.is_nan() { 200 } else { steps as u8 }
}

pub(crate) fn decibels(step: u8) -> f32 {
    -f32::from(step) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_is_zero_and_silence_is_a_hundred_below() {
        let mut meter = LevelMeter::new();
        let mut heard = Vec::new();
        meter.push(&[i16::MIN; 100], |level| heard.push(level));
        meter.push(&[i16::MIN; 60], |level| heard.push(level));
        meter.push(&[0; 10], |level| heard.push(level));
        assert_eq!(heard, [0.0]);
        assert_eq!(meter.finish(), Some(SILENCE));
    }

    #[test]
    fn spans_are_measured_in_seconds() {
        let levels: Levels = [-20.0; 50].into_iter().chain([-80.0; 50]).collect();
        assert!((levels.seconds_above(-40.0, 0.25, 0.75) - 0.25).abs() < 1e-9);
        assert!((levels.share_quiet(-40.0, 0.25, 0.75) - 0.5).abs() < 1e-9);
        assert!(levels.share_quiet(-40.0, 3.0, 4.0).abs() < 1e-9);
        assert!(levels.is_loud(0, -40.0));
    }

    #[test]
    fn no_number_is_silence() {
        assert_eq!(step(f32::NAN), 200);
        assert_eq!(step(9.0), 0);
    }
}
