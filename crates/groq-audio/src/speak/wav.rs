//! WAV files that a service gives, and their samples.

use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, ErrorKind};
use crate::service::{Failure, FailureKind};
pub(super) use crate::wav_header::HEADER_LEN;

/// What kind of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    rate: u32,
    channels: u16,
}

impl Form {
    /// A header for so many bytes of samples.
    pub(super) fn header_of(self, bytes: u64) -> Result<[u8; HEADER_LEN], Error> {
        // The size that the header gives counts most of the header itself.
        match bytes <= u64::from(u32::MAX) - HEADER_LEN as u64 {
            true => Ok(self.header(bytes)),
            false => Err(Error::options(
                "the speech has more than 4 GiB, which no WAV file can hold: split the text",
            )),
        }
    }

    /// A header for samples whose number is not known yet.
    pub(super) fn endless_header(self) -> [u8; HEADER_LEN] {
        self.header(u64::MAX)
    }

    fn header(self, bytes: u64) -> [u8; HEADER_LEN] {
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
    /// Reads a WAV file. One that was cut short may be whole the next time; another kind of file will not.
    pub(super) fn parse(file: &Bytes) -> Result<Self, Failure> {
        const MAGIC: &[u8] = b"RIFF";
        let begins = file.len().min(MAGIC.len());
        if file[..begins] != MAGIC[..begins] || file.get(8..12).is_some_and(|it| it != b"WAVE") {
            return Err(refused("the answer is no WAV file"));
        }
        let mut form = None;
        let mut at = 12;
        while let Some(header) = file.get(at..at + 8) {
            let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
            let body = at + 8;
            match &header[..4] {
                b"fmt " => {
                    let chunk = file.get(body..).unwrap_or_default();
                    let whole = chunk.get(..size as usize).ok_or_else(cut_short)?;
                    form = Some(format(whole)?);
                }
                b"data" => {
                    let form = form.ok_or_else(|| refused("the WAV file has no form"))?;
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
        Err(cut_short())
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

    /// A header for so many bytes of samples like these.
    pub(super) fn header_of(&self, bytes: u64) -> Result<[u8; HEADER_LEN], Error> {
        self.form.header_of(bytes)
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

fn refused(why: &str) -> Failure {
    Failure::new(FailureKind::Refused, why)
}

fn cut_short() -> Failure {
    Failure::new(FailureKind::Transient, "the answer was cut short")
}

fn format(chunk: &[u8]) -> Result<Form, Failure> {
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
        return Err(refused("the WAV file has not 16 bits a sample"));
    };
    let rate = word(4)
        .zip(word(6))
        .map_or(0, |(low, high)| u32::from(low) | u32::from(high) << 16);
    match (1_000..=768_000).contains(&rate) {
        true => Ok(Form { rate, channels }),
        false => Err(refused("the WAV file has an impossible rate")),
    }
}

/// The samples; a file from a stream does not say how many.
fn data(file: &Bytes, from: usize, size: u32, form: Form) -> Result<Bytes, Failure> {
    let there = file.len().saturating_sub(from);
    // Writers that cannot go back leave the largest size there is, or none; but no samples at all are no samples.
    let outer = file
        .get(4..8)
        .map_or(0, |it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    let endless = size >= 0x7FFF_F000 || size == 0 && (outer == 0 || outer >= 0x7FFF_F000);
    if !endless && size as usize > there {
        return Err(cut_short());
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
        let mut endless = FORM.endless_header().to_vec();
        endless.extend_from_slice(&[1, 2, 3, 4, 5]);
        let mut unset = endless.clone();
        unset[4..8].fill(0);
        unset[40..44].fill(0);
        for file in [endless, unset] {
            let spoken = Spoken::parse(&file.into()).expect("a WAV file");
            assert_eq!(&spoken.samples[..], &[1, 2, 3, 4]);
        }
        let silent = Spoken::parse(&file(&[])).expect("a WAV file");
        assert!(silent.samples.is_empty());
    }

    #[test]
    fn chunks_around_the_samples_are_passed_over() {
        let plain = file(&[1, 2, 3, 4]);
        let mut rich = plain[..36].to_vec();
        rich.extend(b"LIST\x03\0\0\0abc\0");
        rich.extend_from_slice(&plain[36..]);
        rich.extend(b"LIST\x02\0\0\0zz");
        let spoken = Spoken::parse(&rich.into()).expect("a WAV file");
        assert_eq!(&spoken.samples[..], &[1, 2, 3, 4]);
    }

    #[test]
    fn other_forms_are_refused_for_good() {
        let mut float = file(&[0; 8]).to_vec();
        float[20] = 3;
        let mut deep = file(&[0; 8]).to_vec();
        deep[34] = 24;
        for file in [
            float,
            deep,
            b"ID3 something".to_vec(),
            b"{\"error\":1}".to_vec(),
        ] {
            let failure = Spoken::parse(&file.into()).expect_err("another form");
            assert_eq!(failure.kind(), FailureKind::Refused);
        }
    }

    #[test]
    fn a_file_has_at_most_four_gibibytes() {
        assert!(FORM.header_of(4_294_967_000).is_ok());
        assert!(FORM.header_of(4_294_967_296).is_err());
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = file(&[1, 2, 3, 4]);
        for length in 0..whole.len() {
            let failure = Spoken::parse(&whole.slice(..length)).expect_err("cut short");
            assert_eq!(failure.kind(), FailureKind::Transient, "{length}");
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
