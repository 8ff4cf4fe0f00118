//! Pacing at work: one queue and one pace for each model.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use super::Pacing;
use super::estimate::Estimator;
use super::pace::{Difference, Need, Pace, Ready};
use super::queue::Queue;
use crate::limits::{Admission, Call, Limiter, Refused, Spent, Ticket, Verdict};
use crate::runtime::{Instant, Purpose, Runtime, Sleep};

/// A [`Limiter`] within this process.
pub(crate) struct Pacer {
    pacing: Pacing,
    runtime: Arc<dyn Runtime>,
    models: Mutex<HashMap<String, Model>>,
}

#[derive(Debug)]
struct Model {
    pace: Pace,
    queue: Queue,
    estimator: Estimator,
}

/// The limits were known when the call was admitted.
const KNOWN: u64 = 1;

impl Pacer {
    /// More models than anybody uses; what comes beyond shares one pace.
    const MAX_MODELS: usize = 1000;

    pub(crate) fn new(pacing: Pacing, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            pacing,
            runtime,
            models: Mutex::default(),
        }
    }

    /// Does something with the state of a model.
    fn with<T>(&self, model: &str, now: Instant, work: impl FnOnce(&mut Model) -> T) -> T {
        let mut models = self.lock();
        let name = if models.len() >= Self::MAX_MODELS && !models.contains_key(model) {
            ""
        } else {
            model
        };
        if let Some(model) = models.get_mut(name) {
            return work(model);
        }
        let model = models.entry(name.to_owned()).or_insert(Model {
            pace: Pace::new(&self.pacing.allowance(name), now),
            queue: Queue::default(),
            estimator: Estimator::default(),
        });
        work(model)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Model>> {
        // What is done under the lock does not panic.
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn turn(&self, call: &Call) -> Result<Ticket, Refused> {
        let begun = self.runtime.now();
        let number = self.with(&call.model, begun, |model| model.queue.join());
        let mut turn = Turn {
            pacer: self,
            call,
            number,
            begun,
            sleep: None,
        };
        poll_fn(|context| turn.poll(context)).await
    }
}

/// One call in the queue; it leaves when it is dropped.
struct Turn<'a> {
    pacer: &'a Pacer,
    call: &'a Call,
    number: u64,
    begun: Instant,
    sleep: Option<Sleep>,
}

/// What a look at the queue found.
enum Look {
    Go(Ticket),
    Wait(Duration),
    /// Others are first, or the first answer is still to come.
    Later,
    Refused(Refused),
}

impl Turn<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Ticket, Refused>> {
        loop {
            match self.look(context) {
                Look::Go(ticket) => return Poll::Ready(Ok(ticket)),
                Look::Refused(refused) => return Poll::Ready(Err(refused)),
                Look::Later => return Poll::Pending,
                Look::Wait(wait) => {
                    // Limits move while we sleep, so each look sets the time anew.
                    let sleep = self.pacer.runtime.sleep(wait, Purpose::Wait);
                    if self.sleep.insert(sleep).as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn look(&self, context: &Context<'_>) -> Look {
        let now = self.pacer.runtime.now();
        let patience = self.call.patience;
        self.pacer.with(&self.call.model, now, |model| {
            let tokens = model.estimator.tokens(self.call);
            let need = Need {
                tokens,
                audio: self.call.audio.map_or(Duration::ZERO, counted),
            };
            model.queue.wait(self.number, context.waker());
            let ready = model.pace.ready(need, now);
            if let Ready::Never(refused) = ready {
                // Whoever is before it, it will not fit.
                return Look::Refused(refused);
            }
            if !model.queue.is_first(self.number) {
                return Look::Later;
            }
            match ready {
                Ready::Now => {
                    let known = model.pace.take(need, now);
                    let ticket = Ticket::new(self.call.clone()).with_tokens(tokens);
                    Look::Go(ticket.with_id(if known { KNOWN } else { 0 }))
                }
                Ready::In(wait) => {
                    let waited = now.saturating_duration_since(self.begun);
                    if waited.saturating_add(wait) > patience {
                        Look::Refused(Refused::TooLong { wait })
                    } else {
                        Look::Wait(wait)
                    }
                }
                Ready::AfterTheFirst | Ready::Never(_) => Look::Later,
            }
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let number = self.number;
        self.pacer.with(&self.call.model, self.begun, |model| {
            model.queue.leave(number);
        });
    }
}

impl Limiter for Pacer {
    fn admit<'a>(&'a self, call: &'a Call) -> Admission<'a> {
        Box::pin(self.turn(call))
    }

    fn answered(&self, ticket: &Ticket, answer: &Verdict) {
        let now = self.runtime.now();
        let random = self.runtime.random();
        self.with(&ticket.call.model, now, |model| {
            model.pace.answered(answer, ticket.id == KNOWN, random, now);
            model.queue.call_first();
        });
    }

    fn done(&self, ticket: Ticket, spent: Option<Spent>) {
        let now = self.runtime.now();
        self.with(&ticket.call.model, now, |model| {
            let mut back = Difference::default();
            if let Some(spent) = spent {
                let tokens = spent.prompt_tokens.saturating_add(spent.completion_tokens);
                back.tokens = ticket.tokens.saturating_sub(tokens);
                if let Some(audio) = spent.audio {
                    let before = ticket.call.audio.map_or(Duration::ZERO, counted);
                    back.audio = before.as_secs_f64() - counted(audio).as_secs_f64();
                }
                model.estimator.learn(&ticket.call, spent);
            }
            model.pace.done(ticket.tokens, back, now);
            model.queue.call_first();
        });
    }
}

/// What a recording counts for: at least ten seconds, as on the bill (docs).
fn counted(audio: Duration) -> Duration {
    audio.max(Duration::from_secs(10))
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pacer")
            .field("pacing", &self.pacing)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
