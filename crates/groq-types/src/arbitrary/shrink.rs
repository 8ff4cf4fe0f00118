//! Shrinking: fewer and smaller choices that still fail.

use std::fmt;

use proptest::strategy::ValueTree;

use super::Values;

/// A value on its way to a simpler one.
///
/// It shrinks the choices that the value was made from, not the value: whatever they become stands for a value that
/// keeps the ranges and lengths of the description.
pub struct Shrinking<T> {
    values: Values<T>,
    /// The simplest choices known to fail.
    best: Vec<u64>,
    /// The choices under test.
    current: Vec<u64>,
    pass: Pass,
    /// Whether this round of passes found something simpler.
    improved: bool,
}

/// What is tried next.
#[derive(Clone, Copy)]
enum Pass {
    /// Without so many choices from here on.
    Cut {
        width: usize,
        at: usize,
    },
    /// With so much less for the choice here.
    Lower {
        at: usize,
        by: u64,
    },
    Done,
}

impl<T> Shrinking<T> {
    pub(super) fn new(values: Values<T>, choices: Vec<u64>) -> Self {
        let pass = Pass::first(choices.len());
        Self {
            values,
            best: choices.clone(),
            current: choices,
            pass,
            improved: false,
        }
    }

    /// Makes the next simpler candidate the current value; without one, the best known.
    fn advance(&mut self) -> bool {
        while let Some(candidate) = self.candidate() {
            let (_, choices) = self.values.replay(&candidate);
            if is_simpler(&choices, &self.best) {
                self.current = choices;
                return true;
            }
            self.pass = self.pass.rejected(&self.best);
        }
        self.current.clone_from(&self.best);
        false
    }

    fn candidate(&mut self) -> Option<Vec<u64>> {
        loop {
            if let Pass::Done = self.pass {
                if !self.improved {
                    return None;
                }
                self.improved = false;
                self.pass = Pass::first(self.best.len());
            }
            if let Some(candidate) = self.pass.apply(&self.best) {
                return Some(candidate);
            }
            self.pass = self.pass.rejected(&self.best);
        }
    }
}

impl<T: fmt::Debug> ValueTree for Shrinking<T> {
    type Value = T;

    fn current(&self) -> T {
        self.values.replay(&self.current).0
    }

    /// The current value fails: it is the best now.
    fn simplify(&mut self) -> bool {
        if self.current != self.best {
            self.best.clone_from(&self.current);
            self.improved = true;
        }
        self.advance()
    }

    /// The current value does not fail: back to the best, and on from there.
    fn complicate(&mut self) -> bool {
        self.pass = self.pass.rejected(&self.best);
        self.advance()
    }
}

impl Pass {
    /// Cuts this wide and less are tried everywhere, wider ones side by side: a field or a character takes few choices.
    const NARROW: usize = 8;

    fn first(length: usize) -> Self {
        match length {
            0 => Self::Done,
            _ => Self::Cut {
                width: length.next_power_of_two(),
                at: 0,
            },
        }
    }

    /// The choices with the change; `None` if there is nothing to change.
    fn apply(self, choices: &[u64]) -> Option<Vec<u64>> {
        match self {
            Self::Cut { width, at } => {
                let end = choices.len().min(at + width);
                (at < end).then(|| [&choices[..at], &choices[end..]].concat())
            }
            Self::Lower { at, by } => {
                let mut choices = choices.to_vec();
                let choice = choices
                    .get_mut(at)
                    .filter(|choice| by > 0 && **choice > 0)?;
                *choice = choice.saturating_sub(by);
                Some(choices)
            }
            Self::Done => None,
        }
    }

    /// What comes after a change that was not for the better. After one that was, the same is tried again.
    fn rejected(self, choices: &[u64]) -> Self {
        let lower = |at: usize| {
            choices
                .get(at)
                .map_or(Self::Done, |choice| Self::Lower { at, by: *choice })
        };
        match self {
            Self::Cut { width, at } => {
                let narrow = width <= Self::NARROW;
                let next = at + if narrow { 1 } else { width };
                match width {
                    _ if next < choices.len() => Self::Cut { width, at: next },
                    1 => lower(0),
                    _ => Self::Cut {
                        width: if narrow { width - 1 } else { width / 2 },
                        at: 0,
                    },
                }
            }
            Self::Lower { at, by } => match choices.get(at).map(|choice| by.min(*choice) / 2) {
                Some(by) if by > 0 => Self::Lower { at, by },
                _ => lower(at + 1),
            },
            Self::Done => Self::Done,
        }
    }
}

/// Shorter, or as long and smaller where they first differ.
fn is_simpler(left: &[u64], right: &[u64]) -> bool {
    (left.len(), left) < (right.len(), right)
}

#[cfg(test)]
mod tests {
    use proptest::{
        arbitrary::any,
        strategy::Strategy,
        test_runner::{Config, TestError, TestRunner},
    };

    use crate::{ChatCompletionRequest, Message};

    /// The simplest request that has a property, as JSON.
    fn simplest(found: impl Fn(&ChatCompletionRequest) -> bool) -> String {
        let config = Config {
            cases: 10_000,
            failure_persistence: None,
            ..Config::default()
        };
        let result = TestRunner::new(config).run(&any::<ChatCompletionRequest>(), |request| {
            if found(&request) {
                Err(proptest::test_runner::TestCaseError::fail("found"))
            } else {
                Ok(())
            }
        });
        match result {
            Err(TestError::Fail(_, request)) => serde_json::to_string(&request).unwrap(),
            other => panic!("nothing found: {other:?}"),
        }
    }

    #[test]
    fn a_failure_shrinks_to_what_matters() {
        let warm = simplest(|request| {
            request
                .temperature
                .is_some_and(|temperature| temperature > 1.0)
        });
        let value: serde_json::Value = serde_json::from_str(&warm).unwrap();
        assert_eq!(value["model"], "a");
        assert_eq!(value.as_object().unwrap().len(), 3, "{warm}");
        assert!(value["temperature"].as_f64().unwrap() < 1.03, "{warm}");
    }

    #[test]
    fn a_list_shrinks_to_the_item_that_matters() {
        let json = simplest(|request| {
            request
                .messages
                .iter()
                .any(|message| matches!(message, Message::User(_)))
        });
        assert_eq!(
            json,
            r#"{"model":"a","messages":[{"role":"user","content":""}]}"#
        );
    }

    #[test]
    fn values_differ_from_one_another() {
        let mut runner = TestRunner::new(Config::default());
        let mut json = || {
            let tree = any::<ChatCompletionRequest>()
                .new_tree(&mut runner)
                .unwrap();
            serde_json::to_string(&proptest::strategy::ValueTree::current(&tree)).unwrap()
        };
        assert_ne!(json(), json());
    }
}
