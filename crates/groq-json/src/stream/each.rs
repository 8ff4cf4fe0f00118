//! The items of a list, one by one.

use std::collections::VecDeque;
use std::fmt;

use futures_core::Stream;
use futures_util::stream::unfold;
use groq_types::{ChatCompletionRequest, Message};
use jsonschema::json::Node as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Event, ExtractStream};
use crate::error::{Error, ErrorKind};
use crate::extract::{Extract, Extracted};
use crate::format::Format;
use crate::issue::Issue;
use crate::judge::Judge;
use crate::mode::Mode;
use crate::partial::Partial;

/// What becomes of an item that does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadItems {
    /// It ends the list with an error.
    #[default]
    Fail,
    /// It is left out, and listed in [`EachStream::skipped`].
    Skip,
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
}

impl<T: DeserializeOwned + Send + 'static> Each<T> {
    pub(crate) fn new(question: Extract<Vec<T>>, item: Result<Format<T>, Error>) -> Self {
        Self {
            question,
            item,
            bad: BadItems::default(),
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
        // What has been given cannot be taken back, so nothing is asked again.
        let raw: Extract<Vec<T>> = self.question.retries(0).mode(Mode::Prompt);
        EachStream {
            list: raw.loosely().stream(),
            item: self.item,
            bad: self.bad,
            given: 0,
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
    item: Result<Format<T>, Error>,
    bad: BadItems,
    given: usize,
    ready: VecDeque<Result<T, Issue>>,
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
                Some(Err(issue)) if self.bad == BadItems::Skip => {
                    self.skipped.push(issue);
                    continue;
                }
                Some(Err(issue)) => return self.end(ErrorKind::Invalid(vec![issue]).into()),
                None => {}
            }
            if self.over {
                return None;
            }
            match self.list.next().await {
                None => self.over = true,
                Some(Ok(Event::Done(list))) => {
                    self.take(&list.value);
                    self.summary = Some(list);
                    self.over = true;
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
        for item in items {
            let index = self.given;
            self.given += 1;
            let judged = judge.value::<T>(item).map(|fitting| fitting.value);
            self.ready.push_back(judged.map_err(|kind| match kind {
                ErrorKind::Invalid(mut issues) if !issues.is_empty() => {
                    let mut issue = issues.swap_remove(0);
                    issue.path.insert_str(0, &format!("/{index}"));
                    issue
                }
                other => Issue::new(format!("/{index}"), other.to_string()),
            }));
        }
    }
}

/// The items of the list that are complete, but for the first: of the list at the root, or the one that an object wraps.
fn items(partial: &Partial, first: usize) -> Vec<Value> {
    let view = partial.view();
    let depth = match view.open_object(0) {
        Some(Some("items")) if view.complete(0).len() == 0 => 1,
        Some(_) => return Vec::new(),
        None => 0,
    };
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
