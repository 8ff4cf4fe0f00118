//! Ids, remembered in a few bytes each.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A set of ids. It keeps 64 bits of each: of a million ids, two meet by a chance of one in thirty million, and then the writer refuses
/// the second as given before. The bits of an id are the same throughout a program, so what the writer let in does not meet
/// among the results.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids(HashSet<u64>);

impl Ids {
    /// Adds an id; says whether it is new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        self.0.insert(digest(id))
    }

    /// Takes an id out; says whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        self.0.remove(&digest(id))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_again() {
        let mut ids = Ids::default();
        assert!(ids.insert("a") && ids.insert("b") && !ids.insert("a"));
        assert!(ids.remove("a") && !ids.remove("a"));
        assert_eq!(ids.len(), 1);
    }
}
