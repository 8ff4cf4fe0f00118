//! What is known about the rate limits of each model.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::RateLimits;
use crate::runtime::Instant;

/// The rate limits of each model from its last response; from [`Client::rate_limits`](crate::Client::rate_limits).
///
/// It is a copy. Limits belong to the organization: other programs use them too.
///
/// ```no_run
/// # fn example(client: groq_core::Client) {
/// for (model, limits) in client.rate_limits().iter() {
///     println!("{model}: {:?} tokens left, {:?} ago", limits.rate_limits.tokens.remaining, limits.age);
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct KnownLimits(BTreeMap<String, ModelLimits>);

/// The rate limits of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelLimits {
    /// What the last answer said.
    pub rate_limits: RateLimits,
    /// How long ago that was.
    pub age: Duration,
}

impl KnownLimits {
    /// Returns the limits of a model, if a response has contained them.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::Client) {
    /// let left = client.rate_limits().get("openai/gpt-oss-20b").and_then(|limits| limits.rate_limits.tokens.remaining);
    /// # }
    /// ```
    pub fn get(&self, model: &str) -> Option<ModelLimits> {
        self.0.get(model).copied()
    }

    /// Iterates over all models by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ModelLimits)> {
        self.0.iter().map(|(name, limits)| (name.as_str(), *limits))
    }
}

/// The record that all clones of a client share.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<HashMap<String, (RateLimits, Instant)>>);

impl Record {
    /// More models than anybody uses: names may come from strangers, and are not kept without end.
    const MAX_MODELS: usize = 1000;

    pub(crate) fn note(&self, model: &str, limits: RateLimits, now: Instant) {
        if limits == RateLimits::default() {
            return;
        }
        let mut models = self.lock();
        if let Some(known) = models.get_mut(model) {
            *known = (limits, now);
        } else if models.len() < Self::MAX_MODELS {
            models.insert(model.to_owned(), (limits, now));
        }
    }

    pub(crate) fn known(&self, now: Instant) -> KnownLimits {
        let models = self.lock();
        let known = models.iter().map(|(model, (rate_limits, then))| {
            let limits = ModelLimits {
                rate_limits: *rate_limits,
                age: now.saturating_duration_since(*then),
            };
            (model.clone(), limits)
        });
        KnownLimits(known.collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (RateLimits, Instant)>> {
        // Nothing panics while the lock is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts_and_strangers_do_not_fill_the_memory() {
        let now = Instant::now();
        let record = Record::default();
        let mut limits = RateLimits::default();
        record.note("silent", limits, now);
        limits.tokens.remaining = Some(7);
        record.note("m", limits, now);
        limits.tokens.remaining = Some(5);
        record.note("m", limits, now);
        let known = record.known(now + Duration::from_secs(3));
        let of_m = known.get("m").expect("it is known");
        assert_eq!(of_m.rate_limits.tokens.remaining, Some(5));
        assert_eq!(of_m.age, Duration::from_secs(3));
        assert_eq!(known.iter().count(), 1);
        for number in 0..2000 {
            record.note(&number.to_string(), limits, now);
        }
        assert_eq!(record.known(now).iter().count(), Record::MAX_MODELS);
    }
}
