//! What fuzzers call: for each parser, what must hold of any input.
//!
//! The tests below run these functions over random inputs and over damaged files, as many as `GROQ_FUZZ` says; the targets in
//! `fuzz/` hand them to libFuzzer. Each panics if what must hold does not.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::encode::{Encoder, Encoding};
use crate::{PrepareOptions, Source, Storage, decode, prepare};

/// Runs over an input.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 4] = [
    ("headers", headers),
    ("complaint", complaint),
    ("flac", flac),
    ("file", file),
];

/// Every header that is read here is read or refused.
pub fn headers(input: &[u8]) {
    decode::fuzz::headers(input);
}

/// What `ffmpeg` says is kept in a bounded amount, whatever it is.
pub fn complaint(input: &[u8]) {
    decode::fuzz::complaint(input);
}

/// Samples in FLAC come out of another decoder as they went in, however they are handed over.
pub fn flac(input: &[u8]) {
    let Some((&cut, bytes)) = input.split_first() else {
        return;
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut samples: Vec<i16> = pairs.iter().map(|&pair| i16::from_le_bytes(pair)).collect();
    // Longer than a frame, now and then.
    if cut % 4 == 0 {
        samples = samples.repeat(1 + 5_000 / samples.len().max(1));
    }
    let encoded = |pieces: &[&[i16]]| {
        let mut encoder = Encoder::new(Encoding::Flac);
        let mut out = Vec::new();
        pieces
            .iter()
            .for_each(|piece| encoder.push(piece, &mut out));
        let header = encoder.finish(&mut out);
        [header, out].concat()
    };
    let (head, tail) = samples.split_at(usize::from(cut).min(samples.len()));
    let whole = encoded(&[&samples]);
    assert_eq!(encoded(&[head, tail]), whole);
    assert!(whole.len() <= samples.len() * 2 + samples.len() / 128 + 100);
    if !samples.is_empty() {
        assert_eq!(decode::fuzz::flac(whole), samples);
    }
}

/// A whole file is decoded or refused; what comes out is bounded by what went in.
pub fn file(input: &[u8]) {
    let options = PrepareOptions::new()
        .storage(Storage::Memory)
        .pad(Duration::ZERO)
        .ffmpeg(false);
    let mut seconds = 0.0;
    let prepared = prepare(Source::bytes(input.to_vec()), &options, |piece| {
        seconds += piece.piece.seconds();
        // What is filled with silence is bounded too, but takes long.
        if seconds > 3_600.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    if let Err(error) = prepared {
        assert!(error.is_corrupt() || error.is_unsupported(), "{error:?}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Files that are whole, to be damaged.
    const FILES: [&[u8]; 12] = [
        include_bytes!("../../tests/fixtures/alac.m4a"),
        include_bytes!("../../tests/fixtures/film.mp4"),
        include_bytes!("../../tests/fixtures/fragmented.mp4"),
        include_bytes!("../../tests/fixtures/surround.opus"),
        include_bytes!("../../tests/fixtures/tones.aac"),
        include_bytes!("../../tests/fixtures/tones.m4a"),
        include_bytes!("../../tests/fixtures/tones.mp2"),
        include_bytes!("../../tests/fixtures/tones.mp3"),
        include_bytes!("../../tests/fixtures/tones.ogg"),
        include_bytes!("../../tests/fixtures/tones.opus"),
        include_bytes!("../../tests/fixtures/tones.webm"),
        include_bytes!("../../tests/fixtures/vorbis.webm"),
    ];

    fn cases() -> ProptestConfig {
        let cases = std::env::var("GROQ_FUZZ").ok();
        let cases = cases.and_then(|cases| cases.parse().ok());
        ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(cases.unwrap_or(64))
        }
    }

    /// A header of plain samples, with some of them.
    fn plain() -> impl Strategy<Value = Vec<u8>> {
        (0_usize..4, proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(form, body)| {
            let wav = crate::wav::header(8_000, 2, body.len() as u64).to_vec();
            let start: &[u8] = match form {
                0 => &wav,
                1 => b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\x01\0\0\0\x02\0\x10\x40\x0E\xAC\x44\0\0\0\0\0\0SSND\0\0\0\x0C\0\0\0\0\0\0\0\0",
                2 => b".snd\0\0\0\x18\xFF\xFF\xFF\xFF\0\0\0\x03\0\0\x1F\x40\0\0\0\x02",
                _ => b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20\x40\xBF\x40\0\0\0\0\0lpcm\0\0\0\0\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0\x10data\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0",
            };
            [start, &body].concat()
        })
    }

    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let whole = prop_oneof![
            (0..FILES.len()).prop_map(|index| FILES[index].to_vec()),
            plain()
        ];
        let flips = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
        (whole, flips, any::<prop::sample::Index>(), any::<bool>()).prop_map(
            |(mut bytes, flips, end, cut)| {
                for (place, value) in flips {
                    // Half of them into the header, where they do most.
                    let most = if value % 2 == 0 {
                        bytes.len()
                    } else {
                        bytes.len().min(400)
                    };
                    bytes[place.index(most)] = value;
                }
                if cut {
                    bytes.truncate(end.index(bytes.len()));
                }
                bytes
            },
        )
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn anything_goes(input in proptest::collection::vec(any::<u8>(), 0..3_000)) {
            TARGETS.iter().for_each(|(_, target)| target(&input));
        }

        #[test]
        fn damaged_files_are_no_danger(input in damaged()) {
            headers(&input);
            file(&input);
        }
    }

    #[test]
    fn whole_files_are_read() {
        FILES.iter().for_each(|bytes| {
            headers(bytes);
            file(bytes);
        });
    }
}
