//! What is told of a batch on its way.

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Items in all.
    pub items: u64,
    /// Items that are answered well, as far as the service has said.
    pub completed: u64,
    /// Items that failed, as far as the service has said.
    pub failed: u64,
    /// Files that the items are in; each is a batch to the service.
    pub parts: usize,
    /// Those of them that the phase is done with.
    pub parts_done: usize,
}

/// What is being done with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Its files are uploaded, and its runs begun.
    Starting,
    /// The service runs it.
    Running,
    /// Its results are downloaded.
    Downloading,
    /// Its results are there.
    Done,
}
