//! A reply in pieces: first a partial value, at the end the value. Takes linear time.

mod early;

use std::mem;
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::decode::Decoder;
use crate::error::{Error, Failure};
use crate::format::{Finish, Format, Parsed, parsed};
use crate::issue::Issue;
use crate::parse::boundary_before;
use crate::parse::find::Candidate;
use crate::parse::machine::{Machine, plain_length};
use crate::parse::outside;
use crate::parse::repair::{Repair, Repaired};
use crate::parse::sink::{Container, FaultKind, Flow, Literal, Sink};
use crate::parse::tree::Tree;
use crate::parse::whitespace;
use crate::partial::Partial;
use crate::schema::WireSchema;
use early::EarlyCheck;

/// How many bytes after a bracket are read again with each piece until it is clear what the bracket opens.
const UNDECIDED: usize = 256;

/// Reads a reply as it arrives, without a network. Returned by [`Format::reader`].
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
///     reader.feed(piece)?; // fails as soon as no continuation can fit
///     println!("{:?}", reader.partial().text_at("/title"));
/// }
/// let story = reader.finish(Finish::Stop)?;
/// assert_eq!((story.title.as_str(), story.pages), ("A fox", 12));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[must_use = "a reader does nothing until it is fed"]
pub struct Reader<T> {
    format: Format<T>,
    wire: Option<WireSchema>,
    incoming: Incoming,
}

impl<T: DeserializeOwned + 'static> Reader<T> {
    pub(crate) fn new(format: Format<T>, wire: Option<WireSchema>) -> Self {
        let incoming = Incoming::new(format.decoder(wire.as_ref()));
        Self {
            format,
            wire,
            incoming,
        }
    }

    /// Reads a piece of any size.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) as soon as no continuation can fit. Everything else is reported by
    /// [`finish`](Self::finish).
    pub fn feed(&mut self, piece: &str) -> Result<(), Error> {
        self.incoming.feed(piece).map_err(|issue| {
            Error::new(Failure::Invalid(vec![issue])).with_raw(self.incoming.text())
        })
    }

    /// Returns the value, as far as it has been read.
    ///
    /// ```
    /// # let mut reader = groq_json::Format::<Vec<u8>>::new()?.reader();
    /// reader.feed("[1, 2")?;
    /// assert_eq!(reader.partial().to_value(), serde_json::json!([1]));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn partial(&self) -> &Partial {
        self.incoming.partial()
    }

    /// Returns the text so far. It may contain private data.
    pub fn text(&self) -> &str {
        self.incoming.text()
    }

    /// Returns the value. The whole reply is validated.
    ///
    /// # Errors
    ///
    /// Those of [`Format::parse`].
    pub fn finish(self, finish: Finish) -> Result<Parsed<T>, Error> {
        let Incoming {
            text,
            partial,
            state,
            ..
        } = self.incoming;
        let read = state.plain(&text, partial.tree);
        let decoder = self.format.decoder(self.wire.as_ref());
        parsed(decoder.reply_read(&text, finish, read), &text)
    }
}

impl<T> std::fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("partial", &self.incoming.partial)
            .finish_non_exhaustive()
    }
}

/// A reply that is arriving.
pub(crate) struct Incoming {
    text: String,
    partial: Partial,
    check: Option<EarlyCheck>,
    level: Repair,
    max_depth: usize,
    state: State,
    /// What ends the current string, if there is one and nothing checks it as it grows.
    string: Option<u8>,
}

enum State {
    /// Looks for the value from this byte on.
    Outside(usize),
    /// Inside thoughts, looks for their end from this byte on.
    Thoughts(usize),
    /// In the value that begins at this byte.
    Inside(Box<Machine>, usize),
    /// The value is complete, with these repairs.
    Done(Vec<Repaired>, Range<usize>),
    /// It is not JSON. The text is read again at the end.
    Lost,
}

impl State {
    /// The value as it was read, if there is nothing but whitespace around it.
    fn plain(self, text: &str, tree: Tree) -> Option<Candidate> {
        let Self::Done(repairs, range) = self else {
            return None;
        };
        let is_blank = |text: &str| text.chars().all(whitespace::is_json);
        (is_blank(&text[..range.start]) && is_blank(&text[range.end..]))
            .then(|| Candidate::complete(range, repairs, tree))
    }
}

impl Incoming {
    /// Creates a reader. It checks early if the reply has the form of the type.
    pub(crate) fn new(decoder: Decoder<'_>) -> Self {
        let same_form = decoder
            .wire
            .is_none_or(|wire| !wire.strict && wire.wrapped_in.is_none());
        let checks = same_form && decoder.level != Repair::Lossless;
        Self {
            text: String::new(),
            partial: Partial {
                tree: Tree::new(decoder.level != Repair::Off),
            },
            check: checks.then(|| EarlyCheck::new(Arc::clone(decoder.compiled))),
            level: decoder.level,
            max_depth: decoder.max_depth,
            state: State::Outside(0),
            string: None,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn partial(&self) -> &Partial {
        &self.partial
    }

    #[cfg(feature = "client")]
    pub(crate) fn into_partial(self) -> Partial {
        self.partial
    }

    /// A copy of the value as it was read, if there is nothing but whitespace around it.
    #[cfg(feature = "client")]
    pub(crate) fn plain(&self) -> Option<Candidate> {
        let State::Done(repairs, range) = &self.state else {
            return None;
        };
        State::Done(repairs.clone(), range.clone()).plain(&self.text, self.partial.tree.clone())
    }

    /// Reads a piece.
    #[inline]
    pub(crate) fn feed(&mut self, piece: &str) -> Result<(), Issue> {
        let from = self.text.len();
        self.text.push_str(piece);
        // Most pieces are nothing but more of a string.
        match self.string {
            Some(quote) if plain_length(piece.as_bytes(), quote) == piece.len() => {
                self.partial.tree.more_string(piece);
                Ok(())
            }
            _ => self.feed_on(from),
        }
    }

    /// Reads the text from `from` on.
    #[inline(never)]
    fn feed_on(&mut self, from: usize) -> Result<(), Issue> {
        if matches!(self.state, State::Inside(..)) {
            return self.read(from);
        }
        self.retract(from);
        self.look()
    }

    /// Starts over after the end of thoughts whose beginning was not sent: what was read was thought.
    fn retract(&mut self, from: usize) {
        let end = match &self.state {
            State::Done(_, range) => range.end,
            State::Lost => 0,
            _ => return,
        };
        let at = self.before_tag(from.max(end), end);
        if let Some(length) = outside::thoughts_end(&self.text[at..], false) {
            self.state = State::Outside(at + length);
            self.partial.tree = Tree::new(self.level != Repair::Off);
            if let Some(check) = &mut self.check {
                check.restart();
            }
        }
    }

    /// Where a tag may begin that ends after `at`, but not before `first`.
    fn before_tag(&self, at: usize, first: usize) -> usize {
        let at = at.saturating_sub(outside::LONGEST_TAG).max(first);
        boundary_before(&self.text, at)
    }

    /// Looks for the beginning of the value.
    fn look(&mut self) -> Result<(), Issue> {
        loop {
            self.state = match self.state {
                State::Thoughts(at) => {
                    let Some(length) = outside::thoughts_end(&self.text[at..], true) else {
                        self.state = State::Thoughts(self.before_tag(self.text.len(), at));
                        return Ok(());
                    };
                    State::Outside(at + length)
                }
                State::Outside(at) => {
                    let Some(length) = self.text[at..].find(['{', '[', '<']) else {
                        self.state = State::Outside(self.text.len());
                        return Ok(());
                    };
                    let at = at + length;
                    let rest = &self.text[at..];
                    let is_tag = rest.starts_with('<');
                    let undecided = if is_tag {
                        rest.len() < outside::LONGEST_TAG
                    } else {
                        rest.len() < UNDECIDED && !outside::is_decided(rest)
                    };
                    if undecided {
                        self.state = State::Outside(at);
                        return Ok(());
                    }
                    if !is_tag && outside::is_plausible(rest) {
                        let machine = Machine::new(self.level, self.max_depth);
                        self.state = State::Inside(Box::new(machine), at);
                        return self.read(at);
                    }
                    match outside::thoughts_tag(rest) {
                        Some((length, true)) => State::Thoughts(at + length),
                        _ => State::Outside(at + 1),
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// Feeds the machine with the text from `from` on.
    fn read(&mut self, from: usize) -> Result<(), Issue> {
        let State::Inside(machine, start) = &mut self.state else {
            return Ok(());
        };
        let mut issue = None;
        let tree = &mut self.partial.tree;
        let result = match &mut self.check {
            None => machine.feed(&self.text, from, tree),
            Some(check) => {
                let mut checked = Checked {
                    tree,
                    check,
                    issue: &mut issue,
                };
                machine.feed(&self.text, from, &mut checked)
            }
        };
        let is_choice = self.check.as_ref().is_some_and(EarlyCheck::is_choice);
        self.string = machine.open_quote().filter(|_| !is_choice);
        match result {
            Ok(end) if machine.is_done() => {
                let repairs = mem::take(&mut machine.repairs);
                self.state = State::Done(repairs, *start..end);
            }
            Ok(_) => {}
            Err(_) => {
                self.state = State::Lost;
                self.string = None;
            }
        }
        issue.map_or(Ok(()), Err)
    }
}

/// Builds the value and checks it early.
struct Checked<'b> {
    tree: &'b mut Tree,
    check: &'b mut EarlyCheck,
    issue: &'b mut Option<Issue>,
}

impl Checked<'_> {
    /// Keeps an issue, with its path from the root.
    fn keep(&mut self, checked: Result<(), Issue>) -> Flow {
        checked.map_err(|mut issue| {
            issue.path.insert_str(0, &self.tree.pointer());
            *self.issue = Some(issue);
            FaultKind::Unfit
        })
    }
}

impl Sink for Checked<'_> {
    fn open(&mut self, container: Container, offset: usize) -> Flow {
        let checked = self.check.open(container);
        self.keep(checked)?;
        self.tree.open(container, offset)
    }

    fn close(&mut self) -> Flow {
        let checked = self.check.close();
        self.keep(checked)?;
        self.tree.close()
    }

    fn begin_key(&mut self, offset: usize) {
        self.tree.begin_key(offset);
    }

    fn end_key(&mut self) -> Flow {
        self.tree.end_key()?;
        let checked = self.check.key(self.tree.key());
        self.keep(checked)
    }

    fn begin_string(&mut self, offset: usize) -> Flow {
        let checked = self.check.begin_string();
        self.keep(checked)?;
        self.tree.begin_string(offset)
    }

    fn end_string(&mut self) -> Flow {
        let checked = self.check.end_string(self.tree.string());
        self.keep(checked)?;
        self.tree.end_string()
    }

    fn fragment(&mut self, text: &str) -> Flow {
        self.tree.fragment(text)?;
        if !self.check.is_choice() {
            return Ok(());
        }
        let checked = self.check.text(self.tree.string());
        self.keep(checked)
    }

    fn number(&mut self, text: &str, offset: usize) -> Flow {
        let checked = self.check.number(text);
        self.keep(checked)?;
        self.tree.number(text, offset)
    }

    fn literal(&mut self, literal: Literal, offset: usize) -> Flow {
        let checked = self.check.literal(literal);
        self.keep(checked)?;
        self.tree.literal(literal, offset)
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    fn reader<T: schemars::JsonSchema + DeserializeOwned + 'static>() -> Incoming {
        let format = Format::<T>::new().unwrap();
        Incoming::new(format.decoder(None))
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
