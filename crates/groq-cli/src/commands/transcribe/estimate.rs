//! What recordings will take.

use std::time::Duration;

use groq_core::Client;
use serde_json::json;

use super::{Recordings, address, counted, source};
use crate::{
    failure::Failure,
    files::in_json,
    session::{Session, dollars, in_words},
};

impl Recordings {
    /// What each recording will take; nothing is sent, so no key is needed.
    pub(super) async fn estimates(&self, session: &Session, model: &str) -> Result<(), Failure> {
        let client = Client::builder().api_key("none").build()?;
        let audio = self.settings(&client, model);
        for input in &self.inputs {
            let name = input.display();
            if address(input).is_some() {
                return Err(Failure::usage(format!(
                    "'{name}' is fetched by the service, so nothing is known of it"
                )));
            }
            let estimate = audio
                .estimate(source(input))
                .await
                .map_err(|error| Failure::from(error).about(&name))?;
            if session.global.json {
                session.out.json(&json!({
                    "file": in_json(input),
                    "model": model,
                    "seconds": estimate.seconds,
                    "requests": estimate.pieces,
                    "billed_seconds": estimate.billed_seconds,
                    "dollars": estimate.dollars,
                    "prices_as_of": groq_audio::models::PRICES_AS_OF,
                    "wait_seconds": estimate.wait.as_secs_f64(),
                }))?;
                continue;
            }
            let price = match estimate.dollars {
                Some(amount) => format!(
                    "{} (prices of {})",
                    dollars(amount),
                    groq_audio::models::PRICES_AS_OF
                ),
                None => format!("no price is known for {model}"),
            };
            let wait = match estimate.wait {
                Duration::ZERO => String::new(),
                wait => format!(", limits make it last {}", in_words(wait)),
            };
            let requests = counted(estimate.pieces, "request");
            session.out.line(&format!(
                "{name}: {} of audio, {requests}, {:.0} s billed, {price}{wait}",
                in_words(Duration::from_secs_f64(estimate.seconds)),
                estimate.billed_seconds,
            ))?;
        }
        Ok(())
    }
}
