//! A batch as the wire has it: what is not there yet is null.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::ids;
use crate::random::Random;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Batch {
    pub(super) id: String,
    pub(super) object: &'static str,
    pub(super) endpoint: String,
    pub(super) errors: Option<Errors>,
    pub(super) input_file_id: String,
    pub(super) completion_window: String,
    pub(super) status: Status,
    pub(super) output_file_id: Option<String>,
    pub(super) error_file_id: Option<String>,
    pub(super) created_at: u64,
    pub(super) in_progress_at: Option<u64>,
    pub(super) expires_at: u64,
    pub(super) finalizing_at: Option<u64>,
    pub(super) completed_at: Option<u64>,
    pub(super) failed_at: Option<u64>,
    pub(super) expired_at: Option<u64>,
    pub(super) cancelling_at: Option<u64>,
    pub(super) cancelled_at: Option<u64>,
    pub(super) request_counts: Counts,
    pub(super) metadata: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Validating,
    Failed,
    InProgress,
    Finalizing,
    Completed,
    Expired,
    Cancelling,
    Cancelled,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) completed: usize,
    pub(super) failed: usize,
}

/// Why a batch as a whole failed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Errors {
    pub(super) object: &'static str,
    pub(super) data: Vec<LineError>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct LineError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) param: Option<&'static str>,
    /// Counted from 1.
    pub(super) line: Option<usize>,
}

impl Batch {
    pub(super) fn new(
        random: &mut Random,
        input_file_id: String,
        now: u64,
        window: Duration,
    ) -> Self {
        Self {
            id: ids::prefixed("batch_01", random),
            object: "batch",
            endpoint: String::new(),
            errors: None,
            input_file_id,
            completion_window: String::new(),
            status: Status::Validating,
            output_file_id: None,
            error_file_id: None,
            created_at: now,
            in_progress_at: None,
            expires_at: now.saturating_add(window.as_secs()),
            finalizing_at: None,
            completed_at: None,
            failed_at: None,
            expired_at: None,
            cancelling_at: None,
            cancelled_at: None,
            request_counts: Counts::default(),
            metadata: None,
        }
    }

    /// Sets the status, and the time at which it was reached.
    pub(super) fn enter(&mut self, status: Status, now: u64) {
        self.status = status;
        let at = match status {
            Status::Validating => return,
            Status::Failed => &mut self.failed_at,
            Status::InProgress => &mut self.in_progress_at,
            Status::Finalizing => &mut self.finalizing_at,
            Status::Completed => &mut self.completed_at,
            Status::Expired => &mut self.expired_at,
            Status::Cancelling => &mut self.cancelling_at,
            Status::Cancelled => &mut self.cancelled_at,
        };
        *at = Some(now);
    }
}

impl Status {
    /// Whether nothing follows.
    pub(super) fn is_final(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::Completed | Self::Expired | Self::Cancelled
        )
    }
}
