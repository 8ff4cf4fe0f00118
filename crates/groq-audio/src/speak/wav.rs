//! WAV files that a service gives, and their samples.

use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, ErrorKind};

/// What kind of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    rate: u32,
    channels: u16,
}

impl Form {
    /// A header for so many bytes of samples; for more than the form can say, one without end.
    pub(super) fn header(self, bytes: u64) -> [u8; 44] {
        crate::wav_header::header(self.rate, self.channels, bytes)
    }

    fn frame(self) -> usize {
        usize::from(self.channels) * 2
    }
}

/// Samples of 16 bits.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    form: Form,
    pub(super) samples: Bytes,
}

impl Spoken {
    /// Reads a WAV file; says why it cannot be.
    pub(super) fn parse(file: &Bytes) -> Result<Self, &'static str> {
        if !file.starts_with(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
            return Err("the answer is no WAV file");
        }
        let mut form = None;
        let mut at = 12;
        while let Some(header) = file.get(at..at + 8) {
            let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
            let body = at + 8;
            match &header[..4] {
                b"fmt " => form = Some(format(file.get(body..).unwrap_or_default())?),
                b"data" => {
                    let form = form.ok_or("the WAV file has no form")?;
                    let samples = data(file, body, size, form)?;
                    return Ok(Self { form, samples });
                }
                _ => {}
            }
            // Chunks are padded to an even length.
            at = body
                .saturating_add(size as usize)
                .saturating_add(size as usize % 2);
        }
        Err("the WAV file has no samples")
    }

    /// Refuses samples of another kind than the first ones.
    pub(super) fn same_as(&self, form: &mut Option<Form>) -> Result<(), Error> {
        match form.get_or_insert(self.form) == &self.form {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::Corrupt,
                "the service changed the rate or the channels between two pieces",
            )),
        }
    }

    pub(super) fn followed_by(mut self, pause: Duration) -> Self {
        let frames = (pause.as_secs_f64() * f64::from(self.form.rate)).round() as usize;
        if frames > 0 {
            let mut samples = self.samples.to_vec();
            samples.resize(samples.len() + frames * self.form.frame(), 0);
            self.samples = samples.into();
        }
        self
    }
}

fn format(chunk: &[u8]) -> Result<Form, &'static str> {
    const PLAIN: u16 = 1;
    const EXTENSIBLE: u16 = 0xFFFE;
    let word = |at: usize| -> Option<u16> {
        Some(u16::from_le_bytes([*chunk.get(at)?, *chunk.get(at + 1)?]))
    };
    let tag = match word(0) {
        Some(EXTENSIBLE) => word(24),
        tag => tag,
    };
    let (Some(PLAIN), Some(channels @ 1..=8), Some(16)) = (tag, word(2), word(14)) else {
        return Err("the WAV file has not 16 bits a sample");
    };
    let rate = word(4)
        .zip(word(6))
        .map_or(0, |(low, high)| u32::from(low) | u32::from(high) << 16);
    match (1_000..=768_000).contains(&rate) {
        true => Ok(Form { rate, channels }),
        false => Err("the WAV file has an impossible rate"),
    }
}

/// The samples; a file from a stream does not say how many.
fn data(file: &Bytes, from: usize, size: u32, form: Form) -> Result<Bytes, &'static str> {
    let there = file.len().saturating_sub(from);
    let endless = size == 0 || size >= 0x7FFF_F000;
    if !endless && size as usize > there {
        return Err("the answer was cut short");
    }
    let length = if endless { there } else { size as usize };
    let length = length - length % form.frame();
    Ok(file.slice(from..from + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: Form = Form {
        rate: 24_000,
        channels: 1,
    };

    fn file(samples: &[u8]) -> Bytes {
        let mut file = FORM.header(samples.len() as u64).to_vec();
        file.extend_from_slice(samples);
        file.into()
    }

    #[test]
    fn samples_come_out_again() {
        let spoken = Spoken::parse(&file(&[1, 2, 3, 4])).expect("a WAV file");
        assert_eq!(
            (spoken.form, &spoken.samples[..]),
            (FORM, &[1, 2, 3, 4][..])
        );
        let longer = spoken.followed_by(Duration::from_millis(1));
        assert_eq!(longer.samples.len(), 4 + 48);
    }

    #[test]
    fn endless_files_end_where_they_end() {
        let mut endless = FORM.header(u64::MAX).to_vec();
        endless.extend_from_slice(&[1, 2, 3, 4, 5]);
        let spoken = Spoken::parse(&endless.into()).expect("a WAV file");
        assert_eq!(&spoken.samples[..], &[1, 2, 3, 4]);
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = file(&[1, 2, 3, 4]);
        for length in 0..whole.len() {
            assert!(Spoken::parse(&whole.slice(..length)).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_panic(at in 0usize..44, bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut hostile = file(&[0; 64]).to_vec();
            let end = (at + bytes.len()).min(hostile.len());
            hostile[at..end].copy_from_slice(&bytes[..end - at]);
            let _ = Spoken::parse(&hostile.into());
        }
    }
}
