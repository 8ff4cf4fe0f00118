//! The descriptions that come before the frames of a FLAC. A frame has no length, but all bytes after these belong to one.

use super::step::Step;

#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The last description has been passed.
    described: bool,
    /// Bytes of frames.
    frames: u64,
}

impl Blocks {
    pub(super) fn step(&mut self, rest: &[u8]) -> Step {
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

    /// Whether fewer bytes came out as packets than there were.
    pub(super) fn is_cut(&self, used: u64) -> bool {
        self.frames > used
    }
}
