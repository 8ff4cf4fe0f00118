//! Batches of typed requests, without async: the example of [`groq_core::batch`](crate::batch) without its `await`s.

use std::time::Duration;

use super::streams::{IntoBlocking as _, waiting};
use crate::batch::{self, BatchItem, CompletionWindow, Progress, Results};
use crate::error::Error;

waiting! {
    /// Writes the items of a batch to its folder; from [`Batches::write`](super::Batches::write).
    ///
    /// It derefs to the async [`Writer`](batch::Writer), which does not wait either.
    #[must_use = "a batch is only complete after `finish`"]
    Writer<T>(batch::Writer<T>);

    /// A batch whose items are written; from [`Writer::finish`] or [`Batches::resume`](super::Batches::resume).
    ///
    /// It derefs to the async [`Job`](batch::Job) for methods that do not wait: `job.results()`, `job.batch_ids()`.
    #[must_use = "nothing is sent until `run` or `start` is called"]
    Job<T>(batch::Job<T>);
}

impl<T: BatchItem> Writer<T> {
    super::passed_on! { inner of batch::Writer:
        max_items(items: u64);
        max_bytes(bytes: u64);
    }

    /// Writes an item; see [`Writer::push`](batch::Writer::push).
    ///
    /// # Errors
    ///
    /// Those of [`Writer::push`](batch::Writer::push).
    pub fn push(&mut self, id: impl AsRef<str>, request: &T) -> Result<bool, Error> {
        self.inner.push(id, request)
    }

    /// Finishes writing; see [`Writer::finish`](batch::Writer::finish).
    ///
    /// # Errors
    ///
    /// Those of [`Writer::finish`](batch::Writer::finish).
    pub fn finish(self, window: CompletionWindow) -> Result<Job<T>, Error> {
        Ok(self.inner.finish(window)?.into_blocking(&self.worker))
    }
}

/// Methods that wait for those of the async job.
macro_rules! steps {
    ($($name:ident -> $output:ty;)*) => {$(
        #[doc = concat!("Waits for [`Job::", stringify!($name), "`](batch::Job::", stringify!($name), ").")]
        ///
        /// # Errors
        ///
        /// Those of the async method.
        pub fn $name(&mut self) -> Result<$output, Error> {
            self.worker.finish(self.inner.$name())
        }
    )*};
}

impl<T: BatchItem> Job<T> {
    super::passed_on! { inner of batch::Job:
        on_progress(report: impl Fn(&Progress) + Send + Sync + 'static);
        poll_interval(first: Duration, most: Duration);
        timeout(limit: Duration);
    }

    steps! {
        run -> Results<T>;
        start -> ();
        wait -> ();
        refresh -> Progress;
        download -> ();
        cancel -> ();
    }
}
