//! Expressions of licences, as SPDX writes them: `(MIT OR Apache-2.0) AND Unicode-3.0`.

use std::collections::BTreeSet;

/// Whether one can keep to an expression with these licences alone.
pub(super) fn allows(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    // An older way to write `OR`, which many crates still use.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = Words {
        list: spaced.split_whitespace().collect(),
        next: 0,
        allowed,
    };
    let holds = words.any();
    holds == Some(true) && words.next == words.list.len()
}

struct Words<'a> {
    list: Vec<&'a str>,
    next: usize,
    allowed: &'a BTreeSet<&'a str>,
}

/// `None` where the words are no expression.
impl<'a> Words<'a> {
    fn any(&mut self) -> Option<bool> {
        let mut holds = self.all()?;
        while self.takes("OR") {
            // Both sides are read, whatever the first says.
            holds |= self.all()?;
        }
        Some(holds)
    }

    fn all(&mut self) -> Option<bool> {
        let mut holds = self.one()?;
        while self.takes("AND") {
            holds &= self.one()?;
        }
        Some(holds)
    }

    fn one(&mut self) -> Option<bool> {
        if self.takes("(") {
            let holds = self.any()?;
            return self.takes(")").then_some(holds);
        }
        let name = self.word()?;
        if self.takes("WITH") {
            let exception = self.word()?;
            return Some(
                self.allowed
                    .contains(format!("{name} WITH {exception}").as_str()),
            );
        }
        Some(self.allowed.contains(name))
    }

    fn word(&mut self) -> Option<&'a str> {
        let word = self.list.get(self.next).copied()?;
        self.next += 1;
        Some(word)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.list.get(self.next) == Some(&word);
        self.next += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let allowed = BTreeSet::from([
            "MIT",
            "Apache-2.0",
            "Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ]);
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("GPL-3.0-only OR MIT", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0-only", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND GPL-3.0-only", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("GPL-3.0-only OR MIT AND Apache-2.0", true),
            ("", false),
            ("MIT OR", false),
            ("(MIT", false),
            ("MIT Apache-2.0", false),
        ] {
            assert_eq!(allows(expression, &allowed), expected, "{expression:?}");
        }
    }
}
