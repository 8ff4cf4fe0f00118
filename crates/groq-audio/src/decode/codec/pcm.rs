//! Samples that need no codec but their own coding, with a header or without.

use std::io::Read;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::PcmDecoder;

use super::adpcm::Blocks;
use crate::decode::container::chunks::Layout;
use crate::decode::decoder::Decode;
use crate::decode::faults::decode_error;
use crate::decode::length::{Expected, Tally};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Pcm;

/// The most channels.
const CHANNELS: std::ops::RangeInclusive<u32> = 1..=64;
/// Frames that are read at a time.
const FRAMES: usize = 4_096;

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Eight bits around 128.
    Unsigned8,
    Signed,
    Float,
    ALaw,
    MuLaw,
}

/// What the samples of a file come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    Samples { codec: AudioCodecId, bytes: usize },
    Blocks(Blocks),
}

impl Units {
    /// Samples of 16 bits, little-endian.
    pub(crate) const PCM_16: Self = Self::Samples {
        codec: id::CODEC_ID_PCM_S16LE,
        bytes: 2,
    };

    /// Samples of `bytes` bytes each; none for what no file has.
    pub(crate) fn samples(coding: Coding, bytes: usize, big_endian: bool) -> Option<Self> {
        let codec = match (coding, bytes, big_endian) {
            (Coding::Unsigned8, 1, _) => id::CODEC_ID_PCM_U8,
            (Coding::ALaw, 1, _) => id::CODEC_ID_PCM_ALAW,
            (Coding::MuLaw, 1, _) => id::CODEC_ID_PCM_MULAW,
            (Coding::Signed, 1, _) => id::CODEC_ID_PCM_S8,
            (Coding::Signed, 2, false) => id::CODEC_ID_PCM_S16LE,
            (Coding::Signed, 2, true) => id::CODEC_ID_PCM_S16BE,
            (Coding::Signed, 3, false) => id::CODEC_ID_PCM_S24LE,
            (Coding::Signed, 3, true) => id::CODEC_ID_PCM_S24BE,
            (Coding::Signed, 4, false) => id::CODEC_ID_PCM_S32LE,
            (Coding::Signed, 4, true) => id::CODEC_ID_PCM_S32BE,
            (Coding::Float, 4, false) => id::CODEC_ID_PCM_F32LE,
            (Coding::Float, 4, true) => id::CODEC_ID_PCM_F32BE,
            (Coding::Float, 8, false) => id::CODEC_ID_PCM_F64LE,
            (Coding::Float, 8, true) => id::CODEC_ID_PCM_F64BE,
            _ => return None,
        };
        Some(Self::Samples { codec, bytes })
    }

    /// The bytes of a frame or a block, and how many frames it holds.
    pub(crate) fn size(self, channels: usize) -> (usize, usize) {
        match self {
            Self::Samples { bytes, .. } => (channels * bytes, 1),
            Self::Blocks(blocks) => (blocks.bytes, blocks.frames()),
        }
    }
}

pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    rate: u32,
    codec: Codec,
    bytes: Vec<u8>,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    tally: Tally,
    expected: Expected,
    /// Bytes that are still to come; none: until the end.
    left: Option<u64>,
}

enum Codec {
    Samples(Box<PcmDecoder>),
    Blocks(Blocks),
}

impl Decoder {
    /// Raw samples of 16 bits.
    pub(crate) fn raw(pcm: Pcm) -> Result<Self, Error> {
        let layout = Layout {
            rate: f64::from(pcm.rate),
            channels: u32::from(pcm.channels),
            ..Layout::new(Units::PCM_16)
        };
        Self::new(pcm.reader, &layout).map_err(|error| Error::invalid(error.to_string()))
    }

    /// The samples that follow a header.
    pub(crate) fn new(reader: Box<dyn Read + Send>, layout: &Layout) -> Result<Self, Error> {
        // A cast saturates, so that nonsense is out of range.
        let rate = layout.rate.round() as u32;
        if !RATES.contains(&rate) || !CHANNELS.contains(&layout.channels) {
            let message = format!("{rate} Hz with {} channels", layout.channels);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let channels = layout.channels as usize;
        let (bytes, frames) = layout.units.size(channels);
        let seconds = |all| (all / bytes as u64 * frames as u64) as f64 / f64::from(rate);
        let seconds = layout.bytes.map(seconds);
        let (codec, expected) = match layout.units {
            Units::Samples { codec, .. } => {
                let mut parameters = AudioCodecParameters::new();
                parameters.for_codec(codec).with_sample_rate(rate);
                parameters.with_channels(Channels::Discrete(channels as u16));
                let decoder = PcmDecoder::try_new(&parameters, &AudioDecoderOptions::default());
                let decoder = Box::new(decoder.map_err(decode_error)?);
                (Codec::Samples(decoder), seconds.map(Expected::Exactly))
            }
            // The last block may be partly filled.
            Units::Blocks(blocks) => (Codec::Blocks(blocks), seconds.map(Expected::About)),
        };
        Ok(Self {
            reader,
            rate,
            codec,
            bytes: vec![0; (FRAMES / frames).max(1) * bytes],
            planes: vec![Vec::new(); channels],
            mixer: Mixer::without(layout.low),
            tally: Tally::default(),
            expected: expected.unwrap_or_default(),
            left: layout.bytes,
        })
    }

    /// The length that the header states.
    pub(crate) fn expected(&self) -> Expected {
        self.expected
    }

    fn fill(&mut self) -> Result<usize, Error> {
        let most = self.left.unwrap_or(u64::MAX).min(self.bytes.len() as u64);
        let mut filled = 0;
        while filled < most as usize {
            match self.reader.read(&mut self.bytes[filled..most as usize]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Error::io("read samples", cause)),
            }
        }
        self.left = self.left.map(|left| left - filled as u64);
        Ok(filled)
    }
}

impl Decode for Decoder {
    fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let count = self.fill()?;
        match &mut self.codec {
            // What is less than a frame at the end is left out.
            Codec::Samples(decoder) => {
                let bytes = &self.bytes[..count];
                let packet = Packet::new(0, Timestamp::new(0), Duration::ZERO, bytes.to_vec());
                let buffer = decoder.decode(&packet).map_err(decode_error)?;
                buffer.copy_to_vecs_planar(&mut self.planes);
                let samples = self.planes.iter_mut().flatten();
                samples.for_each(|sample| *sample = tame(*sample));
            }
            Codec::Blocks(blocks) => {
                self.planes.iter_mut().for_each(Vec::clear);
                blocks.split(&self.bytes[..count], &mut self.planes);
            }
        }
        let frames = self.planes.first().map_or(0, Vec::len);
        if frames == 0 {
            return self.tally.check(self.expected).map(|()| None);
        }
        self.tally.decoded += frames as f64 / f64::from(self.rate);
        self.mixer.mix(&self.planes, out);
        Ok(Some(self.rate))
    }

    fn differs(&self) -> bool {
        self.mixer.differs()
    }
}

/// One sample that is no number, or absurdly large, would spoil its whole neighborhood in the filter.
fn tame(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-8.0, 8.0)
    } else {
        0.0
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    fn one(coding: Coding, big_endian: bool, bytes: &[u8]) -> f32 {
        let units = Units::samples(coding, bytes.len(), big_endian).expect("known");
        let layout = Layout {
            rate: 16_000.0,
            ..Layout::new(units)
        };
        let reader = Box::new(std::io::Cursor::new(bytes.to_vec()));
        let mut decoder = Decoder::new(reader, &layout).expect("known");
        let mut out = Vec::new();
        assert_eq!(decoder.next(&mut out).expect("a sample"), Some(16_000));
        out[0]
    }

    #[test]
    fn half_of_full_scale_in_every_coding() {
        assert_eq!(one(Coding::Unsigned8, false, &[0xC0]), 0.5);
        assert_eq!(one(Coding::Signed, true, &[0x40]), 0.5);
        assert_eq!(one(Coding::Signed, false, &[0, 0x40]), 0.5);
        assert_eq!(one(Coding::Signed, true, &[0x40, 0]), 0.5);
        assert_eq!(one(Coding::Signed, false, &[0, 0, 0xC0]), -0.5);
        assert_eq!(one(Coding::Signed, true, &[0xC0, 0, 0, 0]), -0.5);
        assert_eq!(one(Coding::Float, false, &0.5_f32.to_le_bytes()), 0.5);
        assert_eq!(one(Coding::Float, true, &0.5_f64.to_be_bytes()), 0.5);
        assert!(Units::samples(Coding::Signed, 5, false).is_none());
    }

    #[test]
    fn telephone_codes_have_their_extremes() {
        // Values of the tables in G.711, scaled to 16 bits.
        assert_eq!(one(Coding::MuLaw, false, &[0xFF]), 0.0);
        assert_eq!(one(Coding::MuLaw, false, &[0x80]), 32_124.0 / 32_768.0);
        assert_eq!(one(Coding::MuLaw, false, &[0x00]), -32_124.0 / 32_768.0);
        assert_eq!(one(Coding::ALaw, false, &[0xD5]), 8.0 / 32_768.0);
        assert_eq!(one(Coding::ALaw, false, &[0xAA]), 32_256.0 / 32_768.0);
        assert_eq!(one(Coding::ALaw, false, &[0x2A]), -32_256.0 / 32_768.0);
    }

    #[test]
    fn what_is_no_number_is_silence() {
        assert_eq!(one(Coding::Float, false, &f32::NAN.to_le_bytes()), 0.0);
        assert_eq!(one(Coding::Float, true, &f64::INFINITY.to_be_bytes()), 0.0);
        assert_eq!(one(Coding::Float, false, &1e30_f32.to_le_bytes()), 8.0);
    }
}
