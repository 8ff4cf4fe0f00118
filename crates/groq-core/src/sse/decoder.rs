//! The state machine.

use std::mem;
use std::ops::Range;

use super::buffer::Buffer;
use super::limits::{LimitError, StreamLimits};

/// One event.
///
/// An event that lies wholly in one piece of input is handed out without copying its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The name in its `event` field; empty if there is none.
    pub name: &'a [u8],
    /// Its `data` lines, joined by line feeds.
    pub data: &'a [u8],
}

/// Turns bytes into [`Event`]s, whatever pieces the bytes come in.
///
/// Give it each piece of input, and take events until there are none; at the end of the input, ask
/// [`finish`](Self::finish) for an event that the last blank line is missing from. `\n`, `\r` and `\r\n` end a line, and
/// comments, unknown fields and a byte order mark at the start are skipped, as the standard says. So are `id` and `retry`:
/// they serve to resume a stream, which a generation cannot.
///
/// Time is linear in the input, and memory is bounded by the [`StreamLimits`].
#[derive(Debug)]
pub struct Decoder {
    limits: StreamLimits,
    max_line: usize,
    max_event: usize,
    /// Bytes taken so far, from all pieces.
    taken: u64,
    mark: Mark,
    /// The last piece ended in `\r`, so a `\n` that begins the next one belongs to it.
    after_cr: bool,
    /// The beginning of a line whose end has not come yet.
    line: Buffer,
    /// Data of the current event that had to be copied.
    data: Buffer,
    name: Buffer,
    phase: Phase,
    /// A limit was passed: nothing follows.
    failed: bool,
}

/// Where in an event the decoder is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It has no data line yet.
    #[default]
    Before,
    /// It has a data line.
    Inside,
    /// It was handed out, and what the buffers hold of it goes before anything else.
    HandedOut,
}

/// How much of a byte order mark was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    Expected,
    Begun(usize),
    Over,
}

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Where the data of the current event is.
#[derive(Clone, Copy)]
enum Place {
    /// In the decoder's own buffer, or nowhere yet.
    Copied,
    /// In the input, from here to there.
    Input { start: usize, end: usize },
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(StreamLimits::default())
    }
}

impl Decoder {
    /// Creates a decoder with these limits.
    pub fn new(limits: StreamLimits) -> Self {
        let size = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        Self {
            limits,
            max_line: size(limits.max_line),
            max_event: size(limits.max_event),
            taken: 0,
            mark: Mark::default(),
            after_cr: false,
            line: Buffer::default(),
            data: Buffer::default(),
            name: Buffer::default(),
            phase: Phase::default(),
            failed: false,
        }
    }

    /// Takes the next event out of `input`, and moves `input` past it.
    ///
    /// `None` means that all of `input` is used up: call again with the next piece.
    ///
    /// # Errors
    ///
    /// A [`LimitError`] when the input passes a bound; after it there are no more events.
    pub fn next<'a, 'input: 'a>(
        &'a mut self,
        input: &mut &'input [u8],
    ) -> Result<Option<Event<'a>>, LimitError> {
        self.forget_handed_out();
        if self.failed {
            *input = &[];
            return Ok(None);
        }
        let whole = *input;
        let window = self.allowed(whole);
        let mut at = self.skip_beginning(window);
        let mut place = Place::Copied;
        while let Some(length) = memchr::memchr2(b'\n', b'\r', &window[at..]) {
            let line = at..at + length;
            at = self.past_line_end(window, line.end);
            if self
                .line(window, line, &mut place)
                .map_err(|error| self.fail(error))?
            {
                *input = self.advance(whole, at);
                return Ok(Some(self.event(window, place)));
            }
        }
        self.keep(window, at, place)
            .map_err(|error| self.fail(error))?;
        *input = self.advance(whole, window.len());
        if input.is_empty() {
            Ok(None)
        } else {
            Err(self.fail(LimitError::Stream(self.limits.max_stream)))
        }
    }

    /// Says that the input is at its end, and gives the event that only its last blank line is missing from.
    ///
    /// The standard drops such an event; some servers end so, and the caller can tell better whether it is whole.
    ///
    /// # Errors
    ///
    /// A [`LimitError`] when its last line makes the event too large.
    pub fn finish(&mut self) -> Result<Option<Event<'_>>, LimitError> {
        self.forget_handed_out();
        if self.failed {
            return Ok(None);
        }
        let mut place = Place::Copied;
        if !self.line.is_empty() {
            self.line(&[], 0..0, &mut place)
                .map_err(|error| self.fail(error))?;
        }
        let begun = mem::take(&mut self.phase) == Phase::Inside;
        Ok(begun.then(|| self.event(&[], place)))
    }

    /// What of the input the bound on the whole stream allows.
    fn allowed<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        let left = self.limits.max_stream - self.taken;
        &input[..usize::try_from(left).unwrap_or(usize::MAX).min(input.len())]
    }

    fn advance<'a>(&mut self, input: &'a [u8], by: usize) -> &'a [u8] {
        self.taken += by as u64;
        &input[by..]
    }

    /// Skips a byte order mark, and the second half of a `\r\n` that two pieces share.
    fn skip_beginning(&mut self, window: &[u8]) -> usize {
        if self.mark != Mark::Over {
            return self.skip_mark(window);
        }
        if window.is_empty() {
            return 0;
        }
        usize::from(mem::take(&mut self.after_cr) && window[0] == b'\n')
    }

    fn skip_mark(&mut self, window: &[u8]) -> usize {
        let before = match self.mark {
            Mark::Begun(seen) => seen,
            Mark::Expected | Mark::Over => 0,
        };
        let expected = &BYTE_ORDER_MARK[before..];
        let common = expected
            .iter()
            .zip(window)
            .take_while(|(mark, byte)| mark == byte)
            .count();
        if common == expected.len() {
            self.mark = Mark::Over;
            return common;
        }
        if common == window.len() {
            self.mark = Mark::Begun(before + common);
            return common;
        }
        // It was none after all: what earlier pieces seemed to begin it belongs to the first line.
        self.mark = Mark::Over;
        self.line.push(&BYTE_ORDER_MARK[..before], self.max_line);
        0
    }

    fn past_line_end(&mut self, window: &[u8], end: usize) -> usize {
        if window[end] == b'\n' {
            return end + 1;
        }
        match window.get(end + 1) {
            Some(b'\n') => end + 2,
            Some(_) => end + 1,
            None => {
                self.after_cr = true;
                end + 1
            }
        }
    }

    /// Reads a line that ends in this piece; says whether it ends an event.
    fn line(
        &mut self,
        window: &[u8],
        line: Range<usize>,
        place: &mut Place,
    ) -> Result<bool, LimitError> {
        if self.line.len() + line.len() > self.max_line {
            return Err(LimitError::Line(self.limits.max_line));
        }
        if self.line.is_empty() {
            return self.field(window, &window[line.clone()], Some(line.start), place);
        }
        let mut joined = mem::take(&mut self.line);
        joined.push(&window[line], self.max_line);
        let ends_event = self.field(window, joined.as_slice(), None, place);
        joined.clear();
        self.line = joined;
        ends_event
    }

    /// Reads a whole line, which starts at `start` of the input unless it had to be joined.
    fn field(
        &mut self,
        window: &[u8],
        line: &[u8],
        start: Option<usize>,
        place: &mut Place,
    ) -> Result<bool, LimitError> {
        if line.is_empty() {
            let begun = mem::take(&mut self.phase) == Phase::Inside;
            if !begun {
                self.name.clear();
            }
            return Ok(begun);
        }
        match split_field(line) {
            (b"data", value) => {
                let value = value..line.len();
                let in_input = start.map(|start| (start + value.start, start + value.end));
                self.append(window, &line[value], in_input, place)?;
            }
            (b"event", value) => {
                self.name.clear();
                self.name.push(&line[value..], self.max_line);
            }
            _ => {}
        }
        Ok(false)
    }

    fn append(
        &mut self,
        window: &[u8],
        value: &[u8],
        in_input: Option<(usize, usize)>,
        place: &mut Place,
    ) -> Result<(), LimitError> {
        let max = self.max_event;
        let before = match *place {
            Place::Input { start, end } => end - start + 1,
            Place::Copied if self.phase == Phase::Inside => self.data.len() + 1,
            Place::Copied => 0,
        };
        if before + value.len() > max {
            return Err(LimitError::Event(self.limits.max_event));
        }
        if mem::replace(&mut self.phase, Phase::Inside) == Phase::Inside {
            self.copy(window, place);
            self.data.push(b"\n", max);
            self.data.push(value, max);
        } else if let Some((start, end)) = in_input {
            *place = Place::Input { start, end };
        } else {
            self.data.push(value, max);
        }
        Ok(())
    }

    /// Keeps what a later piece will complete.
    fn keep(&mut self, window: &[u8], at: usize, mut place: Place) -> Result<(), LimitError> {
        let rest = &window[at..];
        if self.line.len() + rest.len() > self.max_line {
            return Err(LimitError::Line(self.limits.max_line));
        }
        self.copy(window, &mut place);
        self.line.push(rest, self.max_line);
        Ok(())
    }

    fn copy(&mut self, window: &[u8], place: &mut Place) {
        if let Place::Input { start, end } = *place {
            self.data.push(&window[start..end], self.max_event);
            *place = Place::Copied;
        }
    }

    fn event<'a>(&'a mut self, window: &'a [u8], place: Place) -> Event<'a> {
        self.phase = Phase::HandedOut;
        Event {
            name: self.name.as_slice(),
            data: match place {
                Place::Copied => self.data.as_slice(),
                Place::Input { start, end } => &window[start..end],
            },
        }
    }

    fn forget_handed_out(&mut self) {
        if self.phase == Phase::HandedOut {
            self.phase = Phase::Before;
            self.data.clear();
            self.name.clear();
        }
    }

    fn fail(&mut self, error: LimitError) -> LimitError {
        self.failed = true;
        self.line = Buffer::default();
        self.data = Buffer::default();
        error
    }
}

/// The name of a field, and where its value starts. A comment has an empty name.
fn split_field(line: &[u8]) -> (&[u8], usize) {
    let colon = if line.starts_with(b"data:") {
        Some(4)
    } else {
        memchr::memchr(b':', line)
    };
    match colon {
        Some(colon) => (
            &line[..colon],
            colon + 1 + usize::from(line.get(colon + 1) == Some(&b' ')),
        ),
        None => (line, line.len()),
    }
}

#[cfg(test)]
mod tests;
