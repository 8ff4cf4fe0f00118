//! Any sample rate to 16 kHz, exact to the sample over any length.
//!
//! A windowed sinc in as many phases as the ratio of the rates has; what is over 8 kHz is gone.

use crate::SAMPLE_RATE;

/// The phases that are kept at the most; ratios with more are interpolated between two.
const MOST_PHASES: u64 = 512;
/// How far what would fold back is damped, in decibels.
const DAMPING: f64 = 70.0;
/// The rates that are taken, in Hz.
pub(crate) const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// Brings one channel to 16 kHz.
pub(crate) struct Resampler {
    /// Input and output rate without their common divisor.
    input: u64,
    output: u64,
    taps: usize,
    /// The taps of each phase, and of one more.
    phases: Vec<f32>,
    count: u64,
    /// Input from sample `from` on, with zeros before the first.
    held: Vec<f32>,
    from: i64,
    given: u64,
    made: u64,
}

impl Resampler {
    /// None for a rate outside [`RATES`].
    pub(crate) fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let divisor = gcd(rate, SAMPLE_RATE);
        let (input, output) = (rate / divisor, SAMPLE_RATE / divisor);
        let count = u64::from(output).min(MOST_PHASES);
        let (taps, phases) = filter(f64::from(rate), count);
        Some(Self {
            input: u64::from(input),
            output: u64::from(output),
            taps,
            phases,
            count,
            held: vec![0.0; taps / 2],
            from: -(taps as i64 / 2),
            given: 0,
            made: 0,
        })
    }

    /// Takes input, and appends the output that it settles.
    pub(crate) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.given += samples.len() as u64;
        if self.input == self.output {
            self.made = self.given;
            return out.extend_from_slice(samples);
        }
        self.held.extend_from_slice(samples);
        self.run(u64::MAX, out);
    }

    /// Appends the rest: in all, the input's length times the ratio, rounded up.
    pub(crate) fn finish(&mut self, out: &mut Vec<f32>) {
        if self.input == self.output {
            return;
        }
        let total = (self.given * self.output).div_ceil(self.input);
        self.held.resize(self.held.len() + self.taps, 0.0);
        self.run(total, out);
    }

    fn run(&mut self, most: u64, out: &mut Vec<f32>) {
        let half = self.taps as i64 / 2;
        let end = self.from + self.held.len() as i64;
        while self.made < most {
            let at = self.made * self.input;
            let (whole, part) = ((at / self.output) as i64, at % self.output);
            if whole + half >= end {
                break;
            }
            let first = (whole - half + 1 - self.from) as usize;
            let window = &self.held[first..first + self.taps];
            out.push(self.sample(window, part));
            self.made += 1;
        }
        self.forget(half);
    }

    fn sample(&self, window: &[f32], part: u64) -> f32 {
        if self.count == self.output {
            return dot(window, self.phase(part));
        }
        let place = part as f64 * self.count as f64 / self.output as f64;
        let (phase, share) = (place as u64, place.fract() as f32);
        let (a, b) = (self.phase(phase), self.phase(phase + 1));
        dot(window, a) * (1.0 - share) + dot(window, b) * share
    }

    fn phase(&self, phase: u64) -> &[f32] {
        let from = phase as usize * self.taps;
        &self.phases[from..from + self.taps]
    }

    /// Drops input that no output needs any more.
    fn forget(&mut self, half: i64) {
        let next = (self.made * self.input / self.output) as i64 - half + 1;
        let gone = usize::try_from(next - self.from)
            .unwrap_or(0)
            .min(self.held.len());
        self.held.drain(..gone);
        self.from += gone as i64;
    }
}

/// The number of taps, and those of all phases: a sinc under a Kaiser window.
fn filter(rate: f64, count: u64) -> (usize, Vec<f32>) {
    let lower = rate.min(f64::from(SAMPLE_RATE));
    // The edge is at 0.4875 of the lower rate, so that nothing under 7.2 kHz is touched.
    let (cutoff, transition) = (0.4875 * lower / rate, 0.075 * lower / rate);
    let wanted = (DAMPING - 8.0) / (2.285 * std::f64::consts::TAU * transition);
    let taps = (wanted / 8.0).ceil() as usize * 8;
    let beta = 0.1102 * (DAMPING - 8.7);
    let half = taps as f64 / 2.0;
    let mut phases = Vec::with_capacity((count as usize + 1) * taps);
    for phase in 0..=count {
        let offset = phase as f64 / count as f64;
        let tap = |index: usize| {
            let at = index as f64 - half + 1.0 - offset;
            let window = bessel(beta * (1.0 - (at / half).powi(2)).max(0.0).sqrt()) / bessel(beta);
            2.0 * cutoff * sinc(2.0 * cutoff * at) * window
        };
        let taps_of_phase: Vec<f64> = (0..taps).map(tap).collect();
        let gain: f64 = taps_of_phase.iter().sum();
        phases.extend(taps_of_phase.iter().map(|tap| (tap / gain) as f32));
    }
    (taps, phases)
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        return 1.0;
    }
    let x = std::f64::consts::PI * x;
    x.sin() / x
}

/// The modified Bessel function of the first kind and order zero.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for index in 1..40 {
        term *= (x / 2.0 / f64::from(index)).powi(2);
        sum += term;
    }
    sum
}

/// Eight sums side by side, which the compiler turns into vector instructions.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, length: usize) -> Vec<f32> {
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        (0..length)
            .map(|at| (step * at as f64).sin() as f32)
            .collect()
    }

    fn resampled(rate: u32, input: &[f32], chunk: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).expect("a usual rate");
        let mut out = Vec::new();
        input
            .chunks(chunk)
            .for_each(|chunk| resampler.push(chunk, &mut out));
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn tones_stay_where_they_are_at_any_rate() {
        for rate in [
            8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 44_099, 48_000, 96_000,
        ] {
            let length = rate as usize * 2;
            let out = resampled(rate, &tone(rate, 1_000.0, length), 1_001);
            assert_eq!(out.len(), 32_000, "{rate}");
            let expected = tone(16_000, 1_000.0, 32_000);
            let worst = (400..31_600)
                .map(|at| (out[at] - expected[at]).abs())
                .fold(0.0, f32::max);
            assert!(worst < 2e-3, "{rate}: {worst}");
        }
    }

    #[test]
    fn what_is_too_high_is_gone() {
        let out = resampled(44_100, &tone(44_100, 9_000.0, 88_200), 4_096);
        let loudest = out[400..31_000]
            .iter()
            .fold(0.0_f32, |most, at| most.max(at.abs()));
        assert!(loudest < 1e-3, "{loudest}");
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        let input = tone(44_100, 440.0, 30_001);
        assert_eq!(
            resampled(44_100, &input, 7),
            resampled(44_100, &input, 30_001)
        );
        assert_eq!(resampled(44_100, &input, 7).len(), 10_885);
        assert!(resampled(44_100, &[], 1).is_empty());
    }

    #[test]
    fn absurd_rates_are_refused() {
        assert!(Resampler::new(0).is_none());
        assert!(Resampler::new(u32::MAX).is_none());
    }
}
