//! Asking for a type: the builder, and what it returns.

mod ask;
mod memory;
mod plan;
pub(crate) mod refusal;
mod reply;
mod request;
pub(crate) mod run;

use std::any::TypeId;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use groq_core::Client;
use groq_types::{ChatCompletion, ChatCompletionRequest, Message};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use ask::{DEFAULT_MODEL, GroqJson, WithModel};
pub use memory::Memory;

pub(crate) use ask::model_or_default;

use crate::error::Error;
use crate::format::Format;
use crate::issue::Issue;
use crate::judge::Judge;
use crate::ledger::{Attempt, Usage};
use crate::mode::{Capabilities, Mode};
use crate::parse::repair::{Repair, Repaired};
use crate::prompt::Prompt;
use crate::shape::Shapes;

/// A check of a value, with what it takes to be shared.
type Check<T> = Arc<
    dyn for<'v> Fn(&'v T) -> Pin<Box<dyn Future<Output = Result<(), Issue>> + Send + 'v>>
        + Send
        + Sync,
>;
type Configure = Arc<dyn Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync>;

/// A question whose answer is a `T`; from [`GroqJson::extract`]. It is asked when it is awaited.
///
/// A reply that does not fit goes back to the model with what is wrong with it, as often as [`retries`](Self::retries)
/// allows. Whatever the outcome, every attempt is on the ledger.
///
/// ```no_run
/// use groq_json::{GroqJson, JsonSchema, ensure};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Meeting { start: u32, end: u32 }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let meeting = groq
///     .extract::<Meeting>()
///     .system("You read calendars.")
///     .user("Lunch from 12 to 13")
///     .retries(2)
///     .token_budget(20_000)
///     .check(|meeting| ensure(meeting.end >= meeting.start, "/end", "must not be before start"))
///     .await?;
/// println!("{} to {}, after {} attempts", meeting.start, meeting.end, meeting.attempts.len());
/// # Ok(())
/// # }
/// ```
pub struct Extract<T> {
    client: Client,
    model: Option<String>,
    default_model: Option<String>,
    format: Result<Format<T>, Error>,
    messages: Vec<Message>,
    mode: Option<Mode>,
    capabilities: Option<Capabilities>,
    memory: Memory,
    retries: u32,
    token_budget: Option<u64>,
    deadline: Option<Duration>,
    prompt: Option<Prompt>,
    /// Whether the caller asked for words in the prompt.
    prompt_wanted: bool,
    limit: Option<u32>,
    checks: Vec<Check<T>>,
    configure: Vec<Configure>,
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Extract<T> {
    pub(crate) fn new(client: Client, default_model: Option<String>) -> Self {
        Self::with_format(client, default_model, Format::new())
    }
}

impl<T> Extract<T> {
    pub(crate) fn with_format(
        client: Client,
        default_model: Option<String>,
        format: Result<Format<T>, Error>,
    ) -> Self {
        Self {
            client,
            model: None,
            default_model,
            format,
            messages: Vec::new(),
            mode: None,
            capabilities: None,
            memory: Memory::shared(),
            retries: 2,
            token_budget: None,
            deadline: None,
            prompt: None,
            prompt_wanted: false,
            limit: None,
            checks: Vec::new(),
            configure: Vec::new(),
        }
    }

    /// Sets the model. Without it: that of [`GroqJson::with_model`], or `GROQ_MODEL`, or [`DEFAULT_MODEL`].
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Adds instructions.
    pub fn system(self, text: impl Into<String>) -> Self {
        self.message(Message::system(text.into()))
    }

    /// Adds what the user says.
    pub fn user(self, text: impl Into<String>) -> Self {
        self.message(Message::user(text.into()))
    }

    /// Adds a message of any kind, such as one with an image.
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Adds messages, such as those of a [run of tools](crate::Run) whose outcome is to be had as a type.
    pub fn messages(mut self, messages: impl IntoIterator<Item = Message>) -> Self {
        self.messages.extend(messages);
        self
    }

    /// Fixes how the model is asked, in place of the best way that it offers. Then there is no other way: if the model does not
    /// take it, that is an error.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Says what the model can do, in place of what is known of it.
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = Some(capabilities);
        self
    }

    /// Keeps what is learnt about models here, in place of a memory that the whole process shares.
    pub fn memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// Sets how often the model is asked again; twice by default.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Sets how many tokens all attempts together may take before no other is made; no limit by default.
    pub fn token_budget(mut self, tokens: u64) -> Self {
        self.token_budget = Some(tokens);
        self
    }

    /// Sets how many tokens a reply may have, in place of 4096 for models that reason before they write, and of no limit for
    /// others. After a reply that was cut off, it is doubled once.
    pub fn max_completion_tokens(mut self, tokens: u32) -> Self {
        self.limit = Some(tokens);
        self
    }

    /// Sets how long all attempts together may take; no limit by default, beyond those of the client.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// Sets what may be repaired in a reply; [`Repair::Safe`] by default.
    pub fn repair(mut self, level: Repair) -> Self {
        self.format = self.format.map(|format| format.repair(level));
        self
    }

    /// Changes the request before it is sent: `|request| request.with_temperature(0.2)`.
    ///
    /// It comes last, so it can also change what this crate put there.
    pub fn configure(
        mut self,
        change: impl Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync + 'static,
    ) -> Self {
        self.configure.push(Arc::new(change));
        self
    }

    /// Says in the prompt what the model is: `a movie database`.
    pub fn role(self, role: impl Into<String>) -> Self {
        let role = role.into();
        self.with_prompt(|prompt| Ok(prompt.role(role)))
    }

    /// Adds a numbered requirement to the prompt.
    pub fn requirement(self, requirement: impl Into<String>) -> Self {
        let requirement = requirement.into();
        self.with_prompt(|prompt| Ok(prompt.requirement(requirement)))
    }

    /// Adds an example to the prompt. One that does not fit the schema is an error when the question is asked.
    pub fn example(self, value: &impl Serialize) -> Self {
        self.with_prompt(|prompt| prompt.object_root().example(value))
    }

    fn with_prompt(mut self, change: impl FnOnce(Prompt) -> Result<Prompt, Error>) -> Self {
        if let Ok(format) = &self.format {
            let prompt = self.prompt.take().unwrap_or_else(|| format.prompt());
            match change(prompt) {
                Ok(prompt) => {
                    self.prompt = Some(prompt);
                    self.prompt_wanted = true;
                }
                Err(error) => self.format = Err(error),
            }
        }
        self
    }

    /// Adds a check. All checks are made, and what they refuse goes back to the model.
    pub fn check(
        mut self,
        check: impl Fn(&T) -> Result<(), Issue> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Arc::new(move |value| {
            let result = check(value);
            Box::pin(async move { result })
        }));
        self
    }

    /// Adds a check that takes its time: one that asks a database, or another model.
    ///
    /// ```no_run
    /// # use groq_json::{GroqJson, ensure};
    /// # async fn is_free(hour: u8) -> bool { true }
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let hours = groq.extract::<Vec<u8>>().user("Three free hours").check_async(|hours| {
    ///     let first = hours.first().copied();
    ///     async move { ensure(is_free(first.unwrap_or(0)).await, "/0", "is taken") }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_async<F>(mut self, check: impl Fn(&T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Issue>> + Send + 'static,
    {
        self.checks
            .push(Arc::new(move |value| Box::pin(check(value))));
        self
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The same question for a list whose items are not looked at; the prompt still describes them.
    pub(crate) fn loosely(&self) -> Extract<Vec<Value>> {
        let prompt = self.format.as_ref().ok().map(Format::prompt);
        let format = match &self.format {
            Ok(format) => Format::new().map(|loose| loose.repair(format.limits().0)),
            Err(error) => Err(Error::schema("", error.to_string())),
        };
        Extract {
            client: self.client.clone(),
            model: self.model.clone(),
            default_model: self.default_model.clone(),
            format,
            messages: self.messages.clone(),
            mode: self.mode,
            capabilities: self.capabilities,
            memory: self.memory.clone(),
            retries: self.retries,
            token_budget: self.token_budget,
            deadline: self.deadline,
            prompt: self.prompt.clone().or(prompt),
            prompt_wanted: self.prompt_wanted,
            limit: self.limit,
            checks: Vec::new(),
            configure: self.configure.clone(),
        }
    }

    /// Takes away from the time that is allowed.
    pub(crate) fn spend(&mut self, time: Duration) {
        self.deadline = self.deadline.map(|limit| limit.saturating_sub(time));
    }

    /// The shapes of the format.
    pub(crate) fn shapes(&self) -> Result<Shapes, Error> {
        match &self.format {
            Ok(format) => Ok(format.compiled().shapes.clone()),
            Err(error) => Err(Error::schema("", error.to_string())),
        }
    }

    fn judge<'f>(format: &'f Format<T>, wire: Option<&'f crate::schema::Wire>) -> Judge<'f>
    where
        T: 'static,
    {
        let (level, max_depth) = format.limits();
        let fill_defaults = TypeId::of::<T>() == TypeId::of::<Value>();
        Judge {
            compiled: format.compiled(),
            level,
            max_depth,
            wire,
            fill_defaults,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Extract<T> {
    type Output = Result<Extracted<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run::run(self))
    }
}

impl<T> fmt::Debug for Extract<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extract")
            .field("model", &self.model)
            .field("mode", &self.mode)
            .field("retries", &self.retries)
            .field("token_budget", &self.token_budget)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A value, and how it came about. It can be used as the value itself.
#[derive(Clone)]
#[non_exhaustive]
pub struct Extracted<T> {
    /// The value.
    pub value: T,
    /// The tokens of all attempts, as far as the service told them.
    pub usage: Usage,
    /// Every attempt, in order; the last one brought the value.
    pub attempts: Vec<Attempt>,
    /// What was repaired in the reply.
    pub repairs: Vec<Repaired>,
    /// The paths of absent members that got their default.
    pub defaults: Vec<String>,
    /// The reply that brought the value; `None` if it was taken from an error of the service's.
    pub completion: Option<ChatCompletion>,
}

impl<T> Extracted<T> {
    /// Gives up the value, and forgets the rest.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Extracted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Leaves out the value and the reply.
impl<T> fmt::Debug for Extracted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extracted")
            .field("usage", &self.usage)
            .field("attempts", &self.attempts)
            .field("repairs", &self.repairs)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}
