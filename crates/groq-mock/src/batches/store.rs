//! All batches of one mock.

use std::sync::{Arc, Mutex};

use super::job::Job;
use crate::api_error::{ApiError, Outcome};
use crate::lock::lock;

const MAX_BATCHES: usize = 1_000;

/// The batches by id, oldest first. Each has a lock of its own, held while it runs.
#[derive(Debug, Default)]
pub(crate) struct Batches(Mutex<Vec<(String, Arc<Mutex<Job>>)>>);

impl Batches {
    pub(super) fn all(&self) -> Vec<Arc<Mutex<Job>>> {
        lock(&self.0)
            .iter()
            .map(|(_, job)| Arc::clone(job))
            .collect()
    }

    pub(super) fn add(&self, id: String, job: Job) -> Outcome<()> {
        let mut kept = lock(&self.0);
        if kept.len() >= MAX_BATCHES {
            return Err(ApiError::invalid("the organization has too many batches"));
        }
        kept.push((id, Arc::new(Mutex::new(job))));
        Ok(())
    }

    pub(super) fn find(&self, id: &str) -> Outcome<Arc<Mutex<Job>>> {
        let kept = lock(&self.0);
        let found = kept.iter().find(|(known, _)| known == id);
        let missing = || ApiError::with_status(404, format!("The batch `{id}` does not exist."));
        found.map(|(_, job)| Arc::clone(job)).ok_or_else(missing)
    }
}
