//! Frames of MPEG audio (MP1, MP2, MP3) and of AAC in ADTS, as far as telling them apart needs.

/// How many frames in a row make it sure.
const IN_A_ROW: usize = 3;
/// How far into a file the first frame is looked for: some begin with zeros or with the end of another frame.
const JUNK: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mpeg,
    Adts,
}

/// A frame, by its header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Its length in bytes, header included.
    pub(crate) bytes: usize,
    /// How long it sounds.
    pub(crate) seconds: f64,
}

impl Frame {
    /// How many bytes of a frame have to be there to tell.
    pub(crate) const HEADER: usize = 7;

    /// The frame that `bytes` begin with.
    pub(crate) fn of(bytes: &[u8], kind: Kind) -> Option<Self> {
        match kind {
            Kind::Mpeg => mpeg(bytes),
            Kind::Adts => adts(bytes),
        }
    }
}

/// What the frames near the beginning of `bytes` are, and where the first one is.
pub(crate) fn find(bytes: &[u8]) -> Option<(Kind, usize)> {
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
pub(crate) fn tells_length(frames: &[u8]) -> bool {
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
    Frame::of(bytes, kind).map(|frame| frame.bytes)
}

fn adts(bytes: &[u8]) -> Option<Frame> {
    const HERTZ: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ];
    const SAMPLES: f64 = 1_024.0;
    let &[0xFF, second, third, fourth, fifth, sixth, ..] = bytes else {
        return None;
    };
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    let hertz = *HERTZ.get(usize::from(third >> 2 & 15))?;
    (second & 0xF6 == 0xF0 && length > 7).then_some(Frame {
        bytes: length,
        seconds: SAMPLES / f64::from(hertz),
    })
}

fn mpeg(bytes: &[u8]) -> Option<Frame> {
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
    let (bytes, samples) = match layer {
        3 => ((12 * bits / hertz + padding) * 4, 384),
        1 if !first_version => (72 * bits / hertz + padding, 576),
        _ => (144 * bits / hertz + padding, 1_152),
    };
    Some(Frame {
        bytes,
        seconds: f64::from(samples) / hertz as f64,
    })
}
