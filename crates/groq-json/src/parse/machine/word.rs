//! What ends where something else begins: numbers, literals, and keys without quotes.

use super::super::repair::RepairKind;
use super::super::sink::{Fault, Literal, Sink};
use super::{Machine, State};

impl Machine {
    pub(super) fn begin_token(&mut self, state: State, offset: usize) {
        self.token = offset;
        self.state = state;
    }

    pub(super) fn number<S: Sink>(
        &mut self,
        text: &str,
        at: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let rest = &text.as_bytes()[at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = at + rest.iter().take_while(|byte| is_part(byte)).count();
        // At the end of what there is of the text, it may go on.
        if end < text.len() {
            self.end_number(text, end, sink)?;
        }
        Ok(end)
    }

    pub(super) fn end_number<S: Sink>(
        &mut self,
        text: &str,
        end: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
        let offset = self.token;
        sink.number(&text[offset..end], offset)
            .map_err(|kind| Fault::new(kind, offset))?;
        self.end_value();
        Ok(())
    }

    pub(super) fn word<S: Sink>(
        &mut self,
        text: &str,
        at: usize,
        sink: &mut S,
    ) -> Result<usize, Fault> {
        let rest = &text.as_bytes()[at..];
        let is_part = |byte: u8| is_word(byte) || (self.is_key && !byte.is_ascii());
        let end = at + rest.iter().take_while(|byte| is_part(**byte)).count();
        if end < text.len() {
            self.end_word(text, end, sink)?;
        }
        Ok(end)
    }

    pub(super) fn end_word<S: Sink>(
        &mut self,
        text: &str,
        end: usize,
        sink: &mut S,
    ) -> Result<(), Fault> {
        let offset = self.token;
        let word = &text[offset..end];
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
                sink.fragment(word)
                    .and_then(|()| sink.end_key())
                    .map_err(|kind| Fault::new(kind, offset))?;
                self.state = State::Colon;
            }
            (true, Some(_)) => return Err(Fault::syntax("a literal in place of a key", offset)),
        }
        Ok(())
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

pub(super) fn begins_identifier(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}

pub(super) fn is_identifier(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}
