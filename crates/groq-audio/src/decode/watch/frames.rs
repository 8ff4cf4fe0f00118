//! Frames of MPEG audio and ADTS, one after the other.

use super::{Step, short};
use crate::decode::container::mpeg::{Frame, Kind};
use crate::decode::format;
use crate::error::Error;

/// What may be missing in stretches that are longer than a frame, in seconds in all.
const SLACK: f64 = 0.1;
/// What may be missing in shorter ones, as a share of all: where files were put together, a frame is often cut.
const SHORT: f64 = 0.02;
/// How many zeros before the first frame, or after the last one, are padding. More are a part that was never written.
const PADDING: u64 = 16_384;
/// How many bytes of what is no frame are kept, to see what it is.
const SAMPLE: usize = 32;

#[derive(Debug)]
pub(super) struct Frames {
    kind: Kind,
    count: u64,
    bytes: u64,
    seconds: f64,
    /// The length of the longest frame, in bytes.
    longest: usize,
    /// What stands between two frames, while it lasts.
    garbage: Option<Garbage>,
    /// How many bytes came before the first frame, padding aside.
    before: u64,
    /// Seconds that are taken to have been where there is garbage now.
    lost: f64,
    /// The same, where it is not more than a frame at a time.
    splinters: f64,
}

#[derive(Debug, Default)]
struct Garbage {
    bytes: u64,
    first: Vec<u8>,
    only_zeros: bool,
}

impl Frames {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            count: 0,
            bytes: 0,
            seconds: 0.0,
            longest: 0,
            // Where the first frame is, is not known yet.
            garbage: Some(Garbage::new()),
            before: 0,
            lost: 0.0,
            splinters: 0.0,
        }
    }

    pub(super) fn step(&mut self, rest: &[u8]) -> Step {
        if self.garbage.is_some() {
            return self.search(rest);
        }
        if rest.len() < Frame::HEADER {
            return Step::More;
        }
        if let Some(frame) = Frame::of(rest, self.kind) {
            return self.add(frame);
        }
        if let Some(length) = tag_len(rest) {
            return Step::Pass(length);
        }
        self.garbage = Some(Garbage::new());
        self.search(rest)
    }

    /// Two frames in a row end the search.
    fn search(&mut self, rest: &[u8]) -> Step {
        let at = rest.iter().position(|&byte| byte == 0xFF);
        let at = at.unwrap_or(rest.len());
        if at > 0 {
            return self.pass_over(&rest[..at]);
        }
        if rest.len() < Frame::HEADER {
            return Step::More;
        }
        let Some(frame) = Frame::of(rest, self.kind) else {
            return self.pass_over(&rest[..1]);
        };
        match rest.get(frame.bytes..frame.bytes + Frame::HEADER) {
            None => Step::More,
            Some(next) if Frame::of(next, self.kind).is_none() && tag_len(next).is_none() => {
                self.pass_over(&rest[..1])
            }
            Some(_) => {
                self.end_garbage();
                self.add(frame)
            }
        }
    }

    fn add(&mut self, frame: Frame) -> Step {
        self.count += 1;
        self.bytes += frame.bytes as u64;
        self.seconds += frame.seconds;
        self.longest = self.longest.max(frame.bytes);
        Step::Pass(frame.bytes as u64)
    }

    fn pass_over(&mut self, bytes: &[u8]) -> Step {
        let garbage = self.garbage.get_or_insert_with(Garbage::new);
        garbage.add(bytes);
        Step::Pass(bytes.len() as u64)
    }

    fn end_garbage(&mut self) {
        let Some(garbage) = self.garbage.take() else {
            return;
        };
        match self.count {
            0 if garbage.is_padding() => {}
            0 => self.before = garbage.bytes,
            _ if garbage.is_tag() => {}
            _ if garbage.bytes <= self.longest as u64 => {
                self.splinters += self.seconds_of(garbage.bytes);
            }
            _ => self.lost += self.seconds_of(garbage.bytes),
        }
    }

    /// The seconds of sound in this many bytes.
    fn seconds_of(&self, bytes: u64) -> f64 {
        match self.bytes {
            // The usual rate of speech: 8,000 bytes a second.
            0 => bytes as f64 / 8_000.0,
            all => bytes as f64 * self.seconds / all as f64,
        }
    }

    /// What was lost on the way to the end, where `left` stands.
    pub(super) fn check(&self, left: &[u8]) -> Result<(), Error> {
        let mut lost = self.lost;
        // The recording of a broadcast begins anywhere in a frame.
        if self.before > self.longest as u64 {
            lost += self.seconds_of(self.before);
        }
        if let Some(garbage) = &self.garbage
            && !garbage.is_tag()
            && !garbage.is_padding()
            && self.count > 0
        {
            lost += self.seconds_of(garbage.bytes + left.len() as u64);
        }
        if self.splinters > self.seconds * SHORT {
            lost += self.splinters;
        }
        if lost > SLACK {
            Err(short(format!(
                "about {lost:.1} s are damaged so that no frames are found in them"
            )))
        } else {
            Ok(())
        }
    }

    /// Whether `left`, with which the file ends, is the beginning of a frame.
    pub(super) fn is_cut(&self, left: &[u8]) -> bool {
        let is_beginning = self.garbage.is_none() && left.first() == Some(&0xFF);
        if left.len() < Frame::HEADER {
            is_beginning
        } else {
            Frame::of(left, self.kind).is_some_and(|frame| frame.bytes > left.len())
        }
    }
}

impl Garbage {
    fn new() -> Self {
        Self {
            only_zeros: true,
            ..Self::default()
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.only_zeros &= bytes.iter().all(|&byte| byte == 0);
        let room = SAMPLE.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend_from_slice(&bytes[..room]);
    }

    fn is_tag(&self) -> bool {
        const TAGS: [&[u8]; 4] = [b"TAG", b"LYRICSBEGIN", b"APETAGEX", b"3DI"];
        TAGS.iter().any(|tag| self.first.starts_with(tag))
    }

    fn is_padding(&self) -> bool {
        self.only_zeros && self.bytes <= PADDING
    }
}

/// The length of a tag that stands between frames.
fn tag_len(rest: &[u8]) -> Option<u64> {
    if let Some(length) = format::tag_len(rest) {
        return Some(length);
    }
    let ape = rest.strip_prefix(b"APETAGEX")?;
    let size = ape.get(4..8)?.first_chunk()?;
    // Its items and its footer; a header, where there is one, is not counted.
    Some(32 + u64::from(u32::from_le_bytes(*size)))
}

#[cfg(test)]
mod tests {
    use super::super::{Framing, Watch};
    use super::*;
    use crate::decode::format::Format;
    use crate::decode::probe::Probe;

    /// Frames of 417 bytes: MP3, 128 kb/s, 44.1 kHz, 26 ms.
    fn frames(count: usize) -> Vec<u8> {
        let mut frame = vec![0x55; 417];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x64]);
        frame.repeat(count)
    }

    fn check(file: &[u8]) -> Result<(), Error> {
        let mut results = [1_000_000, 1, 500].map(|part| {
            let mut watch = Watch::new(&Probe::of(Format::Mp3));
            let mut at = 0;
            for bytes in file.chunks(part) {
                watch.see(at, bytes);
                at += bytes.len() as u64;
            }
            assert!(matches!(watch.framing, Framing::Frames(_)));
            watch.check(0)
        });
        let [whole, others @ ..] = &mut results;
        for other in others {
            assert_eq!(whole.is_ok(), other.is_ok(), "however it is read");
        }
        std::mem::replace(whole, Ok(()))
    }

    #[test]
    fn what_is_whole_passes() {
        let ape = [&b"APETAGEX\xD0\x07\0\0\x40\0\0\0"[..], &[7; 80]].concat();
        let tag = [&b"TAG"[..], &[b'x'; 125]].concat();
        let id3 = [&b"ID3\x04\0\0\0\0\x08\0"[..], &[9; 1_024]].concat();
        for file in [
            frames(1),
            frames(50),
            [&[7; 300][..], &frames(50)].concat(),
            [&frames(50)[..], &ape].concat(),
            [&frames(50)[..], &tag].concat(),
            [&frames(50)[..], &tag, &id3, &frames(50)].concat(),
            [&[0; 5_000][..], &frames(50), &[0; 5_000]].concat(),
            [&frames(80)[..], &[7; 300]].concat().repeat(8),
        ] {
            assert!(check(&file).is_ok(), "{} bytes", file.len());
        }
    }

    #[test]
    fn any_cut_within_a_frame_is_told() {
        let file = frames(20);
        for cut in 1..417 {
            let error = check(&file[..file.len() - cut]).expect_err("cut");
            assert!(error.is_short(), "{cut}: {error}");
        }
    }

    #[test]
    fn garbage_is_told_wherever_it_is() {
        let garbage = [7; 4_170];
        for file in [
            [&garbage[..], &frames(50)].concat(),
            [&frames(50)[..], &garbage, &frames(50)].concat(),
            [&frames(50)[..], &garbage].concat(),
            [&frames(9)[..], &[7; 400]].concat().repeat(9),
            [&frames(50)[..], &[0; 4_170], &frames(50)].concat(),
            [frames(50), vec![0; 40_000]].concat(),
        ] {
            assert!(check(&file).expect_err("damaged").is_short());
        }
    }
}
