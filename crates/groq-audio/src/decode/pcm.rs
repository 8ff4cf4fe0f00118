//! Raw samples.

use std::io::Read;

use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Pcm;

/// The most channels.
const CHANNELS: std::ops::RangeInclusive<u16> = 1..=64;
/// Frames that are read at a time.
const FRAMES: usize = 4_096;

/// Reads 16-bit samples, little-endian, channels interleaved.
pub(super) struct Decoder {
    reader: Box<dyn Read + Send>,
    rate: u32,
    channels: usize,
    bytes: Vec<u8>,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    any: bool,
}

impl Decoder {
    pub(super) fn new(pcm: Pcm) -> Result<Self, Error> {
        if !RATES.contains(&pcm.rate) || !CHANNELS.contains(&pcm.channels) {
            let (rate, channels) = (pcm.rate, pcm.channels);
            return Err(Error::options(format!(
                "{rate} Hz with {channels} channels cannot be read"
            )));
        }
        let channels = usize::from(pcm.channels);
        Ok(Self {
            reader: pcm.reader,
            rate: pcm.rate,
            channels,
            bytes: vec![0; FRAMES * channels * 2],
            planes: vec![Vec::with_capacity(FRAMES); channels],
            mixer: Mixer::default(),
            any: false,
        })
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        let count = self.fill()?;
        let frames = count / (2 * self.channels);
        if frames == 0 {
            return match self.any {
                true => Ok(None),
                false => Err(Error::new(ErrorKind::Corrupt, "the audio is empty")),
            };
        }
        self.any = true;
        self.planes.iter_mut().for_each(Vec::clear);
        for frame in self.bytes[..count].chunks_exact(2 * self.channels) {
            for (plane, sample) in self.planes.iter_mut().zip(frame.chunks_exact(2)) {
                plane.push(f32::from(i16::from_le_bytes([sample[0], sample[1]])) / 32_768.0);
            }
        }
        self.mixer.mix(&self.planes, out);
        Ok(Some(self.rate))
    }

    fn fill(&mut self) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < self.bytes.len() {
            match self.reader.read(&mut self.bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Error::io("read samples", cause)),
            }
        }
        Ok(filled)
    }
}
