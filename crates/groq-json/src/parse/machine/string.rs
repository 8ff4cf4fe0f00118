//! Strings and keys in quotes, with their escapes.

use super::super::repair::RepairKind;
use super::super::sink::{Fault, Sink};
use super::{Machine, State};

impl Machine {
    pub(super) fn begin_string<S: Sink>(
        &mut self,
        quote: u8,
        is_key: bool,
        offset: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
        self.quote = quote;
        self.is_key = is_key;
        self.token = offset;
        self.state = State::String;
        if is_key {
            sink.begin_key(offset);
            return Ok(());
        }
        sink.begin_string(offset)
            .map_err(|kind| Fault::new(kind, offset))
    }

    pub(super) fn end_string<S: Sink>(&mut self, offset: usize, sink: &mut S) -> Result<(), Fault> {
        if self.is_key {
            sink.end_key().map_err(|kind| Fault::new(kind, offset))?;
            self.state = State::Colon;
        } else {
            sink.end_string().map_err(|kind| Fault::new(kind, offset))?;
            self.end_value();
        }
        Ok(())
    }

    pub(super) fn string<S: Sink>(
        &mut self,
        text: &str,
        at: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let end = at + plain_length(&bytes[at..], self.quote);
        if end > at {
            sink.fragment(&text[at..end])
                .map_err(|kind| Fault::new(kind, at))?;
        }
        let Some(&byte) = bytes.get(end) else {
            return Ok(end);
        };
        if byte == self.quote {
            self.end_string(end, sink)?;
            if self.state == State::Colon && bytes.get(end + 1) == Some(&b':') {
                self.state = State::Value;
                return Ok(end + 2);
            }
        } else if byte == b'\\' {
            self.state = State::Escape;
        } else {
            self.repair(
                RepairKind::ControlCharacter,
                end,
                "a control character in a string",
            )?;
            sink.fragment(&text[end..=end])
                .map_err(|kind| Fault::new(kind, end))?;
        }
        Ok(end + 1)
    }

    pub(super) fn escape<S: Sink>(
        &mut self,
        text: &str,
        at: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let offset = at;
        let text = match text.as_bytes()[at] {
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
        sink.fragment(text)
            .map_err(|kind| Fault::new(kind, offset))?;
        self.state = State::String;
        Ok(at + 1)
    }

    pub(super) fn unicode<S: Sink>(
        &mut self,
        text: &str,
        at: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let offset = at;
        let digit = char::from(text.as_bytes()[at]).to_digit(16);
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
    pub(super) fn unit<S: Sink>(
        &mut self,
        unit: u32,
        offset: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
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
        sink.fragment(character.encode_utf8(&mut [0; 4]))
            .map_err(|kind| Fault::new(kind, offset))?;
        self.state = State::String;
        Ok(())
    }

    pub(super) fn low(
        &mut self,
        text: &str,
        at: usize,
        expected: u8,
        next: State,
    ) -> Result<usize, Fault> {
        if text.as_bytes()[at] != expected {
            return Err(Fault::syntax("half of a surrogate pair", at));
        }
        self.state = next;
        Ok(at + 1)
    }
}

/// How many bytes at the beginning are neither the quote, nor a backslash, nor a control character. Eight at a time, then four.
#[inline]
pub(crate) fn plain_length(bytes: &[u8], quote: u8) -> usize {
    let mut length = 0;
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        if let Some(at) = special(u64::from_le_bytes(*chunk), quote) {
            return length + at;
        }
        length += chunk.len();
        rest = behind;
    }
    if let Some((chunk, behind)) = rest.split_first_chunk() {
        // The other half of the word is spaces, which are plain.
        let word = u64::from(u32::from_le_bytes(*chunk)) | 0x2020_2020_0000_0000;
        if let Some(at) = special(word, quote) {
            return length + at;
        }
        length += chunk.len();
        rest = behind;
    }
    let special = |byte: &u8| *byte == quote || *byte == b'\\' || *byte < 0x20;
    length + rest.iter().position(special).unwrap_or(rest.len())
}

/// Which byte of eight is the first that is not plain.
#[inline]
fn special(word: u64, quote: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    let found =
        zero(word ^ (ONES * u64::from(quote))) | zero(word ^ (ONES * u64::from(b'\\'))) | control;
    (found != 0).then_some((found.trailing_zeros() / 8) as usize)
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn what_is_not_plain_is_found_wherever_it_is() {
        for length in 0..20 {
            for at in 0..=length {
                for special in [b'"', b'\\', b'\n', 0, 0x1f] {
                    let mut bytes = "aé ~\u{7f}'".as_bytes().repeat(4);
                    bytes.truncate(length);
                    if at < length {
                        bytes[at] = special;
                    }
                    assert_eq!(plain_length(&bytes, b'"'), at, "{bytes:?}");
                }
            }
        }
    }
}
