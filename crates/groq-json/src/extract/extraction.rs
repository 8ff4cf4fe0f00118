//! An extraction in progress: ask, decode, check, and ask again.

use groq_core::ChatStream;
use groq_types::{ChatCompletion, ChatCompletionRequest};
use serde::de::DeserializeOwned;

use super::plan::Plan;
use super::refusal::{self, Meaning};
use super::request::{self, Parts};
use super::{Check, Extract, Extracted, Settings, SupportCache, reply};
use crate::attempt::{Added, ExtractAttempt};
use crate::correction;
use crate::error::{Error, Failure, Limit};
use crate::format::{Finish, Format};
use crate::issue::Issue;
use crate::mode::{Capabilities, Mode};
use crate::prompt::Prompt;
use crate::question::{Meter, Question};
use crate::reader::Incoming;
use crate::schema::{WireSchema, relax};

/// The limit on tokens for models that reason first, unless the caller sets one. It counts towards the rate limit as if it
/// were used, so it is no larger than answers of a page or two need.
const REASONING_LIMIT: u32 = 4096;
/// The limit after a reply was cut off, if there was none.
const RAISED_LIMIT: u32 = 8192;
/// The largest limit that is set without being asked for.
const MAX_LIMIT: u32 = 65_536;

/// An extraction in progress.
pub(crate) struct Extraction<T> {
    question: Question,
    format: Format<T>,
    checks: Vec<Check<T>>,
    settings: Settings,
    prompt: Prompt,
    model: String,
    capabilities: Capabilities,
    /// Whether the reply is streamed, which rules out response formats.
    streams: bool,
    meter: Meter,
    attempts: Vec<ExtractAttempt>,
    limit: ReplyLimit,
    corrections: Corrections,
}

/// The limit on the tokens of a reply.
#[derive(Clone, Copy)]
struct ReplyLimit {
    tokens: Option<u32>,
    /// Whether it was raised after a reply that was cut off.
    raised: bool,
}

/// What is corrected, and how often it may be.
struct Corrections {
    left: u32,
    /// The last reply, if it is known, and what was wrong with it, as they are sent to the model.
    pending: Option<(String, String)>,
    /// The last wrong reply.
    last_reply: Option<String>,
}

/// The outcome of one attempt that did not fail for good.
pub(crate) enum Outcome<T> {
    Done(Box<Extracted<T>>),
    /// The model is asked again, for these reasons.
    Again(Vec<Issue>),
}

/// The outcome of one attempt.
type Attempted<T> = Result<Outcome<T>, Error>;

impl<T: DeserializeOwned + Send + 'static> Extraction<T> {
    pub(crate) fn new(extract: Extract<T>, streams: bool) -> Result<Self, Error> {
        let Extract {
            question,
            settings,
            format,
            checks,
        } = extract;
        let format = format?;
        let model = question.model_name();
        let known = || Capabilities::for_model(&model);
        let capabilities = settings.capabilities.unwrap_or_else(known);
        let prompt = settings.prompt.clone();
        let prompt = prompt.or_else(|| settings.default_prompt.clone());
        let default_limit = capabilities.reasons.then_some(REASONING_LIMIT);
        Ok(Self {
            prompt: prompt.unwrap_or_else(|| format.prompt()),
            meter: question.meter(),
            limit: ReplyLimit {
                tokens: settings.max_completion_tokens.or(default_limit),
                raised: false,
            },
            corrections: Corrections {
                left: settings.max_corrections,
                pending: None,
                last_reply: None,
            },
            question,
            format,
            checks,
            settings,
            model,
            capabilities,
            streams,
            attempts: Vec::new(),
        })
    }

    /// Asks until there is a value or an error.
    pub(super) async fn run(mut self) -> Result<Extracted<T>, Error> {
        loop {
            let (request, attempt) = self.next_request()?;
            let client = self.question.client.clone();
            let chat = client.chat();
            let outcome = match self.meter.within(Box::pin(chat.create(request))).await {
                Ok(Ok(response)) => self.reply(attempt, response.into_inner(), None).await?,
                Ok(Err(error)) => self.call_failed(attempt, error).await?,
                Err(limit) => return Err(self.fail(attempt, limit.into())),
            };
            if let Outcome::Done(extracted) = outcome {
                return Ok(*extracted);
            }
        }
    }

    /// Opens a stream; an outcome, if the call failed and that has one.
    pub(crate) async fn open(
        &mut self,
    ) -> Result<(ChatStream, Incoming, ExtractAttempt), Attempted<T>> {
        let (request, attempt) = self.next_request().map_err(Err)?;
        let client = self.question.client.clone();
        let chat = client.chat();
        match self.meter.within(Box::pin(chat.stream(request))).await {
            Ok(Ok(stream)) => {
                let wire = self.wire_schema(attempt.mode);
                let sent = (attempt.mode != Mode::Prompt).then_some(&wire);
                let incoming = Incoming::new(self.format.decoder(sent));
                Ok((stream, incoming, attempt))
            }
            Ok(Err(error)) => Err(self.call_failed(attempt, error).await),
            Err(limit) => Err(Err(self.fail(attempt, limit.into()))),
        }
    }

    /// Waits for a future, but no longer than the remaining time.
    pub(crate) async fn within<F: Future>(
        &mut self,
        attempt: &ExtractAttempt,
        future: F,
    ) -> Result<F::Output, Error> {
        match self.meter.within(future).await {
            Ok(output) => Ok(output),
            Err(limit) => Err(self.fail(attempt.clone(), limit.into())),
        }
    }

    /// The next request, and the attempt that it begins.
    fn next_request(&mut self) -> Result<(ChatCompletionRequest, ExtractAttempt), Error> {
        if let Err(limit) = self.meter.check() {
            return Err(self.error(limit.into()));
        }
        let (mode, reason) = self.mode().map_err(|failure| self.error(failure))?;
        let wire = self.wire_schema(mode);
        let (request, added) = request::build(&Parts {
            model: &self.model,
            messages: &self.question.messages,
            mode,
            wire: &wire,
            prompt: &self.prompt,
            prompt_wanted: self.settings.prompt.is_some(),
            limit: self.limit.tokens,
            limit_wanted: self.limit.tokens == self.settings.max_completion_tokens,
            low_effort: self.limit.raised && self.capabilities.low_effort,
            correction: self.corrections.pending.as_ref(),
        });
        let mut attempt = ExtractAttempt::new(mode, &self.model);
        attempt.reason = reason;
        attempt.added = added;
        if matches!(mode, Mode::Strict | Mode::Schema | Mode::Tool) {
            let dropped = self.dropped(mode).into_iter();
            attempt.added.extend(dropped.map(Added::WithoutKeyword));
        }
        if self.streams {
            attempt.added.push(Added::Stream);
        }
        Ok((self.question.configured(request), attempt))
    }

    fn mode(&self) -> Result<(Mode, Option<String>), Failure> {
        if self.streams && self.settings.mode.is_none() {
            let reason = "response formats do not stream".to_owned();
            return Ok((Mode::Prompt, Some(reason)));
        }
        let schema = self.format.schema().to_string();
        let refused = |mode: Mode| self.support().refusal(&self.model, mode, &schema);
        let incompatibility = self.format.incompatibilities().first();
        let plan = Plan {
            fixed: self.settings.mode,
            capabilities: self.capabilities,
            incompatibility: incompatibility.map(ToString::to_string),
            refused: &refused,
        };
        plan.mode()
    }

    fn support(&self) -> &SupportCache {
        &self.settings.support
    }

    /// The schema as it is sent, without the keywords that the model does not support.
    fn wire_schema(&self, mode: Mode) -> WireSchema {
        let mut wire = self.format.wire_schema(mode).cloned().unwrap_or_default();
        for keyword in self.dropped(mode) {
            wire.schema = relax::without(wire.schema, keyword);
        }
        wire
    }

    /// The keywords of the schema that the model does not support.
    fn dropped(&self, mode: Mode) -> Vec<&'static str> {
        let Ok(wire) = self.format.wire_schema(mode) else {
            return Vec::new();
        };
        let mut dropped = self.support().dropped(&self.model, mode);
        dropped.retain(|keyword| relax::has(&wire.schema, keyword));
        dropped
    }

    /// A reply was received; if it was streamed, it has been read.
    pub(crate) async fn reply(
        &mut self,
        mut attempt: ExtractAttempt,
        completion: ChatCompletion,
        read: Option<&Incoming>,
    ) -> Attempted<T> {
        attempt.finish_reason = completion.finish_reason().cloned();
        if let Some(usage) = &completion.usage {
            self.meter.usage += usage;
        }
        attempt.usage.clone_from(&completion.usage);
        let wire = self.wire_schema(attempt.mode);
        match reply::text(&completion, attempt.mode, &wire.name) {
            Ok((text, finish)) => {
                self.decode(attempt, &text, finish, read, Some(completion))
                    .await
            }
            Err(Failure::Refusal) => {
                attempt.raw = Some(reply::refusal(&completion));
                Err(self.fail(attempt, Failure::Refusal))
            }
            Err(failure) => self.correct(attempt, failure),
        }
    }

    /// Decodes the text of a reply and checks the value.
    async fn decode(
        &mut self,
        mut attempt: ExtractAttempt,
        text: &str,
        finish: Finish,
        read: Option<&Incoming>,
        completion: Option<ChatCompletion>,
    ) -> Attempted<T> {
        attempt.raw = Some(text.to_owned());
        let wire = self.wire_schema(attempt.mode);
        let sent = (attempt.mode != Mode::Prompt).then_some(&wire);
        let decoder = self.format.decoder(sent);
        let read = read.filter(|read| read.text() == text);
        let value = match decoder.reply_read(text, finish, read.and_then(Incoming::plain)) {
            Ok(value) => value,
            Err(failure) => return self.correct(attempt, failure),
        };
        attempt.repairs.clone_from(&value.repairs);
        let mut issues: Vec<Issue> = Vec::new();
        for check in &self.checks {
            issues.extend(check(&value.value).await.err().unwrap_or_default());
        }
        if !issues.is_empty() {
            decoder.show::<T>(text, &mut issues);
            return self.correct(attempt, Failure::Check(issues));
        }
        self.attempts.push(attempt);
        Ok(Outcome::Done(Box::new(Extracted {
            value: value.value,
            usage: self.meter.usage,
            attempts: std::mem::take(&mut self.attempts),
            repairs: value.repairs,
            defaults: value.defaults,
            completion,
        })))
    }

    /// The call failed: perhaps with a generation that can be used, or because the model does not support the mode.
    pub(crate) async fn call_failed(
        &mut self,
        mut attempt: ExtractAttempt,
        error: groq_core::Error,
    ) -> Attempted<T> {
        let mode = attempt.mode;
        match refusal::meaning(&error) {
            Meaning::Cut => self.correct(attempt, Failure::Truncated(Box::default())),
            Meaning::Generation(Some(text)) => {
                let is_call = mode == Mode::Tool || error.code() == Some("tool_use_failed");
                let mut calls = refusal::calls(&text);
                if !is_call || calls.is_empty() {
                    attempt.recovered = true;
                    return self.decode(attempt, &text, Finish::Stop, None, None).await;
                }
                // A call of another tool is never the answer.
                let name = self.wire_schema(mode).name;
                calls.retain(|(called, _)| *called == name);
                if let [(_, arguments)] = calls.as_slice() {
                    attempt.recovered = true;
                    return self
                        .decode(attempt, arguments, Finish::Stop, None, None)
                        .await;
                }
                attempt.raw = Some(text);
                self.correct(attempt, Failure::NoJson)
            }
            Meaning::Generation(None) => {
                let outcome = self.correct(attempt, Failure::Empty)?;
                let reason = refusal::line(error.message());
                let message =
                    format!("Your reply was refused: {reason}\nReturn only the JSON document.");
                self.corrections.pending = Some((String::new(), message));
                Ok(outcome)
            }
            Meaning::Schema(reason) => {
                let wire = self.wire_schema(mode);
                if let Some(keyword) = relax::named(&reason, &wire.schema) {
                    // The mode is supported, without this keyword.
                    self.support().drop_keyword(&self.model, mode, keyword);
                    self.log(attempt, &Failure::Unsupported { mode, reason });
                    return Ok(Outcome::Again(Vec::new()));
                }
                let schema = self.format.schema().to_string();
                self.support()
                    .learn(&self.model, mode, Some(&schema), &reason);
                self.step_down(attempt, reason, error)
            }
            Meaning::Format(reason) => {
                self.support().learn(&self.model, mode, None, &reason);
                self.step_down(attempt, reason, error)
            }
            Meaning::Other => Err(self.fail(attempt, Failure::Api(Box::new(error)))),
        }
    }

    /// The model does not support the mode. The next request uses another one, because the cache knows.
    fn step_down(
        &mut self,
        attempt: ExtractAttempt,
        reason: String,
        error: groq_core::Error,
    ) -> Attempted<T> {
        let mode = attempt.mode;
        let failure = Failure::Unsupported { mode, reason };
        self.log(attempt, &failure);
        if self.settings.mode.is_some() {
            return Err(self.error(failure));
        }
        if mode == Mode::Prompt || self.streams {
            return Err(self.error(Failure::Api(Box::new(error))));
        }
        Ok(Outcome::Again(Vec::new()))
    }

    /// Prepares the correction of a wrong reply, unless that is of no use.
    pub(crate) fn correct(&mut self, attempt: ExtractAttempt, failure: Failure) -> Attempted<T> {
        let raw = attempt.raw.clone();
        self.log(attempt, &failure);
        if self.corrections.left == 0 {
            return Err(self.error(match self.settings.max_corrections {
                0 => failure,
                _ => Failure::Limit(Limit::Corrections, Some(Box::new(failure))),
            }));
        }
        self.corrections.left -= 1;
        if matches!(failure, Failure::Truncated(_)) {
            return self.raise_limit(failure);
        }
        if raw.is_some() && raw == self.corrections.last_reply {
            return Err(self.error(Failure::NoProgress(Box::new(failure))));
        }
        // The service refuses empty messages.
        let reply = raw.as_deref().filter(|raw| !raw.trim().is_empty());
        self.corrections.pending = reply.map(|raw| {
            let echo = correction::echo(raw, &failure);
            (echo, correction::message(&failure, Some(raw)))
        });
        self.corrections.last_reply = raw;
        Ok(Outcome::Again(failure.issues().to_vec()))
    }

    /// Raises the limit on tokens, once.
    fn raise_limit(&mut self, failure: Failure) -> Attempted<T> {
        if self.limit.raised {
            return Err(self.error(failure));
        }
        let doubled = |limit: u32| limit.saturating_mul(2).min(MAX_LIMIT);
        self.limit = ReplyLimit {
            tokens: Some(self.limit.tokens.map_or(RAISED_LIMIT, doubled)),
            raised: true,
        };
        Ok(Outcome::Again(Vec::new()))
    }

    /// Makes every failure from here on final.
    pub(crate) fn stop_correcting(&mut self) {
        self.corrections.left = 0;
        self.settings.max_corrections = 0;
    }

    fn log(&mut self, mut attempt: ExtractAttempt, failure: &Failure) {
        attempt.fail(failure);
        self.attempts.push(attempt);
    }

    fn fail(&mut self, attempt: ExtractAttempt, failure: Failure) -> Error {
        self.log(attempt, &failure);
        self.error(failure)
    }

    fn error(&mut self, failure: Failure) -> Error {
        let attempts = std::mem::take(&mut self.attempts);
        Error::new(failure).with_attempts(attempts, self.meter.usage)
    }
}
