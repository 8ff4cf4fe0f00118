//! Ids, remembered in a few bytes each.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A set of ids. It keeps 128 bits of each, in which no two of them meet by chance.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids(HashSet<u128>);

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

fn digest(id: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, id).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
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
