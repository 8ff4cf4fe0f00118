//! `groq limits`: how much is left.

use groq_core::{
    facts::{Catalogue, ModelKind},
    limits::{RateLimit, RateLimits},
    types::{ChatCompletionRequest, Message},
};
use serde_json::{Value, json};

use crate::{
    defaults,
    failure::Failure,
    session::{Session, in_words},
    table::{self, Column, or_dash},
};

/// Tell what is left of a model's rate limits.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The service tells limits only beside an answer, so this makes one call that asks for one token.
Limits are those of the organisation: other programs and other keys spend from them as well.

Examples:
  groq limits
  groq limits --model llama-3.1-8b-instant
  groq limits --json")]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("The model", "GROQ_MODEL", defaults::CHAT_MODEL))]
    model: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.settings.model(self.model.as_deref())?;
        refuse_what_does_not_converse(&model)?;
        let client = session.connect().await?;
        let question = Message::user("Hi");
        let request = ChatCompletionRequest::new(&model, [question]).with_max_completion_tokens(1);
        session.talk.note(format!(
            "asking {model} for one token, since limits come only with an answer"
        ));
        let reply = client.chat().create(request).await?;
        session.tell_usage(&model, reply.usage.as_ref());
        let limits = *reply.rate_limits();
        if limits == RateLimits::default() {
            return Err(Failure::bad_answer("the server told no limits"));
        }
        if session.global.json {
            return session.out.json(&document(&model, &limits));
        }
        table::print(&session.out, &columns(), &rows(&limits))
    }
}

/// An unknown model is asked.
fn refuse_what_does_not_converse(model: &str) -> Result<(), Failure> {
    let kind = Catalogue::shipped().get(model).map(|facts| facts.kind);
    match kind {
        Some(ModelKind::Transcription | ModelKind::Speech) => Err(Failure::usage(format!(
            "the limits of '{model}' cannot be had with one token: it works on sound"
        ))),
        _ => Ok(()),
    }
}

fn document(model: &str, limits: &RateLimits) -> Value {
    let one = |limit: &RateLimit, window: &str| {
        json!({
            "window": window,
            "limit": limit.limit,
            "remaining": limit.remaining,
            "reset_seconds": limit.reset.map(|wait| wait.as_secs_f64()),
        })
    };
    json!({
        "model": model,
        "requests": one(&limits.requests, "day"),
        "tokens": one(&limits.tokens, "minute"),
    })
}

fn columns() -> [Column; 4] {
    [
        Column::left(""),
        Column::right("LEFT"),
        Column::right("LIMIT"),
        Column::right("FULL AGAIN IN"),
    ]
}

fn rows(limits: &RateLimits) -> [Vec<String>; 2] {
    let row = |name: &str, limit: &RateLimit| {
        vec![
            name.to_owned(),
            or_dash(limit.remaining),
            or_dash(limit.limit),
            or_dash(limit.reset.map(in_words)),
        ]
    };
    [
        row("requests a day", &limits.requests),
        row("tokens a minute", &limits.tokens),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_the_server_did_not_say_is_a_dash() {
        let mut limits = RateLimits::default();
        limits.tokens.remaining = Some(5_994);
        limits.tokens.limit = Some(6_000);
        limits.tokens.reset = Some(Duration::from_millis(60));
        assert_eq!(
            rows(&limits),
            [
                ["requests a day", "-", "-", "-"],
                ["tokens a minute", "5994", "6000", "60 ms"],
            ]
        );
        let document = document("m", &limits);
        assert_eq!(document["requests"]["remaining"], Value::Null);
        assert_eq!(document["tokens"]["reset_seconds"], 0.06);
    }

    #[test]
    fn a_model_that_hears_is_not_asked() {
        assert!(refuse_what_does_not_converse("whisper-large-v3").is_err());
        assert!(refuse_what_does_not_converse("nobody/knows-it").is_ok());
    }
}
