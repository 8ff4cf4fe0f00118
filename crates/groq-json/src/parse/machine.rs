//! The parser: bytes in, events out, in pieces of any size.
//!
//! It keeps a stack of brackets and one state, so it does not recurse. Everything it accepts beyond RFC 8259 is a
//! [`Repaired`]; everything else is a [`Fault`].

mod comment;
mod string;
mod word;

use super::repair::{Repair, RepairKind, Repaired};
use super::sink::{Container, Fault, FaultKind, Sink};
use super::whitespace;
pub(crate) use string::plain_length;
use word::{begins_identifier, is_word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value is due.
    Value,
    /// After `[`: a value or the end.
    ArrayStart,
    /// After a comma in a list.
    ArrayNext,
    /// After `{`: a key or the end.
    ObjectStart,
    /// After a comma in an object.
    ObjectNext,
    Colon,
    /// After a value in a container.
    After,
    String,
    Escape,
    Unicode,
    /// After a high surrogate: the backslash, then the `u`.
    LowBackslash,
    LowU,
    Number,
    Word,
    /// After a slash that may begin a comment.
    Slash,
    LineComment,
    BlockComment,
    BlockStar,
    Done,
}

/// Reads one value.
#[derive(Debug)]
pub(crate) struct Machine {
    level: Repair,
    max_depth: usize,
    stack: Vec<Container>,
    state: State,
    /// Whether there was a line break since the last value.
    new_line: bool,
    /// Where the last comma is.
    comma: usize,
    /// Where the last run of blanks that JSON does not have ended.
    blank_end: usize,
    /// What quotes the current string, and whether it is a key.
    quote: u8,
    is_key: bool,
    /// Where the current string, number, word or comment begins.
    token: usize,
    /// The hexadecimal digits of an escape so far, and a high surrogate that waits.
    hex: u32,
    hex_digits: u8,
    high: Option<u32>,
    /// Whether a comment has just begun with `#`, which has to be followed by a blank.
    hash: bool,
    /// The state that a comment interrupted.
    interrupted: State,
    pub(crate) repairs: Vec<Repaired>,
}

impl Machine {
    pub(crate) fn new(level: Repair, max_depth: usize) -> Self {
        Self {
            level,
            max_depth,
            stack: Vec::new(),
            state: State::Value,
            new_line: false,
            comma: 0,
            blank_end: usize::MAX,
            quote: b'"',
            is_key: false,
            token: 0,
            hex: 0,
            hex_digits: 0,
            high: None,
            hash: false,
            interrupted: State::Value,
            repairs: Vec::new(),
        }
    }

    /// Whether the value is complete.
    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Returns what ends the current string, if there is one.
    pub(crate) fn open_quote(&self) -> Option<u8> {
        (self.state == State::String).then_some(self.quote)
    }

    /// Reads from `from`, where the last reading ended, to the end of the value or of the text. Returns where that is.
    pub(crate) fn feed<S: Sink>(
        &mut self,
        text: &str,
        from: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let mut at = from;
        while at < text.len() && self.state != State::Done {
            at = match self.state {
                State::Value | State::ArrayStart | State::ArrayNext => {
                    self.value(text, at, sink)?
                }
                State::ObjectStart | State::ObjectNext => self.key(text, at, sink)?,
                State::Colon => self.colon(text, at)?,
                State::After => self.after(text, at, sink)?,
                State::String => self.string(text, at, sink)?,
                State::Escape => self.escape(text, at, sink)?,
                State::Unicode => self.unicode(text, at, sink)?,
                State::LowBackslash => self.low(text, at, b'\\', State::LowU)?,
                State::LowU => self.low(text, at, b'u', State::Unicode)?,
                State::Number => self.number(text, at, sink)?,
                State::Word => self.word(text, at, sink)?,
                State::Slash => self.slash(text, at)?,
                State::LineComment => self.line_comment(text, at)?,
                State::BlockComment | State::BlockStar => self.block_comment(text, at)?,
                State::Done => at,
            };
        }
        Ok(at)
    }

    /// Ends the text, and with it a number or a literal at the root. Returns whether the value is complete.
    pub(crate) fn finish<S: Sink>(&mut self, text: &str, sink: &mut S) -> Result<bool, Fault> {
        match self.state {
            State::Number if self.stack.is_empty() => self.end_number(text, text.len(), sink)?,
            State::Word if self.stack.is_empty() => self.end_word(text, text.len(), sink)?,
            _ => {}
        }
        Ok(self.is_done())
    }

    fn value<S: Sink>(&mut self, text: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let byte = bytes[at];
        let offset = at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b'"' => {
                self.begin_string(byte, false, offset, sink)?;
                return self.string(text, at + 1, sink);
            }
            b'0'..=b'9' | b'-' => self.begin_token(State::Number, offset),
            b'{' => self.open(Container::Object, offset, sink)?,
            b'[' => self.open(Container::Array, offset, sink)?,
            b']' if self.state == State::ArrayStart => {
                self.close(Container::Array, offset, sink)?;
            }
            b']' if self.state == State::ArrayNext => {
                self.trailing_comma()?;
                self.close(Container::Array, offset, sink)?;
            }
            b'\'' => {
                self.repair(
                    RepairKind::SingleQuotes,
                    offset,
                    "a string in single quotes",
                )?;
                self.begin_string(byte, false, offset, sink)?;
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ if is_word(byte) => {
                self.is_key = false;
                self.begin_token(State::Word, offset);
            }
            _ => return self.otherwise(text, at, "expected a value"),
        }
        Ok(match self.state {
            // The token begins with this byte.
            State::Number | State::Word => at,
            _ => at + 1,
        })
    }

    fn key<S: Sink>(&mut self, text: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let byte = bytes[at];
        let offset = at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b'"' => {
                self.begin_string(byte, true, offset, sink)?;
                return self.string(text, at + 1, sink);
            }
            b'}' if self.state == State::ObjectStart => {
                self.close(Container::Object, offset, sink)?;
            }
            b'}' => {
                self.trailing_comma()?;
                self.close(Container::Object, offset, sink)?;
            }
            b'\'' => {
                self.repair(RepairKind::SingleQuotes, offset, "a key in single quotes")?;
                self.begin_string(byte, true, offset, sink)?;
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ if text[at..].starts_with(begins_identifier) => {
                self.is_key = true;
                self.begin_token(State::Word, offset);
                return Ok(at);
            }
            _ => return self.otherwise(text, at, "expected a key"),
        }
        Ok(at + 1)
    }

    fn colon(&mut self, text: &str, at: usize) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b':' => self.state = State::Value,
            byte @ (b'/' | b'#') => self.begin_comment(byte, at)?,
            _ => return self.otherwise(text, at, "expected a colon"),
        }
        Ok(at + 1)
    }

    fn after<S: Sink>(&mut self, text: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let byte = bytes[at];
        let offset = at;
        let in_object = self.stack.last() == Some(&Container::Object);
        match byte {
            b',' => {
                self.comma = offset;
                self.state = if in_object {
                    State::ObjectNext
                } else {
                    State::ArrayNext
                };
            }
            b'}' if in_object => self.close(Container::Object, offset, sink)?,
            b']' if !in_object => self.close(Container::Array, offset, sink)?,
            b' ' | b'\t' => return Ok(skip_blanks_in_line(bytes, at)),
            b'\r' | b'\n' => self.new_line = true,
            b'"' if in_object && self.new_line => {
                self.repair(
                    RepairKind::MissingComma,
                    offset,
                    "no comma between two members",
                )?;
                self.begin_string(byte, true, offset, sink)?;
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ => {
                return self.otherwise(
                    text,
                    at,
                    "expected a comma or the end of the list or object",
                );
            }
        }
        Ok(at + 1)
    }

    fn open<S: Sink>(
        &mut self,
        container: Container,
        offset: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
        if self.stack.len() >= self.max_depth {
            return Err(Fault::new(FaultKind::TooDeep, offset));
        }
        self.stack.push(container);
        sink.open(container, offset)
            .map_err(|kind| Fault::new(kind, offset))?;
        self.state = match container {
            Container::Object => State::ObjectStart,
            Container::Array => State::ArrayStart,
        };
        Ok(())
    }

    fn close<S: Sink>(
        &mut self,
        container: Container,
        offset: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
        debug_assert_eq!(self.stack.last(), Some(&container));
        self.stack.pop();
        sink.close().map_err(|kind| Fault::new(kind, offset))?;
        self.end_value();
        Ok(())
    }

    fn end_value(&mut self) {
        self.new_line = false;
        self.state = if self.stack.is_empty() {
            State::Done
        } else {
            State::After
        };
    }

    fn repair(&mut self, kind: RepairKind, offset: usize, what: &'static str) -> Result<(), Fault> {
        if self.level == Repair::Off {
            return Err(Fault::syntax(what, offset));
        }
        self.repairs.push(Repaired::new(kind, offset));
        Ok(())
    }

    fn trailing_comma(&mut self) -> Result<(), Fault> {
        let what = "a comma with nothing behind it";
        self.repair(RepairKind::TrailingComma, self.comma, what)
    }

    /// Skips blanks that JSON does not have; whatever else is here is not what is expected.
    fn otherwise(&mut self, text: &str, at: usize, expected: &'static str) -> Result<usize, Fault> {
        let rest = &text[at..];
        let length = rest.len() - rest.trim_start_matches(whitespace::is_odd).len();
        if length == 0 {
            return Err(self.unexpected(text, at, expected));
        }
        let offset = at;
        // A run that two pieces share is one.
        if self.blank_end != offset {
            self.repair(RepairKind::Blank, offset, expected)?;
        }
        self.blank_end = offset + length;
        Ok(at + length)
    }

    fn unexpected(&self, text: &str, at: usize, expected: &'static str) -> Fault {
        let offset = at;
        let rest = &text[at..];
        let dots = rest.starts_with("...") || rest.starts_with('…') || rest == "." || rest == "..";
        if dots && !self.stack.is_empty() {
            return Fault::new(FaultKind::Elided, offset);
        }
        Fault::syntax(expected, offset)
    }
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let blanks = bytes[at..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    at + blanks.count()
}

fn skip_blanks_in_line(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}
