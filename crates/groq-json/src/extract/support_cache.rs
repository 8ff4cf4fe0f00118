//! What models turned out not to support.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::mode::Mode;

/// The largest number of entries of each kind.
const MAX_ENTRIES: usize = 1024;

/// Remembers which modes and which keywords of schemas a model turned out not to support.
///
/// The process has one that all questions share, so that a refusal costs one call per process. One of your own is for tests
/// and for programs that use several services.
///
/// ```no_run
/// # use groq_json::{GroqJson, SupportCache};
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let cache = SupportCache::new();
/// let fruits = groq.extract::<Vec<String>>().support_cache(cache.clone()).user("fruits").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct SupportCache {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// Why a mode is not supported, altogether or for one schema.
    refused: HashMap<(String, Mode, Option<String>), String>,
    /// The keywords that are not supported in a mode.
    dropped: HashMap<(String, Mode), Vec<&'static str>>,
}

impl SupportCache {
    /// Creates an empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn shared() -> Self {
        static SHARED: OnceLock<SupportCache> = OnceLock::new();
        SHARED.get_or_init(Self::new).clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a model does not support a mode, if it does not.
    pub(crate) fn refusal(&self, model: &str, mode: Mode, schema: &str) -> Option<String> {
        let inner = self.inner();
        let reason = |schema| inner.refused.get(&(model.to_owned(), mode, schema));
        let reason = reason(None).or_else(|| reason(Some(schema.to_owned())));
        reason.cloned()
    }

    /// The keywords that a model does not support in a mode.
    pub(crate) fn dropped(&self, model: &str, mode: Mode) -> Vec<&'static str> {
        let inner = self.inner();
        let dropped = inner.dropped.get(&(model.to_owned(), mode));
        dropped.cloned().unwrap_or_default()
    }

    pub(crate) fn drop_keyword(&self, model: &str, mode: Mode, keyword: &'static str) {
        let mut inner = self.inner();
        if inner.dropped.len() >= MAX_ENTRIES {
            inner.dropped.clear();
        }
        let keywords = inner.dropped.entry((model.to_owned(), mode)).or_default();
        if !keywords.contains(&keyword) {
            keywords.push(keyword);
        }
    }

    pub(crate) fn learn(&self, model: &str, mode: Mode, schema: Option<&str>, reason: &str) {
        let mut inner = self.inner();
        if inner.refused.len() >= MAX_ENTRIES {
            inner.refused.clear();
        }
        let key = (model.to_owned(), mode, schema.map(str::to_owned));
        inner.refused.insert(key, reason.to_owned());
    }
}

debug_fields!(SupportCache,);
