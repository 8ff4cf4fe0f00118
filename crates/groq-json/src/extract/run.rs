//! The loop: ask, judge, ask again.

use std::time::Duration;

use groq_core::runtime::{self, DefaultRuntime, Instant, Runtime as _};
use groq_types::ChatCompletion;
use serde::de::DeserializeOwned;

use super::plan::Plan;
use super::refusal::{self, Meaning};
use super::request::{self, Parts};
use super::{Extract, Extracted, model_or_default, reply};
use crate::error::{Error, ErrorKind, Spent};
use crate::format::{Compiled, Finish, Format};
use crate::judge::Fitting;
use crate::ledger::{Added, Attempt, Usage};
use crate::mode::{Capabilities, Mode};
use crate::prompt::Prompt;
use crate::reader::Incoming;
use crate::reask;
use crate::schema::{Obstacle, Wire, loosen};

/// The limit on tokens for models that reason first, unless the caller sets one. It counts against the rate limit as if it
/// were used, so it is no larger than answers of a page or two need.
const REASONING_LIMIT: u32 = 4096;
/// What the limit becomes after a reply was cut, where none was set.
const RAISED_LIMIT: u32 = 8192;
/// The largest limit that is asked for without being told to.
const MAX_LIMIT: u32 = 65_536;

pub(super) async fn run<T: DeserializeOwned + Send + 'static>(
    question: Extract<T>,
) -> Result<Extracted<T>, Error> {
    Loop::new(question)?.run().await
}

/// A question that is being asked.
pub(crate) struct Loop<T> {
    pub(crate) question: Extract<T>,
    pub(crate) format: Format<T>,
    pub(crate) model: String,
    capabilities: Capabilities,
    prompt: Prompt,
    started: Instant,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) usage: Usage,
    /// How many more replies may be asked for.
    left: u32,
    correction: Option<(String, String)>,
    /// The last reply that was wrong.
    last_wrong: Option<String>,
    limit: Option<u32>,
    raised: bool,
    low_effort: bool,
    /// Whether a stream is asked for, which rules out response formats.
    pub(crate) streams: bool,
}

/// What is sent, and the account of it.
pub(crate) struct Ask {
    pub(crate) request: groq_types::ChatCompletionRequest,
    pub(crate) attempt: Attempt,
}

/// How it goes on after a reply.
pub(crate) enum Next {
    /// Ask again.
    Again,
    /// It is over.
    Stop(Error),
}

impl<T: DeserializeOwned + Send + 'static> Loop<T> {
    pub(crate) fn new(mut question: Extract<T>) -> Result<Self, Error> {
        let format = std::mem::replace(&mut question.format, Err(Error::schema("", "taken")))?;
        let model = model_or_default(question.model.clone(), question.default_model.clone());
        let capabilities = question
            .capabilities
            .unwrap_or_else(|| Capabilities::of(&model));
        let prompt = question.prompt.clone().unwrap_or_else(|| format.prompt());
        Ok(Self {
            left: question.retries,
            limit: question
                .limit
                .or(capabilities.reasons.then_some(REASONING_LIMIT)),
            question,
            format,
            model,
            capabilities,
            prompt,
            started: DefaultRuntime.now(),
            attempts: Vec::new(),
            usage: Usage::default(),
            correction: None,
            last_wrong: None,
            raised: false,
            low_effort: false,
            streams: false,
        })
    }

    async fn run(mut self) -> Result<Extracted<T>, Error> {
        loop {
            let ask = self.ask()?;
            let remaining = self.remaining();
            let call = self.question.client.chat();
            let call = Box::pin(call.create(ask.request));
            let Some(result) = within(remaining, call).await else {
                self.attempts.push(failed(
                    ask.attempt,
                    &ErrorKind::Budget {
                        spent: Spent::Time,
                        last: None,
                    },
                ));
                return Err(self.error(ErrorKind::Budget {
                    spent: Spent::Time,
                    last: None,
                }));
            };
            match result {
                Ok(response) => {
                    if let Some(extracted) = self
                        .answered(ask.attempt, response.into_inner(), None)
                        .await?
                    {
                        return Ok(extracted);
                    }
                }
                Err(error) => {
                    if let Some(extracted) = self.refused(ask.attempt, error).await? {
                        return Ok(extracted);
                    }
                }
            }
        }
    }

    /// The next request.
    pub(crate) fn ask(&mut self) -> Result<Ask, Error> {
        if self
            .question
            .token_budget
            .is_some_and(|budget| self.usage.total_tokens >= budget)
        {
            return Err(self.spent(Spent::Tokens));
        }
        if self.remaining() == Some(Duration::ZERO) {
            return Err(self.spent(Spent::Time));
        }
        let (mode, reason) = self.mode().map_err(|kind| self.error(kind))?;
        let wire = self.wire(mode);
        let (request, added) = request::build(&Parts {
            model: &self.model,
            messages: &self.question.messages,
            mode,
            wire: &wire,
            prompt: &self.prompt,
            prompt_wanted: self.question.prompt_wanted,
            limit: self.limit,
            limit_wanted: self.limit == self.question.limit,
            low_effort: self.low_effort,
            correction: self.correction.as_ref(),
        });
        let request = self
            .question
            .configure
            .iter()
            .fold(request, |request, change| change(request));
        let mut attempt = Attempt::new(mode, &self.model);
        attempt.reason = reason;
        attempt.added = added;
        if matches!(mode, Mode::Strict | Mode::Schema | Mode::Tool) {
            let dropped = self.dropped(mode).into_iter();
            attempt.added.extend(dropped.map(Added::WithoutKeyword));
        }
        if self.streams {
            attempt.added.push(Added::Stream);
        }
        Ok(Ask { request, attempt })
    }

    fn mode(&self) -> Result<(Mode, Option<String>), ErrorKind> {
        if self.streams && self.question.mode.is_none() {
            return Ok((
                Mode::Prompt,
                Some("response formats do not stream".to_owned()),
            ));
        }
        let schema = self.format.compiled().schema.to_string();
        let refused = |mode: Mode| self.question.memory.refusal(&self.model, mode, &schema);
        let plan = Plan {
            fixed: self.question.mode,
            capabilities: self.capabilities,
            obstacle: self.format.obstacles().first().map(Obstacle::to_string),
            refused: &refused,
        };
        plan.mode()
    }

    /// What a stream is watched with: not where it comes in another form than that of the type.
    pub(crate) fn guarded(&self) -> Option<std::sync::Arc<Compiled>> {
        let mode = self.question.mode.unwrap_or(Mode::Prompt);
        (mode == Mode::Prompt || self.wire(mode).wrapped_in.is_none())
            .then(|| std::sync::Arc::clone(self.format.compiled()))
    }

    /// The schema as it is sent, without what the model does not take.
    pub(crate) fn wire(&self, mode: Mode) -> Wire {
        let mut wire = self.format.wire(mode).cloned().unwrap_or_default();
        for keyword in self.dropped(mode) {
            wire.schema = loosen::without(wire.schema, keyword);
        }
        wire
    }

    /// The keywords of the schema that the model does not take.
    fn dropped(&self, mode: Mode) -> Vec<&'static str> {
        let Ok(wire) = self.format.wire(mode) else {
            return Vec::new();
        };
        let mut dropped = self.question.memory.dropped(&self.model, mode);
        dropped.retain(|keyword| loosen::has(&wire.schema, keyword));
        dropped
    }

    /// A reply came; if it came as a stream, it has been read.
    pub(crate) async fn answered(
        &mut self,
        mut attempt: Attempt,
        completion: ChatCompletion,
        read: Option<&Incoming>,
    ) -> Result<Option<Extracted<T>>, Error> {
        attempt.finish_reason = completion.finish_reason().cloned();
        if let Some(usage) = &completion.usage {
            self.usage += usage;
        }
        attempt.usage.clone_from(&completion.usage);
        match reply::text(
            &completion,
            attempt.mode,
            self.wire(attempt.mode).name.as_str(),
        ) {
            Ok((text, finish)) => {
                let fitting = self.fitting(attempt.mode, &text, finish, read);
                self.judged(attempt, &text, fitting, Some(completion)).await
            }
            Err(ErrorKind::Refusal) => {
                attempt.raw = Some(reply::refusal(&completion));
                self.attempts.push(failed(attempt, &ErrorKind::Refusal));
                Err(self.error(ErrorKind::Refusal))
            }
            Err(kind) => self.wrong(attempt, kind),
        }
    }

    /// The value of a text.
    fn fitting(
        &self,
        mode: Mode,
        text: &str,
        finish: Finish,
        read: Option<&Incoming>,
    ) -> Result<Fitting<T>, ErrorKind> {
        let wire = self.wire(mode);
        let sent = (mode != Mode::Prompt).then_some(&wire);
        let judge = Extract::<T>::judge(&self.format, sent);
        match read.filter(|read| read.text() == text) {
            Some(read) => judge.reply_read(text, finish, read.plain()),
            None => judge.reply(text, finish),
        }
    }

    /// Makes the checks of a value; `None` if the model has to be asked again.
    async fn judged(
        &mut self,
        mut attempt: Attempt,
        text: &str,
        fitting: Result<Fitting<T>, ErrorKind>,
        completion: Option<ChatCompletion>,
    ) -> Result<Option<Extracted<T>>, Error> {
        attempt.raw = Some(text.to_owned());
        let Fitting {
            value,
            repairs,
            defaults,
        } = match fitting {
            Ok(fitting) => fitting,
            Err(kind) => return self.wrong(attempt, kind),
        };
        attempt.repairs.clone_from(&repairs);
        let mut issues = Vec::new();
        for check in &self.question.checks {
            issues.extend(check(&value).await.err());
        }
        if !issues.is_empty() {
            let wire = self.wire(attempt.mode);
            let sent = (attempt.mode != Mode::Prompt).then_some(&wire);
            Extract::<T>::judge(&self.format, sent).show(text, &mut issues);
            return self.wrong(attempt, ErrorKind::Check(issues));
        }
        self.attempts.push(attempt);
        let attempts = std::mem::take(&mut self.attempts);
        Ok(Some(Extracted {
            value,
            usage: self.usage,
            attempts,
            repairs,
            defaults,
            completion,
        }))
    }

    /// The call failed: a generation that can be used after all, a mode to step down from, or an error.
    pub(crate) async fn refused(
        &mut self,
        mut attempt: Attempt,
        error: groq_core::Error,
    ) -> Result<Option<Extracted<T>>, Error> {
        let schema = || self.format.compiled().schema.to_string();
        match refusal::meaning(&error) {
            Meaning::Cut => self.wrong(
                attempt,
                ErrorKind::Truncated {
                    partial: Box::default(),
                },
            ),
            Meaning::Generation(Some(text)) => {
                let calls = refusal::calls(&text);
                let text = match calls.as_slice() {
                    [(_, arguments)] if attempt.mode == Mode::Tool => arguments.clone(),
                    _ => text,
                };
                attempt.recovered = true;
                let fitting = self.fitting(attempt.mode, &text, Finish::Stop, None);
                self.judged(attempt, &text, fitting, None).await
            }
            Meaning::Generation(None) => self.wrong(attempt, ErrorKind::Empty),
            Meaning::Schema(reason) => {
                let wire = self.wire(attempt.mode);
                if let Some(keyword) = loosen::named(&reason, &wire.schema) {
                    // The mode is still to be had, without this keyword.
                    let mode = attempt.mode;
                    self.question
                        .memory
                        .drop_keyword(&self.model, mode, keyword);
                    let kind = ErrorKind::Unsupported { mode, reason };
                    self.attempts.push(failed(attempt, &kind));
                    return Ok(None);
                }
                self.question
                    .memory
                    .learn(&self.model, attempt.mode, Some(&schema()), &reason);
                self.step_down(attempt, reason, error)
            }
            Meaning::Format(reason) => {
                self.question
                    .memory
                    .learn(&self.model, attempt.mode, None, &reason);
                self.step_down(attempt, reason, error)
            }
            Meaning::Other => {
                let kind = ErrorKind::Api(Box::new(error));
                self.attempts.push(failed(attempt, &kind));
                Err(self.error(kind))
            }
        }
    }

    /// The mode is not to be had; the plan will find another, since the memory knows.
    fn step_down(
        &mut self,
        attempt: Attempt,
        reason: String,
        error: groq_core::Error,
    ) -> Result<Option<Extracted<T>>, Error> {
        let mode = attempt.mode;
        let kind = ErrorKind::Unsupported { mode, reason };
        self.attempts.push(failed(attempt, &kind));
        if self.question.mode.is_some() {
            return Err(self.error(kind));
        }
        if mode == Mode::Prompt || self.streams {
            return Err(self.error(ErrorKind::Api(Box::new(error))));
        }
        Ok(None)
    }

    /// A reply is wrong.
    fn wrong(&mut self, attempt: Attempt, kind: ErrorKind) -> Result<Option<Extracted<T>>, Error> {
        match self.next(attempt, kind) {
            Next::Again => Ok(None),
            Next::Stop(error) => Err(error),
        }
    }

    /// Puts a wrong reply on the ledger, and sees to what is asked next.
    pub(crate) fn next(&mut self, attempt: Attempt, kind: ErrorKind) -> Next {
        let raw = attempt.raw.clone();
        self.attempts.push(failed(attempt, &kind));
        if self.left == 0 {
            let kind = match self.question.retries {
                0 => kind,
                _ => ErrorKind::Budget {
                    spent: Spent::Attempts,
                    last: Some(Box::new(kind)),
                },
            };
            return Next::Stop(self.error(kind));
        }
        self.left -= 1;
        if matches!(kind, ErrorKind::Truncated { .. }) {
            return self.raise(kind);
        }
        if raw.is_some() && raw == self.last_wrong {
            return Next::Stop(self.error(ErrorKind::NoProgress(Box::new(kind))));
        }
        // An empty message is refused by the service.
        let echo = raw
            .as_deref()
            .filter(|raw| !raw.trim().is_empty())
            .map(|raw| reask::echo(raw, &kind));
        self.correction = echo.map(|echo| (echo, reask::message(&kind, raw.as_deref())));
        self.last_wrong = raw;
        Next::Again
    }

    /// After a reply that was cut: more room, once.
    fn raise(&mut self, kind: ErrorKind) -> Next {
        if self.raised {
            return Next::Stop(self.error(kind));
        }
        self.raised = true;
        self.limit = Some(
            self.limit
                .map_or(RAISED_LIMIT, |limit| limit.saturating_mul(2))
                .min(MAX_LIMIT),
        );
        self.low_effort = self.model.starts_with("openai/gpt-oss");
        Next::Again
    }

    /// From here on, what is wrong is an error.
    pub(crate) fn stop_asking(&mut self) {
        self.left = 0;
        self.question.retries = 0;
    }

    pub(crate) fn remaining(&self) -> Option<Duration> {
        let limit = self.question.deadline?;
        Some(limit.saturating_sub(DefaultRuntime.now() - self.started))
    }

    fn spent(&mut self, spent: Spent) -> Error {
        self.error(ErrorKind::Budget { spent, last: None })
    }

    pub(crate) fn error(&mut self, kind: ErrorKind) -> Error {
        Error::new(kind).with_ledger(std::mem::take(&mut self.attempts), self.usage)
    }
}

/// An attempt with what came of it.
pub(crate) fn failed(mut attempt: Attempt, kind: &ErrorKind) -> Attempt {
    attempt.failure = Some(kind.to_string());
    if let ErrorKind::Invalid(issues) | ErrorKind::Check(issues) = kind {
        attempt.issues.clone_from(issues);
    }
    attempt
}

/// The output of a future, unless the time is up before.
pub(crate) async fn within<F: Future>(limit: Option<Duration>, future: F) -> Option<F::Output> {
    match limit {
        Some(limit) => runtime::within(&DefaultRuntime, limit, future).await,
        None => Some(future.await),
    }
}
