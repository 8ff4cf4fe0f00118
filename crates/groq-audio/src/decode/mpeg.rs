//! Frames of MPEG audio (MP1, MP2, MP3) and of AAC in ADTS, as far as telling them apart needs.

/// How many frames in a row make it sure.
const IN_A_ROW: usize = 3;
/// How far into a file the first frame is looked for: some begin with zeros or with the end of another frame.
const JUNK: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mpeg,
    Adts,
}

/// What the frames near the beginning of `bytes` are, and where the first one is.
pub(super) fn find(bytes: &[u8]) -> Option<(Kind, usize)> {
    let starts = 0..bytes.len().min(JUNK);
    starts
        .filter(|&at| bytes[at] == 0xFF)
        .find_map(|at| {
            let of = |kind: Kind| is_chain(&bytes[at..], kind).then_some((kind, at));
            of(Kind::Adts).or_else(|| of(Kind::Mpeg))
        })
        // The beginning of a file that ends within its third frame.
        .or_else(|| Some((alone(bytes)?, 0)))
}

/// Whether the first of `frames` says how many there are (Xing, Info, VBRI).
pub(super) fn tells_length(frames: &[u8]) -> bool {
    let Some(first) = frame_len(frames, Kind::Mpeg) else {
        return false;
    };
    let frame = &frames[..first.min(frames.len())];
    let at =
        |place: usize, tag: &[u8]| frame.get(place..).is_some_and(|rest| rest.starts_with(tag));
    // The tag of LAME comes after the side information, whose length depends on version and channels.
    let xing = [13, 21, 36]
        .iter()
        .find(|&&place| at(place, b"Xing") || at(place, b"Info"));
    let counted =
        xing.is_some_and(|place| frame.get(place + 7).is_some_and(|flags| flags & 1 != 0));
    counted || at(36, b"VBRI")
}

fn is_chain(bytes: &[u8], kind: Kind) -> bool {
    let mut at = 0;
    for _ in 0..IN_A_ROW {
        match bytes.get(at..).and_then(|rest| frame_len(rest, kind)) {
            Some(length) => at += length,
            None => return false,
        }
    }
    true
}

/// A file of so few frames that the last one is cut off, or of one that is whole.
fn alone(bytes: &[u8]) -> Option<Kind> {
    [Kind::Adts, Kind::Mpeg].into_iter().find(|&kind| {
        let (mut at, mut frames) = (0, 0);
        while let Some(length) = bytes.get(at..).and_then(|rest| frame_len(rest, kind)) {
            at += length;
            frames += 1;
        }
        at == bytes.len() && frames > 0 || at > bytes.len() && frames > 1
    })
}

fn frame_len(bytes: &[u8], kind: Kind) -> Option<usize> {
    match kind {
        Kind::Mpeg => mpeg_len(bytes),
        Kind::Adts => adts_len(bytes),
    }
}

fn adts_len(bytes: &[u8]) -> Option<usize> {
    let &[0xFF, second, third, fourth, fifth, sixth, ..] = bytes else {
        return None;
    };
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    (second & 0xF6 == 0xF0 && third >> 2 & 0xF < 13 && length > 7).then_some(length)
}

fn mpeg_len(bytes: &[u8]) -> Option<usize> {
    /// Kilobits a second of MPEG 1 layers 1, 2 and 3, and of MPEG 2 layers 1 and 2 or 3.
    const RATES: [[usize; 15]; 5] = [
        [
            0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
        ],
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
        ],
        [
            0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
        ],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let &[0xFF, second, third, ..] = bytes else {
        return None;
    };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    let (bits, rate) = (usize::from(third >> 4), usize::from(third >> 2 & 3));
    if second & 0xE0 != 0xE0 || version == 1 || layer == 0 || bits == 0 || bits == 15 || rate == 3 {
        return None;
    }
    let first_version = version == 3;
    let row = match (first_version, layer) {
        (true, layer) => 3 - usize::from(layer),
        (false, 3) => 3,
        (false, _) => 4,
    };
    let bits = RATES[row][bits] * 1_000;
    let hertz = [44_100, 48_000, 32_000][rate]
        >> match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
    let padding = usize::from(third >> 1 & 1);
    Some(match layer {
        3 => (12 * bits / hertz + padding) * 4,
        1 if !first_version => 72 * bits / hertz + padding,
        _ => 144 * bits / hertz + padding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of 417 bytes: MP3, 128 kb/s, 44.1 kHz.
    fn frames(count: usize) -> Vec<u8> {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x64]);
        frame.repeat(count)
    }

    #[test]
    fn frames_are_found_behind_junk() {
        assert_eq!(find(&frames(4)), Some((Kind::Mpeg, 0)));
        assert_eq!(find(&frames(1)), Some((Kind::Mpeg, 0)));
        let behind = [&[0xFF, 0, 0xFF][..], &[7; 1_000], &frames(4)].concat();
        assert_eq!(find(&behind), Some((Kind::Mpeg, 1_003)));
        let adts = [0xFF, 0xF1, 0x50, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4].repeat(3);
        assert_eq!(find(&adts), Some((Kind::Adts, 0)));
    }

    #[test]
    fn text_is_no_frame() {
        assert_eq!(find(b"\xFF\xFEh\0e\0l\0l\0o\0"), None);
        assert_eq!(find(&[0xFF; 5_000]), None);
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn the_first_frame_may_tell_the_length() {
        let mut counted = frames(2);
        assert!(!tells_length(&counted));
        counted[36..44].copy_from_slice(b"Xing\0\0\0\x01");
        assert!(tells_length(&counted));
        counted[43] = 2;
        assert!(!tells_length(&counted));
        assert!(!tells_length(&[]));
    }
}
