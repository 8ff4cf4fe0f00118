//! How long a body may keep the client waiting.
//!
//! A plain state machine: it is told the time. Only time spent waiting counts, so a slow reader is never taken for a slow server.

use std::time::Duration;

use crate::error::TimeoutKind;
use crate::runtime::Instant;

/// The limits on time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) first_byte: Duration,
    pub(super) idle: Duration,
    pub(super) progress: Duration,
    pub(super) deadline: Option<Duration>,
}

/// Keeps watch over one body.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    deadline: Option<Instant>,
    /// When the current wait began; `None` while there is something to read.
    since: Option<Instant>,
    /// Something has come.
    begun: bool,
    /// Time spent waiting since the last progress, without the current wait.
    unproductive: Duration,
}

/// The limit that ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) at: Instant,
    pub(super) which: TimeoutKind,
    pub(super) limit: Duration,
}

impl Watch {
    /// Watches a body of a call that started at `started`.
    pub(super) fn new(limits: Limits, started: Instant) -> Self {
        Self {
            limits,
            deadline: limits.deadline.map(|deadline| later(started, deadline)),
            since: None,
            begun: false,
            unproductive: Duration::ZERO,
        }
    }

    /// There is nothing to read: a wait begins, unless it has begun already.
    pub(super) fn waiting(&mut self, now: impl FnOnce() -> Instant) {
        if self.since.is_none() {
            self.since = Some(now());
        }
    }

    /// Something came: the wait, if there was one, is over.
    pub(super) fn came(&mut self, now: impl FnOnce() -> Instant) {
        self.begun = true;
        if let Some(since) = self.since.take() {
            self.unproductive += now().saturating_duration_since(since);
        }
    }

    /// What came was worth something.
    pub(super) fn made_progress(&mut self) {
        self.unproductive = Duration::ZERO;
    }

    /// When the call must be over, and what its deadline was.
    pub(super) fn deadline(&self) -> Option<(Instant, Duration)> {
        self.deadline.zip(self.limits.deadline)
    }

    /// The limit that ends the current wait. [`waiting`](Self::waiting) comes first.
    pub(super) fn due(&self) -> Due {
        let since = self.since.expect("a wait has begun");
        let (which, limit) = if self.begun {
            (TimeoutKind::Read, self.limits.idle)
        } else {
            (TimeoutKind::FirstByte, self.limits.first_byte)
        };
        let pause = Due {
            at: later(since, limit),
            which,
            limit,
        };
        let progress = Due {
            at: later(
                since,
                self.limits.progress.saturating_sub(self.unproductive),
            ),
            which: TimeoutKind::Progress,
            limit: self.limits.progress,
        };
        let deadline = self.deadline().map(|(at, limit)| Due {
            at,
            which: TimeoutKind::Total,
            limit,
        });
        // Before the first byte there is nothing to measure progress by.
        let progress = self.begun.then_some(progress);
        [progress, deadline]
            .into_iter()
            .flatten()
            .fold(
                pause,
                |first, due| if due.at < first.at { due } else { first },
            )
    }
}

/// An instant this much later, or as late as can be told.
pub(super) fn later(instant: Instant, by: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(86_400 * 365);
    instant.checked_add(by).unwrap_or_else(|| instant + FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits {
            first_byte: 60 * SECOND,
            idle: 10 * SECOND,
            progress: 30 * SECOND,
            deadline: None,
        }
    }

    #[test]
    fn the_first_byte_has_its_own_limit() {
        let start = Instant::now();
        let mut watch = Watch::new(limits(), start);
        watch.waiting(|| start);
        assert_eq!(
            (watch.due().which, watch.due().at),
            (TimeoutKind::FirstByte, start + 60 * SECOND)
        );
        watch.came(|| start + SECOND);
        watch.made_progress();
        watch.waiting(|| start + 2 * SECOND);
        assert_eq!(
            (watch.due().which, watch.due().at),
            (TimeoutKind::Read, start + 12 * SECOND)
        );
    }

    #[test]
    fn signs_of_life_are_not_progress() {
        let start = Instant::now();
        let mut watch = Watch::new(limits(), start);
        for ping in 0..5 {
            watch.waiting(|| start + 5 * ping * SECOND);
            watch.came(|| start + 5 * (ping + 1) * SECOND);
        }
        watch.waiting(|| start + 25 * SECOND);
        assert_eq!(
            (watch.due().which, watch.due().at),
            (TimeoutKind::Progress, start + 30 * SECOND)
        );
        watch.came(|| start + 26 * SECOND);
        watch.made_progress();
        watch.waiting(|| start + 26 * SECOND);
        assert_eq!(
            (watch.due().which, watch.due().at),
            (TimeoutKind::Read, start + 36 * SECOND)
        );
    }

    #[test]
    fn a_slow_reader_is_not_a_pause() {
        let start = Instant::now();
        let mut watch = Watch::new(limits(), start);
        watch.came(|| start);
        // The reader takes a thousand seconds before it asks for more.
        watch.waiting(|| start + 1000 * SECOND);
        assert_eq!(watch.due().at, start + 1010 * SECOND);
    }

    #[test]
    fn asking_twice_does_not_begin_the_wait_again() {
        let start = Instant::now();
        let mut watch = Watch::new(limits(), start);
        watch.came(|| start);
        watch.waiting(|| start);
        watch.waiting(|| start + 9 * SECOND);
        assert_eq!(watch.due().at, start + 10 * SECOND);
    }

    #[test]
    fn the_deadline_comes_before_what_is_later() {
        let start = Instant::now();
        let limits = Limits {
            deadline: Some(5 * SECOND),
            ..limits()
        };
        let mut watch = Watch::new(limits, start);
        watch.waiting(|| start + SECOND);
        assert_eq!(
            (watch.due().which, watch.due().at),
            (TimeoutKind::Total, start + 5 * SECOND)
        );
    }

    #[test]
    fn endless_limits_do_not_overflow() {
        let start = Instant::now();
        let limits = Limits {
            first_byte: Duration::MAX,
            idle: Duration::MAX,
            progress: Duration::MAX,
            deadline: Some(Duration::MAX),
        };
        let mut watch = Watch::new(limits, start);
        watch.waiting(|| start);
        assert!(watch.due().at > start + 1000 * SECOND);
    }
}
