//! The inside of the fuzz targets that read files.

use std::io::Cursor;

use super::format::{self, Format};
use super::symphonia::Facts;
use super::watch::Watch;
use super::{chunks, ebml, fragments, mp4, mpeg, ogg};

pub(crate) fn headers(input: &[u8]) {
    let _ = Format::of(input).refused();
    let _ = format::tag_len(input);
    let _ = mpeg::find(input);
    let _ = mpeg::tells_length(input);
    let _ = ebml::segment(input);
    let _ = super::aac::unsupported_name(input);
    let _ = super::aac::channels(input);
    assert!(ogg::streams(input).len() <= input.len() / 27);
    let fragments = fragments::read(&mut Cursor::new(input), 0).expect("bytes can be read");
    assert!(fragments.count as usize <= input.len() / 8);
    watch(input);
    let index = mp4::index(&mut Cursor::new(input), 0).expect("bytes can be read");
    let start = index.and_then(|index| index.sound?.start);
    assert!(start.is_none_or(|start| start.is_finite() && start >= 0.0));
    #[cfg(feature = "opus")]
    let _ = super::opus::Decoder::new(input);
    for form in [Format::Wav, Format::Aiff, Format::Au, Format::Caf] {
        let mut rest = input;
        let _ = chunks::read(&mut rest, form, Some(input.len() as u64));
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
        let facts = Facts {
            endless: true,
            ..Facts::default()
        };
        let seen = [input.len().max(1), 13].map(|part| {
            let mut watch = Watch::new(format, &facts);
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
        most_spooled: 0,
    };
    let mut decoder =
        super::Decoder::open(crate::Source::bytes(bytes), &options).expect("a FLAC file");
    let mut samples = Vec::new();
    while decoder.next(&mut samples).expect("whole").is_some() {}
    samples
        .iter()
        .map(|sample| (sample * 32_768.0) as i16)
        .collect()
}
