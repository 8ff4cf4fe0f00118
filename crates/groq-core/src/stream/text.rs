//! Only the text of a stream.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use groq_types::ChatCompletionChunk;

use super::chat::{ChatStream, View};
use super::template::{Part, Template};
use crate::error::Error;

/// The text of a reply, piece by piece; from [`ChatStream::text`].
///
/// It yields the content of the first choice, without reasoning, tool calls and empty pieces. [`ChatStream::finish`] returns the whole
/// reply afterwards.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct TextDeltas<'a> {
    stream: &'a mut ChatStream,
}

impl ChatStream {
    /// Returns a stream of the text alone.
    ///
    /// ```no_run
    /// # async fn example(mut stream: groq_core::ChatStream) -> Result<(), groq_core::Error> {
    /// let mut text = stream.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn text(&mut self) -> TextDeltas<'_> {
        TextDeltas { stream: self }
    }
}

impl TextDeltas<'_> {
    /// Returns the next piece of text; `None` when the reply is complete.
    ///
    /// # Errors
    ///
    /// Those of [`ChatStream::next`].
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        let text = ready!(self.stream.poll::<Text>(context));
        Poll::Ready(text.map(|text| text.map(|Text(text)| text)))
    }
}

/// A piece of the first choice's content that is not empty.
struct Text(String);

impl View for Text {
    fn of_chunk(chunk: ChatCompletionChunk) -> Option<Self> {
        let choice = chunk.choices.into_iter().find(|choice| choice.index == 0)?;
        choice
            .delta
            .content
            .filter(|text| !text.is_empty())
            .map(Self)
    }

    fn of_text(template: &Template, text: Cow<'_, str>) -> Option<Self> {
        let wanted = template.part() == Part::Content && template.choice() == 0 && !text.is_empty();
        wanted.then(|| Self(text.into_owned()))
    }
}

impl Stream for TextDeltas<'_> {
    type Item = Result<String, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}
