//! The items of a list, one by one.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream::unfold;
use groq_types::Message;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ExtractEvent, ExtractStream};
use crate::correction;
use crate::error::{Error, Failure};
use crate::extract::{Extract, Extracted};
use crate::format::Format;
use crate::issue::{Issue, ensure};
use crate::mode::Mode;
use crate::parse::repair::Repair;
use crate::question::{Meter, question_setters};

/// What happens to an item that does not fit.
///
/// ```no_run
/// # use groq_json::{BadItems, GroqJson};
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let each = groq.extract_each::<u8>().user("ten primes").bad_items(BadItems::Skip);
/// let mut primes = each.stream();
/// while let Some(prime) = primes.next().await {
///     println!("{}", prime?);
/// }
/// println!("skipped: {:?}", primes.skipped());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadItems {
    /// It ends the list with an error.
    #[default]
    Fail,
    /// It is left out and listed in [`EachStream::skipped`].
    Skip,
    /// Once the list is complete, the model is asked for all such items again. They are returned last.
    AskAgain,
}

/// A question whose answer is a list, returned item by item. Returned by
/// [`GroqJson::extract_each`](crate::GroqJson::extract_each).
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
#[must_use = "nothing is sent until the list is streamed"]
pub struct Each<T> {
    extract: Extract<Vec<T>>,
    item: Result<Format<T>, Error>,
    bad_items: BadItems,
    checks: Vec<Check<T>>,
}

type Check<T> = Arc<dyn Fn(&T) -> Result<(), Vec<Issue>> + Send + Sync>;

impl<T: DeserializeOwned + Send + 'static> Each<T> {
    pub(crate) fn new(extract: Extract<Vec<T>>, item: Result<Format<T>, Error>) -> Self {
        Self {
            extract,
            item,
            bad_items: BadItems::default(),
            checks: Vec::new(),
        }
    }

    question_setters!(extract.question);

    /// Adds a check of each item, which returns one [`Issue`] or a list of them. Paths begin at the item.
    pub fn check<I: Into<Vec<Issue>>>(
        mut self,
        check: impl Fn(&T) -> Result<(), I> + Send + Sync + 'static,
    ) -> Self {
        let check = move |item: &T| check(item).map_err(Into::into);
        self.checks.push(Arc::new(check));
        self
    }

    /// Sets how many times the model is asked again: for the list, as long as no item of it has been returned, and for the
    /// items that [`BadItems::AskAgain`] collects. The default is 2 for each.
    pub fn max_corrections(mut self, corrections: u32) -> Self {
        self.extract = self.extract.max_corrections(corrections);
        self
    }

    /// Sets how many tokens a reply may have.
    pub fn max_completion_tokens(mut self, tokens: u32) -> Self {
        self.extract = self.extract.max_completion_tokens(tokens);
        self
    }

    /// Sets what may be repaired in a reply.
    pub fn repair(mut self, level: Repair) -> Self {
        self.extract = self.extract.repair(level);
        self.item = self.item.map(|format| format.repair(level));
        self
    }

    /// Sets what happens to an item that does not fit.
    pub fn bad_items(mut self, bad_items: BadItems) -> Self {
        self.bad_items = bad_items;
        self
    }

    /// Streams the items. Nothing is sent before the first [`next`](EachStream::next).
    pub fn stream(self) -> EachStream<T> {
        EachStream {
            meter: self.extract.question.meter(),
            list: self.extract.untyped().mode(Mode::Prompt).stream(),
            again: (self.bad_items == BadItems::AskAgain).then_some(self.extract),
            item: self.item,
            bad_items: self.bad_items,
            checks: self.checks,
            seen: 0,
            wrong: Vec::new(),
            ready: VecDeque::new(),
            skipped: Vec::new(),
            summary: None,
            over: false,
        }
    }
}

/// The items of a list, as they are completed. Returned by [`Each::stream`].
///
/// The end (`None`) is reached only after the whole list was read to its closing bracket.
#[must_use = "nothing is sent until the stream is read"]
pub struct EachStream<T> {
    meter: Meter,
    list: ExtractStream<Vec<Value>>,
    /// Asks again for the items that do not fit.
    again: Option<Extract<Vec<T>>>,
    item: Result<Format<T>, Error>,
    bad_items: BadItems,
    checks: Vec<Check<T>>,
    /// How many items have been read.
    seen: usize,
    /// The items that the model is asked for again.
    wrong: Vec<(Value, Vec<Issue>)>,
    ready: VecDeque<Result<T, (Value, Vec<Issue>)>>,
    skipped: Vec<Issue>,
    summary: Option<Box<Extracted<Vec<Value>>>>,
    over: bool,
}

impl<T: DeserializeOwned + Send + 'static> EachStream<T> {
    /// Returns the next item; `None` after the last one or an error.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) for an item that does not fit, with its path in the list;
    /// [`is_truncated`](Error::is_truncated) for a list that was cut off, after its complete items; and those of any question.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        if let Err(error) = &self.item {
            let error = Error::schema("", error.to_string());
            return self.end(error);
        }
        loop {
            match self.ready.pop_front() {
                Some(Ok(item)) => return Some(Ok(item)),
                Some(Err((item, issues))) => match self.bad_items {
                    BadItems::Skip => self.skipped.extend(issues),
                    BadItems::AskAgain => self.wrong.push((item, issues)),
                    BadItems::Fail => return self.end(Failure::Invalid(issues).into()),
                },
                None if self.over => return None,
                None => {
                    if let Err(error) = self.read_on().await {
                        return self.end(error);
                    }
                }
            }
        }
    }

    /// Waits for more items.
    async fn read_on(&mut self) -> Result<(), Error> {
        if self.summary.is_some() {
            self.ask_again().await?;
            self.over = self.ready.is_empty();
            return Ok(());
        }
        match self.list.next().await {
            None => self.over = true,
            Some(Ok(ExtractEvent::Done(list))) => {
                self.take(list.value.get(self.seen..).unwrap_or_default().to_vec());
                self.summary = Some(list);
            }
            Some(Ok(_)) => self.take_complete(),
            Some(Err(error)) => {
                self.take_complete();
                if self.ready.is_empty() {
                    return Err(error);
                }
                self.list.put_back(error);
            }
        }
        Ok(())
    }

    /// Asks the model again for all items that do not fit.
    async fn ask_again(&mut self) -> Result<(), Error> {
        let wrong = std::mem::take(&mut self.wrong);
        let Some(mut extract) = self.again.take().filter(|_| !wrong.is_empty()) else {
            return Ok(());
        };
        let (items, issues): (Vec<Value>, Vec<Vec<Issue>>) = wrong.into_iter().unzip();
        let issues = issues.concat();
        let count = items.len();
        extract.question.timeout = self.meter.remaining();
        for check in self.checks.clone() {
            extract = extract.check(move |items: &Vec<T>| {
                let mut results = items.iter().map(|item| check(item)).enumerate();
                results.try_for_each(|(index, result)| result.map_err(within(index)))
            });
        }
        let must = format!("must have {count} items");
        let extracted = extract
            .message(Message::assistant(Value::Array(items).to_string()))
            .user(correction::of_items(&issues))
            .check(move |items| ensure(items.len() == count, "", must.as_str()))
            .await?;
        if let Some(summary) = &mut self.summary {
            summary.attempts.extend(extracted.attempts);
            summary.repairs.extend(extracted.repairs);
            summary.usage += extracted.usage;
        }
        self.ready = extracted.value.into_iter().map(Ok).collect();
        Ok(())
    }

    /// Returns what was wrong with the items that were left out.
    pub fn skipped(&self) -> &[Issue] {
        &self.skipped
    }

    /// Returns how the list was obtained, once it is complete. Its value is the items as the model wrote them.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let mut primes = groq.extract_each::<u8>().user("ten primes").stream();
    /// while primes.next().await.transpose()?.is_some() {}
    /// println!("{:?}", primes.summary().map(|summary| summary.usage));
    /// # Ok(())
    /// # }
    /// ```
    pub fn summary(&self) -> Option<&Extracted<Vec<Value>>> {
        self.summary.as_deref()
    }

    /// Converts it to a [`Stream`], for its adapters.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// use futures_util::TryStreamExt as _;
    ///
    /// let primes = groq.extract_each::<u8>().user("ten primes").stream().into_stream();
    /// let primes: Vec<u8> = primes.try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
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
    fn take_complete(&mut self) {
        let items = self.list.partial().tree.items();
        let items = items.get(self.seen..).unwrap_or_default().to_vec();
        self.take(items);
    }

    fn take(&mut self, items: Vec<Value>) {
        let Ok(format) = &self.item else { return };
        if self.seen == 0 && !items.is_empty() {
            // What was returned cannot be taken back, so the list is not corrected from here on.
            self.list.stop_correcting();
        }
        for item in items {
            let decoded = format.decoder(None).json::<T>(item.clone());
            let checked = decoded.and_then(|decoded| {
                let refused = self
                    .checks
                    .iter()
                    .find_map(|check| check(&decoded.value).err());
                refused.map_or(Ok(decoded.value), |issues| Err(Failure::Check(issues)))
            });
            let index = self.seen;
            self.seen += 1;
            self.ready.push_back(checked.map_err(|failure| {
                let issues = match failure.issues() {
                    [] => vec![Issue::new("", failure.to_string())],
                    issues => issues.to_vec(),
                };
                (item, within(index)(issues))
            }));
        }
    }
}

/// Moves issues to an item of a list.
fn within(index: usize) -> impl Fn(Vec<Issue>) -> Vec<Issue> {
    move |issues| {
        issues
            .into_iter()
            .map(|issue| issue.within(index))
            .collect()
    }
}

debug_fields!(Each<T>, extract, bad_items);
debug_fields!(EachStream<T>, seen, skipped);
