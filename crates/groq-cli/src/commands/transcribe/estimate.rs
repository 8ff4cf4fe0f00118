//! What recordings will take.

use std::{path::PathBuf, time::Duration};

use groq_audio::{
    LongAudio,
    models::{Catalog, Cost},
};
use groq_core::Client;
use serde_json::json;

use super::input::{source, url};
use crate::{failure::Failure, files::in_json, session::Session, units};

/// Prints what each recording will take.
pub(super) async fn print(
    session: &Session,
    audio: &LongAudio<Client>,
    model: &str,
    inputs: &[PathBuf],
) -> Result<(), Failure> {
    let catalog = Catalog::shipped();
    let as_of = catalog
        .source(model, "price")
        .map(|source| source.date.to_string());
    for input in inputs {
        let name = input.display();
        if url(input).is_some() {
            return Err(Failure::usage(format!(
                "'{name}' is fetched by the service, so its length is unknown"
            )));
        }
        let estimate = audio
            .estimate(source(input))
            .await
            .map_err(|error| Failure::from(error).about(&name))?;
        let as_of = as_of.as_ref();
        if session.global.json {
            session.out.json(&json!({
                "file": in_json(input),
                "model": model,
                "seconds": estimate.seconds,
                "requests": estimate.pieces,
                "billed_seconds": estimate.billed_seconds,
                "dollars": estimate.cost.map(Cost::as_dollars_f64),
                "prices_as_of": as_of,
                "wait_seconds": estimate.wait.as_secs_f64(),
            }))?;
            continue;
        }
        let as_of = as_of.map(|date| format!(" (prices of {date})"));
        let price = estimate.cost.map_or_else(
            || format!("the price of {model} is unknown"),
            |cost| format!("{cost}{}", as_of.unwrap_or_default()),
        );
        let wait = match estimate.wait {
            Duration::ZERO => String::new(),
            wait => format!(", {} with rate limits", units::duration(wait)),
        };
        session.out.line(&format!(
            "{name}: {} of audio, {}, {:.0} s billed, {price}{wait}",
            units::duration(Duration::from_secs_f64(estimate.seconds)),
            units::counted(estimate.pieces, "request"),
            estimate.billed_seconds,
        ))?;
    }
    Ok(())
}
