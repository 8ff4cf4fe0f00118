//! Opus packets by ropus.

use ropus::{Channels, DecodeMode, Decoder as Inner, OpusMSDecoder};
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
    inner: Streams,
}

enum Streams {
    /// One or two channels, which it mixes by itself.
    One {
        inner: Box<Inner>,
        samples: Vec<f32>,
    },
    /// Several streams in a packet.
    Many {
        inner: Box<OpusMSDecoder>,
        samples: Vec<i16>,
        channels: usize,
    },
}

impl Decoder {
    /// A decoder, and how many samples to leave out first, from the header (`OpusHead`).
    pub(crate) fn new(head: &[u8]) -> Result<(Self, u64), Error> {
        let header = Header::parse(head)
            .ok_or_else(|| Error::new(ErrorKind::Corrupt, "the Opus header is damaged"))?;
        let inner = match &header.layout {
            None => one(&header)?,
            Some(layout) => many(&header, layout)?,
        };
        let skip = (u64::from(header.pre_skip) * u64::from(RATE)).div_ceil(HEADER_RATE);
        Ok((Self { inner }, skip))
    }

    pub(crate) fn decode(
        &mut self,
        packet: &Packet,
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<u32, Fault> {
        if packet.data.is_empty() {
            return Err(Fault::DecodeError("opus: empty packet"));
        }
        let damaged = Fault::DecodeError("opus: damaged packet");
        match &mut self.inner {
            Streams::One { inner, samples } => {
                let decoded = inner.decode_float(&packet.data, samples, DecodeMode::Normal);
                let Ok(count) = decoded else {
                    return Err(damaged);
                };
                planes.resize_with(1, Vec::new);
                planes[0].clear();
                planes[0].extend_from_slice(&samples[..count.min(LONGEST)]);
            }
            Streams::Many {
                inner,
                samples,
                channels,
            } => {
                let length = i32::try_from(packet.data.len()).unwrap_or(i32::MAX);
                let decoded =
                    inner.decode(Some(&packet.data), length, samples, LONGEST as i32, false);
                let count = decoded.ok().and_then(|count| usize::try_from(count).ok());
                let Some(count) = count else {
                    return Err(damaged);
                };
                planes.resize_with(*channels, Vec::new);
                for (channel, plane) in planes.iter_mut().enumerate() {
                    let of_channel = samples.iter().skip(channel).step_by(*channels);
                    plane.clear();
                    plane.extend(of_channel.take(count).map(|&it| f32::from(it) / 32_768.0));
                }
            }
        }
        let surplus = packet.trim_end.get() * u64::from(RATE) / HEADER_RATE;
        for plane in planes {
            plane.truncate(plane.len().saturating_sub(surplus as usize));
        }
        Ok(RATE)
    }

    /// The channel that is for low effects only: the last of six (RFC 7845, section 5.1.1.2).
    pub(crate) fn low(&self) -> Option<usize> {
        match &self.inner {
            Streams::Many { channels, .. } => (*channels >= 6).then_some(channels - 1),
            Streams::One { .. } => None,
        }
    }
}

fn one(header: &Header) -> Result<Streams, Error> {
    let mut inner = Inner::new(RATE, Channels::Mono)
        .map_err(|_| Error::new(ErrorKind::Internal, "the Opus decoder cannot be made"))?;
    // A gain that is refused changes only the loudness.
    let _ = inner.set_gain(i32::from(header.gain));
    let inner = Box::new(inner);
    let samples = vec![0.0; LONGEST];
    Ok(Streams::One { inner, samples })
}

fn many(header: &Header, layout: &Layout) -> Result<Streams, Error> {
    let channels = layout.mapping.len();
    let inner = OpusMSDecoder::new(
        RATE as i32,
        channels as i32,
        i32::from(layout.streams),
        i32::from(layout.coupled),
        &layout.mapping,
    );
    let Ok(mut inner) = inner else {
        return Err(Error::new(ErrorKind::Corrupt, "the Opus header is damaged"));
    };
    let _ = inner.set_gain(i32::from(header.gain));
    let inner = Box::new(inner);
    let samples = vec![0; LONGEST * channels];
    Ok(Streams::Many {
        inner,
        samples,
        channels,
    })
}

/// What is needed of an `OpusHead` (RFC 7845).
#[derive(Debug, PartialEq)]
struct Header {
    pre_skip: u16,
    gain: i16,
    /// None for one stream of one or two channels.
    layout: Option<Layout>,
}

#[derive(Debug, PartialEq)]
struct Layout {
    streams: u8,
    coupled: u8,
    mapping: Vec<u8>,
}

impl Header {
    fn parse(head: &[u8]) -> Option<Self> {
        let head = head.strip_prefix(b"OpusHead")?;
        let &[
            version,
            channels,
            a,
            b,
            _,
            _,
            _,
            _,
            c,
            d,
            family,
            ref table @ ..,
        ] = head
        else {
            return None;
        };
        if version > 15 || channels == 0 {
            return None;
        }
        // In MP4 the same fields are there in the other order of bytes, as version 0.
        let short = match version {
            0 => u16::from_be_bytes,
            _ => u16::from_le_bytes,
        };
        let layout = match family {
            0 => None,
            _ => {
                let &[streams, coupled, ref mapping @ ..] = table else {
                    return None;
                };
                let mapping = mapping.get(..usize::from(channels))?.to_vec();
                Some(Layout {
                    streams,
                    coupled,
                    mapping,
                })
            }
        };
        Some(Self {
            pre_skip: short([a, b]),
            gain: short([c, d]).cast_signed(),
            layout,
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
