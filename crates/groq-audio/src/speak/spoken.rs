//! WAV files of a service, and their samples.

use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, ErrorKind};
use crate::service::{Failure, FailureKind};
use crate::wav::{self, HEADER_LEN};

/// What kind of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WavFormat {
    rate: u32,
    channels: u16,
}

impl WavFormat {
    /// A header for this many bytes of samples.
    pub(super) fn header_of(self, bytes: u64) -> Result<[u8; HEADER_LEN], Error> {
        // The size in the header counts most of the header itself.
        if bytes <= u64::from(u32::MAX) - HEADER_LEN as u64 {
            Ok(self.header(bytes))
        } else {
            Err(Error::invalid(
                "the speech has more than 4 GiB, which no WAV file can hold: split the text",
            ))
        }
    }

    /// A header for samples whose number is not known yet.
    pub(super) fn endless_header(self) -> [u8; HEADER_LEN] {
        self.header(u64::MAX)
    }

    fn header(self, bytes: u64) -> [u8; HEADER_LEN] {
        wav::header(self.rate, self.channels, bytes)
    }

    fn frame(self) -> usize {
        usize::from(self.channels) * 2
    }
}

/// Samples of 16 bits.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    format: WavFormat,
    pub(super) samples: Bytes,
}

impl Spoken {
    /// Reads a WAV file. One that was cut short may be whole the next time; another kind of file will not.
    pub(super) fn parse(file: &Bytes) -> Result<Self, Failure> {
        const MAGIC: &[u8] = b"RIFF";
        let begins = file.len().min(MAGIC.len());
        if file[..begins] != MAGIC[..begins] || file.get(8..12).is_some_and(|it| it != b"WAVE") {
            return Err(refused("the response is not a WAV file"));
        }
        let mut rest = &file[..];
        let header = wav::Header::read(&mut rest).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::UnexpectedEof => cut_short(),
            _ => refused("the header of the WAV file makes no sense"),
        })?;
        let format = format(&header)?;
        let samples = data(file, file.len() - rest.len(), &header, format)?;
        Ok(Self { format, samples })
    }

    /// Refuses samples of another kind than the first ones.
    pub(super) fn same_as(&self, format: &mut Option<WavFormat>) -> Result<(), Error> {
        if format.get_or_insert(self.format) == &self.format {
            Ok(())
        } else {
            Err(Error::new(
                ErrorKind::Corrupt,
                "the service changed the rate or the channels between two pieces",
            ))
        }
    }

    /// A header for this many bytes of samples like these.
    pub(super) fn header_of(&self, bytes: u64) -> Result<[u8; HEADER_LEN], Error> {
        self.format.header_of(bytes)
    }

    pub(super) fn followed_by(mut self, pause: Duration) -> Self {
        let frames = (pause.as_secs_f64() * f64::from(self.format.rate)).round() as usize;
        if frames > 0 {
            let mut samples = self.samples.to_vec();
            samples.resize(samples.len() + frames * self.format.frame(), 0);
            self.samples = samples.into();
        }
        self
    }
}

fn refused(why: &str) -> Failure {
    Failure::new(FailureKind::Refused, why)
}

fn cut_short() -> Failure {
    Failure::new(FailureKind::Transient, "the response was cut short")
}

fn format(header: &wav::Header) -> Result<WavFormat, Failure> {
    const PLAIN: u16 = 1;
    let (PLAIN, 16, channels @ 1..=8) = (header.tag, header.bits, header.channels) else {
        return Err(refused("the WAV file does not have 16-bit samples"));
    };
    if !(1_000..=768_000).contains(&header.rate) {
        return Err(refused("the WAV file has an impossible rate"));
    }
    Ok(WavFormat {
        rate: header.rate,
        channels,
    })
}

/// The samples; a file from a stream does not say how many.
fn data(
    file: &Bytes,
    from: usize,
    header: &wav::Header,
    format: WavFormat,
) -> Result<Bytes, Failure> {
    const LARGEST: u64 = 0x7FFF_F000;
    let there = (file.len() - from) as u64;
    // Writers that cannot go back leave the largest size there is, or none; but no samples at all are no samples.
    let unsized_file = header.file_size == 8 || header.file_size >= LARGEST;
    let endless = header.size >= LARGEST || header.size == 0 && unsized_file;
    if !endless && header.size > there {
        return Err(cut_short());
    }
    let length = if endless { there } else { header.size } as usize;
    let length = length - length % format.frame();
    Ok(file.slice(from..from + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORM: WavFormat = WavFormat {
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
            (spoken.format, &spoken.samples[..]),
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
            let failure = Spoken::parse(&file.into()).expect_err("another format");
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
