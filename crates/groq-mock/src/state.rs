//! The state that all requests to one mock share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::Value;

use crate::batches::store::Batches;
use crate::error::StartError;
use crate::files::store::Files;
use crate::limits::{Limiter, Throttle};
use crate::log::Log;
use crate::models::Models;
use crate::options::Options;
use crate::random::{Digest, Random};
use crate::request::{Head, Request};
use crate::script::Script;

/// The state of one mock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) models: Models,
    pub(crate) limiter: Limiter,
    pub(crate) script: Script,
    pub(crate) log: Log,
    pub(crate) files: Files,
    pub(crate) batches: Batches,
    /// As the wire has them, oldest first.
    pub(crate) fine_tunings: Mutex<Vec<Value>>,
    #[cfg(feature = "record")]
    pub(crate) recordings: Option<Arc<crate::recordings::Recordings>>,
    requests: AtomicU64,
    connections: AtomicU64,
    /// Each open connection has a clone.
    open: Arc<()>,
}

impl State {
    #[cfg_attr(
        not(feature = "record"),
        expect(clippy::unnecessary_wraps, reason = "recordings may not be there")
    )]
    pub(crate) fn new(options: Options) -> Result<Self, StartError> {
        let models = Models::new(&options.extra_models);
        let mut limits = Vec::new();
        if options.free_plan {
            let models = models.all().iter();
            limits
                .extend(models.map(|model| (model.id.clone(), Throttle::free_plan_for(&model.id))));
        }
        // Of two for a model, the later one counts.
        limits.extend(options.model_throttle.iter().cloned());
        Ok(Self {
            models,
            limiter: Limiter::new(options.throttle.clone(), limits),
            log: Log::new(options.max_log_requests, options.max_log_bytes),
            script: Script::default(),
            files: Files::new(options.folder.clone()),
            batches: Batches::default(),
            fine_tunings: Mutex::default(),
            #[cfg(feature = "record")]
            recordings: options
                .recordings
                .as_ref()
                .map(crate::recordings::Recordings::open)
                .transpose()?
                .map(Arc::new),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open: Arc::default(),
            options,
        })
    }

    pub(crate) fn count_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn open_connections(&self) -> usize {
        Arc::strong_count(&self.open) - 1
    }

    /// Counts a connection as open until the guard is dropped, however its task ends.
    pub(crate) fn open_connection(&self) -> Arc<()> {
        Arc::clone(&self.open)
    }

    /// Numbers a request and adds it to the log.
    pub(crate) fn request(&self, head: Head, body: Bytes, connection: u64) -> Request {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let request = Request::new(head, body, number, connection);
        self.log.push(request.clone());
        request
    }

    /// A generator for what must differ between equal requests: ids and timings.
    pub(crate) fn unique(&self, request: &Request) -> Random {
        let digest = Digest::new(self.options.seed)
            .text(request.path())
            .bytes(request.body());
        Random::new(digest.number(request.number()).finish())
    }

    /// The time for `created`: the clock's, or the one that was set.
    pub(crate) fn unix_time(&self) -> u64 {
        self.options.created.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.unwrap_or(Duration::ZERO).as_secs()
        })
    }
}
