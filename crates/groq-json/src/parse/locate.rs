//! Where in the text a value stands: a second reading, for reports only.

use super::machine::Machine;
use super::repair::Repair;
use super::sink::{Container, FaultKind, Literal, Sink};
use crate::pointer;

/// The offset at which the value begins that `path` points to, and the text of it if it is a number.
///
/// `text` is read from `start`, where the root begins.
pub(crate) fn value(
    text: &str,
    start: usize,
    path: &str,
    max_depth: usize,
) -> Option<(usize, String)> {
    let mut locator = Locator {
        target: pointer::segments(path).collect(),
        frames: Vec::new(),
        matched: 0,
        key: String::new(),
        found: None,
    };
    let mut machine = Machine::new(Repair::Safe, max_depth, start);
    let _ = machine.feed(text.get(start..)?, &mut locator);
    let _ = machine.finish(&mut locator);
    locator.found
}

struct Locator {
    target: Vec<String>,
    /// The open containers: the index of the item at hand, or `None` for an object.
    frames: Vec<Option<usize>>,
    /// How many of the open containers lie on the way to the target.
    matched: usize,
    key: String,
    found: Option<(usize, String)>,
}

impl Locator {
    /// A value begins: whether it lies on the way.
    fn begin(&mut self, offset: usize, number: &str) -> bool {
        if self.matched != self.frames.len() {
            return false;
        }
        let on_the_way = match self.frames.last() {
            None => true,
            Some(last) => {
                let wanted = self.target.get(self.frames.len() - 1);
                wanted.is_some_and(|wanted| match last {
                    Some(index) => *wanted == index.to_string(),
                    None => *wanted == self.key,
                })
            }
        };
        if on_the_way && self.frames.len() == self.target.len() && self.found.is_none() {
            self.found = Some((offset, number.to_owned()));
        }
        on_the_way
    }

    fn end(&mut self) {
        if let Some(Some(index)) = self.frames.last_mut() {
            *index += 1;
        }
    }
}

impl Sink for Locator {
    fn open(&mut self, container: Container, offset: usize) {
        let on_the_way = self.begin(offset, "");
        self.frames
            .push((container == Container::Array).then_some(0));
        if on_the_way {
            self.matched = self.frames.len();
        }
    }

    fn close(&mut self) -> Result<(), FaultKind> {
        self.frames.pop();
        self.matched = self.matched.min(self.frames.len());
        self.end();
        Ok(())
    }

    fn begin_key(&mut self, _offset: usize) {
        self.key.clear();
    }

    fn end_key(&mut self) {}

    fn begin_string(&mut self, offset: usize) {
        self.begin(offset, "");
        // A string's text would be taken for part of a key, and a key is set anew before it is needed.
    }

    fn end_string(&mut self) -> Result<(), FaultKind> {
        self.end();
        Ok(())
    }

    fn fragment(&mut self, text: &str) {
        self.key.push_str(text);
    }

    fn number(&mut self, text: &str, offset: usize) -> Result<(), FaultKind> {
        self.begin(offset, text);
        self.end();
        Ok(())
    }

    fn literal(&mut self, _literal: Literal, offset: usize) -> Result<(), FaultKind> {
        self.begin(offset, "");
        self.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_are_found_again() {
        let text = r#"x {"a": [1, {"b": 2.50}], "c/d": null, "e": "s"}"#;
        let offset = |path: &str| super::value(text, 2, path, 100);
        assert_eq!(offset(""), Some((2, String::new())));
        assert_eq!(offset("/a/0"), Some((9, "1".into())));
        assert_eq!(offset("/a/1/b"), Some((18, "2.50".into())));
        assert_eq!(offset("/c~1d"), Some((33, String::new())));
        assert_eq!(offset("/e"), Some((44, String::new())));
        assert_eq!(offset("/f"), None);
    }
}
