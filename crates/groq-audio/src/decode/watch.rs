//! Whether a file is whole, by its own framing, where it does not say how long it is.
//!
//! A demuxer passes over what it cannot read, and takes any end for the end. So the bytes that it reads are looked at
//! once more on their way: a frame, page or element that ends beyond the file, or garbage between two of them, is sound
//! that is missing.

mod blocks;
mod elements;
mod frames;
mod pages;
mod step;

use super::container::mpeg;
use super::format::Format;
use super::probe::Probe;
use crate::error::Error;
use blocks::Blocks;
use elements::Elements;
use frames::Frames;
pub(super) use pages::{Pages, Stream};
use step::{Step, short};

/// How many bytes that are done with are kept before they are moved out.
const DONE: usize = 1 << 16;

/// The framing of a format.
#[derive(Debug)]
enum Framing {
    Frames(Frames),
    Pages(Pages),
    Elements(Elements),
    Blocks(Blocks),
    /// Other forms have lengths or sizes of their own.
    None,
}

impl Framing {
    fn step(&mut self, rest: &[u8]) -> Step {
        match self {
            Self::Frames(frames) => frames.step(rest),
            Self::Pages(pages) => pages.step(rest),
            Self::Elements(_) => Elements::step(rest),
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
            Format::Matroska | Format::WebM if probe.endless => Framing::Elements(Elements),
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
            Framing::Elements(_) if !self.stopped => {
                (self.skip > 0 || !left.is_empty()).then_some("an element")
            }
            Framing::Blocks(blocks) => blocks.is_cut(used).then_some("a frame"),
            // That an Ogg has no last page is told by the demuxer.
            _ => None,
        };
        match cut {
            Some(what) => Err(short(format!("the file ends in the middle of {what}"))),
            None => Ok(()),
        }
    }
}
