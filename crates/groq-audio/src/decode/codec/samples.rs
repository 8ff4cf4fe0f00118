//! Samples as numbers.

use super::adpcm::Blocks;

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

/// A sample in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) coding: Coding,
    /// How many bytes it takes, 1 to 8.
    pub(crate) bytes: usize,
    pub(crate) big_endian: bool,
}

/// What the samples of a file come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    Samples(Sample),
    Blocks(Blocks),
}

impl Units {
    /// Samples of 16 bits, little-endian.
    pub(crate) const PCM_16: Self = Self::Samples(Sample {
        coding: Coding::Signed,
        bytes: 2,
        big_endian: false,
    });

    /// The bytes of a frame, or of a block.
    pub(crate) fn bytes(self, channels: usize) -> usize {
        match self {
            Self::Samples(sample) => channels * sample.bytes,
            Self::Blocks(blocks) => blocks.bytes,
        }
    }

    /// How many frames it holds.
    pub(crate) fn frames(self) -> usize {
        match self {
            Self::Samples(_) => 1,
            Self::Blocks(blocks) => blocks.frames(),
        }
    }

    /// Appends samples to the channels' planes. What is less than a frame at the end is left out.
    pub(crate) fn split(self, bytes: &[u8], planes: &mut [Vec<f32>]) {
        match self {
            Self::Samples(sample) => {
                let part = bytes.len() % self.bytes(planes.len());
                sample.split(&bytes[..bytes.len() - part], planes);
            }
            Self::Blocks(blocks) => blocks.split(bytes, planes),
        }
    }
}

impl Sample {
    /// None for what no file has.
    pub(crate) fn new(coding: Coding, bytes: usize, big_endian: bool) -> Option<Self> {
        let known = match coding {
            Coding::Unsigned8 | Coding::ALaw | Coding::MuLaw => bytes == 1,
            Coding::Signed => (1..=4).contains(&bytes),
            Coding::Float => bytes == 4 || bytes == 8,
        };
        known.then_some(Self {
            coding,
            bytes,
            big_endian,
        })
    }

    /// Appends the samples of interleaved channels to their planes.
    pub(crate) fn split(self, frames: &[u8], planes: &mut [Vec<f32>]) {
        match (self.coding, self.bytes) {
            (Coding::Unsigned8, _) => {
                split(frames, planes, |[byte]| (f32::from(byte) - 128.0) / 128.0);
            }
            (Coding::ALaw, _) => split(frames, planes, |[byte]| a_law(byte)),
            (Coding::MuLaw, _) => split(frames, planes, |[byte]| mu_law(byte)),
            (Coding::Signed, 1) => self.signed::<1>(frames, planes),
            (Coding::Signed, 2) => self.signed::<2>(frames, planes),
            (Coding::Signed, 3) => self.signed::<3>(frames, planes),
            (Coding::Signed, _) => self.signed::<4>(frames, planes),
            (Coding::Float, 4) if self.big_endian => {
                split(frames, planes, |bytes| tame(f32::from_be_bytes(bytes)));
            }
            (Coding::Float, 4) => split(frames, planes, |bytes| tame(f32::from_le_bytes(bytes))),
            (Coding::Float, _) if self.big_endian => {
                split(frames, planes, |bytes| {
                    tame(f64::from_be_bytes(bytes) as f32)
                });
            }
            (Coding::Float, _) => {
                split(frames, planes, |bytes| {
                    tame(f64::from_le_bytes(bytes) as f32)
                });
            }
        }
    }

    fn signed<const BYTES: usize>(self, frames: &[u8], planes: &mut [Vec<f32>]) {
        let scale = 1.0 / (1_u64 << 31) as f32;
        // The bytes become the upper ones of 32 bits.
        if self.big_endian {
            split(frames, planes, |bytes: [u8; BYTES]| {
                let mut whole = [0; 4];
                whole[..BYTES].copy_from_slice(&bytes);
                i32::from_be_bytes(whole) as f32 * scale
            });
        } else {
            split(frames, planes, |bytes: [u8; BYTES]| {
                let mut whole = [0; 4];
                whole[4 - BYTES..].copy_from_slice(&bytes);
                i32::from_le_bytes(whole) as f32 * scale
            });
        }
    }
}

fn split<const BYTES: usize>(
    frames: &[u8],
    planes: &mut [Vec<f32>],
    number: impl Fn([u8; BYTES]) -> f32,
) {
    let (samples, _) = frames.as_chunks::<BYTES>();
    let channels = planes.len();
    for (channel, plane) in planes.iter_mut().enumerate() {
        let of_channel = samples.iter().skip(channel).step_by(channels);
        plane.extend(of_channel.map(|&bytes| number(bytes)));
    }
}

/// One sample that is no number, or absurdly large, would spoil its whole neighborhood in the filter.
pub(crate) fn tame(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-8.0, 8.0)
    } else {
        0.0
    }
}

/// ITU-T G.711: a sign, three bits of exponent, four of mantissa, every second bit turned over.
fn a_law(byte: u8) -> f32 {
    let code = byte ^ 0x55;
    let (exponent, mantissa) = (code >> 4 & 7, i32::from(code & 15));
    let size = match exponent {
        0 => mantissa << 4 | 8,
        exponent => (mantissa << 4 | 0x108) << (exponent - 1),
    };
    let sign = if code & 0x80 == 0 { -1.0 } else { 1.0 };
    sign * size as f32 / 32_768.0
}

/// ITU-T G.711, with all bits turned over.
fn mu_law(byte: u8) -> f32 {
    let code = !byte;
    let (exponent, mantissa) = (code >> 4 & 7, i32::from(code & 15));
    let size = ((mantissa << 3 | 0x84) << exponent) - 0x84;
    let sign = if code & 0x80 == 0 { 1.0 } else { -1.0 };
    sign * size as f32 / 32_768.0
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the results are exact")]
mod tests {
    use super::*;

    fn one(coding: Coding, big_endian: bool, bytes: &[u8]) -> f32 {
        let sample = Sample::new(coding, bytes.len(), big_endian).expect("known");
        let mut planes = [Vec::new()];
        sample.split(bytes, &mut planes);
        planes[0][0]
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

    #[test]
    fn channels_are_parted() {
        let sample = Sample::new(Coding::Signed, 2, false).expect("known");
        let mut planes = [Vec::new(), Vec::new()];
        sample.split(&[0, 0x40, 0, 0xC0, 0, 0x20, 0, 0xE0], &mut planes);
        assert_eq!(planes, [vec![0.5, 0.25], vec![-0.5, -0.25]]);
        assert!(Sample::new(Coding::Signed, 5, false).is_none());
    }
}
