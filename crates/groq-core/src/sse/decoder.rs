//! The state machine.

use std::mem;
use std::ops::Range;

use super::buffer::Buffer;
use super::limits::{LimitError, Limits};

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
/// Time is linear in the input, and memory is bounded by the [`Limits`].
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
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

impl Decoder {
    /// A decoder with these bounds.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
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
        self.line
            .push(&BYTE_ORDER_MARK[..before], self.limits.max_line);
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
        if self.line.len() + line.len() > self.limits.max_line {
            return Err(LimitError::Line(self.limits.max_line));
        }
        if self.line.is_empty() {
            return self.field(window, &window[line.clone()], Some(line.start), place);
        }
        let mut joined = mem::take(&mut self.line);
        joined.push(&window[line], self.limits.max_line);
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
                self.name.push(&line[value..], self.limits.max_line);
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
        let max = self.limits.max_event;
        let before = match *place {
            Place::Input { start, end } => end - start + 1,
            Place::Copied if self.phase == Phase::Inside => self.data.len() + 1,
            Place::Copied => 0,
        };
        if before + value.len() > max {
            return Err(LimitError::Event(max));
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
        if self.line.len() + rest.len() > self.limits.max_line {
            return Err(LimitError::Line(self.limits.max_line));
        }
        self.copy(window, &mut place);
        self.line.push(rest, self.limits.max_line);
        Ok(())
    }

    fn copy(&mut self, window: &[u8], place: &mut Place) {
        if let Place::Input { start, end } = *place {
            self.data.push(&window[start..end], self.limits.max_event);
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The events of the pieces, as name and data, and the error that ended them.
    type Decoded = (Vec<(Vec<u8>, Vec<u8>)>, Option<LimitError>);

    fn decode(limits: Limits, pieces: &[&[u8]]) -> Decoded {
        let mut decoder = Decoder::new(limits);
        let mut events = Vec::new();
        for piece in pieces {
            let mut input = *piece;
            loop {
                match decoder.next(&mut input) {
                    Ok(Some(event)) => events.push((event.name.to_vec(), event.data.to_vec())),
                    Ok(None) => break,
                    Err(error) => return (events, Some(error)),
                }
            }
            assert!(input.is_empty(), "all input is used up");
        }
        match decoder.finish() {
            Ok(tail) => events.extend(tail.map(|event| (event.name.to_vec(), event.data.to_vec()))),
            Err(error) => return (events, Some(error)),
        }
        (events, None)
    }

    fn data(input: &[u8]) -> Vec<String> {
        let (events, error) = decode(Limits::default(), &[input]);
        assert_eq!(error, None);
        events
            .into_iter()
            .map(|(_, data)| String::from_utf8(data).expect("UTF-8"))
            .collect()
    }

    fn bytewise(limits: Limits, input: &[u8]) -> Decoded {
        decode(limits, &input.chunks(1).collect::<Vec<_>>())
    }

    #[test]
    fn follows_the_standard() {
        let table: [(&[u8], &[&str]); 22] = [
            (b"data: one\n\ndata: two\n\n", &["one", "two"]),
            (b"data: one\r\n\r\ndata: two\r\n\r\n", &["one", "two"]),
            (b"data: one\r\rdata: two\r\r", &["one", "two"]),
            (b"data: one\r\n\ndata: two\n\r\n", &["one", "two"]),
            (b"\xef\xbb\xbfdata: one\n\n", &["one"]),
            (b"\xef\xbbdata: one\n\ndata: two\n\n", &["two"]),
            (b": comment\n\n:\n\n\n\ndata: one\n\n", &["one"]),
            (
                b"id: 7\nretry: 100\nevent: message\nwhatever: x\ndata: one\n\n",
                &["one"],
            ),
            (
                b"data: one\ndata: two\ndata:\ndata: four\n\n",
                &["one\ntwo\n\nfour"],
            ),
            (b"data:one\n\n", &["one"]),
            (b"data:  one\n\n", &[" one"]),
            (b"data\n\n", &[""]),
            (b"data:\n\n", &[""]),
            (b"data: one", &["one"]),
            (b"data: one\n", &["one"]),
            (b"data: one\ndata: tw", &["one\ntw"]),
            (b"no colon\ndata: one\n\n", &["one"]),
            (b"dat\0a: x\ndata: o\0e\n\n", &["o\0e"]),
            (b"event: only a name\n\ndata: one\n\n", &["one"]),
            (b" data: not a field\ndata: one\n\n", &["one"]),
            (b"Data: not a field\n\n", &[]),
            (b"", &[]),
        ];
        for (input, expected) in table {
            assert_eq!(
                data(input),
                expected,
                "{:?}",
                input.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn a_name_belongs_to_one_event() {
        let (events, _) = decode(
            Limits::default(),
            &[b"event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n"],
        );
        let names: Vec<_> = events.iter().map(|(name, _)| name.as_slice()).collect();
        assert_eq!(names, [&b"error"[..], b"", b""]);
    }

    #[test]
    fn an_event_in_one_piece_is_not_copied() {
        let piece = b"data: borrowed\n\n".to_vec();
        let mut decoder = Decoder::default();
        let mut input = piece.as_slice();
        let event = decoder
            .next(&mut input)
            .expect("within the limits")
            .expect("an event");
        assert!(piece.as_ptr_range().contains(&event.data.as_ptr()));
    }

    #[test]
    fn each_limit_ends_the_stream() {
        let line = Limits::default().with_max_line(10);
        let event = Limits::default().with_max_event(8);
        let stream = Limits::default().with_max_stream(20);
        let table: [(Limits, &[u8], usize, LimitError); 5] = [
            (line, b"data: a\n\ndata: 56789\n\n", 1, LimitError::Line(10)),
            (
                line,
                b"data: a\n\n:ever so long a comment",
                1,
                LimitError::Line(10),
            ),
            (
                event,
                b"data: 12345678\n\ndata: 123456789\n\n",
                1,
                LimitError::Event(8),
            ),
            (
                event,
                b"data: 1234\ndata: 5678\n\n",
                0,
                LimitError::Event(8),
            ),
            (
                stream,
                b"data: one\n\ndata: two\n\n",
                1,
                LimitError::Stream(20),
            ),
        ];
        for (limits, input, events, error) in table {
            let decoded = decode(limits, &[input]);
            assert_eq!((decoded.0.len(), decoded.1), (events, Some(error)));
            assert_eq!(bytewise(limits, input), decoded);
        }
    }

    #[test]
    fn exactly_at_the_limit_is_allowed() {
        let limits = Limits::default()
            .with_max_line(9)
            .with_max_event(3)
            .with_max_stream(11);
        assert_eq!(
            decode(limits, &[b"data: one\n\n"]),
            (vec![(vec![], b"one".to_vec())], None)
        );
    }

    #[test]
    fn nothing_follows_a_passed_limit() {
        let mut decoder = Decoder::new(Limits::default().with_max_line(3));
        assert!(decoder.next(&mut &b"data: a\n\n"[..]).is_err());
        assert_eq!(decoder.next(&mut &b"x\n\n"[..]), Ok(None));
        assert_eq!(decoder.finish(), Ok(None));
    }

    #[test]
    fn a_long_line_in_small_pieces_stays_below_twice_its_cap() {
        let mut decoder = Decoder::new(Limits::default().with_max_line(1 << 20));
        let piece = [b'x'; 1000];
        while decoder.next(&mut &piece[..]).is_ok() {
            assert!(decoder.line.len() <= 1 << 20);
        }
        assert!(decoder.line.is_empty(), "the memory is given back");
    }

    /// Bytes that hit every branch far more often than random ones do.
    fn sse_like() -> impl Strategy<Value = Vec<u8>> {
        const TOKENS: [&[u8]; 19] = [
            b"data",
            b"data:",
            b"data: ",
            b"event: error",
            b"id: 1",
            b": comment",
            b"\n",
            b"\n\n",
            b"\r",
            b"\r\n",
            b"\r\n\r\n",
            b"\xef\xbb\xbf",
            b"\xef",
            b"{\"a\":1}",
            b"[DONE]",
            b"\xf0\x9f\xa6\x80",
            b"\0",
            b" ",
            b":",
        ];
        let token = prop::sample::select(&TOKENS[..]);
        prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
    }

    fn some_limits() -> impl Strategy<Value = Limits> {
        (1usize..40, 1usize..40, 1u64..200).prop_map(|(line, event, stream)| {
            Limits::default()
                .with_max_line(line)
                .with_max_event(event)
                .with_max_stream(stream)
        })
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_events(
            input in sse_like(),
            limits in prop_oneof![Just(Limits::default()), some_limits()],
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let whole = decode(limits, &[&input]);
            prop_assert_eq!(&bytewise(limits, &input), &whole);
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|cut| &input[cut[0]..cut[1]]).collect();
            prop_assert_eq!(&decode(limits, &pieces), &whole);
        }

        #[test]
        fn random_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..300), limits in some_limits()) {
            prop_assert_eq!(bytewise(limits, &input), decode(limits, &[&input]));
        }

        #[test]
        fn what_is_written_is_read(events in prop::collection::vec("[^\r\n]{0,20}(\n[^\r\n]{0,20}){0,2}", 0..10)) {
            let mut stream = String::new();
            for event in &events {
                for line in event.split('\n') {
                    stream.extend(["data: ", line, "\n"]);
                }
                stream.push('\n');
            }
            prop_assert_eq!(data(stream.as_bytes()), events);
        }
    }
}
