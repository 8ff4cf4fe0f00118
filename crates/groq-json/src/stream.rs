//! Values while they are being written.

mod each;

use std::fmt;

use futures_core::Stream;
use futures_util::stream::unfold;
use groq_core::ChatStream;
use groq_types::ChatCompletionChunk;
use serde::de::DeserializeOwned;

pub use each::{BadItems, Each, EachStream};

use crate::error::{Error, ErrorKind, Spent};
use crate::extract::run::{Loop, Next, within};
use crate::extract::{Extract, Extracted};
use crate::issue::Issue;
use crate::ledger::Attempt;
use crate::mode::Mode;
use crate::partial::Partial;
use crate::reader::Incoming;

/// A value that can be looked at while it is being written; from [`Extract::stream`].
///
/// Response formats do not stream at Groq, so the format stands in the prompt, and all is judged here: at the first thing
/// that nothing to come can cure, the reply is broken off and asked for again. The value at the end has been judged whole,
/// as without a stream.
///
/// ```no_run
/// use groq_json::{Event, GroqJson, JsonSchema};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Story { title: String, text: String }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let mut story = groq.extract::<Story>().user("a story about a fox").stream();
/// while let Some(event) = story.next().await {
///     match event? {
///         Event::Progress => println!("{:?}", story.partial().text_at("/text")),
///         Event::Restart(issues) => println!("again, because {issues:?}"),
///         Event::Done(story) => println!("{}, {} tokens", story.title, story.usage.total_tokens),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct ExtractStream<T> {
    state: State<T>,
    partial: Partial,
}

/// What happened in an [`ExtractStream`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<T> {
    /// The value has grown; [`ExtractStream::partial`] shows it.
    Progress,
    /// The reply could not be used, for these reasons, and is asked for again. The partial value begins anew.
    Restart(Vec<Issue>),
    /// The value is there.
    Done(Box<Extracted<T>>),
}

enum State<T> {
    /// Not asked yet, or about to be asked again.
    Idle(Box<Loop<T>>),
    Live(Box<Loop<T>>, Box<Live>),
    Failed(Option<Error>),
    Over,
}

/// A reply that is coming in.
struct Live {
    stream: ChatStream,
    reader: Incoming,
    attempt: Attempt,
}

impl<T: DeserializeOwned + Send + 'static> Extract<T> {
    /// Asks the question as a stream. Nothing happens before the first [`next`](ExtractStream::next).
    ///
    /// [`Mode::Tool`] streams as well, if it is set.
    pub fn stream(self) -> ExtractStream<T> {
        let state = match Loop::new(self) {
            Ok(mut question) => {
                question.streams = true;
                State::Idle(Box::new(question))
            }
            Err(error) => State::Failed(Some(error)),
        };
        ExtractStream {
            state,
            partial: Partial::default(),
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> ExtractStream<T> {
    /// What has been written so far.
    pub fn partial(&self) -> &Partial {
        match &self.state {
            State::Live(_, live) => &live.reader.partial,
            _ => &self.partial,
        }
    }

    /// What happens next; `None` after the value, or after an error.
    ///
    /// # Errors
    ///
    /// Those of a question without a stream.
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Over => None,
            State::Failed(error) => error.map(Err),
            State::Idle(question) => {
                self.state = State::Idle(question);
                if let Err(error) = self.open().await {
                    self.state = State::Over;
                    return Some(error);
                }
                Some(self.step().await)
            }
            live @ State::Live(..) => {
                self.state = live;
                Some(self.step().await)
            }
        }
    }

    /// The same as a [`Stream`], for its adapters.
    pub fn into_stream(self) -> impl Stream<Item = Result<Event<T>, Error>> + Send {
        unfold(self, |mut stream| async move {
            let event = stream.next().await?;
            Some((event, stream))
        })
    }

    /// Sends the request; an event in place of an error where the failure already has an outcome.
    async fn open(&mut self) -> Result<(), Result<Event<T>, Error>> {
        let State::Idle(question) = &mut self.state else {
            return Ok(());
        };
        let ask = question.ask().map_err(Err)?;
        let client = question.question.client().clone();
        let remaining = question.remaining();
        let chat = client.chat();
        let opened = within(remaining, Box::pin(chat.stream(ask.request))).await;
        match opened {
            None => Err(Err(question.error(ErrorKind::Budget {
                spent: Spent::Time,
                last: None,
            }))),
            Some(Ok(stream)) => {
                let reader = Incoming::new(question.guarded(), question.format.limits());
                let live = Live {
                    stream,
                    reader,
                    attempt: ask.attempt,
                };
                if let State::Idle(question) = std::mem::replace(&mut self.state, State::Over) {
                    self.state = State::Live(question, Box::new(live));
                }
                Ok(())
            }
            Some(Err(error)) => {
                let outcome = question.refused(ask.attempt, error).await;
                Err(self.settle(outcome))
            }
        }
    }

    async fn step(&mut self) -> Result<Event<T>, Error> {
        loop {
            let State::Live(question, live) = &mut self.state else {
                return Err(Error::new(ErrorKind::Empty));
            };
            match within(question.remaining(), live.stream.next()).await {
                None => {
                    let error = question.error(ErrorKind::Budget {
                        spent: Spent::Time,
                        last: None,
                    });
                    return self.stop(error);
                }
                Some(Some(Ok(chunk))) => match live.take(&chunk) {
                    Ok(false) => {}
                    Ok(true) => return Ok(Event::Progress),
                    Err(issue) => return self.broken_off(issue),
                },
                Some(Some(Err(error))) => {
                    let attempt = live.attempt.clone();
                    let outcome = question.refused(attempt, error).await;
                    return self.settle(outcome);
                }
                Some(None) => {
                    let completion = live.stream.snapshot().clone();
                    let attempt = live.attempt.clone();
                    let outcome = question
                        .answered(attempt, completion, Some(&live.reader))
                        .await;
                    return self.settle(outcome);
                }
            }
        }
    }

    /// Nothing to come can cure what is wrong.
    fn broken_off(&mut self, issue: Issue) -> Result<Event<T>, Error> {
        let State::Live(mut question, live) = std::mem::replace(&mut self.state, State::Over)
        else {
            return Err(Error::new(ErrorKind::Empty));
        };
        let Live {
            reader,
            mut attempt,
            ..
        } = *live;
        attempt.raw = Some(reader.text().to_owned());
        self.partial = Partial::default();
        match question.next(attempt, ErrorKind::Invalid(vec![issue.clone()])) {
            Next::Again => {
                self.state = State::Idle(question);
                Ok(Event::Restart(vec![issue]))
            }
            Next::Stop(error) => Err(error),
        }
    }

    fn settle(&mut self, outcome: Result<Option<Extracted<T>>, Error>) -> Result<Event<T>, Error> {
        let state = std::mem::replace(&mut self.state, State::Over);
        let question = match state {
            State::Live(question, live) => {
                self.partial = live.reader.partial;
                question
            }
            State::Idle(question) => question,
            other => {
                self.state = other;
                return Err(Error::new(ErrorKind::Empty));
            }
        };
        if let Some(extracted) = outcome? {
            Ok(Event::Done(Box::new(extracted)))
        } else {
            self.partial = Partial::default();
            let issues = question
                .attempts
                .last()
                .map(|attempt| attempt.issues.clone())
                .unwrap_or_default();
            self.state = State::Idle(question);
            Ok(Event::Restart(issues))
        }
    }

    /// From here on, what is wrong is an error, and nothing is asked again.
    fn stop_asking(&mut self) {
        if let State::Idle(question) | State::Live(question, _) = &mut self.state {
            question.stop_asking();
        }
    }

    /// Puts an error back, to be told again.
    fn fail(&mut self, error: Error) {
        self.state = State::Failed(Some(error));
    }

    fn stop(&mut self, error: Error) -> Result<Event<T>, Error> {
        if let State::Live(_, live) = std::mem::replace(&mut self.state, State::Over) {
            self.partial = live.reader.partial;
        }
        Err(error)
    }
}

impl Live {
    /// Reads what a chunk adds; whether it adds anything.
    fn take(&mut self, chunk: &ChatCompletionChunk) -> Result<bool, Issue> {
        let piece = match self.attempt.mode {
            Mode::Tool => chunk.delta().and_then(|delta| {
                delta
                    .tool_calls
                    .as_ref()?
                    .first()?
                    .function
                    .as_ref()?
                    .arguments
                    .as_deref()
            }),
            _ => chunk.text(),
        };
        match piece {
            Some(piece) if !piece.is_empty() => self.reader.feed(piece).map(|()| true),
            _ => Ok(false),
        }
    }
}

impl<T> fmt::Debug for ExtractStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractStream")
            .field("partial", &self.partial)
            .finish_non_exhaustive()
    }
}
