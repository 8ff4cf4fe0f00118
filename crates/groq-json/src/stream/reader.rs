//! A reply in pieces to a partial value, in time linear in the text.

use std::sync::Arc;

use super::guard::Guard;
use crate::format::Compiled;
use crate::issue::Issue;
use crate::parse::find::Candidate;
use crate::parse::machine::Machine;
use crate::parse::outside;
use crate::parse::repair::Repair;
use crate::parse::sink::{Container, FaultKind, Literal, Sink};
use crate::parse::tree::{Frame, Tree};
use crate::partial::Partial;

/// Reads a reply as it comes in.
pub(crate) struct Reader {
    pub(crate) text: String,
    pub(crate) partial: Partial,
    guard: Option<Guard>,
    level: Repair,
    max_depth: usize,
    state: State,
}

enum State {
    /// Looking for the value from here on.
    Outside(usize),
    /// Inside thoughts, looking for their end from here on.
    Thoughts(usize),
    /// In the value that began at this byte.
    Inside(Box<Machine>, usize),
    /// The value began and ended at these bytes.
    Done(Box<Machine>, usize, usize),
    /// It is no JSON; the end will tell.
    Lost,
}

impl Reader {
    /// A reader; with a schema, it watches for what nothing to come can cure.
    pub(crate) fn new(guarded: Option<Arc<Compiled>>, (level, max_depth): (Repair, usize)) -> Self {
        Self {
            text: String::new(),
            partial: Partial::default(),
            guard: guarded
                .filter(|_| level != Repair::Lossless)
                .map(Guard::new),
            level,
            max_depth,
            state: State::Outside(0),
        }
    }

    /// Reads a piece.
    pub(crate) fn feed(&mut self, piece: &str) -> Result<(), Issue> {
        let from = self.text.len();
        self.text.push_str(piece);
        if let State::Inside(machine, start) = &mut self.state {
            let start = *start;
            let result = read(machine, piece, &mut self.partial.tree, &mut self.guard);
            return self.after(result, start, from);
        }
        self.look()
    }

    /// The value, if it is complete and nothing but blanks is around it.
    pub(crate) fn ready(&mut self) -> Option<Candidate> {
        let State::Done(machine, start, end) = &mut self.state else {
            return None;
        };
        let blank = self.text[..*start].trim_ascii().is_empty()
            && self.text[*end..].trim_ascii().is_empty();
        let value = self.partial.tree.root.clone().filter(|_| blank)?;
        let tree = &self.partial.tree;
        let mut repairs = std::mem::take(&mut machine.repairs);
        repairs.extend(tree.equal_duplicates.iter().map(|offset| {
            crate::parse::repair::Repaired::new(
                crate::parse::repair::RepairKind::DuplicateKey,
                *offset,
            )
        }));
        if self.level == Repair::Off && !repairs.is_empty() {
            return None;
        }
        Some(Candidate {
            range: *start..*end,
            value: Ok(value),
            repairs,
            integral_floats: tree.integral_floats,
        })
    }

    /// Looks for the beginning of the value.
    fn look(&mut self) -> Result<(), Issue> {
        loop {
            match self.state {
                State::Thoughts(at) => {
                    if let Some(length) = outside::thoughts_end(&self.text[at..]) {
                        self.state = State::Outside(at + length);
                    } else {
                        // A tag may have begun, but not ended.
                        let mut next = self.text.len().saturating_sub(outside::LONGEST_TAG).max(at);
                        while !self.text.is_char_boundary(next) {
                            next -= 1;
                        }
                        self.state = State::Thoughts(next);
                        return Ok(());
                    }
                }
                State::Outside(at) => {
                    let Some(length) = self.text[at..].find(['{', '[', '<']) else {
                        self.state = State::Outside(self.text.len());
                        return Ok(());
                    };
                    let at = at + length;
                    let rest = &self.text[at..];
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
                    if !outside::is_decided(rest) {
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
        let mut machine = Box::new(Machine::new(self.level, self.max_depth, at));
        let result = read(
            &mut machine,
            &self.text[at..],
            &mut self.partial.tree,
            &mut self.guard,
        );
        self.state = State::Inside(machine, at);
        self.after(result, at, at)
    }

    /// Goes on after a piece that began at `from`.
    fn after(&mut self, result: Reading, start: usize, from: usize) -> Result<(), Issue> {
        let state = std::mem::replace(&mut self.state, State::Lost);
        let State::Inside(machine, _) = state else {
            return Ok(());
        };
        match result {
            Reading::Broken(Some(issue)) => return Err(issue),
            Reading::Broken(None) => {}
            Reading::Read(length) if machine.is_done() => {
                self.state = State::Done(machine, start, from + length);
            }
            Reading::Read(_) => self.state = State::Inside(machine, start),
        }
        Ok(())
    }
}

enum Reading {
    Read(usize),
    /// By what the guard found, or by bad syntax, of which the end will tell more.
    Broken(Option<Issue>),
}

fn read(machine: &mut Machine, piece: &str, tree: &mut Tree, guard: &mut Option<Guard>) -> Reading {
    let result = match guard {
        Some(guard) => machine.feed(piece, &mut Both { tree, guard }),
        None => machine.feed(piece, tree),
    };
    match result {
        Ok(length) => match guard.as_mut().and_then(|guard| guard.violation.take()) {
            Some(issue) => Reading::Broken(Some(issue)),
            None => Reading::Read(length),
        },
        Err(_) => Reading::Broken(guard.as_mut().and_then(|guard| guard.violation.take())),
    }
}

/// Builds, and watches.
struct Both<'b> {
    tree: &'b mut Tree,
    guard: &'b mut Guard,
}

impl Both<'_> {
    /// Says where a violation is, once there is one.
    fn place(&mut self) -> Result<(), FaultKind> {
        let Some(violation) = &mut self.guard.violation else {
            return Ok(());
        };
        if !std::mem::replace(&mut self.guard.placed, true) {
            violation.path.insert_str(0, &self.tree.pointer());
        }
        Err(FaultKind::Syntax("does not fit the schema"))
    }
}

impl Sink for Both<'_> {
    fn open(&mut self, container: Container, offset: usize) {
        self.guard.open(container);
        // What is wrong stays noted, and is told when the piece has been read.
        let _ = self.place();
        self.tree.open(container, offset);
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        let members = match self.tree.frames.last() {
            Some(Frame::Object(members, ..)) => Some(members),
            _ => None,
        };
        self.guard.close(members);
        self.place()?;
        self.tree.close()
    }

    fn begin_key(&mut self, offset: usize) {
        self.tree.begin_key(offset);
    }

    fn end_key(&mut self) {
        self.guard.key(&self.tree.text);
        self.tree.end_key();
        let _ = self.place();
    }

    fn begin_string(&mut self, offset: usize) {
        self.guard.begin_string();
        let _ = self.place();
        self.tree.begin_string(offset);
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.guard.end_string(&self.tree.text);
        self.place()?;
        self.tree.end_string()
    }

    fn fragment(&mut self, text: &str) {
        self.tree.fragment(text);
        if self.tree.in_string {
            self.guard.text(&self.tree.text);
            let _ = self.place();
        }
    }

    fn number(&mut self, text: &str, offset: usize) -> Result<(), FaultKind> {
        self.guard.number(text);
        self.place()?;
        self.tree.number(text, offset)
    }

    fn literal(&mut self, literal: Literal, offset: usize) -> Result<(), FaultKind> {
        self.guard.literal(literal);
        self.place()?;
        self.tree.literal(literal, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;

    fn reader<T: schemars::JsonSchema + serde::de::DeserializeOwned + 'static>() -> Reader {
        let format = Format::<T>::new().unwrap();
        Reader::new(Some(Arc::clone(format.compiled())), format.limits())
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
        assert!(reader.ready().is_none(), "there is text around it");
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
