//! Samples that need no codec but their own coding, with a header or without.

use std::io::Read;

use super::samples::Units;
use crate::decode::container::chunks::Layout;
use crate::decode::length::{Expected, Tally};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Pcm;

/// The most channels.
const CHANNELS: std::ops::RangeInclusive<u32> = 1..=64;
/// Frames that are read at a time.
const FRAMES: usize = 4_096;

pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    rate: u32,
    units: Units,
    bytes: Vec<u8>,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    tally: Tally,
    expected: Expected,
    /// Bytes that are still to come; none: until the end.
    left: Option<u64>,
}

impl Decoder {
    /// Raw samples of 16 bits.
    pub(crate) fn raw(pcm: Pcm) -> Result<Self, Error> {
        let (rate, channels) = (pcm.rate, u32::from(pcm.channels));
        if !RATES.contains(&rate) || !CHANNELS.contains(&channels) {
            let message = format!("{rate} Hz with {channels} channels cannot be read");
            return Err(Error::invalid(message));
        }
        let layout = Layout {
            rate: f64::from(rate),
            channels,
            units: Units::PCM_16,
            bytes: None,
            low: None,
        };
        Self::new(pcm.reader, &layout)
    }

    /// The samples that follow a header.
    pub(crate) fn new(reader: Box<dyn Read + Send>, layout: &Layout) -> Result<Self, Error> {
        // A cast saturates, so that nonsense is out of range.
        let rate = layout.rate.round() as u32;
        if !RATES.contains(&rate) || !CHANNELS.contains(&layout.channels) {
            let message = format!("{rate} Hz with {} channels", layout.channels);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let (channels, units) = (layout.channels as usize, layout.units);
        let (bytes, frames) = (units.bytes(channels), units.frames());
        let expected = layout.bytes.map_or(Expected::Unknown, |all| {
            let seconds = (all / bytes as u64 * frames as u64) as f64 / f64::from(rate);
            match units {
                Units::Samples(_) => Expected::Exactly(seconds),
                // The last block may be partly filled.
                Units::Blocks(_) => Expected::About(seconds),
            }
        });
        Ok(Self {
            reader,
            rate,
            units,
            bytes: vec![0; (FRAMES / frames).max(1) * bytes],
            planes: vec![Vec::with_capacity(FRAMES.max(frames)); channels],
            mixer: Mixer::without(layout.low),
            tally: Tally::default(),
            expected,
            left: layout.bytes,
        })
    }

    /// The length that the header states.
    pub(crate) fn expected(&self) -> Expected {
        self.expected
    }

    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let count = self.fill()?;
        self.planes.iter_mut().for_each(Vec::clear);
        self.units.split(&self.bytes[..count], &mut self.planes);
        let frames = self.planes.first().map_or(0, Vec::len);
        if frames == 0 {
            return self.tally.check(self.expected).map(|()| None);
        }
        self.tally.decoded += frames as f64 / f64::from(self.rate);
        self.mixer.mix(&self.planes, out);
        Ok(Some(self.rate))
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
