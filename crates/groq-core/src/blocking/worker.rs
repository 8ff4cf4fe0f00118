//! The thread that serves the connections of a client, and how others wait for what comes in.
//!
//! A future is polled by whoever waits for it, so it may borrow, and dropping it cancels it. Sockets and timers are those of a
//! runtime on a thread of its own: it wakes whoever waits. That runtime is made and dropped on that thread, because tokio panics where
//! one is dropped inside another.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    runtime: Handle,
    _alive: oneshot::Sender<Infallible>,
}

impl Worker {
    pub(super) fn start() -> io::Result<Self> {
        let (alive, over) = oneshot::channel();
        let (started, start) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("groq-blocking".to_owned())
            .spawn(move || serve(&started, over))?;
        let runtime = start.recv().map_err(io::Error::other)??;
        Ok(Self {
            runtime,
            _alive: alive,
        })
    }

    /// Waits for a call that ends with this future.
    pub(super) fn finish<F: Future>(&self, future: F) -> F::Output {
        let output = self.wait(future);
        self.settle();
        output
    }

    /// Waits for the next item of a stream.
    pub(super) fn next<T>(&self, future: impl Future<Output = Option<T>>) -> Option<T> {
        let item = self.wait(future);
        if item.is_none() {
            self.settle();
        }
        item
    }

    /// Lets run what is ready. One of the tasks may be about to take back the connection of a call that has just ended; if the
    /// next call came before, it would open another one.
    fn settle(&self) {
        // It fails where the runtime is gone, and then nothing is left to run.
        let _ = self.wait(self.runtime.spawn(tokio::task::yield_now()));
    }

    /// Waits for a future, here.
    fn wait<F: Future>(&self, future: F) -> F::Output {
        let _context = self.runtime.enter();
        // Inside another runtime's task, that task's budget would run out and never be renewed.
        let mut future = pin!(tokio::task::unconstrained(future));
        let alarm = Arc::new(Alarm::default());
        let waker = Waker::from(Arc::clone(&alarm));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            alarm.wait();
        }
    }
}

/// Runs the runtime until no one is left who could use it.
fn serve(started: &mpsc::SyncSender<io::Result<Handle>>, over: oneshot::Receiver<Infallible>) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    if started.send(Ok(runtime.handle().clone())).is_ok() {
        let Err(_) = runtime.block_on(over);
    }
    // A reader that a user gave for an upload may hang: no one waits for that.
    runtime.shutdown_background();
}

/// Wakes a thread. `thread::park` would do, if nothing that is called meanwhile parked too.
#[derive(Default)]
struct Alarm {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Alarm {
    fn wait(&self) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rung = self
            .ring
            .wait_while(rung, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ring.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_future_may_borrow_and_is_waited_for_on_this_thread() {
        let worker = Worker::start().expect("a thread");
        let here = thread::current().id();
        let text = String::from("borrowed");
        let length = worker.wait(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(thread::current().id(), here);
            text.len()
        });
        assert_eq!(length, 8);
    }

    #[test]
    fn what_is_spawned_runs_on_the_thread_of_the_worker_and_ends_with_it() {
        let worker = Worker::start().expect("a thread");
        let (held, released) = mpsc::channel::<()>();
        let name = worker.wait(async move {
            tokio::spawn(async move {
                let _held = held;
                std::future::pending::<()>().await;
            });
            let name = tokio::spawn(async { thread::current().name().map(str::to_owned) });
            name.await.expect("a task")
        });
        assert_eq!(name.as_deref(), Some("groq-blocking"));
        drop(worker);
        // It hangs up when the task is dropped.
        assert!(released.recv().is_err());
    }

    #[tokio::test]
    async fn the_budget_of_a_task_around_it_does_not_run_out() {
        let worker = Worker::start().expect("a thread");
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        (0..10_000).for_each(|number| sender.send(number).expect("it is open"));
        worker.wait(async {
            for number in 0..10_000 {
                assert_eq!(receiver.recv().await, Some(number));
            }
        });
    }

    #[test]
    fn a_wake_during_the_poll_is_not_lost_to_something_else_that_parks() {
        let worker = Worker::start().expect("a thread");
        let mut polls = 0;
        worker.wait(std::future::poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            thread::current().unpark();
            thread::park();
            if polls < 3 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        }));
        assert_eq!(polls, 3);
    }
}
