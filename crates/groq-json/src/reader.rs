//! A reply in pieces to a partial value and, at its end, to the value; in time linear in the text.

mod guard;

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::format::{Compiled, Finish, Format, Parsed};
use crate::issue::Issue;
use crate::judge::Judge;
use crate::parse::blank;
use crate::parse::machine::{Machine, plain_length};
use crate::parse::outside;
use crate::parse::repair::{Repair, Repaired};
use crate::parse::sink::{Container, FaultKind, Literal, Sink};
use crate::parse::tape::{Tape, Writer};
use crate::partial::Partial;
use crate::schema::Wire;
use guard::Guard;

/// How many bytes behind a bracket are looked at again and again, until it is plain what it opens.
const UNDECIDED: usize = 256;

/// Reads a reply as it comes in, without a network; from [`Format::reader`].
///
/// ```
/// use groq_json::{Finish, Format, JsonSchema};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Story { title: String, pages: u8 }
///
/// let mut reader = Format::<Story>::new()?.reader();
/// for piece in ["Here:\n{\"title\": \"A f", "ox\", \"pages\": 1", "2}"] {
///     reader.feed(piece)?; // an error as soon as nothing to come can cure it
///     println!("{:?}", reader.partial().text_at("/title"));
/// }
/// let story = reader.finish(Finish::Stop)?;
/// assert_eq!((story.title.as_str(), story.pages), ("A fox", 12));
/// # Ok::<(), groq_json::Error>(())
/// ```
pub struct Reader<T> {
    format: Format<T>,
    wire: Option<Wire>,
    incoming: Incoming,
}

impl<T: DeserializeOwned + 'static> Reader<T> {
    pub(crate) fn new(format: Format<T>, wire: Option<Wire>) -> Self {
        // What comes in another form than that of the type cannot be watched.
        let same_form = wire
            .as_ref()
            .is_none_or(|wire| !wire.strict && wire.wrapped_in.is_none());
        let guarded = same_form.then(|| Arc::clone(format.compiled()));
        Self {
            incoming: Incoming::new(guarded, format.limits()),
            format,
            wire,
        }
    }

    /// Reads a piece, of any size.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) at the first thing that nothing to come can cure. What else is wrong is told by
    /// [`finish`](Self::finish).
    pub fn feed(&mut self, piece: &str) -> Result<(), Error> {
        self.incoming.feed(piece).map_err(|issue| {
            Error::new(ErrorKind::Invalid(vec![issue])).with_raw(self.incoming.text())
        })
    }

    /// What has come of the value so far.
    pub fn partial(&self) -> &Partial {
        &self.incoming.partial
    }

    /// The text so far. It may hold private data.
    pub fn text(&self) -> &str {
        self.incoming.text()
    }

    /// The value, judged whole.
    ///
    /// # Errors
    ///
    /// Those of [`Format::parse`].
    pub fn finish(self, finish: Finish) -> Result<Parsed<T>, Error> {
        let (level, max_depth) = self.format.limits();
        let judge = Judge {
            compiled: self.format.compiled(),
            level,
            max_depth,
            wire: self.wire.as_ref(),
            fill_defaults: TypeId::of::<T>() == TypeId::of::<Value>(),
        };
        let text = self.incoming.text();
        match judge.reply_read(text, finish, self.incoming.plain()) {
            Ok(fitting) => Ok(fitting.into()),
            Err(kind) => Err(Error::new(kind).with_raw(text)),
        }
    }
}

/// Leaves out the text.
impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("partial", &self.incoming.partial)
            .finish_non_exhaustive()
    }
}

/// A reply that is coming in.
pub(crate) struct Incoming {
    pub(crate) partial: Partial,
    guard: Option<Guard>,
    level: Repair,
    max_depth: usize,
    state: State,
    /// What ends the string at hand, if there is one, and nothing watches how it grows.
    string: Option<u8>,
}

enum State {
    /// Looking for the value from here on.
    Outside(usize),
    /// Inside thoughts, looking for their end from here on.
    Thoughts(usize),
    /// In the value that began at this byte.
    Inside(Box<Machine>, usize),
    /// The value, with these repairs, began and ended at these bytes.
    Done(Vec<Repaired>, usize, usize),
    /// It is no JSON; the end will tell.
    Lost,
}

impl Incoming {
    /// A reader; with a schema, it watches for what nothing to come can cure.
    pub(crate) fn new(guarded: Option<Arc<Compiled>>, (level, max_depth): (Repair, usize)) -> Self {
        Self {
            partial: Partial::default(),
            guard: guarded
                .filter(|_| level != Repair::Lossless)
                .map(Guard::new),
            level,
            max_depth,
            state: State::Outside(0),
            string: None,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.partial.text
    }

    /// Reads a piece.
    #[inline]
    pub(crate) fn feed(&mut self, piece: &str) -> Result<(), Issue> {
        let from = self.partial.text.len();
        self.partial.text.push_str(piece);
        // Most pieces are nothing but more of a string.
        match self.string {
            Some(quote) if plain_length(piece.as_bytes(), quote) == piece.len() => {
                self.partial.tape.more_string(piece);
                Ok(())
            }
            _ => self.feed_on(from),
        }
    }

    /// Reads what came from `from` on.
    #[inline(never)]
    fn feed_on(&mut self, from: usize) -> Result<(), Issue> {
        if matches!(self.state, State::Inside(..)) {
            return self.read(from);
        }
        self.retract(from);
        self.look()
    }

    /// After the end of thoughts whose beginning did not come: what was read was thought, and the value is still to come.
    fn retract(&mut self, from: usize) {
        let end = match self.state {
            State::Done(_, _, end) => end,
            State::Lost => 0,
            _ => return,
        };
        let text = &self.partial.text;
        let mut at = from.saturating_sub(outside::LONGEST_TAG).max(end);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        if let Some(length) = outside::thoughts_end(&text[at..]) {
            self.state = State::Outside(at + length);
            self.partial.tape = Tape::default();
            self.guard = self.guard.take().map(Guard::again);
        }
    }

    /// The value as it was read, if it is complete, plain JSON, and nothing but blanks is around it.
    pub(crate) fn plain(&self) -> Option<&Tape> {
        let State::Done(repairs, start, end) = &self.state else {
            return None;
        };
        let text = self.text();
        let blank = |text: &str| text.chars().all(blank::is_json);
        let tape = &self.partial.tape;
        (blank(&text[..*start]) && blank(&text[*end..]) && repairs.is_empty() && !tape.duplicates)
            .then_some(tape)
    }

    /// Looks for the beginning of the value.
    fn look(&mut self) -> Result<(), Issue> {
        loop {
            match self.state {
                State::Thoughts(at) => {
                    if let Some(length) = outside::thoughts_end(&self.partial.text[at..]) {
                        self.state = State::Outside(at + length);
                    } else {
                        // A tag may have begun, but not ended.
                        let mut next = self
                            .partial
                            .text
                            .len()
                            .saturating_sub(outside::LONGEST_TAG)
                            .max(at);
                        while !self.partial.text.is_char_boundary(next) {
                            next -= 1;
                        }
                        self.state = State::Thoughts(next);
                        return Ok(());
                    }
                }
                State::Outside(at) => {
                    let Some(length) = self.partial.text[at..].find(['{', '[', '<']) else {
                        self.state = State::Outside(self.partial.text.len());
                        return Ok(());
                    };
                    let at = at + length;
                    let rest = &self.partial.text[at..];
                    if rest.starts_with('<') {
                        if rest.len() < outside::LONGEST_TAG {
                            self.state = State::Outside(at);
                            return Ok(());
                        }
                        self.state = match outside::thoughts_tag(rest) {
                            Some((length, true)) => State::Thoughts(at + length),
                            _ => State::Outside(at + 1),
                        };
                        continue;
                    }
                    if !outside::is_decided(rest) && rest.len() < UNDECIDED {
                        self.state = State::Outside(at);
                        return Ok(());
                    }
                    if outside::is_plausible(rest) {
                        return self.begin(at);
                    }
                    self.state = State::Outside(at + 1);
                }
                _ => return Ok(()),
            }
        }
    }

    fn begin(&mut self, at: usize) -> Result<(), Issue> {
        let machine = Box::new(Machine::new(self.level, self.max_depth));
        self.state = State::Inside(machine, at);
        self.read(at)
    }

    /// Lets the machine read what came from `from` on.
    fn read(&mut self, from: usize) -> Result<(), Issue> {
        let State::Inside(machine, start) = &mut self.state else {
            return Ok(());
        };
        let mut writer = Writer {
            text: &self.partial.text,
            tape: &mut self.partial.tape,
        };
        let text = &self.partial.text;
        let result = match &mut self.guard {
            Some(guard) => machine.feed(text, from, &mut Both { writer, guard }),
            None => machine.feed(text, from, &mut writer),
        };
        let watched = self.guard.as_ref().is_some_and(Guard::is_choice);
        self.string = machine.open_quote().filter(|_| !watched);
        match result {
            Ok(end) if machine.is_done() => {
                let repairs = std::mem::take(&mut machine.repairs);
                self.state = State::Done(repairs, *start, end);
            }
            Ok(_) => {}
            // Of bad syntax the end will tell more.
            Err(_) => {
                self.state = State::Lost;
                self.string = None;
            }
        }
        let violation = self.guard.as_mut().map(|guard| &mut guard.violation);
        if let Some(violation @ Some(_)) = violation
            && let Some(issue) = violation.take()
        {
            self.state = State::Lost;
            self.string = None;
            return Err(issue);
        }
        Ok(())
    }
}

/// Writes, and watches.
struct Both<'b> {
    writer: Writer<'b>,
    guard: &'b mut Guard,
}

impl Both<'_> {
    /// Says where a violation is, once there is one.
    fn place(&mut self) -> Result<(), FaultKind> {
        let Some(violation) = &mut self.guard.violation else {
            return Ok(());
        };
        if !std::mem::replace(&mut self.guard.placed, true) {
            violation
                .path
                .insert_str(0, &self.writer.view().open_path());
        }
        Err(FaultKind::Syntax("does not fit the schema"))
    }
}

impl Sink for Both<'_> {
    fn open(&mut self, container: Container, offset: usize) {
        self.guard.open(container);
        // What is wrong stays noted, and is told when the piece has been read.
        let _ = self.place();
        self.writer.open(container, offset);
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        self.guard.close();
        self.place()?;
        self.writer.close()
    }

    fn begin_key(&mut self, offset: usize) {
        self.writer.begin_key(offset);
    }

    fn end_key(&mut self) {
        self.guard.key(self.writer.view().string());
        self.writer.end_key();
        let _ = self.place();
    }

    fn begin_string(&mut self, offset: usize) {
        self.guard.begin_string();
        let _ = self.place();
        self.writer.begin_string(offset);
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.guard.end_string(self.writer.view().string());
        self.place()?;
        self.writer.end_string()
    }

    fn fragment(&mut self, text: &str) {
        self.writer.fragment(text);
        if self.guard.is_choice() {
            self.guard.text(self.writer.view().string());
            let _ = self.place();
        }
    }

    fn number(&mut self, text: &str, offset: usize) -> Result<(), FaultKind> {
        self.guard.number(text);
        self.place()?;
        self.writer.number(text, offset)
    }

    fn literal(&mut self, literal: Literal, offset: usize) -> Result<(), FaultKind> {
        self.guard.literal(literal);
        self.place()?;
        self.writer.literal(literal, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader<T: schemars::JsonSchema + DeserializeOwned + 'static>() -> Incoming {
        let format = Format::<T>::new().unwrap();
        Incoming::new(Some(Arc::clone(format.compiled())), format.limits())
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Thing {
        mood: Mood,
        count: u8,
        #[serde(default)]
        names: Vec<String>,
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Mood {
        Happy,
        Sad,
    }

    #[test]
    fn partials_of_every_split_agree_with_the_value() {
        let reply = "<think>{</think>Sure [x]:\n```json\n{\"names\": [\"a\\u00e9\\ud83d\\ude00\", \"b\"], \"count\": 12, \"mood\": \"sad\"}\n```";
        let mut reader = reader::<Thing>();
        let mut shown = String::new();
        for character in reply.chars() {
            reader.feed(character.encode_utf8(&mut [0; 4])).unwrap();
            if let Some(text) = reader.partial.text_at("/names/0") {
                assert!(
                    "aé😀".starts_with(text) && text.starts_with(&shown),
                    "{text}"
                );
                text.clone_into(&mut shown);
            }
            assert!(matches!(
                reader.partial.get::<u32>("/count"),
                None | Some(12)
            ));
        }
        assert_eq!(
            reader.partial.to_value(),
            serde_json::json!({"names": ["aé😀", "b"], "count": 12, "mood": "sad"})
        );
        assert!(reader.partial.is_done(""));
        assert!(reader.plain().is_none(), "there is text around it");
    }

    #[test]
    fn what_nothing_can_cure_is_noticed_at_once() {
        for (reply, path, at) in [
            (r#"{"mood":"hu"#, "/mood", r#"{"mood":"hu"#),
            (r#"{"mood":"sadly"}"#, "/mood", r#"{"mood":"sadl"#),
            (r#"{"count":"1"}"#, "/count", r#"{"count":""#),
            (r#"{"count":1.5,"#, "/count", r#"{"count":1.5,"#),
            (r#"{"names":[1]}"#, "/names/0", r#"{"names":[1]"#),
            (r#"{"names":{}}"#, "/names", r#"{"names":{"#),
            (r#"{"other":1}"#, "/other", r#"{"other""#),
            (r#"{"count":1}"#, "/mood", r#"{"count":1}"#),
        ] {
            let mut reader = reader::<Thing>();
            let mut read = String::new();
            let issue = reply.chars().find_map(|character| {
                read.push(character);
                reader.feed(character.encode_utf8(&mut [0; 4])).err()
            });
            let issue = issue.unwrap_or_else(|| panic!("{reply}"));
            assert_eq!((issue.path.as_str(), read.as_str()), (path, at), "{issue}");
        }
    }
}
