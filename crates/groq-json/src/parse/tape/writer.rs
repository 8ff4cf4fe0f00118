//! Events to a tape.

use super::super::number;
use super::super::sink::{Container, FaultKind, Literal, Sink};
use super::{Entry, Open, Tape, View};

/// Writes a tape while the text is being read. What the machine is fed must be a part of `text`.
pub(crate) struct Writer<'w> {
    pub(crate) text: &'w str,
    pub(crate) tape: &'w mut Tape,
}

impl Writer<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        self.tape.with(self.text)
    }

    /// Moves the string at hand among the decoded ones.
    fn decode(&mut self) {
        let tape = &mut *self.tape;
        if !tape.string.decoded {
            let start = tape.decoded.len();
            let plain = tape.string.start..tape.string.start + tape.string.length;
            tape.decoded.push_str(&self.text[plain]);
            tape.string.start = start;
            tape.string.decoded = true;
        }
    }
}

impl Sink for Writer<'_> {
    fn open(&mut self, container: Container, _offset: usize) {
        let tape = &mut *self.tape;
        tape.child();
        tape.open.push(Open {
            index: tape.entries.len(),
            children: tape.children.len(),
        });
        tape.entries.push(match container {
            Container::Object => Entry::Object(0, 0),
            Container::Array => Entry::Array(0, 0),
        });
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        let Some(open) = self.tape.open.last().copied() else {
            return Err(FaultKind::Syntax("the end of nothing"));
        };
        let children = &self.tape.children[open.children..];
        let count = children.len();
        let behind = self.tape.entries.len();
        let is_object = matches!(self.tape.entries[open.index], Entry::Object(..));
        if is_object && count > 1 {
            match self.view().duplicates(children) {
                None => {}
                Some(true) => self.tape.duplicates = true,
                Some(false) => return Err(FaultKind::DuplicateKey),
            }
        }
        let tape = &mut *self.tape;
        tape.entries[open.index] = if is_object {
            Entry::Object(count, behind)
        } else {
            Entry::Array(count, behind)
        };
        tape.open.pop();
        tape.children.truncate(open.children);
        Ok(())
    }

    fn begin_key(&mut self, offset: usize) {
        self.tape.begin(offset);
    }

    fn end_key(&mut self) {
        let tape = &mut *self.tape;
        tape.children.push(tape.entries.len());
        tape.entries.push(Entry::String(tape.string));
    }

    fn begin_string(&mut self, offset: usize) {
        self.tape.begin(offset);
        self.tape.in_string = true;
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.tape.in_string = false;
        let string = self.tape.string;
        self.tape.push(Entry::String(string));
        Ok(())
    }

    fn fragment(&mut self, text: &str) {
        let string = self.tape.string;
        let end = string.start + string.length;
        // A part of the text itself, behind what there is of the string: nothing has to be copied.
        let contiguous = !string.decoded && text.as_ptr().addr() == self.text.as_ptr().addr() + end;
        if !contiguous {
            self.decode();
            self.tape.decoded.push_str(text);
        }
        self.tape.string.length += text.len();
    }

    fn number(&mut self, text: &str, _offset: usize) -> Result<(), FaultKind> {
        let number = number::read(text)?;
        self.tape.integral_floats |= number::integral(&number).is_some();
        self.tape.push(Entry::Number(number));
        Ok(())
    }

    fn literal(&mut self, literal: Literal, _offset: usize) -> Result<(), FaultKind> {
        self.tape.push(match literal {
            Literal::Null => Entry::Null,
            Literal::True => Entry::Bool(true),
            Literal::False => Entry::Bool(false),
        });
        Ok(())
    }
}
