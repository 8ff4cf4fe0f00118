//! All channels as one.

/// How far the mean may be under the loudest channel before that channel is taken instead: 12 dB, in energy.
const CANCELS: f64 = 1.0 / 15.85;
/// How near it must come again: 9 dB.
const RECOVERS: f64 = 1.0 / 7.94;
/// Samples over which energies are remembered, about half a second at usual rates.
const MEMORY: f64 = 20_000.0;

/// Mixes channels into their mean, or takes the loudest where they cancel each other out.
#[derive(Debug, Default)]
pub(crate) struct Mixer {
    /// The channel that is left out: it has no speech.
    low: Option<usize>,
    mean: f64,
    energies: Vec<f64>,
    /// The channel that is taken alone.
    alone: Option<usize>,
}

impl Mixer {
    /// A mixer that leaves one channel out.
    pub(crate) fn without(low: Option<usize>) -> Self {
        Self {
            low,
            ..Self::default()
        }
    }

    /// Mixes `planes`, all of the same length, and appends the result to `out`.
    pub(crate) fn mix(&mut self, planes: &[Vec<f32>], out: &mut Vec<f32>) {
        let from = out.len();
        let low = self.low.filter(|_| planes.len() > 1);
        let mut heard = planes
            .iter()
            .enumerate()
            .filter(|(channel, _)| Some(*channel) != low);
        let Some((_, first)) = heard.next() else {
            return;
        };
        out.extend_from_slice(first);
        let mixed = &mut out[from..];
        let mut count = 1;
        for (_, plane) in heard {
            count += 1;
            mixed
                .iter_mut()
                .zip(plane)
                .for_each(|(sum, sample)| *sum += sample);
        }
        if count == 1 {
            return;
        }
        let share = 1.0 / count as f32;
        mixed.iter_mut().for_each(|sum| *sum *= share);
        self.listen(mixed, planes, low);
        if let Some(plane) = self.alone.and_then(|channel| planes.get(channel)) {
            mixed.copy_from_slice(&plane[..mixed.len()]);
        }
    }

    fn listen(&mut self, mixed: &[f32], planes: &[Vec<f32>], low: Option<usize>) {
        let kept = (-(mixed.len() as f64) / MEMORY).exp();
        self.energies.resize(planes.len(), 0.0);
        self.mean = self.mean * kept + energy(mixed);
        for (sum, plane) in self.energies.iter_mut().zip(planes) {
            *sum = *sum * kept + energy(plane);
        }
        // Of several as loud, the first.
        let loudest = self.energies.iter().enumerate().rev();
        let loudest = loudest.filter(|(channel, _)| Some(*channel) != low);
        let loudest = loudest.max_by(|(_, a), (_, b)| a.total_cmp(b));
        let Some((loudest, &energy)) = loudest else {
            return;
        };
        let limit = if self.alone.is_some() {
            RECOVERS
        } else {
            CANCELS
        };
        self.alone = (self.mean < energy * limit).then_some(self.alone.unwrap_or(loudest));
    }
}

fn energy(samples: &[f32]) -> f64 {
    let mut sums = [0.0_f32; 8];
    for chunk in samples.chunks_exact(8) {
        for lane in 0..8 {
            sums[lane] += chunk[lane] * chunk[lane];
        }
    }
    sums.iter().map(|&sum| f64::from(sum)).sum()
}

#[cfg(test)]
mod tests {
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
    fn what_cancels_falls_back_to_one_channel() {
        assert_eq!(mixed(&[vec![0.5; 16], vec![-0.5; 16]]), [0.5; 16]);
        assert_eq!(mixed(&[vec![0.4; 16], vec![-0.5; 16]]), [-0.5; 16]);
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
}
