//! What a command works with: the options of every command, the settings, both streams, and a client.

use std::{sync::OnceLock, time::Duration};

use groq_core::{
    Client, ClientBuilder,
    facts::{Catalogue, Price},
    types::CompletionUsage,
};
use groq_mock::Mock;
use serde_json::{Value, json};

use crate::{
    args::Global,
    dry_run::Recorder,
    failure::Failure,
    output::{Output, Talk},
    settings::{Settings, variable},
    terminal,
    verbose::Watch,
};

/// All that a command is given.
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) settings: Settings,
    pub(crate) out: Output,
    pub(crate) talk: Talk,
    recorder: Recorder,
    /// The server inside this process, if there is one: it stops when the session is dropped.
    mock: OnceLock<Mock>,
}

impl Session {
    pub(crate) fn new(global: Global) -> Result<Self, Failure> {
        Ok(Self {
            settings: Settings::read(&global)?,
            out: Output::new(&global),
            talk: Talk::new(&global),
            recorder: Recorder::default(),
            mock: OnceLock::new(),
            global,
        })
    }

    /// A client for what the user asked for: `--mock`, `--dry-run`, or a server and a key. Asked for again, it is another
    /// client of the same server.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        if self.global.dry_run {
            let target = self.settings.base_url(&self.global)?;
            return self.recorder.client(target).await;
        }
        if self.global.mock {
            return self.embedded().await;
        }
        if !has_key()? {
            return Err(Failure::usage(
                "no key: set GROQ_API_KEY, or use --mock for a local Groq that needs none",
            ));
        }
        let mut builder = ClientBuilder::from_env()?;
        if let Some(url) = self.settings.base_url(&self.global)? {
            builder = builder.base_url(url);
        }
        Ok(self.watched(builder).build()?)
    }

    /// A client of the server inside this process, which lives as long as the session.
    async fn embedded(&self) -> Result<Client, Failure> {
        if self.mock.get().is_none() {
            let started = Mock::start().await;
            let mock = started.map_err(|error| Failure::internal(error.to_string()))?;
            let _ = self.mock.set(mock);
        }
        match self.mock.get() {
            Some(mock) => self.client_of(mock),
            None => Err(Failure::internal("the embedded server is gone")),
        }
    }

    /// A client of a server inside this process.
    pub(crate) fn client_of(&self, mock: &Mock) -> Result<Client, Failure> {
        let builder = Client::builder()
            .api_key("embedded")
            .base_url(mock.base_url());
        Ok(self.watched(builder).build()?)
    }

    /// What `--dry-run` prints, in place of what came of the command.
    pub(crate) fn dry_run(&self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        match self.recorder.first() {
            Some(request) if self.global.json => self.out.json(&request.to_json()),
            Some(request) => self.out.text(&request.to_string()),
            None => outcome.and(Err(Failure::usage(
                "there is no request to print: --dry-run does not apply here",
            ))),
        }
    }

    /// With `--verbose`, tells what a reply took.
    pub(crate) fn tell_usage(&self, model: &str, usage: Option<&CompletionUsage>) {
        let Some(usage) = usage.filter(|_| self.global.verbose) else {
            return;
        };
        let (prompt, completion) = (usage.prompt_tokens, usage.completion_tokens);
        self.tell_cost(
            &format!("{prompt} prompt + {completion} completion tokens"),
            json!({"model": model, "prompt_tokens": prompt, "completion_tokens": completion}),
            cost(model, usage),
        );
    }

    /// Tells what was used and what it costs: in words, or with `--json` as a line of JSON.
    pub(crate) fn tell_cost(&self, what: &str, mut used: Value, cost: Option<f64>) {
        if self.global.json {
            used["dollars"] = cost.into();
            self.talk.always(&terminal::json(&json!({"usage": used})));
        } else {
            let dollars = cost.map_or_else(|| "price unknown".to_owned(), dollars);
            self.talk
                .always(&self.talk.style().dim(format!("{what}, {dollars}")));
        }
    }

    fn watched(&self, builder: ClientBuilder) -> ClientBuilder {
        if self.global.verbose {
            builder.middleware(Watch::new(self.talk.clone(), self.global.json))
        } else {
            builder
        }
    }
}

/// Whether the environment has a key.
pub(crate) fn has_key() -> Result<bool, Failure> {
    Ok(variable("GROQ_API_KEY")?.is_some())
}

/// What a reply cost, by the prices that are known.
pub(crate) fn cost(model: &str, usage: &CompletionUsage) -> Option<f64> {
    match Catalogue::shipped().get(model)?.price? {
        #[expect(clippy::cast_precision_loss, reason = "no reply has 2^52 tokens")]
        Price::Tokens { input, output } => Some(
            (usage.prompt_tokens as f64 * input + usage.completion_tokens as f64 * output) / 1e6,
        ),
        _ => None,
    }
}

/// An amount of money, with as many digits as it needs.
pub(crate) fn dollars(amount: f64) -> String {
    if amount >= 0.01 || amount == 0.0 {
        format!("${amount:.2}")
    } else {
        format!("${amount:.6}")
    }
}

/// A time for people: `0.42 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.2} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_follow_the_price_list() {
        let usage = CompletionUsage::new(1_000_000, 1_000_000, 2_000_000);
        let cost = cost("openai/gpt-oss-20b", &usage).unwrap();
        assert!((cost - 0.375).abs() < 1e-9, "{cost}");
        assert_eq!(super::cost("nobody", &usage), None);
    }

    #[test]
    fn amounts_and_times_are_short() {
        assert_eq!(
            [dollars(0.375), dollars(0.000_012_3), dollars(0.0)],
            ["$0.38", "$0.000012", "$0.00"]
        );
        let times = [420, 12_000, 200_000, 7_500_000]
            .map(Duration::from_millis)
            .map(in_words);
        assert_eq!(times, ["420 ms", "12 s", "3 min 20 s", "2 h 5 min"]);
    }
}
