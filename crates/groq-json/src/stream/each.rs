//! The items of a list, one by one.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream::unfold;
use groq_core::runtime::{DefaultRuntime, Instant, Runtime as _};
use groq_types::{ChatCompletionRequest, Message};
use jsonschema::json::Node as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Event, ExtractStream};
use crate::error::{Error, ErrorKind};
use crate::extract::{Extract, Extracted};
use crate::format::Format;
use crate::issue::{Issue, ensure};
use crate::judge::Judge;
use crate::mode::Mode;
use crate::parse::repair::Repair;
use crate::partial::Partial;
use crate::reask;

/// What becomes of an item that does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadItems {
    /// It ends the list with an error.
    #[default]
    Fail,
    /// It is left out, and listed in [`EachStream::skipped`].
    Skip,
    /// It is listed, and asked for again with the others like it once the list is complete; so these items come last.
    AskAgain,
}

/// A question whose answer is a list, to be had item by item; from [`GroqJson::extract_each`](crate::GroqJson::extract_each).
///
/// ```no_run
/// use groq_json::{GroqJson, JsonSchema};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct City { name: String, inhabitants: u64 }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let mut cities = groq.extract_each::<City>().user("the ten largest cities of Chad").stream();
/// while let Some(city) = cities.next().await {
///     println!("{}", city?.name);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Each<T> {
    question: Extract<Vec<T>>,
    item: Result<Format<T>, Error>,
    bad: BadItems,
    checks: Vec<Check<T>>,
}

type Check<T> = Arc<dyn Fn(&T) -> Result<(), Issue> + Send + Sync>;

impl<T: DeserializeOwned + Send + 'static> Each<T> {
    pub(crate) fn new(question: Extract<Vec<T>>, item: Result<Format<T>, Error>) -> Self {
        Self {
            question,
            item,
            bad: BadItems::default(),
            checks: Vec::new(),
        }
    }

    /// Sets the model.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.question = self.question.model(model);
        self
    }

    /// Adds instructions.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.question = self.question.system(text);
        self
    }

    /// Adds what the user says.
    pub fn user(mut self, text: impl Into<String>) -> Self {
        self.question = self.question.user(text);
        self
    }

    /// Adds a message of any kind.
    pub fn message(mut self, message: Message) -> Self {
        self.question = self.question.message(message);
        self
    }

    /// Adds a check of each item. Paths begin at the item.
    pub fn check(
        mut self,
        check: impl Fn(&T) -> Result<(), Issue> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Arc::new(check));
        self
    }

    /// Sets how often the model is asked again: for the list, as long as no item of it has been given; and for the items that
    /// [`BadItems::AskAgain`] collects. Twice each by default.
    pub fn retries(mut self, retries: u32) -> Self {
        self.question = self.question.retries(retries);
        self
    }

    /// Sets how long all of it may take; no limit by default, beyond those of the client.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.question = self.question.deadline(limit);
        self
    }

    /// Sets how many tokens all attempts together may take before no other is made; no limit by default.
    pub fn token_budget(mut self, tokens: u64) -> Self {
        self.question = self.question.token_budget(tokens);
        self
    }

    /// Sets how many tokens a reply may have.
    pub fn max_completion_tokens(mut self, tokens: u32) -> Self {
        self.question = self.question.max_completion_tokens(tokens);
        self
    }

    /// Sets what may be repaired in a reply.
    pub fn repair(mut self, level: Repair) -> Self {
        self.question = self.question.repair(level);
        self.item = self.item.map(|format| format.repair(level));
        self
    }

    /// Sets what becomes of an item that does not fit.
    pub fn bad_items(mut self, bad: BadItems) -> Self {
        self.bad = bad;
        self
    }

    /// Changes the request before it is sent.
    pub fn configure(
        mut self,
        change: impl Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync + 'static,
    ) -> Self {
        self.question = self.question.configure(change);
        self
    }

    /// Asks the question. Nothing happens before the first [`next`](EachStream::next).
    pub fn stream(self) -> EachStream<T> {
        EachStream {
            list: self.question.loosely().mode(Mode::Prompt).stream(),
            question: (self.bad == BadItems::AskAgain).then_some(self.question),
            item: self.item,
            bad: self.bad,
            checks: self.checks,
            started: DefaultRuntime.now(),
            given: 0,
            wrong: Vec::new(),
            ready: VecDeque::new(),
            skipped: Vec::new(),
            summary: None,
            over: false,
        }
    }
}

/// The items of a list, as they are completed; from [`Each::stream`].
///
/// The end (`None`) comes only after the whole list was read to its closing bracket.
pub struct EachStream<T> {
    list: ExtractStream<Vec<Value>>,
    /// For the items that are asked for again.
    question: Option<Extract<Vec<T>>>,
    item: Result<Format<T>, Error>,
    bad: BadItems,
    checks: Vec<Check<T>>,
    started: Instant,
    /// The items that do not fit, which are asked for again.
    wrong: Vec<(Value, Issue)>,
    given: usize,
    ready: VecDeque<Result<T, (Value, Issue)>>,
    skipped: Vec<Issue>,
    summary: Option<Box<Extracted<Vec<Value>>>>,
    over: bool,
}

impl<T: DeserializeOwned + Send + 'static> EachStream<T> {
    /// The next item; `None` after the last one, or after an error.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) for an item that does not fit, with its path in the list;
    /// [`is_truncated`](Error::is_truncated) where the list was cut off, after the items that are complete; and those of any question.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        if let Err(error) = &self.item {
            let error = Error::schema("", error.to_string());
            return self.end(error);
        }
        loop {
            match self.ready.pop_front() {
                Some(Ok(item)) => return Some(Ok(item)),
                Some(Err((_, issue))) if self.bad == BadItems::Skip => {
                    self.skipped.push(issue);
                    continue;
                }
                Some(Err(wrong)) if self.bad == BadItems::AskAgain => {
                    self.wrong.push(wrong);
                    continue;
                }
                Some(Err((_, issue))) => return self.end(ErrorKind::Invalid(vec![issue]).into()),
                None => {}
            }
            if self.over {
                return None;
            }
            if self.summary.is_some() {
                match self.ask_again().await {
                    Ok(()) => {}
                    Err(error) => return self.end(error),
                }
                self.over = self.ready.is_empty();
                continue;
            }
            match self.list.next().await {
                None => self.over = true,
                Some(Ok(Event::Done(list))) => {
                    self.take(&list.value);
                    self.summary = Some(list);
                }
                Some(Ok(_)) => self.grown(),
                Some(Err(error)) => {
                    self.grown();
                    if self.ready.is_empty() {
                        return self.end(error);
                    }
                    self.list.fail(error);
                }
            }
        }
    }

    /// Asks for the items again that do not fit, all at once.
    async fn ask_again(&mut self) -> Result<(), Error> {
        let wrong = std::mem::take(&mut self.wrong);
        let (Some(mut question), false) = (self.question.take(), wrong.is_empty()) else {
            return Ok(());
        };
        let (items, issues): (Vec<Value>, Vec<Issue>) = wrong.into_iter().unzip();
        let count = items.len();
        question.spend(DefaultRuntime.now() - self.started);
        for check in self.checks.clone() {
            question = question.check(move |items: &Vec<T>| {
                let mut results = items.iter().map(|item| check(item)).enumerate();
                results.try_for_each(|(index, result)| result.map_err(|issue| issue.within(index)))
            });
        }
        let extracted = question
            .message(Message::assistant(Value::Array(items).to_string()))
            .user(reask::of_items(&issues))
            .check(move |items| {
                ensure(items.len() == count, "", format!("must have {count} items"))
            })
            .await?;
        if let Some(summary) = &mut self.summary {
            summary.attempts.extend(extracted.attempts);
            summary.repairs.extend(extracted.repairs);
            summary.usage += extracted.usage;
        }
        self.ready = extracted.value.into_iter().map(Ok).collect();
        Ok(())
    }

    /// What is wrong with the items that were left out.
    pub fn skipped(&self) -> &[Issue] {
        &self.skipped
    }

    /// The account of the call, once the list is complete; its values are the items as they came.
    pub fn summary(&self) -> Option<&Extracted<Vec<Value>>> {
        self.summary.as_deref()
    }

    /// The same as a [`Stream`], for its adapters.
    pub fn into_stream(self) -> impl Stream<Item = Result<T, Error>> + Send {
        unfold(self, |mut items| async move {
            let item = items.next().await?;
            Some((item, items))
        })
    }

    fn end(&mut self, error: Error) -> Option<Result<T, Error>> {
        let first = !self.over;
        self.over = true;
        self.ready.clear();
        first.then_some(Err(error))
    }

    /// Takes the items that are complete by now.
    fn grown(&mut self) {
        let items = items(self.list.partial(), self.given);
        self.judge(items);
    }

    fn take(&mut self, all: &[Value]) {
        let rest = all.get(self.given..).unwrap_or_default().to_vec();
        self.judge(rest);
    }

    fn judge(&mut self, items: Vec<Value>) {
        let Ok(format) = &self.item else { return };
        let (level, max_depth) = format.limits();
        let fill_defaults = std::any::TypeId::of::<T>() == std::any::TypeId::of::<Value>();
        let judge = Judge {
            compiled: format.compiled(),
            level,
            max_depth,
            wire: None,
            fill_defaults,
        };
        if self.given == 0 && !items.is_empty() {
            // What has been given cannot be taken back, so the list is not asked for again from here on.
            self.list.stop_asking();
        }
        for item in items {
            let index = self.given;
            self.given += 1;
            let judged = judge
                .value::<T>(item.clone())
                .map(|fitting| fitting.value)
                .and_then(|value| {
                    let refused = self.checks.iter().find_map(|check| check(&value).err());
                    refused.map_or(Ok(value), |issue| Err(ErrorKind::Check(vec![issue])))
                });
            self.ready.push_back(judged.map_err(|kind| {
                let issue = match kind {
                    ErrorKind::Invalid(mut issues) | ErrorKind::Check(mut issues)
                        if !issues.is_empty() =>
                    {
                        issues.swap_remove(0)
                    }
                    other => Issue::new("", other.to_string()),
                };
                (item, issue.within(index))
            }));
        }
    }
}

/// The items of the list that are complete, but for the first: of the list at the root, or the one that an object wraps.
fn items(partial: &Partial, first: usize) -> Vec<Value> {
    let view = partial.view();
    let is_wrapped = view.is_open_object(0);
    if is_wrapped && !(view.open_key(0) == Some("items") && view.complete(0).len() == 0) {
        return Vec::new();
    }
    let depth = usize::from(is_wrapped);
    let items = view.complete(depth).skip(first);
    items
        .map(|(_, item)| item.to_value().into_owned())
        .collect()
}

impl<T> fmt::Debug for Each<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each")
            .field("question", &self.question)
            .field("bad_items", &self.bad)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for EachStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EachStream")
            .field("given", &self.given)
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
