//! `groq demo`: a streamed reply, through every layer.

use std::time::{Duration, Instant};

use groq_core::types::{ChatCompletionRequest, CompletionUsage, Message};
use groq_mock::Mock;

use crate::{failure::Failure, session::Session};

/// Show a streamed reply of the embedded Groq.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  groq demo")]
pub(crate) struct Args {}

/// Tokens per second of the embedded server.
const PACE: f64 = 100.0;

const PROMPT: &str = "In three sentences, why do fast language models change what software can do?";

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        // At a model's pace, or there would be nothing to watch.
        let client = session
            .embedded(Mock::builder().tokens_per_second(PACE))
            .await?;
        session.talk.note("no key needed: an embedded Groq answers");
        let model = session.settings.model(None)?;
        let output = &session.out;
        output.line(&format!("{model} <- {PROMPT}\n"))?;

        let request = ChatCompletionRequest::new(model, [Message::user(PROMPT)]);
        let start = Instant::now();
        let mut first = None;
        let mut stream = client.chat().stream(request).await?;
        let mut text = stream.text();
        while let Some(piece) = text.next().await {
            first.get_or_insert_with(|| start.elapsed());
            output.text(&piece?)?;
        }
        let figures = figures(first, start.elapsed(), stream.usage());
        output.line(&format!("\n\n{figures}"))
    }
}

/// What a reader wants to know about the speed and the size of the reply.
fn figures(first: Option<Duration>, whole: Duration, usage: Option<&CompletionUsage>) -> String {
    let mut figures = Vec::new();
    if let Some(first) = first {
        figures.push(format!(
            "first token after {:.1} ms",
            first.as_secs_f64() * 1e3
        ));
    }
    if let Some(usage) = usage {
        #[expect(clippy::cast_precision_loss, reason = "no reply has 2^52 tokens")]
        let rate = usage.completion_tokens as f64 / whole.as_secs_f64().max(f64::EPSILON);
        figures.push(format!("{rate:.0} tokens/s"));
        figures.push(format!(
            "{} prompt + {} completion = {} tokens",
            usage.prompt_tokens, usage.completion_tokens, usage.total_tokens
        ));
    }
    figures.join(", ")
}
