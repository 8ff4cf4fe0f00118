//! What admits requests: limits that are known or learned, and a shared pause after a 429.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use groq_core::limits::RateLimits;
use groq_models::Quota;
use tokio::time::{Instant, sleep};

use super::bucket::{Bucket, Left, Unit};
use super::need::Need;
use super::pause::Pause;
use crate::error::{Error, ErrorKind};

/// A limit that is whole again so soon is waited for: it may be counted in windows.
const SOON: Duration = Duration::from_secs(60);

/// What all requests of a job, and all jobs of a [`LongAudio`](crate::LongAudio) or [`Speak`](crate::Speak), share.
#[derive(Debug)]
pub(crate) struct Pace {
    pause: Pause,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    configured: Vec<Bucket>,
    /// What the service says about the requests of a day and the tokens of a minute.
    learned: Vec<Bucket>,
    /// What is under way, and may be missing in what the service says.
    in_flight: Need,
    at: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(quota: &Quota) -> Self {
        let kinds = [
            (quota.requests_per_minute, Unit::Request, 60.0),
            (quota.requests_per_day, Unit::Request, 86_400.0),
            (quota.tokens_per_minute, Unit::Token, 60.0),
            (quota.tokens_per_day, Unit::Token, 86_400.0),
            (quota.audio_seconds_per_hour, Unit::Second, 3_600.0),
            (quota.audio_seconds_per_day, Unit::Second, 86_400.0),
        ];
        let buckets = kinds
            .into_iter()
            .filter_map(|(limit, unit, period)| Some(Bucket::new(limit?, unit, period)));
        Self {
            pause: Pause::default(),
            state: Mutex::new(State {
                configured: buckets.collect(),
                learned: Vec::new(),
                in_flight: Need::default(),
                at: None,
            }),
        }
    }

    /// Waits until a request may be made, at most for `longest`. It is under way until what comes back is dropped.
    pub(crate) async fn admit(&self, need: Need, longest: Duration) -> Result<InFlight<'_>, Error> {
        let reserved = self.reserve(need, longest)?;
        if !reserved.wait.is_zero() {
            sleep(reserved.wait).await;
        }
        self.pause.wait().await;
        Ok(reserved.keep())
    }

    /// Admits no request for this long.
    pub(crate) fn pause(&self, length: Duration) {
        self.pause.begin(length);
    }

    /// Takes over the limits that the service reported.
    pub(crate) fn learn(&self, limits: &RateLimits) {
        for (limit, unit) in [
            (&limits.requests, Unit::Request),
            (&limits.tokens, Unit::Token),
        ] {
            let Some(left) = Left::new(limit) else {
                continue;
            };
            if left.remaining == 0 && left.reset <= SOON {
                self.pause.begin(left.reset);
            }
            self.state().learn(unit, left);
        }
    }

    /// Whether any limit is known.
    #[cfg(feature = "decode")]
    pub(crate) fn is_limited(&self) -> bool {
        let state = self.state();
        !state.configured.is_empty() || !state.learned.is_empty()
    }

    /// How long until so much may be used.
    pub(crate) fn wait_for(&self, need: Need) -> Duration {
        self.state().wait(need)
    }

    fn reserve(&self, need: Need, longest: Duration) -> Result<Reserved<'_>, Error> {
        let mut state = self.state();
        let wait = state.wait(need);
        if wait > longest {
            return Err(over(wait));
        }
        state.take(need, 1.0);
        Ok(Reserved {
            pace: self,
            need,
            wait,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pass();
        state
    }
}

impl State {
    fn buckets(&mut self) -> impl Iterator<Item = &mut Bucket> {
        self.configured.iter_mut().chain(&mut self.learned)
    }

    /// Lets the time go by that has.
    fn pass(&mut self) {
        if self.configured.is_empty() && self.learned.is_empty() {
            return;
        }
        let now = Instant::now();
        let before = self.at.replace(now).unwrap_or(now);
        let passed = (now - before).as_secs_f64();
        self.buckets().for_each(|bucket| bucket.pass(passed));
    }

    fn wait(&mut self, need: Need) -> Duration {
        let waits = self.buckets().map(|bucket| bucket.wait(need));
        waits.max().unwrap_or_default()
    }

    fn take(&mut self, need: Need, times: f64) {
        self.buckets().for_each(|bucket| bucket.take(need, times));
    }

    fn learn(&mut self, unit: Unit, left: Left) {
        let in_flight = self.in_flight;
        match self.learned.iter_mut().find(|bucket| bucket.unit == unit) {
            Some(bucket) => bucket.correct(left, in_flight),
            None => self.learned.extend(Bucket::learned(unit, left, in_flight)),
        }
    }
}

/// What was set aside for a request, and is given back if it is never made.
struct Reserved<'a> {
    pace: &'a Pace,
    need: Need,
    wait: Duration,
}

impl<'a> Reserved<'a> {
    /// The request is made.
    fn keep(mut self) -> InFlight<'a> {
        let need = std::mem::take(&mut self.need);
        let pace = self.pace;
        pace.state().in_flight.add(need, 1.0);
        InFlight { pace, need }
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if self.need != Need::default() {
            self.pace.state().take(self.need, -1.0);
        }
    }
}

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct InFlight<'a> {
    pace: &'a Pace,
    need: Need,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.pace.state().in_flight.add(self.need, -1.0);
    }
}

/// The job does not fit the limits.
pub(crate) fn over(wait: Duration) -> Error {
    let message = "the rate limits leave no room for this in the time allowed";
    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
}

#[cfg(test)]
mod tests {
    use groq_core::limits::RateLimit;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn left(limit: u64, remaining: u64, seconds: u64) -> RateLimit {
        let mut left = RateLimit::default();
        left.limit = Some(limit);
        left.remaining = Some(remaining);
        left.reset = Some(Duration::from_secs(seconds));
        left
    }

    fn requests(left: RateLimit) -> RateLimits {
        let mut limits = RateLimits::default();
        limits.requests = left;
        limits
    }

    fn tokens(left: RateLimit) -> RateLimits {
        let mut limits = RateLimits::default();
        limits.tokens = left;
        limits
    }

    fn request(seconds: f64) -> Need {
        Need {
            requests: 1.0,
            seconds,
            tokens: 100.0,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_spread() {
        let pace = Pace::new(&Quota::new().requests_per_minute(2));
        let start = Instant::now();
        for _ in 0..4 {
            pace.admit(request(30.0), LONG).await.expect("in time");
        }
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_too_long_is_refused_and_costs_nothing() {
        let pace = Pace::new(&Quota::new().audio_seconds_per_hour(3_600));
        pace.admit(request(3_600.0), LONG).await.expect("the first");
        for _ in 0..3 {
            let error = pace.admit(request(601.0), LONG).await;
            let error = error.expect_err("an hour is used up");
            assert!(error.is_rate_limited());
            assert_eq!(error.retry_after(), Some(Duration::from_secs(601)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_gives_back() {
        let pace = Pace::new(&Quota::new().requests_per_minute(1));
        pace.admit(request(1.0), LONG).await.expect("the first");
        let waiting = tokio::time::timeout(Duration::from_secs(1), pace.admit(request(1.0), LONG));
        assert!(waiting.await.is_err());
        assert_eq!(pace.wait_for(request(1.0)), Duration::from_secs(59));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_service_says_is_kept() {
        let pace = Pace::new(&Quota::new());
        let left = |remaining, seconds| left(1_000, remaining, seconds);
        // 999 requests come back in 86,313 s: one in 86.4 s.
        let day = requests(left(1, 86_313));
        pace.learn(&day);
        assert_eq!(pace.wait_for(request(1.0)), Duration::ZERO);
        pace.admit(request(1.0), LONG).await.expect("one is left");
        assert!((pace.wait_for(request(1.0)).as_secs_f64() - 86.4).abs() < 0.1);
        pace.learn(&tokens(left(50, 57)));
        assert!(
            (pace
                .wait_for(Need {
                    tokens: 100.0,
                    ..Need::default()
                })
                .as_secs_f64()
                - 3.0)
                .abs()
                < 0.1
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_under_way_counts() {
        let pace = Pace::new(&Quota::new());
        let first = pace.admit(request(1.0), LONG).await.expect("no limit yet");
        let second = pace.admit(request(1.0), LONG).await.expect("no limit yet");
        drop(first);
        let left = left(3, 2, 100);
        pace.learn(&requests(left));
        let third = pace.admit(request(1.0), LONG).await.expect("one more");
        assert!(pace.wait_for(request(1.0)) > Duration::from_secs(99));
        drop((second, third));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_whole_again_soon_is_waited_for() {
        let pace = Pace::new(&Quota::new());
        let left = left(10, 0, 4);
        pace.learn(&requests(left));
        let start = Instant::now();
        pace.admit(request(1.0), LONG).await.expect("in time");
        let waited = start.elapsed();
        assert!((4.0..4.1).contains(&waited.as_secs_f64()), "{waited:?}");
    }
}
