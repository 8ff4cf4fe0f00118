//! `groq limits`: what is left of the rate limits.

use groq_core::models::{Catalog, DefaultModel, ModelKind, Usage};
use groq_core::{
    limits::{RateLimit, RateLimits},
    types::{ChatCompletionRequest, Message},
};
use serde_json::{Value, json};

use crate::{
    defaults,
    failure::Failure,
    session::Session,
    table::{self, Column, left, or_dash, right},
    units,
};

/// Show what is left of a model's rate limits.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/limits.txt"))]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Chat))]
    model: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.model(DefaultModel::Chat, self.model.as_ref())?;
        check_kind(&model)?;
        let client = session.connect().await?;
        let question = Message::user("Hi");
        let request = ChatCompletionRequest::new(&model, [question]).with_max_completion_tokens(1);
        session.stderr.note(format!(
            "asking {model} for one token, because limits come with a response"
        ));
        let reply = client.chat().create(request).await;
        // A call that is refused because of a limit reports the limits as well.
        let limits = match &reply {
            Ok(reply) => *reply.rate_limits(),
            Err(error) if error.is_rate_limited() => error.rate_limits(),
            Err(_) => RateLimits::default(),
        };
        let is_known = limits != RateLimits::default();
        if is_known && session.global.json {
            session.out.json(&document(&model, &limits))?;
        } else if is_known {
            table::print(&session.out, COLUMNS, rows(&limits))?;
        }
        session.report_usage(&model, reply?.usage.as_ref().map(Usage::from));
        if !is_known {
            return Err(Failure::bad_answer("the server reported no limits"));
        }
        Ok(())
    }
}

const COLUMNS: [Column; 4] = [
    left("", 0),
    right("LEFT", 0),
    right("LIMIT", 0),
    right("FULL AGAIN IN", 0),
];

/// Refuses models that are known not to chat.
fn check_kind(model: &str) -> Result<(), Failure> {
    match Catalog::shipped().get(model).map(|model| model.kind) {
        Some(ModelKind::Transcription | ModelKind::Speech) => Err(Failure::usage(format!(
            "'{model}' works on audio: its limits cannot be read with one token"
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

fn rows(limits: &RateLimits) -> Vec<[String; 4]> {
    let row = |name: &str, limit: RateLimit| {
        [
            name.to_owned(),
            or_dash(limit.remaining),
            or_dash(limit.limit),
            or_dash(limit.reset.map(units::duration)),
        ]
    };
    let (requests, tokens) = (limits.requests, limits.tokens);
    vec![
        row("requests a day", requests),
        row("tokens a minute", tokens),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_the_server_did_not_report_is_a_dash() {
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
    fn an_audio_model_is_refused() {
        assert!(check_kind("whisper-large-v3").is_err());
        assert!(check_kind("nobody/knows-it").is_ok());
    }
}
