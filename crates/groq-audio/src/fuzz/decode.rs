//! The inside of the fuzz targets that read files.

use std::io::Cursor;

use super::codec::{aac, adpcm};
use super::container::{chunks, ebml, mp4, mpeg, ogg};
use super::ffmpeg::complaint::{Complaint, KEPT};
use super::format::{self, Format};
use super::probe::Probe;
use super::watch::Watch;

impl Probe {
    /// That of a file of which only its format is known.
    pub(in crate::decode) fn of(format: Format) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }
}

pub(crate) fn headers(input: &[u8]) {
    let _ = Format::of(input).refused();
    let _ = format::tag_len(input);
    let _ = mpeg::find(input);
    let _ = mpeg::tells_length(input);
    let _ = ebml::segment(input);
    let _ = aac::unsupported_name(input);
    let _ = aac::channels(input);
    assert!(ogg::streams(input).len() <= input.len() / 27);
    watch(input);
    blocks(input);
    let index = mp4::read(&mut Cursor::new(input), 0).expect("bytes can be read");
    assert!(index.fragments.count as usize <= input.len() / 8);
    let sound = index.sound.unwrap_or_default();
    for seconds in [sound.start.unwrap_or(0.0), sound.lead] {
        assert!(seconds.is_finite() && seconds >= 0.0);
    }
    #[cfg(feature = "opus")]
    let _ = super::codec::opus::Decoder::new(input);
    for form in [Format::Wav, Format::Aiff, Format::Au, Format::Caf] {
        let mut rest = input;
        let _ = chunks::read(&mut rest, form, Some(input.len() as u64));
    }
}

/// Blocks of ADPCM are samples, whatever is in them.
fn blocks(input: &[u8]) {
    for (kind, channels) in [(adpcm::Kind::Microsoft, 1), (adpcm::Kind::Ima, 2)] {
        if let Some(blocks) = adpcm::Blocks::new(kind, channels, 36) {
            blocks.split(input, &mut vec![Vec::new(); channels]);
        }
    }
}

/// However a file is read, the same is seen of it.
fn watch(input: &[u8]) {
    for format in [
        Format::Mp3,
        Format::Adts,
        Format::Ogg,
        Format::WebM,
        Format::Flac,
    ] {
        let probe = Probe {
            endless: true,
            ..Probe::of(format)
        };
        let seen = [input.len().max(1), 13].map(|part| {
            let mut watch = Watch::new(&probe);
            let mut at = 0;
            for bytes in input.chunks(part) {
                watch.see(at, bytes);
                at += bytes.len() as u64;
            }
            watch.check(0).is_ok()
        });
        assert_eq!(seen[0], seen[1], "{format:?}");
    }
}

pub(crate) fn complaint(input: &[u8]) {
    let complaint = Complaint::read(input);
    assert!(complaint.text.len() <= 4 * KEPT * 2);
    assert!(complaint.seconds.is_none_or(f64::is_finite));
}

/// The samples of a FLAC file of ours.
pub(crate) fn flac(bytes: Vec<u8>) -> Vec<i16> {
    let options = super::DecodeOptions {
        ffmpeg: false,
        max_spooled: 0,
        refuse_incomplete: true,
    };
    let recording = super::Recording::open(crate::Source::bytes(bytes), &options);
    let decoder = recording.and_then(super::Recording::into_decoder);
    let mut decoder = decoder.expect("a FLAC file");
    let mut samples = Vec::new();
    while decoder.next(&mut samples).expect("whole").is_some() {}
    samples
        .iter()
        .map(|sample| (sample * 32_768.0) as i16)
        .collect()
}
