//! What may still be sent to one model: a plain state machine on a time that is passed in.

use std::collections::VecDeque;
use std::time::Duration;

use super::estimate::Estimator;
use super::meter::{Meter, Source, float, whole};
use super::queue::Queue;
use crate::limits::status::{DAY, HOUR, MINUTE};
use crate::limits::{
    AcquireError, CallEstimate, Feedback, LimitStatus, LimitUnit, Permit, Quota, RateLimit,
};
use crate::runtime::Instant;

/// What calls need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Need {
    pub(super) requests: f64,
    pub(super) tokens: f64,
    /// Seconds of audio.
    pub(super) audio: f64,
}

impl Need {
    pub(super) fn of(&self, unit: LimitUnit) -> f64 {
        match unit {
            LimitUnit::Requests => self.requests,
            LimitUnit::Tokens => self.tokens,
            LimitUnit::Audio => self.audio,
        }
    }
}

/// The state of one model.
#[derive(Debug)]
pub(super) struct State {
    pub(super) queue: Queue,
    estimator: Estimator,
    meters: Vec<Meter>,
    /// The server asked for silence until then.
    paused_until: Option<Instant>,
    /// Pauses in a row, without a success in between.
    pauses: u32,
    /// Successes since the limits were last in doubt; `None` if they are not.
    doubt: Option<u32>,
    /// Attempts that were just sent and have no response yet: each may be refused.
    unproven: VecDeque<(u64, Instant)>,
    /// Requests and tokens of attempts that are under way.
    pending: (f64, f64),
    next_id: u64,
}

/// Whether a call may go.
#[derive(Debug)]
pub(super) enum Ready {
    Now,
    /// Not before this long, because of this limit.
    In(Duration, Option<LimitStatus>),
    /// When an attempt that was just sent has its response, or after this long.
    Soon(Duration),
    Never(AcquireError),
}

impl State {
    /// A refusal comes within this time: after it, an attempt counts as admitted though its response is still to come.
    const PROBATION: Duration = Duration::from_millis(400);
    /// While a limit may be unknown, one attempt may be unproven, and one more for so many successes.
    const PROOF: u32 = 64;
    /// After so many successes, limits that are known are not in doubt any more.
    const TRUST: u32 = 8;

    pub(super) fn new(quota: &Quota, now: Instant) -> Self {
        let meter = |limit: Option<u64>, unit, period| Some(Meter::new(unit, limit?, period, now));
        let meters = [
            meter(quota.requests_per_minute, LimitUnit::Requests, MINUTE),
            meter(quota.requests_per_day, LimitUnit::Requests, DAY),
            meter(quota.tokens_per_minute, LimitUnit::Tokens, MINUTE),
            meter(quota.tokens_per_day, LimitUnit::Tokens, DAY),
            meter(quota.audio_seconds_per_hour, LimitUnit::Audio, HOUR),
            meter(quota.audio_seconds_per_day, LimitUnit::Audio, DAY),
        ];
        Self {
            queue: Queue::default(),
            estimator: Estimator::default(),
            meters: meters.into_iter().flatten().collect(),
            paused_until: None,
            pauses: 0,
            doubt: quota.is_empty().then_some(0),
            unproven: VecDeque::new(),
            pending: (0.0, 0.0),
            next_id: 0,
        }
    }

    /// Forgets what was learned of the limits. Calls that wait keep their places.
    pub(super) fn reset(&mut self, quota: &Quota, now: Instant) {
        let fresh = Self::new(quota, now);
        let old = std::mem::replace(self, fresh);
        (self.queue, self.estimator) = (old.queue, old.estimator);
        (self.pending, self.next_id) = (old.pending, old.next_id);
        self.queue.wake_first();
    }

    /// What a call needs. Recordings count for ten seconds at least.
    pub(super) fn need(&self, call: &CallEstimate) -> Need {
        Need {
            requests: 1.0,
            tokens: float(self.estimator.tokens(call)),
            audio: call.audio.map_or(0.0, |audio| billed(audio, 1)),
        }
    }

    /// How long the limits delay so many requests that need this much together.
    pub(super) fn wait_for(
        &mut self,
        work: &CallEstimate,
        requests: u64,
        now: Instant,
    ) -> Duration {
        let need = Need {
            requests: float(requests),
            audio: work.audio.map_or(0.0, |audio| billed(audio, requests)),
            ..self.need(work)
        };
        let waits = self.meters.iter_mut();
        let waits = waits.map(|meter| meter.wait_in_the_long_run(need.of(meter.unit), now));
        waits.max().unwrap_or_default().max(self.pause_left(now))
    }

    /// Whether a call that needs this much may go now.
    pub(super) fn ready(&mut self, need: Need, now: Instant) -> Ready {
        let mut wait = (self.pause_left(now), None);
        for meter in &mut self.meters {
            let Some(time) = meter.wait(need.of(meter.unit), now) else {
                let (needs, limit) = (whole(need.of(meter.unit)), meter.status());
                return Ready::Never(AcquireError::NeverFits { needs, limit });
            };
            if time > wait.0 {
                wait = (time, Some(meter.status()));
            }
        }
        if !wait.0.is_zero() {
            return Ready::In(wait.0, wait.1);
        }
        match self.probation(now) {
            Some(left) => Ready::Soon(left),
            None => Ready::Now,
        }
    }

    /// Reserves what a call needs.
    pub(super) fn take(&mut self, need: Need, call: &CallEstimate, now: Instant) -> Permit {
        for meter in &mut self.meters {
            meter.take(need.of(meter.unit), now);
        }
        self.pending.0 += 1.0;
        self.pending.1 += need.tokens;
        self.next_id += 1;
        self.unproven.push_back((self.next_id, now));
        Permit::new(call.clone())
            .tokens(whole(need.tokens))
            .id(self.next_id)
    }

    /// Takes in what a response says.
    pub(super) fn feedback(&mut self, id: u64, feedback: &Feedback, random: f64, now: Instant) {
        self.unproven.retain(|(sent, _)| *sent != id);
        let limits = &feedback.rate_limits;
        self.report(LimitUnit::Requests, limits.requests, self.pending.0, now);
        self.report(LimitUnit::Tokens, limits.tokens, self.pending.1, now);
        for limit in [limits.requests, limits.tokens] {
            if limit.limit.is_none() && limit.remaining == Some(0) {
                self.pause(limit.reset.unwrap_or_default(), random, now);
            }
        }
        if let Some(status) = &feedback.exceeded {
            self.named(status, feedback.retry_after.unwrap_or_default(), now);
        }
        if feedback.is_rate_limited() {
            self.refused(feedback, random, now);
        } else if feedback.status.is_none_or(|status| status.is_success()) {
            self.proven();
        }
    }

    /// An attempt is over.
    pub(super) fn release(&mut self, permit: &Permit, feedback: &Feedback, now: Instant) {
        self.unproven.retain(|(sent, _)| *sent != permit.id);
        let tokens = float(permit.tokens);
        self.pending.0 = (self.pending.0 - 1.0).max(0.0);
        self.pending.1 = (self.pending.1 - tokens).max(0.0);
        let reserved = permit.estimate.audio.map_or(0.0, |audio| billed(audio, 1));
        let refused = feedback
            .status
            .is_some_and(|status| status.is_client_error());
        let (mut tokens_back, mut audio_back) = (0.0, 0.0);
        if let Some(usage) = feedback.usage {
            tokens_back = (tokens - float(usage.limited_tokens())).max(0.0);
            let used = usage.billed_audio.map(|audio| audio.as_secs_f64());
            audio_back = used.map_or(0.0, |used| reserved - used);
            self.estimator.learn(&permit.estimate, usage);
        } else if refused {
            (tokens_back, audio_back) = (tokens, reserved);
        }
        for meter in &mut self.meters {
            match meter.unit {
                LimitUnit::Requests => {}
                LimitUnit::Tokens => meter.give_back(tokens_back, now),
                LimitUnit::Audio => meter.give_back(audio_back, now),
            }
        }
    }

    fn pause_left(&self, now: Instant) -> Duration {
        let until = self.paused_until;
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// How long the next attempt has to wait for those that were just sent, if it has to.
    fn probation(&mut self, now: Instant) -> Option<Duration> {
        let age = |sent: Instant| now.saturating_duration_since(sent);
        while let Some((_, sent)) = self.unproven.front()
            && age(*sent) >= Self::PROBATION
        {
            self.unproven.pop_front();
        }
        let allowed = 1 + (self.doubt? / Self::PROOF) as usize;
        let (_, sent) = self.unproven.front()?;
        let left = Self::PROBATION.saturating_sub(age(*sent));
        (self.unproven.len() >= allowed).then_some(left)
    }

    /// A response that is no refusal.
    fn proven(&mut self) {
        self.pauses = 0;
        if let Some(successes) = self.doubt {
            let mut requests = self
                .meters
                .iter()
                .filter(|meter| meter.unit == LimitUnit::Requests);
            let known = requests.any(|meter| meter.period() <= HOUR);
            let trusted = known && successes >= Self::TRUST;
            self.doubt = (!trusted).then_some(successes + 1);
        }
    }

    /// A 429: all wait, and then not all at once.
    fn refused(&mut self, feedback: &Feedback, random: f64, now: Instant) {
        const FIRST: Duration = Duration::from_millis(500);
        const LONGEST: Duration = Duration::from_secs(20);
        if self.doubt.is_none() && feedback.exceeded.is_none() {
            // All that is known was kept to, and yet it was too much: by windows, or by others.
            let named = self.meters.iter_mut();
            let named = named.filter(|meter| meter.source == Source::Named);
            named.for_each(Meter::smooth);
        }
        self.doubt = Some(0);
        let asked = feedback.retry_after.filter(|wait| !wait.is_zero());
        let grown = FIRST.saturating_mul(1 << self.pauses.min(6)).min(LONGEST);
        // Others that were under way are refused for the same reason.
        let is_paused = !self.pause_left(now).is_zero();
        if !is_paused {
            self.pauses = self.pauses.saturating_add(1);
        }
        if let Some(wait) = asked.or((!is_paused).then_some(grown)) {
            self.pause(wait, random, now);
        }
    }

    /// No call goes before this time, and calls of other processes not at the same moment.
    fn pause(&mut self, time: Duration, random: f64, now: Instant) {
        const LEAST: Duration = Duration::from_millis(10);
        let spread = (time / 20).clamp(LEAST, Duration::from_secs(1));
        let time = time.saturating_add(LEAST + spread.mul_f64(random.clamp(0.0, 1.0)));
        let until = now.checked_add(time).unwrap_or(now + DAY);
        self.paused_until = self.paused_until.max(Some(until));
    }

    /// A limit in the headers. Where nothing is allowed no call would be answered, so a limit of zero is not believed.
    fn report(&mut self, unit: LimitUnit, told: RateLimit, pending: f64, now: Instant) {
        if told.limit == Some(0) || told.remaining.is_none() {
            return;
        }
        let known = |meter: &&mut Meter| meter.unit == unit && meter.source == Source::Reported;
        if let Some(meter) = self.meters.iter_mut().find(known) {
            meter.report(told, pending, now);
        } else if let Some(limit) = told.limit {
            let mut meter = Meter::reported(unit, limit, now);
            meter.report(told, 0.0, now);
            // The call that is answered was counted; the others may have come later.
            meter.take(pending * (1.0 - 1.0 / self.pending.0.max(1.0)), now);
            self.meters.push(meter);
        }
    }

    /// A limit in the text of a refusal.
    fn named(&mut self, status: &LimitStatus, wait: Duration, now: Instant) {
        let same = |meter: &&mut Meter| {
            meter.source == Source::Named
                && meter.unit == status.unit
                && meter.period() == status.period
        };
        if let Some(meter) = self.meters.iter_mut().find(same) {
            if meter.named(status, wait, now) && self.doubt.is_none() {
                meter.smooth();
            }
        } else {
            let mut meter = Meter::new(status.unit, status.limit, status.period, now);
            meter.named(status, wait, now);
            self.meters.push(meter);
        }
    }
}

/// The seconds of audio that count for so many requests.
fn billed(audio: Duration, requests: u64) -> f64 {
    audio.as_secs_f64().max(10.0 * float(requests))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::RateLimits;
    use http::StatusCode;

    const SECOND: Duration = Duration::from_secs(1);

    fn told(limit: Option<u64>, remaining: u64, reset: Duration) -> Feedback {
        let mut limits = RateLimits::default();
        limits.requests.limit = limit;
        limits.requests.remaining = Some(remaining);
        limits.requests.reset = Some(reset);
        ok().rate_limits(limits)
    }

    fn ok() -> Feedback {
        Feedback::new(StatusCode::OK)
    }

    fn refusal() -> Feedback {
        Feedback::new(StatusCode::TOO_MANY_REQUESTS)
    }

    fn call(tokens: u64) -> CallEstimate {
        CallEstimate::new("m").max_completion_tokens(tokens)
    }

    fn take(state: &mut State, tokens: u64, now: Instant) -> Permit {
        let call = call(tokens);
        state.take(state.need(&call), &call, now)
    }

    /// Sends a call, and takes in its response.
    fn send(state: &mut State, tokens: u64, feedback: &Feedback, now: Instant) {
        let permit = take(state, tokens, now);
        state.feedback(permit.id, feedback, 0.0, now);
    }

    fn ready(state: &mut State, tokens: u64, now: Instant) -> Ready {
        state.ready(state.need(&call(tokens)), now)
    }

    fn wait(state: &mut State, tokens: u64, now: Instant) -> Duration {
        match ready(state, tokens, now) {
            Ready::Now => Duration::ZERO,
            Ready::In(wait, _) | Ready::Soon(wait) => wait,
            Ready::Never(error) => panic!("{error}"),
        }
    }

    fn learning(now: Instant) -> State {
        State::new(&Quota::new(), now)
    }

    #[test]
    fn one_call_asks_for_limits_that_nobody_knows() {
        let now = Instant::now();
        let mut state = learning(now);
        let first = take(&mut state, 1, now);
        assert!(matches!(ready(&mut state, 1, now), Ready::Soon(_)));
        state.release(&first, &Feedback::default(), now);
        assert!(
            matches!(ready(&mut state, 1, now), Ready::Now),
            "it came to nothing"
        );
        let hangs = take(&mut state, 1, now);
        assert_eq!(wait(&mut state, 1, now), State::PROBATION);
        let later = now + State::PROBATION;
        assert!(
            matches!(ready(&mut state, 1, later), Ready::Now),
            "it holds nobody up"
        );
        state.release(&hangs, &Feedback::default(), later);
        for _ in 0..State::PROOF {
            send(&mut state, 1, &ok(), later);
        }
        let _one = take(&mut state, 1, later);
        assert!(
            matches!(ready(&mut state, 1, later), Ready::Now),
            "two at the same time"
        );
    }

    #[test]
    fn nothing_remaining_is_a_pause() {
        let now = Instant::now();
        for limit in [None, Some(8640)] {
            let mut state = learning(now);
            send(&mut state, 1, &told(limit, 0, 10 * SECOND), now);
            let wait = wait(&mut state, 1, now);
            assert!(
                wait >= 10 * SECOND && wait < 11 * SECOND,
                "{limit:?}: {wait:?}"
            );
        }
    }

    #[test]
    fn a_limit_of_zero_is_not_believed() {
        let now = Instant::now();
        let mut state = learning(now);
        for (limit, remaining) in [(0, 0), (100, 50), (0, 0), (0, 50)] {
            send(&mut state, 1, &told(Some(limit), remaining, SECOND), now);
            assert!(matches!(ready(&mut state, 1, now), Ready::Now), "{limit}");
        }
    }

    #[test]
    fn one_refusal_pauses_everybody_beyond_the_servers_time() {
        let now = Instant::now();
        let mut state = State::new(&Quota::new().requests_per_minute(600), now);
        send(&mut state, 1, &refusal().retry_after(4 * SECOND), now);
        let wait = wait(&mut state, 1, now);
        assert!(wait >= 4 * SECOND && wait <= 5 * SECOND, "{wait:?}");
    }

    #[test]
    fn pauses_without_a_time_grow_until_a_call_succeeds() {
        let mut now = Instant::now();
        let mut state = learning(now);
        let mut waits = Vec::new();
        for _ in 0..9 {
            send(&mut state, 1, &refusal(), now);
            // Others that were under way are refused for the same reason.
            send(&mut state, 1, &refusal(), now);
            let pause = wait(&mut state, 1, now);
            waits.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 20, 20, 20]);
        send(&mut state, 1, &ok(), now);
        send(&mut state, 1, &refusal(), now);
        assert!(wait(&mut state, 1, now) < SECOND);
    }

    #[test]
    fn a_refusal_teaches_the_limit_that_it_names() {
        let now = Instant::now();
        let mut state = learning(now);
        let text =
            "on requests per minute (RPM): Limit 60, Used 60, Requested 1. Please try again in 1s.";
        send(
            &mut state,
            1,
            &refusal().retry_after(SECOND).message(text),
            now,
        );
        let mut at = now;
        for _ in 0..20 {
            at += wait(&mut state, 1, at);
            send(&mut state, 1, &ok(), at);
        }
        let took = (at - now).as_secs_f64();
        assert!((20.0..20.1).contains(&took), "{took}");
        let Ready::In(_, Some(limit)) = ready(&mut state, 1, at) else {
            panic!("it has to wait");
        };
        assert_eq!(
            limit.to_string(),
            "60 requests per minute, of which 0 are left"
        );
    }

    #[test]
    fn a_day_of_silence_can_be_reset() {
        let now = Instant::now();
        let mut state = learning(now);
        send(&mut state, 1, &refusal().retry_after(86_400 * SECOND), now);
        assert!(wait(&mut state, 1, now) >= 86_400 * SECOND);
        state.reset(&Quota::new(), now);
        assert!(matches!(ready(&mut state, 1, now), Ready::Now));
    }

    #[test]
    fn what_can_never_fit_is_refused() {
        let now = Instant::now();
        let mut state = State::new(&Quota::new().tokens_per_minute(6000), now);
        let Ready::Never(error) = ready(&mut state, 6001, now) else {
            panic!("it never fits");
        };
        assert_eq!(
            error.to_string(),
            "the request needs about 6001 tokens, and the limit of its model is 6000 per minute"
        );
        assert!(matches!(ready(&mut state, 6000, now), Ready::Now));
    }

    #[test]
    fn what_was_not_needed_comes_back() {
        use crate::limits::Usage;
        let now = Instant::now();
        let used = |prompt, cached| ok().usage(Usage::new(prompt, 0).cached_tokens(cached));
        let bad = Feedback::new(StatusCode::BAD_REQUEST);
        let unknown = Feedback::default();
        for (feedback, back) in [
            (used(1000, 0), 5000),
            (used(6000, 5500), 5500),
            (bad, 6000),
            (unknown, 0),
        ] {
            let mut state = State::new(&Quota::new().tokens_per_minute(6000), now);
            let permit = take(&mut state, 6000, now);
            assert!(wait(&mut state, 1000, now) > 9 * SECOND);
            state.release(&permit, &feedback, now);
            assert_eq!(wait(&mut state, back, now), Duration::ZERO, "{feedback:?}");
            assert!(
                back == 6000 || !wait(&mut state, back + 1, now).is_zero(),
                "{feedback:?}"
            );
        }
    }

    #[test]
    fn the_servers_word_on_when_all_is_there_again_shortens_the_wait() {
        let now = Instant::now();
        let mut state = learning(now);
        // Thirty a day would come back one by one in 48 minutes each; this server counts by another time.
        send(&mut state, 1, &told(Some(30), 0, 10 * SECOND), now);
        let wait = wait(&mut state, 1, now);
        assert!(wait > 9 * SECOND && wait <= 10 * SECOND, "{wait:?}");
        let then = now + wait;
        for _ in 0..30 {
            assert!(matches!(ready(&mut state, 1, then), Ready::Now));
            send(&mut state, 1, &ok(), then);
        }
        assert!(matches!(ready(&mut state, 1, then), Ready::In(..)));
    }

    #[test]
    fn audio_is_paced_by_what_is_known_before_and_by_what_is_told_afterwards() {
        use crate::limits::Usage;
        let now = Instant::now();
        let quota = Quota::new()
            .audio_seconds_per_hour(7200)
            .audio_seconds_per_day(28_800);
        let mut state = State::new(&quota, now);
        let audio = |seconds: u32| call(0).audio(seconds * SECOND);
        let take = |state: &mut State, call: &CallEstimate| state.take(state.need(call), call, now);
        let first = take(&mut state, &audio(7200));
        let Ready::In(wait, _) = state.ready(state.need(&audio(720)), now) else {
            panic!("it has to wait");
        };
        assert!(wait >= 360 * SECOND && wait < 361 * SECOND, "{wait:?}");

        // Half of it was not there.
        let used = |seconds: u32| ok().usage(Usage::default().audio(seconds * SECOND));
        state.release(&first, &used(3600), now);
        assert!(matches!(
            state.ready(state.need(&audio(3600)), now),
            Ready::Now
        ));
        // Nobody knew how long this one was.
        let second = take(&mut state, &call(0));
        state.release(&second, &used(3600), now);
        assert!(matches!(
            state.ready(state.need(&audio(1)), now),
            Ready::In(..)
        ));

        let never = state.ready(state.need(&audio(7201)), now);
        assert!(
            matches!(never, Ready::Never(AcquireError::NeverFits { .. })),
            "{never:?}"
        );
    }

    #[test]
    fn what_is_under_way_may_be_missing_in_what_headers_say() {
        let now = Instant::now();
        let mut state = learning(now);
        let [first, second] = [take(&mut state, 1, now), take(&mut state, 1, now)];
        state.feedback(first.id, &told(Some(3), 2, 100 * SECOND), 0.0, now);
        state.release(&first, &ok(), now);
        state.release(&second, &ok(), now);
        send(&mut state, 1, &ok(), now);
        assert!(wait(&mut state, 1, now) > 99 * SECOND);
    }

    #[test]
    fn the_time_that_a_whole_job_takes_is_known_before() {
        let now = Instant::now();
        let quota = Quota::new()
            .requests_per_minute(20)
            .audio_seconds_per_hour(7200);
        let mut state = State::new(&quota, now);
        let hours = |hours: u32| call(0).audio(hours * 3600 * SECOND);
        assert_eq!(state.wait_for(&hours(2), 12, now), Duration::ZERO);
        assert_eq!(state.wait_for(&hours(5), 30, now), 5400 * SECOND);
        // Ten seconds count for each.
        assert_eq!(
            state.wait_for(&call(0).audio(SECOND), 1080, now),
            3180 * SECOND
        );
        assert_eq!(state.wait_for(&call(0), 80, now), 180 * SECOND);
    }
}
