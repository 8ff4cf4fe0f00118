//! WAV: sixteen bits and one channel out, what is usual in.

use super::recognize::Recognizer;
use super::sound::Sound;
use crate::cast::single;

/// Frames that are mixed at a time.
const FRAMES: usize = 4096;

pub(super) fn write(sound: &Sound) -> Vec<u8> {
    let length = u32::try_from(sound.samples.len().saturating_mul(2)).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(44 + sound.samples.len() * 2);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&length.saturating_add(36).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16_u32.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&sound.rate.to_le_bytes());
    bytes.extend_from_slice(&(sound.rate * 2).to_le_bytes());
    bytes.extend_from_slice(&2_u16.to_le_bytes());
    bytes.extend_from_slice(&16_u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&length.to_le_bytes());
    for sample in &sound.samples {
        bytes.extend_from_slice(&sixteen_bits(*sample).to_le_bytes());
    }
    bytes
}

#[expect(clippy::cast_possible_truncation, reason = "it is clamped before")]
fn sixteen_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0) as i16
}

/// How samples are written.
#[derive(Clone, Copy)]
struct Format {
    float: bool,
    channels: usize,
    rate: u32,
    /// Bytes of one sample of one channel.
    width: usize,
}

/// Recognizes a WAV file, channels mixed; `None` where it is none that this reads.
pub(super) fn read(bytes: &[u8], recognizer: &mut Recognizer) -> Option<()> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut format = None;
    let mut rest = bytes.get(12..)?;
    loop {
        let name = rest.get(..4)?;
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        let content = &rest[8..];
        // A length that was not known when the head was written runs to the end.
        let content = &content[..length.min(content.len())];
        match name {
            b"fmt " => format = Some(self::format(content)?),
            b"data" => {
                recognize(content, format?, recognizer);
                return Some(());
            }
            _ => {}
        }
        rest = rest.get(8_usize.checked_add(length)?.checked_add(length % 2)?..)?;
    }
}

fn format(chunk: &[u8]) -> Option<Format> {
    let short = |at: usize| Some(u16::from_le_bytes(chunk.get(at..at + 2)?.try_into().ok()?));
    // The extensible form has the kind further on.
    let kind = match short(0)? {
        0xFFFE => short(24)?,
        kind => kind,
    };
    let format = Format {
        float: kind == 3,
        channels: usize::from(short(2)?),
        rate: u32::from_le_bytes(chunk.get(4..8)?.try_into().ok()?),
        width: usize::from(short(14)? / 8),
    };
    let is_known = match kind {
        1 => (1..=4).contains(&format.width),
        3 => matches!(format.width, 4 | 8),
        _ => false,
    };
    let is_usual = (1..=16).contains(&format.channels) && (1_000..=384_000).contains(&format.rate);
    (is_known && is_usual).then_some(format)
}

fn recognize(data: &[u8], format: Format, recognizer: &mut Recognizer) {
    let share = 1.0 / f32::from(u8::try_from(format.channels).unwrap_or(1));
    let mixed = |frame: &[u8]| {
        let samples = frame.chunks_exact(format.width);
        samples
            .map(|bytes| sample(bytes, format.float))
            .sum::<f32>()
            * share
    };
    let frame = format.width * format.channels;
    let mut samples = Vec::with_capacity(FRAMES);
    for piece in data.chunks(frame * FRAMES) {
        samples.clear();
        samples.extend(piece.chunks_exact(frame).map(mixed));
        recognizer.push(format.rate, &samples);
    }
}

fn sample(bytes: &[u8], float: bool) -> f32 {
    let sample = match *bytes {
        [a] => (f32::from(a) - 128.0) / 128.0,
        [a, b, c, d] if float => f32::from_le_bytes([a, b, c, d]),
        _ if float => {
            <[u8; 8]>::try_from(bytes).map_or(0.0, |bytes| single(f64::from_le_bytes(bytes)))
        }
        // Bits below the upper sixteen are too quiet to matter.
        [.., a, b] => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
        [] => 0.0,
    };
    if sample.is_finite() {
        sample.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_of(bytes: &[u8]) -> Option<f64> {
        let mut recognizer = Recognizer::default();
        read(bytes, &mut recognizer)?;
        Some(recognizer.finish().0)
    }

    #[test]
    fn what_is_written_is_read() {
        let sound = Sound {
            rate: 16_000,
            samples: [vec![0.0; 4_000], vec![0.5; 4_000], vec![0.0; 4_000]].concat(),
        };
        let mut recognizer = Recognizer::default();
        read(&write(&sound), &mut recognizer).unwrap();
        let (duration, spans) = recognizer.finish();
        let times: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!((duration, times), (0.75, vec![(0.25, 0.5)]));
    }

    #[test]
    fn channels_are_mixed_and_odd_chunks_skipped() {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        bytes.extend_from_slice(&[1, 0, 2, 0, 0x40, 0x1F, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0]);
        bytes.extend_from_slice(b"data\xff\xff\xff\xff");
        // Two seconds in which the channels cancel out, and one in which they do not.
        bytes.extend_from_slice(&b"\0\x40\0\xC0".repeat(16_000));
        bytes.extend_from_slice(&b"\0\x40\0\x40".repeat(8_000));
        let mut recognizer = Recognizer::default();
        read(&bytes, &mut recognizer).unwrap();
        let (duration, spans) = recognizer.finish();
        let times: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!((duration, times), (3.0, vec![(2.0, 3.0)]));
    }

    #[test]
    fn samples_of_every_width() {
        for (bytes, float, expected) in [
            (&[0xC0][..], false, 0.5),
            (&[0, 0x40], false, 0.5),
            (&[0, 0, 0x40], false, 0.5),
            (&[0, 0, 0, 0xC0], false, -0.5),
            (&0.5_f32.to_le_bytes(), true, 0.5),
            (&0.5_f64.to_le_bytes(), true, 0.5),
            (&f32::NAN.to_le_bytes(), true, 0.0),
            (&f32::MAX.to_le_bytes(), true, 1.0),
        ] {
            assert!((sample(bytes, float) - expected).abs() < 1e-6, "{bytes:?}");
        }
    }

    #[test]
    fn no_cut_file_panics() {
        let whole = write(&Sound {
            rate: 8_000,
            samples: vec![0.1; 8],
        });
        for length in 0..whole.len() {
            let read = seconds_of(&whole[..length]);
            assert_eq!(read.is_some(), length >= 44, "{length}");
        }
    }
}
