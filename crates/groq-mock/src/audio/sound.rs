//! Samples, and the time that they take.

/// Sound of one channel.
#[derive(Debug, PartialEq)]
pub(super) struct Sound {
    pub(super) rate: u32,
    pub(super) samples: Vec<f32>,
}

/// The time that a number of samples takes.
pub(super) fn seconds(samples: usize, rate: u32) -> f64 {
    f64::from(u32::try_from(samples).unwrap_or(u32::MAX)) / f64::from(rate.max(1))
}
