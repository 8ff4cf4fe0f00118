//! Samples at 16 kHz as FLAC or WAV, written as they come.

mod bits;
mod fixed;
mod flac;
mod rice;

use crate::wav;
use flac::FlacEncoder;

/// How pieces are encoded.
///
/// ```
/// assert_eq!(groq_audio::Encoding::default(), groq_audio::Encoding::Flac);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// FLAC: lossless, and half the size or less.
    #[default]
    Flac,
    /// WAV: larger, and a little less work for the service.
    Wav,
}

impl Encoding {
    /// The extension that the service goes by.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Flac => "flac",
            Self::Wav => "wav",
        }
    }

    /// The bytes at the beginning that are known only at the end.
    pub(crate) fn header_len(self) -> usize {
        match self {
            Self::Flac => flac::HEADER_LEN,
            Self::Wav => wav::HEADER_LEN,
        }
    }
}

/// Encodes one piece. It holds at most a quarter of a second.
pub(crate) enum Encoder {
    Flac(FlacEncoder),
    Wav { samples: u64 },
}

impl Encoder {
    pub(crate) fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Flac => Self::Flac(FlacEncoder::new()),
            Encoding::Wav => Self::Wav { samples: 0 },
        }
    }

    /// Encodes samples, and appends the bytes that are ready to `out`.
    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        match self {
            Self::Flac(encoder) => encoder.push(samples, out),
            Self::Wav { samples: count } => {
                *count += samples.len() as u64;
                out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            }
        }
    }

    /// Appends the rest to `out`, and returns the header, which goes before everything.
    pub(crate) fn finish(self, out: &mut Vec<u8>) -> Vec<u8> {
        match self {
            Self::Flac(encoder) => encoder.finish(out),
            Self::Wav { samples } => wav::header(crate::SAMPLE_RATE, 1, samples * 2).to_vec(),
        }
    }
}
