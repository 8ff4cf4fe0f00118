//! A slip in the API description: where it is, what it is, how to mend it.

use std::fmt;

/// One slip, found by the lint or by the generator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// JSON pointer into the description.
    pub(crate) pointer: String,
    /// What is wrong there, and what to do about it.
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn new(pointer: impl Into<String>, what: impl fmt::Display, mend: &str) -> Self {
        Self {
            pointer: pointer.into(),
            text: format!("{what}; {mend}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}: {}", self.pointer, self.text)
    }
}

/// All problems, a line each, under a line that counts them.
pub(crate) fn report(problems: &[Problem]) -> String {
    let (count, spec) = (problems.len(), crate::workspace::SPEC);
    let mut text = format!("{count} problem(s) in {spec}:");
    for problem in problems {
        text.push_str(&format!("\n  {problem}"));
    }
    text
}

/// One step of a JSON pointer, escaped.
pub(crate) fn step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_escapes_what_a_pointer_gives_a_meaning() {
        assert_eq!(step("a/b~c"), "/a~1b~0c");
    }

    #[test]
    fn a_report_names_place_slip_and_remedy() {
        let problem = Problem::new("/paths/~1x", "no summary", "say in one line what it does");
        let text = report(&[problem]);
        assert!(text.starts_with("1 problem(s) in"), "{text}");
        assert!(
            text.ends_with("#/paths/~1x: no summary; say in one line what it does"),
            "{text}"
        );
    }
}
