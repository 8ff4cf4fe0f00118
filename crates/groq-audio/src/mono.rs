//! All channels as one, so that nobody who speaks on one of them is lost.

use crate::resample::dot;

/// Samples over which is remembered what channels have in common, about a tenth of a second at usual rates.
const MEMORY: f64 = 4_000.0;
/// How alike a channel and those before it must be, from 0 to 1, to tell whether it is upside down.
const ALIKE: f64 = 0.25;
/// Less than this energy is silence.
const SILENCE: f64 = 1e-12;

/// Adds channels up. One that would cancel those before it is turned over first.
#[derive(Debug, Default)]
pub(crate) struct Mixer {
    /// The channel that is left out: it has no speech.
    low: Option<usize>,
    channels: Vec<Channel>,
    gain: Option<f64>,
    differs: bool,
}

/// What is remembered of a channel.
#[derive(Clone, Debug, Default)]
struct Channel {
    /// How much it is like the sum of those before it, from -1 to 1. How loud both are does not count.
    likeness: Option<f64>,
    is_inverted: bool,
}

impl Channel {
    fn see(&mut self, plane: &[f32], before: &[f32], kept: f64) {
        let energy = energy(plane) * energy(before);
        if energy > SILENCE * SILENCE {
            let now = f64::from(dot(plane, before)) / energy.sqrt();
            let likeness = remembered(&mut self.likeness, now, kept);
            if likeness.abs() > ALIKE {
                self.is_inverted = likeness < 0.0;
            }
        }
    }
}

fn remembered(past: &mut Option<f64>, now: f64, kept: f64) -> f64 {
    *past.insert(past.map_or(now, |past| past * kept + now * (1.0 - kept)))
}

fn energy(samples: &[f32]) -> f64 {
    f64::from(dot(samples, samples))
}

impl Mixer {
    /// A mixer that leaves one channel out.
    pub(crate) fn without(low: Option<usize>) -> Self {
        Self {
            low,
            ..Self::default()
        }
    }

    /// Whether another program may have made something else of the channels.
    pub(crate) fn differs(&self) -> bool {
        self.differs
    }

    /// Mixes `planes`, all of the same length, and appends the result to `out`.
    pub(crate) fn mix(&mut self, planes: &[Vec<f32>], out: &mut Vec<f32>) {
        let low = self.low.filter(|_| planes.len() > 1);
        let from = out.len();
        let length = planes.first().map_or(0, Vec::len);
        out.resize(from + length, 0.0);
        let mixed = &mut out[from..];
        let kept = (-(length as f64) / MEMORY).exp();
        let count = planes.len() - usize::from(low.is_some());
        let mut loudest = 0.0_f64;
        self.channels.resize_with(planes.len(), Channel::default);
        for (number, (plane, channel)) in planes.iter().zip(&mut self.channels).enumerate() {
            if Some(number) == low {
                continue;
            }
            loudest = loudest.max(energy(plane));
            channel.see(plane, mixed, kept);
            let sign = if channel.is_inverted { -1.0 } else { 1.0 };
            let samples = mixed.iter_mut().zip(plane);
            samples.for_each(|(sum, sample)| *sum += sign * sample);
            self.differs |= count > 2 || channel.is_inverted;
        }
        let total = energy(mixed);
        if count == 2 {
            mixed.iter_mut().for_each(|sum| *sum *= 0.5);
        } else if count > 2 && total > SILENCE {
            // As loud as the loudest channel, so that one voice among many channels stays as loud as it is.
            let now = (loudest / total).sqrt().clamp(1.0 / count as f64, 1.0);
            let gain = remembered(&mut self.gain, now, kept) as f32;
            let peaks = mixed.iter().map(|sample| sample.abs());
            let gain = gain.min(1.0 / peaks.fold(1.0, f32::max));
            mixed.iter_mut().for_each(|sum| *sum *= gain);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mixed(planes: &[Vec<f32>]) -> Vec<f32> {
        let mut out = Vec::new();
        Mixer::default().mix(planes, &mut out);
        out
    }

    #[test]
    fn the_mean_is_taken() {
        assert_eq!(mixed(&[vec![0.5; 16], vec![0.1; 16]]), [0.3; 16]);
        assert_eq!(mixed(&[vec![0.5; 16], vec![0.0; 16]]), [0.25; 16]);
        assert_eq!(mixed(&[vec![0.5; 16]]), [0.5; 16]);
        assert!(mixed(&[]).is_empty());
    }

    #[test]
    fn what_cancels_is_turned_over() {
        assert_eq!(mixed(&[vec![0.5; 16], vec![-0.5; 16]]), [0.5; 16]);
        assert_eq!(mixed(&[vec![0.25; 16], vec![-0.5; 16]]), [0.375; 16]);
    }

    #[test]
    fn low_effects_are_left_out() {
        let mut out = Vec::new();
        let planes = [vec![0.5; 16], vec![0.1; 16], vec![-0.9; 16]];
        Mixer::without(Some(2)).mix(&planes, &mut out);
        assert_eq!(out, [0.3; 16]);
        Mixer::without(Some(0)).mix(&planes[..1], &mut out);
        assert_eq!(out[16..], [0.5; 16]);
    }

    #[test]
    fn one_voice_among_six_channels_is_not_lost() {
        let mut planes = vec![vec![0.0; 16]; 6];
        planes[2] = vec![0.5; 16];
        assert_eq!(mixed(&planes), [0.5; 16]);
    }

    /// A voice: noise, which is like no other noise.
    fn voice(seed: u64, length: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..length).map(|_| next()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Each channel is one person's microphone; the others hear them too, some of them upside down.
        #[test]
        fn nobody_is_lost(
            channels in 1_usize..17,
            turns in proptest::collection::vec((0_usize..16, -40.0_f32..0.0), 1..8),
            leaks in proptest::collection::vec(-0.7_f32..0.7, 16),
            block in 500_usize..5_000,
        ) {
            const TURN: usize = 24_000;
            let mut mixer = Mixer::default();
            for (turn, &(speaker, decibels)) in turns.iter().enumerate() {
                let speaker = speaker % channels;
                let level = 10.0_f32.powf(decibels / 20.0);
                let said: Vec<f32> = voice(turn as u64 + 7, TURN).iter().map(|it| it * level).collect();
                let mut out = Vec::new();
                for part in said.chunks(block) {
                    let planes: Vec<Vec<f32>> = (0..channels).map(|channel| {
                        let gain = if channel == speaker { 1.0 } else { leaks[channel] };
                        part.iter().map(|sample| sample * gain).collect()
                    }).collect();
                    mixer.mix(&planes, &mut out);
                }
                prop_assert_eq!(out.len(), TURN);
                // The mixer may need a moment to find out who is upside down.
                let (said, heard) = (&said[TURN / 2..], &out[TURN / 2..]);
                let share = dot(said, heard).abs() / dot(said, said);
                prop_assert!(share > 0.3, "{channels} channels, turn {turn}: {share}");
                prop_assert!(out.iter().all(|sample| sample.abs() <= 1.0));
            }
        }
    }
}
