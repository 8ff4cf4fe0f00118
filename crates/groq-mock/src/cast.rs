//! Casts between numbers that cannot go wrong here.

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of tokens are far below 2^52"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "samples and vectors have single precision"
)]
pub(crate) fn single(x: f64) -> f32 {
    x as f32
}

/// The nearest whole number; 0 for one below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, as it should"
)]
pub(crate) fn rounded(number: f64) -> usize {
    number.round() as usize
}
