//! The inside of the fuzz targets that read files.

use std::io::Cursor;

use super::codec::{aac, adpcm};
use super::container::{chunks, ebml, fragments, mp4, mpeg, ogg};
use super::format::{self, Format};
use super::probe::Probe;
use super::watch::Watch;

pub(crate) fn headers(input: &[u8]) {
    let _ = Format::of(input).refused();
    let _ = format::tag_len(input);
    let _ = mpeg::find(input);
    let _ = mpeg::tells_length(input);
    let _ = ebml::segment(input);
    let _ = aac::unsupported_name(input);
    let _ = aac::channels(input);
    assert!(ogg::streams(input).len() <= input.len() / 27);
    let fragments = fragments::read(&mut Cursor::new(input), 0).expect("bytes can be read");
    assert!(fragments.count as usize <= input.len() / 8);
    watch(input);
    blocks(input);
    let index = mp4::index(&mut Cursor::new(input), 0).expect("bytes can be read");
    let start = index.and_then(|index| index.sound?.start);
    assert!(start.is_none_or(|start| start.is_finite() && start >= 0.0));
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
    super::ffmpeg::fuzz(input);
}

/// The samples of a FLAC file of ours.
pub(crate) fn flac(bytes: Vec<u8>) -> Vec<i16> {
    let options = super::DecodeOptions {
        ffmpeg: false,
        max_spooled: 0,
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
