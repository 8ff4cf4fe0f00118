//! Replies as they arrive.

use groq_core::{
    Client,
    models::Usage,
    types::{ChatCompletion, ChatCompletionRequest, FinishReason},
};

use crate::{failure::Failure, session::Session};

/// Asks a model and prints its replies.
#[derive(Clone, Copy)]
pub(super) struct Printer<'a> {
    pub(super) session: &'a Session,
    pub(super) client: &'a Client,
    /// Whether reasoning is printed.
    pub(super) reasoning: bool,
}

impl Printer<'_> {
    /// Prints a reply as it arrives, or with `--json` as one document. `text` collects what has arrived, even if the
    /// future is dropped.
    pub(super) async fn reply(
        self,
        request: ChatCompletionRequest,
        text: &mut String,
    ) -> Result<ChatCompletion, Failure> {
        let Self {
            session, client, ..
        } = self;
        let model = request.model.clone();
        if session.global.json {
            let reply = client.chat().create(request).await?;
            session.report_usage(&model, reply.usage.as_ref().map(Usage::from));
            session.out.json(&*reply)?;
            return Ok(reply.into_inner());
        }
        let mut stream = client.chat().stream(request).await?;
        let mut reasons = false;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.inspect_err(|_| {
                // What has arrived gets a line of its own, and the message the next one.
                let _ = self.end_line(text);
            })?;
            let reasoning = chunk.delta().and_then(|delta| delta.reasoning.as_deref());
            if let Some(reasoning) = reasoning.filter(|_| self.reasoning) {
                session.stderr.aside(reasoning);
                reasons = true;
            }
            if let Some(piece) = chunk.text().filter(|piece| !piece.is_empty()) {
                if std::mem::take(&mut reasons) {
                    session.stderr.aside("\n\n");
                }
                text.push_str(piece);
                session.out.text(piece)?;
            }
        }
        self.end_line(text)?;
        if reasons {
            session.stderr.aside("\n");
        }
        session.report_usage(&model, stream.usage().map(Usage::from));
        let reply = stream.finish().await?;
        if reply.finish_reason() == Some(&FinishReason::Length) {
            session
                .stderr
                .note("the reply was cut off at the token limit; --max-tokens sets it");
        }
        Ok(reply)
    }

    /// Ends the last line of a reply.
    pub(super) fn end_line(self, text: &str) -> Result<(), Failure> {
        if text.is_empty() || text.ends_with('\n') {
            return Ok(());
        }
        self.session.out.line("")
    }

    /// Prints the chunks of a reply, one per line.
    pub(super) async fn chunks(self, request: ChatCompletionRequest) -> Result<(), Failure> {
        let model = request.model.clone();
        let mut stream = self.client.chat().stream(request).await?;
        while let Some(chunk) = stream.next().await {
            self.session.out.json(&chunk?)?;
        }
        let usage = stream.usage().map(Usage::from);
        self.session.report_usage(&model, usage);
        Ok(())
    }
}
