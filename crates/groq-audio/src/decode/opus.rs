//! Opus packets by ropus.

use ropus::{Channels, DecodeMode, Decoder as Inner};
use symphonia::core::errors::Error as Fault;

use crate::error::{Error, ErrorKind};

/// It decodes straight to the rate that is wanted.
pub(super) const RATE: u32 = 16_000;
/// The clock of Opus headers.
const HEADER_RATE: u64 = 48_000;
/// 120 ms, the longest packet.
const LONGEST: usize = RATE as usize * 120 / 1_000;

pub(super) struct Decoder {
    inner: Inner,
    samples: Vec<f32>,
}

impl Decoder {
    /// A decoder, and how many samples to leave out first, from the header (`OpusHead`).
    pub(super) fn new(head: &[u8]) -> Result<(Self, u64), Error> {
        let header = Header::parse(head)
            .ok_or_else(|| Error::new(ErrorKind::Corrupt, "the Opus header is damaged"))?;
        if header.family != 0 {
            let message = "Opus with more than two channels cannot be decoded here";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let mut inner = Inner::new(RATE, Channels::Mono)
            .map_err(|_| Error::new(ErrorKind::Internal, "the Opus decoder cannot be made"))?;
        // A gain that is refused changes only the loudness.
        let _ = inner.set_gain(i32::from(header.gain));
        let skip = (u64::from(header.pre_skip) * u64::from(RATE)).div_ceil(HEADER_RATE);
        let samples = vec![0.0; LONGEST];
        Ok((Self { inner, samples }, skip))
    }

    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<u32, Fault> {
        planes.resize_with(1, Vec::new);
        planes[0].clear();
        if packet.is_empty() {
            return Err(Fault::DecodeError("opus: empty packet"));
        }
        let decoded = self
            .inner
            .decode_float(packet, &mut self.samples, DecodeMode::Normal);
        let count = decoded.map_err(|_| Fault::DecodeError("opus: damaged packet"))?;
        planes[0].extend_from_slice(&self.samples[..count.min(LONGEST)]);
        Ok(RATE)
    }
}

/// What is needed of an `OpusHead` (RFC 7845).
struct Header {
    pre_skip: u16,
    gain: i16,
    family: u8,
}

impl Header {
    fn parse(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"OpusHead")?;
        let [version, channels, a, b, _, _, _, _, c, d, family, ..] = *head else {
            return None;
        };
        if version > 15 || channels == 0 {
            return None;
        }
        Some(Self {
            pre_skip: u16::from_le_bytes([a, b]),
            gain: i16::from_le_bytes([c, d]),
            family,
        })
    }
}
