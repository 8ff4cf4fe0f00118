//! Finds the offsets of values, by reading the text again. For reports only.

use std::collections::HashMap;

use super::machine::Machine;
use super::repair::Repair;
use super::sink::{Container, Flow, Literal, Sink};
use crate::pointer;

/// Returns the offsets of the values that `paths` point to. The root begins at `start`, which also stands for what is absent.
pub(crate) fn offsets(text: &str, start: usize, paths: &[String], max_depth: usize) -> Vec<usize> {
    if paths.is_empty() {
        return Vec::new();
    }
    let mut found: HashMap<&str, Option<usize>> =
        paths.iter().map(|path| (path.as_str(), None)).collect();
    walk(text, start, max_depth, |path, offset, _| {
        if let Some(found) = found.get_mut(path) {
            found.get_or_insert(offset);
        }
    });
    let offset = |path: &String| found.get(path.as_str()).copied().flatten().unwrap_or(start);
    paths.iter().map(offset).collect()
}

/// Returns the texts of all numbers, by path.
pub(crate) fn numbers(text: &str, start: usize, max_depth: usize) -> HashMap<String, String> {
    let mut found = HashMap::new();
    walk(text, start, max_depth, |path, _, number| {
        if let Some(number) = number {
            found
                .entry(path.to_owned())
                .or_insert_with(|| number.to_owned());
        }
    });
    found
}

/// Visits each value with its path, its offset and, for a number, its text.
fn walk(text: &str, start: usize, max_depth: usize, visit: impl FnMut(&str, usize, Option<&str>)) {
    let mut walker = Walker {
        frames: Vec::new(),
        path: String::new(),
        key: String::new(),
        visit,
    };
    let mut machine = Machine::new(Repair::Safe, max_depth);
    // It has been read before, as far as it goes.
    let _ = machine.feed(text, start, &mut walker);
    let _ = machine.finish(text, &mut walker);
}

struct Walker<F> {
    /// The open containers: the index of the item at hand, or `None` for an object; and how long their path is.
    frames: Vec<(Option<usize>, usize)>,
    path: String,
    /// The key or the string at hand.
    key: String,
    visit: F,
}

impl<F: FnMut(&str, usize, Option<&str>)> Walker<F> {
    fn begin(&mut self, offset: usize, number: Option<&str>) {
        if let Some((index, length)) = self.frames.last() {
            self.path.truncate(*length);
            match index {
                Some(index) => pointer::push_index(&mut self.path, *index),
                None => pointer::push(&mut self.path, &self.key),
            }
        }
        (self.visit)(&self.path, offset, number);
    }

    fn end(&mut self) {
        if let Some((Some(index), _)) = self.frames.last_mut() {
            *index += 1;
        }
    }
}

impl<F: FnMut(&str, usize, Option<&str>)> Sink for Walker<F> {
    fn open(&mut self, container: Container, offset: usize) -> Flow {
        self.begin(offset, None);
        let index = (container == Container::Array).then_some(0);
        self.frames.push((index, self.path.len()));
        Ok(())
    }

    fn close(&mut self) -> Flow {
        self.frames.pop();
        self.end();
        Ok(())
    }

    fn begin_key(&mut self, _offset: usize) {
        self.key.clear();
    }

    fn end_key(&mut self) -> Flow {
        Ok(())
    }

    fn begin_string(&mut self, offset: usize) -> Flow {
        // The string replaces the key, which has been used by now.
        self.begin(offset, None);
        Ok(())
    }

    fn end_string(&mut self) -> Flow {
        self.end();
        Ok(())
    }

    fn fragment(&mut self, text: &str) -> Flow {
        self.key.push_str(text);
        Ok(())
    }

    fn number(&mut self, text: &str, offset: usize) -> Flow {
        self.begin(offset, Some(text));
        self.end();
        Ok(())
    }

    fn literal(&mut self, _literal: Literal, offset: usize) -> Flow {
        self.begin(offset, None);
        self.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_are_found_again() {
        let text = r#"x {"a": [1, {"b": 2.50}], "c/d": null, "e": "s", "a": [0]}"#;
        let paths = ["", "/a/0", "/a/1/b", "/c~1d", "/e", "/f"].map(str::to_owned);
        assert_eq!(super::offsets(text, 2, &paths, 100), [2, 9, 18, 33, 44, 2]);
        let numbers = super::numbers(text, 2, 100);
        assert_eq!(numbers["/a/0"], "1");
        assert_eq!(numbers["/a/1/b"], "2.50");
        assert_eq!(numbers.len(), 2);
    }
}
