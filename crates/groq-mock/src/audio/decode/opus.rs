//! Opus packets, by ropus.

use ropus::{Channels, DecodeMode, Decoder as Inner};
use symphonia::core::errors::Error;

/// The rate that is decoded to.
pub(super) const RATE: u32 = 16_000;
/// Samples of the longest packet, 120 ms.
const LONGEST: usize = 1_920;
/// Samples at the rate of Opus headers for each one here.
const HEADER_STEP: u16 = 3;

pub(super) struct Decoder {
    inner: Inner,
    samples: Vec<f32>,
}

impl Decoder {
    /// A decoder, and how many samples to leave out first; `None` where the header (RFC 7845, section 5.1)
    /// is damaged or has more than two channels.
    pub(super) fn new(header: &[u8]) -> Option<(Self, usize)> {
        let [_, 1..=2, skip_low, skip_high, .., 0] =
            *header.strip_prefix(b"OpusHead")?.get(..11)?
        else {
            return None;
        };
        let skip = u16::from_le_bytes([skip_low, skip_high]).div_ceil(HEADER_STEP);
        let inner = Inner::new(RATE, Channels::Mono).ok()?;
        let samples = vec![0.0; LONGEST];
        Some((Self { inner, samples }, skip.into()))
    }

    /// Adds the samples of a packet, channels mixed.
    pub(super) fn decode(&mut self, packet: &[u8], out: &mut Vec<f32>) -> Result<(), Error> {
        let decoded = self
            .inner
            .decode_float(packet, &mut self.samples, DecodeMode::Normal);
        let count = decoded.map_err(|_| Error::DecodeError("opus: damaged packet"))?;
        out.extend_from_slice(&self.samples[..count.min(LONGEST)]);
        Ok(())
    }
}
