//! Extractions: the builder, and what it returns.

mod extraction;
mod groq_json;
mod plan;
pub(crate) mod refusal;
mod reply;
mod request;
mod support_cache;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use groq_models::Usage;
use groq_types::ChatCompletion;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use extraction::{Extraction, Outcome};
pub use groq_json::{GroqJson, WithModel};
pub use support_cache::SupportCache;

use crate::attempt::ExtractAttempt;
use crate::error::Error;
use crate::format::Format;
use crate::issue::Issue;
use crate::mode::{Capabilities, Mode};
use crate::parse::repair::{Repair, Repaired};
use crate::prompt::Prompt;
use crate::question::{Question, question_setters};
use crate::shape::Shapes;

/// A check of a value.
type Check<T> = Arc<
    dyn for<'v> Fn(&'v T) -> Pin<Box<dyn Future<Output = Result<(), Vec<Issue>>> + Send + 'v>>
        + Send
        + Sync,
>;

/// A question whose answer is a `T`. Returned by [`GroqJson::extract`]; nothing is sent until it is awaited.
///
/// A reply that does not fit is sent back to the model with what is wrong with it, up to
/// [`max_corrections`](Self::max_corrections) times. The result lists every attempt, whatever the outcome.
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
///     .max_corrections(2)
///     .token_budget(20_000)
///     .check(|meeting| ensure(meeting.end >= meeting.start, "/end", "must not be before start"))
///     .await?;
/// println!("{} to {}, after {} attempts", meeting.start, meeting.end, meeting.attempts.len());
/// # Ok(())
/// # }
/// ```
///
/// The compiler warns about an extraction that is never awaited:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # use groq_json::GroqJson;
/// # fn example(groq: groq_core::Client) {
/// groq.extract::<Vec<String>>().user("three fruits");
/// # }
/// ```
#[must_use = "nothing is sent until the extraction is awaited or streamed"]
pub struct Extract<T> {
    pub(crate) question: Question,
    settings: Settings,
    format: Result<Format<T>, Error>,
    checks: Vec<Check<T>>,
}

/// The settings that do not depend on the type.
#[derive(Clone)]
struct Settings {
    mode: Option<Mode>,
    capabilities: Option<Capabilities>,
    support: SupportCache,
    max_corrections: u32,
    max_completion_tokens: Option<u32>,
    /// The prompt, if the caller set anything in it.
    prompt: Option<Prompt>,
    /// The prompt otherwise, if it is not that of the format.
    default_prompt: Option<Prompt>,
}

impl<T> Extract<T> {
    pub(crate) fn new(question: Question, format: Result<Format<T>, Error>) -> Self {
        Self {
            question,
            settings: Settings {
                mode: None,
                capabilities: None,
                support: SupportCache::shared(),
                max_corrections: 2,
                max_completion_tokens: None,
                prompt: None,
                default_prompt: None,
            },
            format,
            checks: Vec::new(),
        }
    }

    question_setters!(question);

    /// Sets the mode. By default it is the best one that the model supports. A mode that was set is never replaced: if the
    /// model does not support it, the extraction fails.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.settings.mode = Some(mode);
        self
    }

    /// Sets what the model supports, instead of what is known about it.
    ///
    /// ```no_run
    /// # use groq_json::{Capabilities, GroqJson};
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let like = Capabilities::for_model("openai/gpt-oss-20b");
    /// let fruits = groq.extract::<Vec<String>>().model("my-own").capabilities(like).user("fruits").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.settings.capabilities = Some(capabilities);
        self
    }

    /// Sets where is kept what models turned out not to support, instead of a cache that the whole process shares.
    pub fn support_cache(mut self, cache: SupportCache) -> Self {
        self.settings.support = cache;
        self
    }

    /// Sets how many times the model is sent a wrong reply back with what is wrong with it. The default is 2.
    pub fn max_corrections(mut self, corrections: u32) -> Self {
        self.settings.max_corrections = corrections;
        self
    }

    /// Sets how many tokens a reply may have. The default is 4096 for models that reason first, and no limit for others.
    /// After a reply that was cut off, it is doubled once.
    pub fn max_completion_tokens(mut self, tokens: u32) -> Self {
        self.settings.max_completion_tokens = Some(tokens);
        self
    }

    /// Sets what may be repaired in a reply. The default is [`Repair::Safe`].
    pub fn repair(mut self, level: Repair) -> Self {
        self.format = self.format.map(|format| format.repair(level));
        self
    }

    /// Sets in the prompt what the model is: `a movie database`.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let titles = groq
    ///     .extract::<Vec<String>>()
    ///     .role("a movie database")
    ///     .requirement("Use the original titles")
    ///     .example(&["Alien"])
    ///     .user("three movies of 1979")
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn role(self, role: impl Into<String>) -> Self {
        self.with_prompt(|prompt| Ok(prompt.role(role)))
    }

    /// Adds a numbered requirement to the prompt.
    pub fn requirement(self, requirement: impl Into<String>) -> Self {
        self.with_prompt(|prompt| Ok(prompt.requirement(requirement)))
    }

    /// Adds an example to the prompt. If it does not fit the schema, the extraction fails before anything is sent.
    pub fn example(self, value: &impl Serialize) -> Self {
        self.with_prompt(|prompt| prompt.object_root().example(value))
    }

    fn with_prompt(mut self, change: impl FnOnce(Prompt) -> Result<Prompt, Error>) -> Self {
        if let Ok(format) = &self.format {
            let prompt = self.settings.prompt.take();
            match change(prompt.unwrap_or_else(|| format.prompt())) {
                Ok(prompt) => self.settings.prompt = Some(prompt),
                Err(error) => self.format = Err(error),
            }
        }
        self
    }

    /// Adds a check, which returns one [`Issue`] or a list of them. All checks run, and the model is sent what they reject.
    ///
    /// ```no_run
    /// # use groq_json::{GroqJson, ensure};
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let fruits = groq
    ///     .extract::<Vec<String>>()
    ///     .user("three fruits")
    ///     .check(|fruits| ensure(fruits.len() == 3, "", "must have 3 items"))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn check<I: Into<Vec<Issue>> + Send + 'static>(
        self,
        check: impl Fn(&T) -> Result<(), I> + Send + Sync + 'static,
    ) -> Self {
        self.check_async(move |value| std::future::ready(check(value)))
    }

    /// Adds an asynchronous check, such as one that queries a database.
    ///
    /// ```no_run
    /// # use groq_json::{GroqJson, ensure};
    /// # async fn is_free(hour: u8) -> bool { true }
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let hours = groq.extract::<Vec<u8>>().user("Three free hours").check_async(|hours| {
    ///     let first = hours.first().copied();
    ///     async move { ensure(is_free(first.unwrap_or(0)).await, "/0", "is taken") }
    /// });
    /// let hours = hours.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_async<F, I>(mut self, check: impl Fn(&T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), I>> + Send + 'static,
        I: Into<Vec<Issue>>,
    {
        self.checks.push(Arc::new(move |value| {
            let checked = check(value);
            Box::pin(async move { checked.await.map_err(Into::into) })
        }));
        self
    }

    /// The same question for a list of any items. The prompt still describes the items.
    pub(crate) fn untyped(&self) -> Extract<Vec<Value>> {
        let mut settings = self.settings.clone();
        settings.default_prompt = self.format.as_ref().ok().map(Format::prompt);
        Extract {
            question: self.question.clone(),
            settings,
            format: self.format().and_then(|format| {
                let level = format.decoder(None).level;
                Ok(Format::new()?.repair(level))
            }),
            checks: Vec::new(),
        }
    }

    /// The shapes of the format.
    pub(crate) fn shapes(&self) -> Result<&Shapes, Error> {
        Ok(&self.format()?.compiled().shapes)
    }

    fn format(&self) -> Result<&Format<T>, Error> {
        let copy = |error: &Error| Error::schema("", error.to_string());
        self.format.as_ref().map_err(copy)
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Extract<T> {
    pub(crate) fn of_type(question: Question) -> Self {
        Self::new(question, Format::new())
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Extract<T> {
    type Output = Result<Extracted<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Extraction::new(self, false)?.run().await })
    }
}

impl<T> fmt::Debug for Extract<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extract")
            .field("model", &self.question.model)
            .field("mode", &self.settings.mode)
            .field("max_corrections", &self.settings.max_corrections)
            .finish_non_exhaustive()
    }
}

/// A value and how it was obtained. Dereferences to the value.
///
/// ```no_run
/// # use groq_json::GroqJson;
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let fruits = groq.extract::<Vec<String>>().user("three fruits").await?;
/// println!("{} fruits, {} tokens", fruits.len(), fruits.usage.total_tokens());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Extracted<T> {
    /// The value.
    pub value: T,
    /// The tokens of all attempts, as far as the service reported them.
    pub usage: Usage,
    /// Every attempt, in order; the last one succeeded.
    pub attempts: Vec<ExtractAttempt>,
    /// What was repaired in the reply.
    pub repairs: Vec<Repaired>,
    /// The paths of absent members that got their default.
    pub defaults: Vec<String>,
    /// The reply with the value; `None` if it was taken from an error of the service.
    pub completion: Option<ChatCompletion>,
}

impl<T> Extracted<T> {
    /// Returns the value alone.
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

debug_fields!(Extracted<T>, usage, attempts, repairs, defaults);
