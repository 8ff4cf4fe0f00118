//! What was learnt from the service's refusals.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::mode::Mode;

/// How many refusals are remembered.
const MAX_ENTRIES: usize = 1024;

/// Which modes, and which keywords of schemas, a model turned out not to take.
///
/// The process has one that all questions share, so that a refusal costs one call in a process and not one in each
/// question. A memory of one's own is for tests, and for programs that talk to several services.
#[derive(Clone, Default)]
pub struct Memory {
    refused: Arc<Mutex<HashMap<Key, String>>>,
    dropped: Arc<Mutex<Dropped>>,
}

/// The keywords that a model does not take in a mode.
type Dropped = HashMap<(String, Mode), Vec<&'static str>>;

/// A refusal: of a mode altogether, or for one schema.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    model: String,
    mode: Mode,
    schema: Option<String>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn shared() -> Self {
        static SHARED: OnceLock<Memory> = OnceLock::new();
        SHARED.get_or_init(Self::new).clone()
    }

    /// Why a model does not take a mode, if it does not.
    pub(crate) fn refusal(&self, model: &str, mode: Mode, schema: &str) -> Option<String> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |schema: Option<&str>| Key {
            model: model.to_owned(),
            mode,
            schema: schema.map(str::to_owned),
        };
        refused
            .get(&key(None))
            .or_else(|| refused.get(&key(Some(schema))))
            .cloned()
    }

    /// The keywords that a model does not take in a mode.
    pub(crate) fn dropped(&self, model: &str, mode: Mode) -> Vec<&'static str> {
        let dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        dropped
            .get(&(model.to_owned(), mode))
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn drop_keyword(&self, model: &str, mode: Mode, keyword: &'static str) {
        let mut dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        if dropped.len() >= MAX_ENTRIES {
            dropped.clear();
        }
        let keywords = dropped.entry((model.to_owned(), mode)).or_default();
        if !keywords.contains(&keyword) {
            keywords.push(keyword);
        }
    }

    pub(crate) fn learn(&self, model: &str, mode: Mode, schema: Option<&str>, reason: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MAX_ENTRIES {
            refused.clear();
        }
        let key = Key {
            model: model.to_owned(),
            mode,
            schema: schema.map(str::to_owned),
        };
        refused.insert(key, reason.to_owned());
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
