//! Values while they are being written.

mod each;

use futures_core::Stream;
use futures_util::stream::unfold;
use groq_core::ChatStream;
use groq_types::ChatCompletionChunk;
use serde::de::DeserializeOwned;

pub use each::{BadItems, Each, EachStream};

use crate::attempt::ExtractAttempt;
use crate::error::{Error, Failure};
use crate::extract::{Extract, Extracted, Extraction, Outcome};
use crate::issue::Issue;
use crate::mode::Mode;
use crate::partial::Partial;
use crate::reader::Incoming;

/// A value that can be read while it is being written. Returned by [`Extract::stream`].
///
/// Groq does not stream response formats, so the format is part of the prompt and the value is validated here. As soon as no
/// continuation can fit, the reply is canceled and the model is asked again. The final value is validated as a whole, as
/// without a stream.
///
/// ```no_run
/// use groq_json::{ExtractEvent, GroqJson, JsonSchema};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Story { title: String, text: String }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let mut story = groq.extract::<Story>().user("a story about a fox").stream();
/// while let Some(event) = story.next().await {
///     match event? {
///         ExtractEvent::Progress => println!("{:?}", story.partial().text_at("/text")),
///         ExtractEvent::Restart(issues) => println!("again, because {issues:?}"),
///         ExtractEvent::Done(story) => println!("{}, {} tokens", story.title, story.usage.total_tokens()),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until the stream is read"]
pub struct ExtractStream<T> {
    /// `None` once the stream has ended.
    extraction: Option<Box<Extraction<T>>>,
    /// The reply that is arriving.
    live: Option<Box<Live>>,
    /// What was read of the last reply.
    partial: Partial,
    /// An error that is returned next.
    failed: Option<Error>,
}

/// An event of an [`ExtractStream`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ExtractEvent<T> {
    /// The value has grown; [`ExtractStream::partial`] has it.
    Progress,
    /// The reply was not usable, for these reasons, and the model is asked again. The partial value starts over.
    Restart(Vec<Issue>),
    /// The value is complete.
    Done(Box<Extracted<T>>),
}

impl<T> From<Outcome<T>> for ExtractEvent<T> {
    fn from(outcome: Outcome<T>) -> Self {
        match outcome {
            Outcome::Done(extracted) => Self::Done(extracted),
            Outcome::Again(issues) => Self::Restart(issues),
        }
    }
}

/// A reply that is arriving.
struct Live {
    stream: ChatStream,
    incoming: Incoming,
    attempt: ExtractAttempt,
}

impl<T: DeserializeOwned + Send + 'static> Extract<T> {
    /// Streams the value. Nothing is sent before the first [`next`](ExtractStream::next).
    ///
    /// [`Mode::Tool`] streams as well, if it is set.
    pub fn stream(self) -> ExtractStream<T> {
        let (extraction, failed) = match Extraction::new(self, true) {
            Ok(extraction) => (Some(Box::new(extraction)), None),
            Err(error) => (None, Some(error)),
        };
        ExtractStream {
            extraction,
            live: None,
            partial: Partial::default(),
            failed,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> ExtractStream<T> {
    /// Returns the value, as far as it has been written.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let mut fruits = groq.extract::<Vec<String>>().user("ten fruits").stream();
    /// while fruits.next().await.transpose()?.is_some() {
    ///     println!("{}", fruits.partial().to_value());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn partial(&self) -> &Partial {
        let live = self.live.as_ref();
        live.map_or(&self.partial, |live| live.incoming.partial())
    }

    /// Returns the next event; `None` after the value or an error.
    ///
    /// # Errors
    ///
    /// Those of an extraction without a stream.
    pub async fn next(&mut self) -> Option<Result<ExtractEvent<T>, Error>> {
        if let Some(error) = self.failed.take() {
            self.end();
            return Some(Err(error));
        }
        let extraction = self.extraction.as_mut()?;
        let event = advance(extraction, &mut self.live).await;
        match &event {
            Ok(ExtractEvent::Progress) => {}
            Ok(ExtractEvent::Restart(_)) => {
                self.live = None;
                self.partial = Partial::default();
            }
            Ok(ExtractEvent::Done(_)) | Err(_) => self.end(),
        }
        Some(event)
    }

    /// Converts it to a [`Stream`], for its adapters.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) {
    /// use futures_util::StreamExt as _;
    ///
    /// let events = groq.extract::<Vec<String>>().user("ten fruits").stream().into_stream();
    /// println!("{} events", events.count().await);
    /// # }
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<ExtractEvent<T>, Error>> + Send {
        unfold(self, |mut stream| async move {
            let event = stream.next().await?;
            Some((event, stream))
        })
    }

    /// Makes every failure from here on final.
    fn stop_correcting(&mut self) {
        if let Some(extraction) = &mut self.extraction {
            extraction.stop_correcting();
        }
    }

    /// Puts an error back, to be returned by `next` again.
    fn put_back(&mut self, error: Error) {
        self.failed = Some(error);
    }

    fn end(&mut self) {
        self.extraction = None;
        if let Some(live) = self.live.take() {
            self.partial = live.incoming.into_partial();
        }
    }
}

/// Reads on until there is an event.
async fn advance<T: DeserializeOwned + Send + 'static>(
    extraction: &mut Extraction<T>,
    slot: &mut Option<Box<Live>>,
) -> Result<ExtractEvent<T>, Error> {
    if slot.is_none() {
        *slot = match extraction.open().await {
            Err(outcome) => return outcome.map(Into::into),
            Ok((stream, incoming, attempt)) => Some(Box::new(Live {
                stream,
                incoming,
                attempt,
            })),
        };
    }
    let Some(live) = slot else {
        return Err(Error::new(Failure::Empty));
    };
    loop {
        let chunk = extraction.within(&live.attempt, live.stream.next()).await?;
        let mut attempt = live.attempt.clone();
        let outcome = match chunk {
            Some(Ok(chunk)) => match live.take(&chunk) {
                Ok(false) => continue,
                Ok(true) => return Ok(ExtractEvent::Progress),
                // No continuation can fit.
                Err(issue) => {
                    attempt.raw = Some(live.incoming.text().to_owned());
                    extraction.correct(attempt, Failure::Invalid(vec![issue]))
                }
            },
            Some(Err(error)) => extraction.call_failed(attempt, error).await,
            None => {
                let completion = live.stream.snapshot().clone();
                let read = Some(&live.incoming);
                extraction.reply(attempt, completion, read).await
            }
        };
        return outcome.map(Into::into);
    }
}

impl Live {
    /// Reads what a chunk adds. Returns whether it adds anything.
    fn take(&mut self, chunk: &ChatCompletionChunk) -> Result<bool, Issue> {
        let piece = match self.attempt.mode {
            Mode::Tool => arguments(chunk),
            _ => chunk.text(),
        };
        match piece {
            Some(piece) if !piece.is_empty() => self.incoming.feed(piece).map(|()| true),
            _ => Ok(false),
        }
    }
}

/// The arguments of the first tool call.
fn arguments(chunk: &ChatCompletionChunk) -> Option<&str> {
    let call = chunk.delta()?.tool_calls.as_ref()?.first()?;
    call.function.as_ref()?.arguments.as_deref()
}

impl<T> std::fmt::Debug for ExtractStream<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtractStream")
            .field("partial", &self.partial)
            .finish_non_exhaustive()
    }
}
