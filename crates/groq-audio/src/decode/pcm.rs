//! Plain samples, with a header or without.

use std::io::Read;

use super::chunks::Layout;
use super::length::{Expected, Tally};
use super::samples::{Coding, Sample};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Pcm;

/// The most channels.
const CHANNELS: std::ops::RangeInclusive<u32> = 1..=64;
/// Frames that are read at a time.
const FRAMES: usize = 4_096;

pub(super) struct Decoder {
    reader: Box<dyn Read + Send>,
    rate: u32,
    /// Bytes of one sample of every channel.
    frame: usize,
    sample: Sample,
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
    pub(super) fn raw(pcm: Pcm) -> Result<Self, Error> {
        let (rate, channels) = (pcm.rate, u32::from(pcm.channels));
        if !RATES.contains(&rate) || !CHANNELS.contains(&channels) {
            let message = format!("{rate} Hz with {channels} channels cannot be read");
            return Err(Error::options(message));
        }
        let sample = Sample {
            coding: Coding::Signed,
            bytes: 2,
            big_endian: false,
        };
        let layout = Layout {
            rate: f64::from(rate),
            channels,
            sample,
            bytes: None,
            low: None,
        };
        Self::new(pcm.reader, &layout)
    }

    /// The samples that follow a header.
    pub(super) fn new(reader: Box<dyn Read + Send>, layout: &Layout) -> Result<Self, Error> {
        // A cast saturates, so that nonsense is out of range.
        let rate = layout.rate.round() as u32;
        if !RATES.contains(&rate) || !CHANNELS.contains(&layout.channels) {
            let message = format!("{rate} Hz with {} channels", layout.channels);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let channels = layout.channels as usize;
        let frame = channels * layout.sample.bytes;
        let seconds = |bytes: u64| (bytes / frame as u64) as f64 / f64::from(rate);
        Ok(Self {
            reader,
            rate,
            frame,
            sample: layout.sample,
            bytes: vec![0; FRAMES * frame],
            planes: vec![Vec::with_capacity(FRAMES); channels],
            mixer: Mixer::without(layout.low),
            tally: Tally::default(),
            expected: layout
                .bytes
                .map(seconds)
                .map_or(Expected::Unknown, Expected::Exactly),
            left: layout.bytes,
        })
    }

    /// The length that the header gives.
    pub(super) fn expected(&self) -> Expected {
        self.expected
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let count = self.fill()?;
        let frames = count / self.frame;
        if frames == 0 {
            return self.tally.check(self.expected).map(|()| None);
        }
        self.tally.decoded += frames as f64 / f64::from(self.rate);
        self.planes.iter_mut().for_each(Vec::clear);
        let whole = &self.bytes[..frames * self.frame];
        self.sample.split(whole, &mut self.planes);
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
