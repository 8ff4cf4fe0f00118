//! Opus packets by ropus.

use ropus::OpusMSDecoder;
use symphonia::core::errors::Error as Fault;
use symphonia::core::packet::Packet;

use crate::error::{Error, ErrorKind};

/// It decodes straight to the rate that is wanted.
pub(crate) const RATE: u32 = 16_000;
/// The clock of Opus headers, and of packets in Ogg.
const HEADER_RATE: u64 = 48_000;
/// 120 ms, the longest packet.
const LONGEST: usize = RATE as usize * 120 / 1_000;

pub(crate) struct Decoder {
    inner: OpusMSDecoder,
    channels: usize,
    samples: Vec<i16>,
}

impl Decoder {
    /// A decoder, and how many samples to leave out first, from the header (`OpusHead`).
    pub(crate) fn new(head: &[u8]) -> Result<(Self, u64), Error> {
        let damaged = || Error::new(ErrorKind::Corrupt, "the Opus header is damaged");
        let header = Header::parse(head).ok_or_else(damaged)?;
        let channels = header.mapping.len();
        let inner = OpusMSDecoder::new(
            RATE as i32,
            channels as i32,
            i32::from(header.streams),
            i32::from(header.coupled),
            &header.mapping,
        );
        let mut inner = inner.map_err(|_| damaged())?;
        // A gain that is refused changes only the loudness.
        let _ = inner.set_gain(i32::from(header.gain));
        let skip = (u64::from(header.pre_skip) * u64::from(RATE)).div_ceil(HEADER_RATE);
        let samples = vec![0; LONGEST * channels];
        let decoder = Self {
            inner,
            channels,
            samples,
        };
        Ok((decoder, skip))
    }

    pub(crate) fn decode(
        &mut self,
        packet: &Packet,
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<u32, Fault> {
        if packet.data.is_empty() {
            return Err(Fault::DecodeError("opus: empty packet"));
        }
        let length = i32::try_from(packet.data.len()).unwrap_or(i32::MAX);
        let (data, most) = (Some(&packet.data[..]), LONGEST as i32);
        let decoded = self
            .inner
            .decode(data, length, &mut self.samples, most, false);
        let Some(count) = decoded.ok().and_then(|count| usize::try_from(count).ok()) else {
            return Err(Fault::DecodeError("opus: damaged packet"));
        };
        let surplus = packet.trim_end.get() * u64::from(RATE) / HEADER_RATE;
        let count = count.saturating_sub(surplus as usize);
        planes.resize_with(self.channels, Vec::new);
        for (channel, plane) in planes.iter_mut().enumerate() {
            let of_channel = self.samples.iter().skip(channel).step_by(self.channels);
            plane.clear();
            plane.extend(of_channel.take(count).map(|&it| f32::from(it) / 32_768.0));
        }
        Ok(RATE)
    }

    /// The channel that is for low effects only: the last of six (RFC 7845, section 5.1.1.2).
    pub(crate) fn low(&self) -> Option<usize> {
        (self.channels >= 6).then_some(self.channels - 1)
    }
}

/// What is needed of an `OpusHead` (RFC 7845).
#[derive(Debug, PartialEq)]
struct Header {
    pre_skip: u16,
    gain: i16,
    streams: u8,
    coupled: u8,
    mapping: Vec<u8>,
}

impl Header {
    fn parse(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"OpusHead")?;
        let (fields, table) = head.split_first_chunk::<11>()?;
        let &[version, channels, a, b, _, _, _, _, c, d, family] = fields;
        if version > 15 || channels == 0 {
            return None;
        }
        // In MP4 the same fields are there in the other order of bytes, as version 0.
        let short = match version {
            0 => u16::from_be_bytes,
            _ => u16::from_le_bytes,
        };
        let (streams, coupled, mapping) = match (family, table) {
            // One stream of one or two channels, which it mixes by itself.
            (0, _) => (1, 0, vec![0]),
            (_, &[streams, coupled, ref mapping @ ..]) => {
                let mapping = mapping.get(..usize::from(channels))?;
                (streams, coupled, mapping.to_vec())
            }
            _ => return None,
        };
        Some(Self {
            pre_skip: short([a, b]),
            gain: short([c, d]).cast_signed(),
            streams,
            coupled,
            mapping,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_bytes_are_read() {
        let ogg = Header::parse(b"OpusHead\x01\x02\x38\x01\x80\xBB\0\0\xFE\xFF\0");
        let mp4 = Header::parse(b"OpusHead\0\x02\x01\x38\0\0\xBB\x80\xFF\xFE\0");
        assert_eq!(ogg, mp4);
        let header = ogg.expect("a header");
        assert_eq!((header.pre_skip, header.gain), (312, -2));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Header::parse(b"OpusHead\x01\0\0\0\0\0\0\0\0\0\0").is_none());
        assert!(Header::parse(b"OpusHead\x01\x06\0\0\0\0\0\0\0\0\x01\x04\x02\0").is_none());
        assert!(Header::parse(b"OpusHea").is_none());
        let mapped = b"OpusHead\x01\x01\0\0\0\0\0\0\0\0\x01\x01\0\x09";
        assert!(Decoder::new(mapped).is_err(), "there is no stream 9");
    }
}
