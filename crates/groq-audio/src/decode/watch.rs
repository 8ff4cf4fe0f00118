//! Whether a file is whole, by its own framing, where it does not say how long it is.
//!
//! A demuxer passes over what it cannot read, and takes any end for the end. So the bytes that it reads are looked at
//! once more on their way: a frame, page or element that ends beyond the file, or garbage between two of them, is sound
//! that is missing.

mod frames;
mod pages;

use super::container::{ebml, mpeg};
use super::format::Format;
use super::probe::Probe;
use crate::error::{Error, ErrorKind};
use frames::Frames;
pub(super) use pages::{Pages, Stream};

/// How many bytes that are done with are kept before they are moved out.
const DONE: usize = 1 << 16;

/// The framing of a format.
#[derive(Debug)]
enum Framing {
    Frames(Frames),
    Pages(Pages),
    /// Elements of a Matroska that was written as it came, without a size: they end where the file does, if it is whole.
    Elements,
    Blocks(Blocks),
    /// Other forms have lengths or sizes of their own.
    None,
}

impl Framing {
    fn step(&mut self, rest: &[u8]) -> Step {
        match self {
            Self::Frames(frames) => frames.step(rest),
            Self::Pages(pages) => pages.step(rest),
            Self::Elements => element(rest),
            Self::Blocks(blocks) => blocks.step(rest),
            Self::None => Step::Stop,
        }
    }
}

/// Follows the bytes of a file from its first to its last.
#[derive(Debug)]
pub(super) struct Watch {
    framing: Framing,
    /// The first byte that has not been seen yet.
    at: u64,
    rest: Vec<u8>,
    /// How many of these are done with.
    done: usize,
    /// How many bytes are passed over unseen.
    skip: u64,
    stopped: bool,
}

impl Watch {
    pub(super) fn new(probe: &Probe) -> Self {
        let framing = match probe.format {
            Format::Mp3 => Framing::Frames(Frames::new(mpeg::Kind::Mpeg)),
            Format::Adts => Framing::Frames(Frames::new(mpeg::Kind::Adts)),
            Format::Ogg | Format::OggOpus => Framing::Pages(Pages::default()),
            Format::Matroska | Format::WebM if probe.endless => Framing::Elements,
            Format::Flac => Framing::Blocks(Blocks::default()),
            _ => Framing::None,
        };
        Self {
            stopped: matches!(framing, Framing::None),
            framing,
            at: 0,
            rest: Vec::new(),
            done: 0,
            skip: 0,
        }
    }

    /// Takes bytes that were read at a place; what was seen before is left out, and so is what comes too early.
    pub(super) fn see(&mut self, at: u64, bytes: &[u8]) {
        let Some(seen) = self.at.checked_sub(at) else {
            let gap = at - self.at;
            if gap > self.skip {
                return;
            }
            // The demuxer passes over it, too, and does not even read it.
            self.skip -= gap;
            self.at = at;
            return self.see(at, bytes);
        };
        let new = usize::try_from(seen)
            .ok()
            .and_then(|seen| bytes.get(seen..));
        if let Some(new) = new.filter(|_| !self.stopped) {
            self.at += new.len() as u64;
            self.take(new);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len() as u64);
        self.skip -= skipped;
        if self.done > DONE || self.done == self.rest.len() {
            self.rest.drain(..self.done);
            self.done = 0;
        }
        self.rest.extend_from_slice(&bytes[skipped as usize..]);
        while self.skip == 0 && self.done < self.rest.len() {
            match self.framing.step(&self.rest[self.done..]) {
                Step::More => return,
                Step::Stop => {
                    self.stopped = true;
                    return;
                }
                Step::Pass(count) => {
                    let here = count.min((self.rest.len() - self.done) as u64);
                    self.done += here as usize;
                    self.skip = count - here;
                }
            }
        }
    }

    /// The pages of an Ogg.
    pub(super) fn pages(&self) -> Option<&Pages> {
        match &self.framing {
            Framing::Pages(pages) => Some(pages),
            _ => None,
        }
    }

    /// Looks at how the file ended, once all of it was read; `used` bytes of it came out as packets.
    pub(super) fn check(&self, used: u64) -> Result<(), Error> {
        let left = &self.rest[self.done..];
        let cut = match &self.framing {
            Framing::Frames(frames) => {
                frames.check(left)?;
                (self.skip > 0 || frames.is_cut(left)).then_some("a frame")
            }
            Framing::Elements if !self.stopped => {
                (self.skip > 0 || !left.is_empty()).then_some("an element")
            }
            // Fewer bytes came out as packets than there were.
            Framing::Blocks(blocks) => (blocks.frames > used).then_some("a frame"),
            // That an Ogg has no last page is told by the demuxer.
            _ => None,
        };
        match cut {
            Some(what) => Err(short(format!("the file ends in the middle of {what}"))),
            None => Ok(()),
        }
    }
}

/// What comes next in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// More bytes are needed to tell.
    More,
    /// This many bytes are in order, or have been counted.
    Pass(u64),
    /// Nothing more can be told.
    Stop,
}

fn short(message: String) -> Error {
    Error::new(ErrorKind::Short, message)
}

fn element(rest: &[u8]) -> Step {
    const SEGMENT: u32 = 0x1853_8067;
    const CLUSTER: u32 = 0x1F43_B675;
    /// The longest name and the longest size.
    const LONGEST: usize = 12;
    match ebml::element(rest) {
        // Their elements come one by one.
        Some((SEGMENT | CLUSTER, header, _)) => Step::Pass(header as u64),
        Some((_, header, Some(size))) => Step::Pass(size.saturating_add(header as u64)),
        None if rest.len() < LONGEST => Step::More,
        _ => Step::Stop,
    }
}

/// The descriptions before the frames of a FLAC. A frame has no length, but all bytes after these belong to one.
#[derive(Debug, Default)]
struct Blocks {
    /// The last description has been passed.
    described: bool,
    /// Bytes of frames.
    frames: u64,
}

impl Blocks {
    fn step(&mut self, rest: &[u8]) -> Step {
        if self.described {
            self.frames += rest.len() as u64;
            return Step::Pass(rest.len() as u64);
        }
        let &[kind, a, b, c, ..] = rest else {
            return Step::More;
        };
        if rest.starts_with(b"fLaC") {
            return Step::Pass(4);
        }
        self.described = kind & 0x80 != 0;
        Step::Pass(4 + u64::from(u32::from_be_bytes([0, a, b, c])))
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use crate::decode::format::Format;
    use crate::decode::probe::Probe;

    #[test]
    fn it_ends_with_an_element_or_is_cut() {
        let mut file = b"\x1A\x45\xDF\xA3\x83abc\x18\x53\x80\x67\xFF\x1F\x43\xB6\x75\xFF".to_vec();
        file.extend(b"\xE7\x81\x07\xA3\x85block\xA3\x84more");
        let probe = Probe {
            endless: true,
            ..Probe::of(Format::WebM)
        };
        let ends = [8, 13, 18, 21, 28, 34];
        for length in 1..=file.len() {
            let mut watch = Watch::new(&probe);
            watch.see(0, &file[..length]);
            assert_eq!(watch.check(0).is_ok(), ends.contains(&length), "{length}");
        }
    }
}
