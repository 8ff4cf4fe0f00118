//! Small files of many forms, which came out of other encoders: they need nothing to be decoded.
//!
//! Each has two seconds: 440 Hz from 0.3 to 0.7 s, 880 Hz from 0.9 to 1.2 s, and 1,320 Hz from 1.4 to 1.9 s.

use crate::sound::{fixture, heard, lateness, likeness};

const FILES: [(&str, isize); 10] = [
    ("alac.m4a", 0),
    ("film.mp4", 0),
    ("fragmented.mp4", 0),
    ("tones.aac", 0),
    ("tones.m4a", 0),
    // MP2 does not say what its encoder put first: 481 samples.
    ("tones.mp2", 481),
    ("tones.mp3", 0),
    ("tones.ogg", 0),
    ("vorbis.webm", 0),
    ("tones.wav", 0),
];

#[cfg(feature = "opus")]
const OPUS: [(&str, isize); 3] = [("surround.opus", 0), ("tones.opus", 0), ("tones.webm", 0)];

/// The sound before it was encoded.
fn original() -> Vec<i16> {
    let tones = [(0.3, 0.7, 440.0), (0.9, 1.2, 880.0), (1.4, 1.9, 1_320.0)];
    let sample = |at: usize| {
        let second = at as f64 / 16_000.0;
        let tone = tones
            .iter()
            .find(|(from, to, _)| (*from..=*to).contains(&second));
        let wave = |(_, _, hertz): &(f64, f64, f64)| (std::f64::consts::TAU * hertz * second).sin();
        (tone.map_or(0.0, wave) * 0.4 * 32_767.0) as i16
    };
    (0..32_000).map(sample).collect()
}

fn bytes(name: &str) -> Vec<u8> {
    match name {
        "tones.wav" => crate::speech::wav(&original(), 16_000, 1),
        name => fixture(name),
    }
}

fn check((name, late): (&str, isize)) {
    let original = original();
    let heard = heard(bytes(name)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let missing = original.len() as isize - heard.samples.len() as isize;
    // What pads the last packet may be left; nothing may be missing.
    assert!(
        (-1_100..=2).contains(&missing),
        "{name}: {missing} samples missing"
    );
    let (found, alike) = lateness(&heard.samples, &original, 600);
    assert!((found - late).abs() <= 2, "{name}: {found} samples late");
    assert!(alike > 0.98, "{name}: {alike}");
    let whole = likeness(&heard.samples, &original, found, 0..original.len());
    assert!(whole > 0.97, "{name}: {whole} in all");
    assert!(heard.notes.is_empty(), "{name}: {:?}", heard.notes);
}

#[test]
fn every_form_is_heard_where_it_was_said() {
    FILES.into_iter().for_each(check);
}

#[cfg(feature = "opus")]
#[test]
fn opus_is_heard_where_it_was_said() {
    OPUS.into_iter().for_each(check);
}

#[cfg(not(feature = "opus"))]
#[test]
fn opus_is_named_where_it_is_off() {
    let error = heard(fixture("tones.opus")).expect_err("it is off");
    assert!(
        error.is_unsupported() && error.to_string().contains("Opus"),
        "{error}"
    );
}

/// A pipe is read once from its beginning to its end.
#[test]
fn pipes_are_no_different() {
    for (name, _) in FILES {
        let bytes = bytes(name);
        let whole = heard(bytes.clone()).expect("a file").samples;
        let source = groq_audio::Source::reader(std::io::Cursor::new(bytes));
        let piped = heard(source).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(piped.samples, whole, "{name}");
    }
}

#[test]
fn names_do_not_matter_and_tags_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("talk.mp3");
    std::fs::write(&path, bytes("tones.m4a")).expect("written");
    let by_path = heard(path.as_path()).expect("it is an MP4").samples;
    assert_eq!(by_path, heard(bytes("tones.m4a")).expect("a file").samples);
    let tag = [&b"ID3\x04\0\0\0\x01\0\0"[..], &[0xFF; 1 << 14]].concat();
    for name in ["tones.mp3", "tones.aac", "tones.wav", "tones.m4a"] {
        let tagged = [&tag[..], &tag, &bytes(name), b"TAG", &[b'x'; 125]].concat();
        let heard_tagged = heard(tagged).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let plain = heard(bytes(name)).expect("a file");
        assert_eq!(heard_tagged.samples, plain.samples, "{name}");
    }
}

/// The count in the first header is not that of the second file.
#[test]
fn what_was_put_together_is_heard_to_its_end() {
    for (name, slack) in [("tones.mp3", 2_500), ("tones.ogg", 10), ("tones.opus", 10)] {
        if name == "tones.opus" && !cfg!(feature = "opus") {
            continue;
        }
        let once = bytes(name);
        let length = heard(once.clone()).expect("a file").samples.len();
        let twice = heard(once.repeat(2)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(
            twice.samples.len().abs_diff(2 * length) < slack,
            "{name}: {}",
            twice.samples.len()
        );
        let end = &twice.samples[twice.samples.len() - length..];
        let (_, alike) = lateness(end, &original(), 1_500);
        assert!(alike > 0.9, "{name}: {alike}");
    }
}

/// The configuration of `tones.m4a` replaced by another one of as many bytes.
fn configured(config: [u8; 5]) -> Vec<u8> {
    let mut file = fixture("tones.m4a");
    let plain = [0x12, 0x08, 0x56, 0xE5, 0x00];
    let at = file.windows(5).position(|bytes| bytes == plain);
    let at = at.expect("a configuration");
    file[at..at + 5].copy_from_slice(&config);
    file
}

#[test]
fn high_efficiency_aac_is_named() {
    for (config, name) in [
        ([0x2B, 0x8A, 0x10, 0, 0], "HE-AAC"),
        ([0xEB, 0x8A, 0x10, 0, 0], "HE-AAC v2"),
        ([0xF9, 0x48, 0x10, 0, 0], "xHE-AAC"),
    ] {
        let error = heard(configured(config)).expect_err(name);
        assert!(error.is_unsupported(), "{error:?}");
        assert_eq!(error.to_string(), format!("{name} cannot be decoded here"));
    }
}

/// Where the upper half is only an addition, the lower one is plain AAC, and has all that 16 kHz can hold.
#[test]
fn an_addition_to_plain_aac_is_left_out() {
    let added = heard(configured([0x12, 0x08, 0x56, 0xE5, 0xA0])).expect("plain AAC");
    let plain = heard(fixture("tones.m4a")).expect("plain AAC");
    assert_eq!(added.samples, plain.samples);
}
