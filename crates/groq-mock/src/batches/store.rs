//! All batches of one mock.

use std::sync::{Arc, Mutex, PoisonError};

use super::job::Job;
use crate::api_error::{ApiError, Outcome};

const MAX_BATCHES: usize = 1_000;

/// The batches, oldest first. Each has a lock of its own, held while it runs.
#[derive(Debug, Default)]
pub(crate) struct Batches(Mutex<Vec<Entry>>);

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    job: Arc<Mutex<Job>>,
}

impl Batches {
    pub(super) fn all(&self) -> Vec<Arc<Mutex<Job>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|entry| Arc::clone(&entry.job)).collect()
    }

    pub(super) fn add(&self, job: Job) -> Outcome<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_BATCHES {
            return Err(ApiError::invalid("the organization has too many batches"));
        }
        kept.push(Entry {
            id: job.batch().id.clone(),
            job: Arc::new(Mutex::new(job)),
        });
        Ok(())
    }

    pub(super) fn find(&self, id: &str) -> Outcome<Arc<Mutex<Job>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .find(|entry| entry.id == id)
            .map(|entry| Arc::clone(&entry.job));
        found.ok_or_else(|| ApiError::with_status(404, format!("The batch `{id}` does not exist.")))
    }
}
