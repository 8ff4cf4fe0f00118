//! A batch on its way through the service.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use groq_types::{BatchEndpoint, BatchRequest, FilePurpose};

use super::files::{self, FolderLock};
use super::item::BatchItem;
use super::lines::{Lines, if_there};
use super::results::Results;
use super::state::{self, Part, Phase, Progress, State};
use super::window;
use crate::api::{Batches, Files};
use crate::error::{Error, TimeoutKind};
use crate::retry::backoff::Backoff;
use crate::runtime::Purpose;
use crate::shared::Core;
use crate::upload::Upload;

/// A batch whose items are written; from [`Writer::finish`](super::Writer::finish) or [`Batches::resume`](crate::Batches::resume).
///
/// Each step is saved in the folder. After an error or a crash, [`run`](Self::run) continues with what is missing.
#[must_use = "nothing is sent until `run` or `start` is called"]
pub struct Job<T> {
    core: Core,
    folder: PathBuf,
    state: State,
    poll: Backoff,
    timeout: Duration,
    report: Option<Report>,
    /// No other process works on the folder as long as this is open.
    _lock: FolderLock,
    item: PhantomData<fn(T)>,
}

type Report = Arc<dyn Fn(&Progress) + Send + Sync>;

const OPERATION: &str = "run batch";

/// What was created a moment ago may be unknown for another one: so often is it asked for again.
const RETRIES_IF_NOT_FOUND: u32 = 5;
const WAIT_IF_NOT_FOUND: Backoff = Backoff {
    initial: Duration::from_secs(1),
    max: Duration::from_secs(16),
    factor: 2.0,
    jitter: 0.25,
};

impl<T: BatchItem> Job<T> {
    /// Goes on with the batch in a folder that nobody else works on.
    pub(crate) fn resume(core: Core, folder: &Path) -> Result<Self, Error> {
        // Without a batch, no lock is left behind.
        State::load(folder)
            .and_then(|_| Self::load(core, folder, files::lock(folder)?))
            .map_err(|error| error.with_operation(OPERATION))
    }

    pub(super) fn load(core: Core, folder: &Path, lock: FolderLock) -> Result<Self, Error> {
        let state = State::load(folder).map_err(|error| error.with_operation(OPERATION))?;
        check_endpoint::<T>(&state.endpoint).map_err(|error| error.with_operation(OPERATION))?;
        Ok(Self {
            timeout: window::length(&state.window) + Duration::from_secs(3600),
            core,
            folder: folder.to_owned(),
            state,
            poll: Backoff {
                initial: Duration::from_secs(5),
                max: Duration::from_secs(60),
                ..Backoff::default()
            },
            report: None,
            _lock: lock,
            item: PhantomData,
        })
    }

    /// Sets a function that is called whenever the batch has progressed.
    pub fn on_progress(mut self, report: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// Sets the first and the longest wait between polls of the service; 5 and 60 seconds by default.
    ///
    /// The wait doubles, minus up to a quarter at random.
    ///
    /// ```no_run
    /// # async fn example(mut job: groq_core::batch::Job<groq_core::types::ChatCompletionRequest>) -> Result<(), groq_core::Error> {
    /// use std::time::Duration;
    ///
    /// let mut job = job.poll_interval(Duration::from_secs(1), Duration::from_secs(10));
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_interval(mut self, first: Duration, most: Duration) -> Self {
        self.poll = Backoff {
            initial: first,
            max: most,
            ..Backoff::default()
        };
        self
    }

    /// Sets the longest wait for the service; an hour more than the completion window by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Uploads and starts what is not started, waits, downloads, and returns the results.
    ///
    /// Its future can be dropped, and it can be called again, at any time.
    ///
    /// ```no_run
    /// # async fn example(mut job: groq_core::batch::Job<groq_core::types::ChatCompletionRequest>) -> Result<(), groq_core::Error> {
    /// for item in job.run().await? {
    ///     println!("{:?}", item?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Files::upload`](crate::Files::upload), [`Batches::create`](crate::Batches::create), [`Batches::get`](crate::Batches::get) and
    /// [`Files::content`](crate::Files::content); [`is_timeout`](Error::is_timeout) if the service takes longer than the
    /// [`timeout`](Self::timeout); [`is_io`](Error::is_io) if the folder cannot be written. Failed items, and a batch that fails, expires or is
    /// canceled, are not errors of the job: the results report them for each item.
    pub async fn run(&mut self) -> Result<Results<T>, Error> {
        self.start().await?;
        self.wait().await?;
        self.download().await?;
        Ok(self.results())
    }

    /// Uploads the files that are not uploaded, and creates the batches that are not created.
    ///
    /// If an earlier run may have done so without recording it, the lists of the service are checked first.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub async fn start(&mut self) -> Result<(), Error> {
        for index in 0..self.state.parts.len() {
            if self.state.parts[index].batch_id.is_some() {
                continue;
            }
            let file_id = match self.state.parts[index].file_id.clone() {
                Some(id) => id,
                None => self.upload(index).await?,
            };
            self.create(index, &file_id).await?;
            self.tell(Phase::Starting, |part| part.batch_id.is_some());
        }
        Ok(())
    }

    async fn upload(&mut self, index: usize) -> Result<String, Error> {
        let part = &self.state.parts[index];
        let name = part.upload_name(&self.state.token);
        let files = Files::new(&self.core);
        let mut known = None;
        if part.uploading {
            let list = files.list().await?.into_inner().data;
            let mut list = list.into_iter();
            known = list.find(|file| file.filename.as_deref() == Some(&*name));
        }
        let file = if let Some(file) = known {
            file
        } else {
            let path = state::input(&self.folder, part.number);
            self.change(index, |part| part.uploading = true)?;
            files::plain(&path).map_err(|error| {
                Error::io("cannot upload the items", error).with_operation(OPERATION)
            })?;
            let upload = Upload::path(path).name(name);
            let files = Files::new(&self.core);
            files.upload(upload, FilePurpose::Batch).await?.into_inner()
        };
        self.change(index, |part| part.file_id = Some(file.id.clone()))?;
        Ok(file.id)
    }

    async fn create(&mut self, index: usize, file_id: &str) -> Result<(), Error> {
        let mut known = None;
        if self.state.parts[index].creating {
            let list = Batches::new(&self.core).list().await?.into_inner().data;
            let mut list = list.into_iter();
            known = list.find(|batch| batch.input_file_id.as_deref() == Some(file_id));
        }
        let batch = if let Some(batch) = known {
            batch
        } else {
            self.change(index, |part| part.creating = true)?;
            let endpoint = BatchEndpoint::from(self.state.endpoint.as_str());
            let request = BatchRequest::new(file_id, endpoint, self.state.window.as_str());
            let batches = Batches::new(&self.core);
            let created = self.until_found(|| batches.create(&request)).await?;
            created.into_inner()
        };
        self.change(index, |part| {
            part.batch_id = Some(batch.id.clone());
            part.note(&batch);
        })
    }

    /// Waits until the service has finished all batches.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run); [`is_invalid_request`](Error::is_invalid_request) if not everything is [started](Self::start).
    pub async fn wait(&mut self) -> Result<(), Error> {
        if self.state.parts.iter().any(|part| part.batch_id.is_none()) {
            return Err(Error::refused("not all of the batch is started")
                .with_hint("call start first, or run, which does all of it")
                .with_operation(OPERATION));
        }
        let begun = self.core.runtime().now();
        let mut rounds = 0;
        loop {
            self.refresh().await?;
            if self.state.parts.iter().all(Part::is_over) {
                return Ok(());
            }
            let runtime = Arc::clone(self.core.runtime());
            let wait = self.poll.wait(rounds, runtime.random());
            let waited = runtime.now().saturating_duration_since(begun);
            if waited + wait > self.timeout {
                return Err(Error::timed_out(TimeoutKind::Batch, self.timeout)
                    .with_hint("run it again, or cancel it")
                    .with_operation(OPERATION));
            }
            runtime.sleep(wait, Purpose::Wait).await;
            rounds += 1;
        }
    }

    /// Polls the service once, and returns the progress.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::get`](crate::Batches::get).
    pub async fn refresh(&mut self) -> Result<Progress, Error> {
        for index in 0..self.state.parts.len() {
            let part = &self.state.parts[index];
            if let (Some(id), false) = (part.batch_id.clone(), part.is_over()) {
                let batches = Batches::new(&self.core);
                let batch = self.until_found(|| batches.get(&id)).await?;
                self.change(index, |part| part.note(&batch))?;
                self.look_for_all(index).await?;
            }
        }
        self.tell(Phase::Running, Part::is_over);
        Ok(self.progress(Phase::Running, Part::is_over))
    }

    /// Downloads the results that are not downloaded.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub async fn download(&mut self) -> Result<(), Error> {
        for index in 0..self.state.parts.len() {
            let part = &self.state.parts[index];
            if part.downloaded || !part.is_over() {
                continue;
            }
            self.fetch(index).await?;
            self.change(index, |part| part.downloaded = true)?;
            self.tell(Phase::Downloading, |part| part.downloaded);
        }
        if self.state.parts.iter().all(|part| part.downloaded) {
            self.tell(Phase::Done, |part| part.downloaded);
        }
        Ok(())
    }

    /// Downloads the files that a batch has so far.
    async fn fetch(&self, index: usize) -> Result<(), Error> {
        let part = &self.state.parts[index];
        let output = state::output(&self.folder, part.number);
        let errors = state::errors(&self.folder, part.number);
        for (id, path) in [
            (&part.output_file_id, output),
            (&part.error_file_id, errors),
        ] {
            // A file has its name only when it is whole, so what is there need not be fetched again.
            if let Some(id) = id
                && !path.exists()
            {
                let files = Files::new(&self.core);
                let content = self.until_found(|| files.content(id)).await?;
                content.save(path).await?;
            }
        }
        Ok(())
    }

    /// Looks whether a file that the counts promise will not come, because another has its results: some servers write one.
    async fn look_for_all(&mut self, index: usize) -> Result<(), Error> {
        let part = &self.state.parts[index];
        let has_some = part.output_file_id.is_some() || part.error_file_id.is_some();
        if !(part.has_ended() && part.lacks_a_file() && has_some) {
            return Ok(());
        }
        self.fetch(index).await?;
        let part = &self.state.parts[index];
        let (number, promised) = (part.number, part.completed.saturating_add(part.failed));
        let max = self.core.settings().max_response();
        let mut found = 0;
        for path in [
            state::output(&self.folder, number),
            state::errors(&self.folder, number),
        ] {
            let lines = if_there(&path, max);
            let ids = lines.and_then(|lines| lines.map(Lines::ids).transpose());
            let ids = ids.map_err(|error| {
                Error::io("cannot read the results", error).with_operation(OPERATION)
            })?;
            found += ids.map_or(0, |ids| ids.len() as u64);
        }
        if found >= promised {
            self.change(index, |part| part.complete = true)?;
        }
        Ok(())
    }

    /// Makes a call, and again after a while if it does not find what was created a moment ago.
    async fn until_found<R, F>(&self, call: impl Fn() -> F) -> Result<R, Error>
    where
        F: Future<Output = Result<R, Error>>,
    {
        let mut retries = 0;
        loop {
            match call().await {
                Err(error) if error.is_not_found() && retries < RETRIES_IF_NOT_FOUND => {
                    let runtime = Arc::clone(self.core.runtime());
                    let wait = WAIT_IF_NOT_FOUND.wait(retries, runtime.random());
                    runtime.sleep(wait, Purpose::Wait).await;
                    retries += 1;
                }
                result => return result,
            }
        }
    }

    /// Returns the downloaded results. Items of other files are missing.
    pub fn results(&self) -> Results<T> {
        let max = self.core.settings().max_response();
        let parts = self.state.parts.iter().filter(|part| part.downloaded);
        Results::new(&self.folder, parts.cloned().collect(), max)
    }

    /// Cancels the batches. [`run`](Self::run) still returns the results of items that are done.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::cancel`](crate::Batches::cancel).
    pub async fn cancel(&mut self) -> Result<(), Error> {
        for index in 0..self.state.parts.len() {
            let part = &self.state.parts[index];
            if let (Some(id), false) = (part.batch_id.clone(), part.is_over()) {
                let batch = Batches::new(&self.core).cancel(id).await?.into_inner();
                self.change(index, |part| part.note(&batch))?;
            }
        }
        Ok(())
    }

    /// Returns the ids of the batches at the service.
    ///
    /// ```no_run
    /// # async fn example(mut job: groq_core::batch::Job<groq_core::types::ChatCompletionRequest>) -> Result<(), groq_core::Error> {
    /// for id in job.batch_ids() {
    ///     println!("{id}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch_ids(&self) -> impl Iterator<Item = &str> {
        self.state
            .parts
            .iter()
            .filter_map(|part| part.batch_id.as_deref())
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Part)) -> Result<(), Error> {
        change(&mut self.state.parts[index]);
        self.state
            .save(&self.folder)
            .map_err(|error| error.with_operation(OPERATION))
    }

    fn tell(&self, phase: Phase, is_done: impl Fn(&Part) -> bool) {
        if let Some(report) = &self.report {
            report(&self.progress(phase, is_done));
        }
    }

    fn progress(&self, phase: Phase, is_done: impl Fn(&Part) -> bool) -> Progress {
        let parts = &self.state.parts;
        Progress {
            phase,
            items: parts.iter().map(|part| part.items).sum(),
            completed: parts.iter().map(|part| part.completed).sum(),
            failed: parts.iter().map(|part| part.failed).sum(),
            parts: parts.len(),
            parts_done: parts.iter().filter(|part| is_done(part)).count(),
        }
    }
}

/// Refuses a batch of other requests.
pub(super) fn check_endpoint<T: BatchItem>(endpoint: &str) -> Result<(), Error> {
    let expected = T::endpoint();
    if endpoint == expected.as_str() {
        return Ok(());
    }
    let expected = expected.as_str();
    let message = format!("the batch goes to {endpoint}, and not to {expected}");
    Err(Error::refused(message).with_hint("name the type of its requests"))
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("parts", &self.state.parts.len())
            .field("window", &self.state.window)
            .finish_non_exhaustive()
    }
}
