//! Comments.

use super::super::elision;
use super::super::repair::{Repair, RepairKind};
use super::super::sink::{Fault, FaultKind};
use super::{Machine, State};

impl Machine {
    pub(super) fn begin_comment(&mut self, byte: u8, offset: usize) -> Result<(), Fault> {
        if self.level == Repair::Off {
            return Err(Fault::syntax("a comment", offset));
        }
        self.interrupted = self.state;
        self.hash = byte == b'#';
        self.begin_token(
            if byte == b'#' {
                State::LineComment
            } else {
                State::Slash
            },
            offset,
        );
        Ok(())
    }

    pub(super) fn end_comment(&mut self, text: &str, end: usize) -> Result<(), Fault> {
        let offset = self.token;
        if elision::says_so(&text[offset..end]) {
            return Err(Fault::new(FaultKind::Elided, offset));
        }
        self.state = self.interrupted;
        self.repair(RepairKind::Comment, offset, "a comment")
    }

    pub(super) fn slash(&mut self, text: &str, at: usize) -> Result<usize, Fault> {
        self.state = match text.as_bytes()[at] {
            b'/' => State::LineComment,
            b'*' => State::BlockComment,
            _ => {
                return Err(Fault::syntax("a slash outside of a string", at - 1));
            }
        };
        Ok(at + 1)
    }

    pub(super) fn line_comment(&mut self, text: &str, at: usize) -> Result<usize, Fault> {
        let rest = &text[at..];
        if std::mem::take(&mut self.hash) && !rest.starts_with(['#', '!', ' ', '\t', '\r', '\n']) {
            // A colour, a tag, a number: content, and not a comment.
            return Err(Fault::syntax("a `#` that begins no comment", self.token));
        }
        let Some(length) = rest.find('\n') else {
            return Ok(text.len());
        };
        self.end_comment(text, at + length)?;
        self.new_line = true;
        Ok(at + length + 1)
    }

    pub(super) fn block_comment(&mut self, text: &str, at: usize) -> Result<usize, Fault> {
        let rest = &text[at..];
        if self.state == State::BlockStar {
            match rest.as_bytes()[0] {
                b'/' => {
                    self.end_comment(text, at)?;
                    return Ok(at + 1);
                }
                b'*' => return Ok(at + 1),
                _ => self.state = State::BlockComment,
            }
        }
        let Some(length) = rest.find('*') else {
            return Ok(text.len());
        };
        self.state = State::BlockStar;
        Ok(at + length + 1)
    }
}
