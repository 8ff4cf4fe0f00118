//! The reader: bytes in, events out, in pieces of any size.
//!
//! It keeps a stack of brackets and one state, so it neither recurses nor looks back. Everything beyond RFC 8259 that it
//! accepts is a [`Repaired`]; everything else is a [`Fault`].

use super::elision;
use super::repair::{Repair, RepairKind, Repaired};
use super::sink::{Container, Fault, FaultKind, Literal, Sink};

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
    /// The offset of the first byte of the piece that is being read.
    base: usize,
    /// Whether there was a line break since the last value.
    new_line: bool,
    /// What quotes the string at hand, and whether it is a key.
    quote: u8,
    is_key: bool,
    /// A number, a word or a comment that may go on in the next piece.
    token: String,
    token_offset: usize,
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
    /// A machine whose first byte is at `offset` of the whole text.
    pub(crate) fn new(level: Repair, max_depth: usize, offset: usize) -> Self {
        Self {
            level,
            max_depth,
            stack: Vec::new(),
            state: State::Value,
            base: offset,
            new_line: false,
            quote: b'"',
            is_key: false,
            token: String::new(),
            token_offset: 0,
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

    /// Reads a piece that is nothing but more of the string at hand; `false` if it is not.
    pub(crate) fn feed_string(&mut self, piece: &str) -> bool {
        let is_more = self.state == State::String
            && plain_length(piece.as_bytes(), self.quote) == piece.len();
        if is_more {
            self.base += piece.len();
        }
        is_more
    }

    /// Reads a piece, up to the end of the value if that is in it; returns how many bytes were read.
    pub(crate) fn feed<S: Sink>(&mut self, piece: &str, sink: &mut S) -> Result<usize, Fault> {
        let mut at = 0;
        while at < piece.len() && self.state != State::Done {
            at = match self.state {
                State::Value | State::ArrayStart | State::ArrayNext => {
                    self.value(piece, at, sink)?
                }
                State::ObjectStart | State::ObjectNext => self.key(piece, at, sink)?,
                State::Colon => self.colon(piece, at)?,
                State::After => self.after(piece, at, sink)?,
                State::String => self.string(piece, at, sink)?,
                State::Escape => self.escape(piece, at, sink)?,
                State::Unicode => self.unicode(piece, at, sink)?,
                State::LowBackslash => self.low(piece, at, b'\\', State::LowU)?,
                State::LowU => self.low(piece, at, b'u', State::Unicode)?,
                State::Number => self.number(piece, at, sink)?,
                State::Word => self.word(piece, at, sink)?,
                State::Slash => self.slash(piece, at)?,
                State::LineComment => self.line_comment(piece, at)?,
                State::BlockComment | State::BlockStar => self.block_comment(piece, at)?,
                State::Done => at,
            };
        }
        self.base += at;
        Ok(at)
    }

    /// There is no more text. A number or a literal at the root ends here; `false` if the value is not complete.
    pub(crate) fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<bool, Fault> {
        match self.state {
            State::Number if self.stack.is_empty() => self.end_number("", sink)?,
            State::Word if self.stack.is_empty() => self.end_word("", sink)?,
            _ => {}
        }
        Ok(self.is_done())
    }

    fn value<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = piece.as_bytes();
        let byte = bytes[at];
        let offset = self.base + at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b'"' => {
                self.begin_string(byte, false, offset, sink);
                return self.string(piece, at + 1, sink);
            }
            b'0'..=b'9' | b'-' => self.begin_token(State::Number, offset),
            b'{' => self.open(Container::Object, offset, sink)?,
            b'[' => self.open(Container::Array, offset, sink)?,
            b']' if self.state == State::ArrayStart => {
                self.close(Container::Array, offset, sink)?;
            }
            b']' if self.state == State::ArrayNext => {
                self.repair(
                    RepairKind::TrailingComma,
                    offset,
                    "a comma before the end of a list",
                )?;
                self.close(Container::Array, offset, sink)?;
            }
            b'\'' => {
                self.repair(
                    RepairKind::SingleQuotes,
                    offset,
                    "a string in single quotes",
                )?;
                self.begin_string(byte, false, offset, sink);
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ if is_word(byte) => {
                self.is_key = false;
                self.begin_token(State::Word, offset);
            }
            _ => return Err(self.unexpected(piece, at, "expected a value")),
        }
        Ok(match self.state {
            // The token begins with this byte.
            State::Number | State::Word => at,
            _ => at + 1,
        })
    }

    fn key<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = piece.as_bytes();
        let byte = bytes[at];
        let offset = self.base + at;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b'"' => {
                self.begin_string(byte, true, offset, sink);
                return self.string(piece, at + 1, sink);
            }
            b'}' if self.state == State::ObjectStart => {
                self.close(Container::Object, offset, sink)?;
            }
            b'}' => {
                self.repair(
                    RepairKind::TrailingComma,
                    offset,
                    "a comma before the end of an object",
                )?;
                self.close(Container::Object, offset, sink)?;
            }
            b'\'' => {
                self.repair(RepairKind::SingleQuotes, offset, "a key in single quotes")?;
                self.begin_string(byte, true, offset, sink);
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ if piece[at..].starts_with(begins_identifier) => {
                self.is_key = true;
                self.begin_token(State::Word, offset);
                return Ok(at);
            }
            _ => return Err(self.unexpected(piece, at, "expected a key")),
        }
        Ok(at + 1)
    }

    fn colon(&mut self, piece: &str, at: usize) -> Result<usize, Fault> {
        let bytes = piece.as_bytes();
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(skip_blanks(bytes, at)),
            b':' => self.state = State::Value,
            byte @ (b'/' | b'#') => self.begin_comment(byte, self.base + at)?,
            _ => return Err(self.unexpected(piece, at, "expected a colon")),
        }
        Ok(at + 1)
    }

    fn after<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = piece.as_bytes();
        let byte = bytes[at];
        let offset = self.base + at;
        let in_object = self.stack.last() == Some(&Container::Object);
        match byte {
            b',' if in_object => self.state = State::ObjectNext,
            b',' => self.state = State::ArrayNext,
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
                self.begin_string(byte, true, offset, sink);
            }
            b'/' | b'#' => self.begin_comment(byte, offset)?,
            _ => {
                return Err(self.unexpected(
                    piece,
                    at,
                    "expected a comma or the end of the list or object",
                ));
            }
        }
        Ok(at + 1)
    }

    fn string<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let bytes = piece.as_bytes();
        let end = at + plain_length(&bytes[at..], self.quote);
        if end > at {
            sink.fragment(&piece[at..end]);
        }
        let Some(&byte) = bytes.get(end) else {
            return Ok(end);
        };
        if byte == self.quote {
            self.end_string(self.base + end, sink)?;
            if self.state == State::Colon && bytes.get(end + 1) == Some(&b':') {
                self.state = State::Value;
                return Ok(end + 2);
            }
        } else if byte == b'\\' {
            self.state = State::Escape;
        } else {
            self.repair(
                RepairKind::ControlCharacter,
                self.base + end,
                "a control character in a string",
            )?;
            sink.fragment(&piece[end..=end]);
        }
        Ok(end + 1)
    }

    fn escape<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let offset = self.base + at;
        let text = match piece.as_bytes()[at] {
            b'"' => "\"",
            b'\\' => "\\",
            b'/' => "/",
            b'b' => "\u{8}",
            b'f' => "\u{c}",
            b'n' => "\n",
            b'r' => "\r",
            b't' => "\t",
            b'u' => {
                self.state = State::Unicode;
                return Ok(at + 1);
            }
            // Needed within single quotes, and of one meaning within double ones.
            b'\'' => {
                if self.quote == b'"' {
                    self.repair(
                        RepairKind::NeedlessEscape,
                        offset - 1,
                        "an escape that JSON does not have",
                    )?;
                }
                "'"
            }
            b'`' => {
                self.repair(
                    RepairKind::NeedlessEscape,
                    offset - 1,
                    "an escape that JSON does not have",
                )?;
                "`"
            }
            _ => {
                return Err(Fault::syntax(
                    "an escape that JSON does not have",
                    offset - 1,
                ));
            }
        };
        sink.fragment(text);
        self.state = State::String;
        Ok(at + 1)
    }

    fn unicode<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let offset = self.base + at;
        let digit = char::from(piece.as_bytes()[at]).to_digit(16);
        let digit = digit
            .ok_or_else(|| Fault::syntax("an escape without four hexadecimal digits", offset))?;
        self.hex = self.hex * 16 + digit;
        self.hex_digits += 1;
        if self.hex_digits == 4 {
            let unit = std::mem::take(&mut self.hex);
            self.hex_digits = 0;
            self.unit(unit, offset, sink)?;
        }
        Ok(at + 1)
    }

    /// A UTF-16 unit: a character, or half of one.
    fn unit<S: Sink>(&mut self, unit: u32, offset: usize, sink: &mut S) -> Result<(), Fault> {
        let alone = Fault::syntax("half of a surrogate pair", offset);
        let code = match (self.high.take(), unit) {
            (None, 0xD800..=0xDBFF) => {
                self.high = Some(unit);
                self.state = State::LowBackslash;
                return Ok(());
            }
            (None, _) => unit,
            (Some(high), 0xDC00..=0xDFFF) => 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00),
            (Some(_), _) => return Err(alone),
        };
        let character = char::from_u32(code).ok_or(alone)?;
        sink.fragment(character.encode_utf8(&mut [0; 4]));
        self.state = State::String;
        Ok(())
    }

    fn low(&mut self, piece: &str, at: usize, expected: u8, next: State) -> Result<usize, Fault> {
        if piece.as_bytes()[at] != expected {
            return Err(Fault::syntax("half of a surrogate pair", self.base + at));
        }
        self.state = next;
        Ok(at + 1)
    }

    fn number<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let rest = &piece.as_bytes()[at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let part = &piece[at..at + length];
        if length == rest.len() {
            self.token.push_str(part);
        } else {
            self.end_number(part, sink)?;
        }
        Ok(at + length)
    }

    /// `last` is the part of the number that is not in `token`, which mostly is all of it.
    fn end_number<S: Sink>(&mut self, last: &str, sink: &mut S) -> Result<(), Fault> {
        let offset = self.token_offset;
        let result = if self.token.is_empty() {
            sink.number(last, offset)
        } else {
            self.token.push_str(last);
            sink.number(&self.token, offset)
        };
        self.token.clear();
        result.map_err(|kind| Fault::new(kind, offset))?;
        self.end_value();
        Ok(())
    }

    fn word<S: Sink>(&mut self, piece: &str, at: usize, sink: &mut S) -> Result<usize, Fault> {
        let rest = &piece.as_bytes()[at..];
        let is_part = |byte: u8| is_word(byte) || (self.is_key && !byte.is_ascii());
        let length = rest.iter().take_while(|byte| is_part(**byte)).count();
        let part = &piece[at..at + length];
        if length == rest.len() {
            self.token.push_str(part);
        } else {
            self.end_word(part, sink)?;
        }
        Ok(at + length)
    }

    fn end_word<S: Sink>(&mut self, last: &str, sink: &mut S) -> Result<(), Fault> {
        let mut word = std::mem::take(&mut self.token);
        let word = if word.is_empty() {
            last
        } else {
            word.push_str(last);
            &word
        };
        let offset = self.token_offset;
        let literal = match word {
            "true" | "True" => Some(Literal::True),
            "false" | "False" => Some(Literal::False),
            "null" | "None" => Some(Literal::Null),
            _ => None,
        };
        match (self.is_key, literal) {
            (false, Some(literal)) => {
                if word.starts_with(char::is_uppercase) {
                    self.repair(RepairKind::PythonLiteral, offset, "a literal of Python")?;
                }
                sink.literal(literal, offset)
                    .map_err(|kind| Fault::new(kind, offset))?;
                self.end_value();
            }
            (false, None) => return Err(Fault::syntax("a word that JSON does not have", offset)),
            (true, None) if !word.chars().all(is_identifier) => {
                return Err(Fault::syntax("expected a key", offset));
            }
            (true, None) => {
                self.repair(RepairKind::BareKey, offset, "a key without quotes")?;
                sink.begin_key(offset);
                sink.fragment(word);
                sink.end_key();
                self.state = State::Colon;
            }
            (true, Some(_)) => return Err(Fault::syntax("a literal in place of a key", offset)),
        }
        Ok(())
    }

    fn slash(&mut self, piece: &str, at: usize) -> Result<usize, Fault> {
        self.state = match piece.as_bytes()[at] {
            b'/' => State::LineComment,
            b'*' => State::BlockComment,
            _ => {
                return Err(Fault::syntax(
                    "a slash outside of a string",
                    self.base + at - 1,
                ));
            }
        };
        Ok(at + 1)
    }

    fn line_comment(&mut self, piece: &str, at: usize) -> Result<usize, Fault> {
        let rest = &piece[at..];
        if std::mem::take(&mut self.hash) && !rest.starts_with(['#', '!', ' ', '\t', '\r', '\n']) {
            // A colour, a tag, a number: content, and not a comment.
            return Err(Fault::syntax(
                "a `#` that begins no comment",
                self.token_offset,
            ));
        }
        let Some(length) = rest.find('\n') else {
            self.token.push_str(rest);
            return Ok(piece.len());
        };
        self.token.push_str(&rest[..length]);
        self.end_comment()?;
        self.new_line = true;
        Ok(at + length + 1)
    }

    fn block_comment(&mut self, piece: &str, at: usize) -> Result<usize, Fault> {
        let rest = &piece[at..];
        if self.state == State::BlockStar {
            match rest.as_bytes()[0] {
                b'/' => {
                    self.end_comment()?;
                    return Ok(at + 1);
                }
                b'*' => return Ok(at + 1),
                _ => self.state = State::BlockComment,
            }
        }
        let Some(length) = rest.find('*') else {
            self.token.push_str(rest);
            return Ok(piece.len());
        };
        self.token.push_str(&rest[..length]);
        self.state = State::BlockStar;
        Ok(at + length + 1)
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
        sink.open(container, offset);
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

    fn begin_string<S: Sink>(&mut self, quote: u8, is_key: bool, offset: usize, sink: &mut S) {
        self.quote = quote;
        self.is_key = is_key;
        self.token_offset = offset;
        self.state = State::String;
        if is_key {
            sink.begin_key(offset);
        } else {
            sink.begin_string(offset);
        }
    }

    fn end_string<S: Sink>(&mut self, offset: usize, sink: &mut S) -> Result<(), Fault> {
        if self.is_key {
            sink.end_key();
            self.state = State::Colon;
        } else {
            sink.end_string().map_err(|kind| Fault::new(kind, offset))?;
            self.end_value();
        }
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

    fn begin_token(&mut self, state: State, offset: usize) {
        self.token_offset = offset;
        self.state = state;
    }

    fn begin_comment(&mut self, byte: u8, offset: usize) -> Result<(), Fault> {
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

    fn end_comment(&mut self) -> Result<(), Fault> {
        let comment = std::mem::take(&mut self.token);
        let offset = self.token_offset;
        if elision::says_so(&comment) {
            return Err(Fault::new(FaultKind::Elided, offset));
        }
        self.state = self.interrupted;
        self.repair(RepairKind::Comment, offset, "a comment")
    }

    fn repair(&mut self, kind: RepairKind, offset: usize, what: &'static str) -> Result<(), Fault> {
        if self.level == Repair::Off {
            return Err(Fault::syntax(what, offset));
        }
        self.repairs.push(Repaired::new(kind, offset));
        Ok(())
    }

    fn unexpected(&self, piece: &str, at: usize, expected: &'static str) -> Fault {
        let offset = self.base + at;
        let rest = &piece[at..];
        let dots = rest.starts_with("...") || rest.starts_with('…') || rest == "." || rest == "..";
        if dots && !self.stack.is_empty() {
            return Fault::new(FaultKind::Elided, offset);
        }
        Fault::syntax(expected, offset)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

fn begins_identifier(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}

fn is_identifier(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
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

/// How many bytes at the beginning are neither the quote, nor a backslash, nor a control character. Eight at a time.
fn plain_length(bytes: &[u8], quote: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let quotes = ONES * u64::from(quote);
    let backslashes = ONES * u64::from(b'\\');
    let mut length = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zero(word ^ quotes) | zero(word ^ backslashes) | control;
        if found != 0 {
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let special = |byte: &u8| *byte == quote || *byte == b'\\' || *byte < 0x20;
    let tail = &bytes[length..];
    length + tail.iter().position(special).unwrap_or(tail.len())
}
