//! What counts as quiet in this recording, here.

use std::collections::VecDeque;

use crate::clock::HOPS_PER_SECOND;
use crate::levels::{decibels, step};

/// How far back it looks, in hops: ten minutes.
const MEMORY: usize = 600 * HOPS_PER_SECOND;

/// The levels of the last ten minutes, counted, so that any percentile is a walk over 201 bins.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    recent: VecDeque<u8>,
    counts: [u32; 201],
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            recent: VecDeque::new(),
            counts: [0; 201],
        }
    }
}

impl Floor {
    pub(super) fn push(&mut self, step: u8) {
        if self.recent.len() == MEMORY
            && let Some(old) = self.recent.pop_front()
        {
            self.counts[usize::from(old)] -= 1;
        }
        self.recent.push_back(step);
        self.counts[usize::from(step)] += 1;
    }

    /// The level at and under which it is quiet: 9 dB over the quietest twentieth, but well under what is loud.
    pub(super) fn threshold(&self) -> f32 {
        let floor = self.percentile(0.05);
        let loud = self.percentile(0.9);
        (floor + 9.0).min(loud - 12.0)
    }

    pub(super) fn threshold_step(&self) -> u8 {
        step(self.threshold())
    }

    /// The level that this share of the hops does not exceed.
    fn percentile(&self, share: f64) -> f32 {
        let wanted = (self.recent.len() as f64 * share) as u32;
        let mut seen = 0;
        for (level, count) in self.counts.iter().enumerate().rev() {
            seen += count;
            if seen > wanted {
                return decibels(level as u8);
            }
        }
        decibels(200)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_quiet_and_speech_is_not() {
        let mut floor = Floor::default();
        for hop in 0..10_000 {
            floor.push(step(if hop % 10 == 0 { -70.0 } else { -20.0 }));
        }
        assert!((floor.threshold() - -61.0).abs() < 0.01);
    }

    #[test]
    fn unbroken_speech_has_nothing_quiet() {
        let mut floor = Floor::default();
        (0..10_000).for_each(|_| floor.push(step(-20.0)));
        assert!(floor.threshold() < -30.0);
    }

    #[test]
    fn it_forgets_after_ten_minutes() {
        let mut floor = Floor::default();
        (0..MEMORY).for_each(|_| floor.push(200));
        (0..MEMORY).for_each(|_| floor.push(step(-30.0)));
        assert!(floor.threshold() > -43.0);
        assert_eq!(floor.recent.len(), MEMORY);
    }
}
