use super::*;

fn found(format: Format, mut bytes: &[u8]) -> Result<(Found, usize), Error> {
    let length = bytes.len() as u64;
    read(&mut bytes, format, Some(length)).map(|found| (found, bytes.len()))
}

fn plain(format: Format, bytes: &[u8]) -> (Layout, usize) {
    match found(format, bytes) {
        Ok((Found::Plain(layout), rest)) => (layout, rest),
        other => panic!("{other:?}"),
    }
}

fn fmt() -> Vec<u8> {
    let mut bytes = b"fmt \x10\0\0\0\x01\0\x02\0".to_vec();
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(176_400_u32.to_le_bytes());
    bytes.extend(b"\x04\0\x10\0");
    bytes
}

fn wav(before: &[u8], size: u32) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
    file.extend(fmt());
    file.extend(before);
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend([1; 400]);
    file
}

#[test]
fn sizes_that_are_not_known_go_to_the_end() {
    let sizes = [
        0,
        u32::MAX,
        u32::MAX - 36,
        0x7FFF_FFFF,
        0x8000_0000,
        0x7FFF_F000,
    ];
    for size in sizes {
        assert_eq!(
            plain(Format::Wav, &wav(b"", size)).0.bytes,
            None,
            "{size:#x}"
        );
    }
    let (layout, rest) = plain(Format::Wav, &wav(b"", 400));
    assert_eq!((layout.bytes, rest), (Some(400), 400));
    assert_eq!((layout.rate, layout.channels), (44_100.0, 2));
    let more = plain(Format::Wav, &wav(b"", 1_000_000)).0;
    assert_eq!(more.bytes, Some(1_000_000));
}

#[test]
fn an_empty_recording_is_empty() {
    let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
    file.extend(fmt());
    file.extend(b"data\0\0\0\0");
    let size = file.len() as u32 - 8;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    assert_eq!(plain(Format::Wav, &file).0.bytes, Some(0));
}

#[test]
fn other_chunks_are_left_out() {
    for before in [
        &b"LIST\x04\0\0\0INFO"[..],
        b"odd \x03\0\0\0abc\0",
        b"odd \x03\0\0\0abc",
    ] {
        assert_eq!(plain(Format::Wav, &wav(before, 400)).1, 400);
    }
    let huge = wav(b"huge\xFF\xFF\xFF\xFF", 400);
    assert!(found(Format::Wav, &huge).expect_err("cut").is_corrupt());
}

#[test]
fn more_than_four_gibibytes() {
    let mut file = b"RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0".to_vec();
    file.extend([0; 8]);
    file.extend(5_000_000_000_u64.to_le_bytes());
    file.extend([0; 12]);
    file.extend(fmt());
    file.extend(b"data\xFF\xFF\xFF\xFF");
    assert_eq!(plain(Format::Wav, &file).0.bytes, Some(5_000_000_000));
}

#[test]
fn the_low_channel_is_found() {
    assert_eq!(low_channel(0x3F), Some(3));
    assert_eq!(low_channel(0x0B), Some(2));
    assert_eq!(low_channel(0x03), None);
}

#[test]
fn an_aiff_has_its_rate_as_a_long_float() {
    let mut file = b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\x01\0\0\0\x02\0\x10".to_vec();
    file.extend([0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]);
    file.extend(b"SSND\0\0\0\x0C\0\0\0\0\0\0\0\0\x40\0\x40\0");
    let (layout, rest) = plain(Format::Aiff, &file);
    assert_eq!((layout.rate, layout.bytes, rest), (44_100.0, Some(4), 4));
    assert_eq!(Some(layout.units), Units::samples(Coding::Signed, 2, true));
}

#[test]
fn other_codecs_are_named() {
    let mut file = wav(b"", 400);
    file[20] = 0x55;
    let other = found(Format::Wav, &file).expect("a header").0;
    assert_eq!(other, Found::Other("MP3 in WAV".to_owned()));
    file[20] = 2;
    // The blocks have no room for their own header.
    assert!(
        found(Format::Wav, &file)
            .expect_err("nonsense")
            .is_corrupt()
    );
    file[32] = 70;
    let (layout, _) = plain(Format::Wav, &file);
    assert_eq!(layout.units.size(2), (70, 58));
    file[22] = 3;
    let other = found(Format::Wav, &file).expect("a header").0;
    assert_eq!(other, Found::Other("ADPCM with 3 channels".to_owned()));
}

#[test]
fn nonsense_is_refused() {
    let mut file = wav(b"", 400);
    file[22] = 0;
    assert!(
        found(Format::Wav, &file)
            .expect_err("no channel")
            .is_corrupt()
    );
    assert!(found(Format::Au, b".snd").expect_err("short").is_corrupt());
    assert!(
        found(Format::Caf, b"caff\0\x01\0\0data")
            .expect_err("short")
            .is_corrupt()
    );
}
