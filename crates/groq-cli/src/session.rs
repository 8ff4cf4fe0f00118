//! What a command works with: global options, settings, both output streams, and a client.

use std::path::Path;

use groq_core::models::{Billing, Cost, DefaultModel, Usage};
use groq_core::{Client, ClientBuilder};
use groq_mock::Mock;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{
    dry_run::Recorder,
    failure::Failure,
    files::{Overwrite, Place, is_open_to_all},
    global::Global,
    options::apply,
    output::{Output, Stderr},
    settings::{Settings, variable},
    terminal, units,
    verbose::AttemptLog,
};

/// What a command is given.
pub(crate) struct Session {
    pub(crate) global: Global,
    pub(crate) settings: Settings,
    pub(crate) out: Output,
    pub(crate) stderr: Stderr,
    recorder: Recorder,
    /// The server of `--mock`, which stops when the session is dropped.
    mock: OnceCell<Mock>,
}

impl Session {
    pub(crate) fn new(global: Global) -> Result<Self, Failure> {
        terminal::hide(std::env::var(KEY).unwrap_or_default().trim());
        Ok(Self {
            settings: Settings::read(&global)?,
            out: Output::new(&global),
            stderr: Stderr::new(&global),
            recorder: Recorder::default(),
            mock: OnceCell::new(),
            global,
        })
    }

    /// Makes a client of `--mock`, of `--dry-run`, or of the server and the key that are set.
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        if self.global.dry_run {
            let builder = || Ok(self.builder()?.api_key("none"));
            return self.recorder.client(builder, self.base_url()?).await;
        }
        if self.global.mock {
            return self.client_of(self.mock.get_or_try_init(Mock::start).await?);
        }
        if variable(KEY)?.is_none() {
            let ways = "set GROQ_API_KEY, or use --mock for a local server that needs none";
            return Err(Failure::usage(format!("no API key: {ways}")));
        }
        Ok(self.builder()?.build()?)
    }

    /// Checks a place for output, and warns if others can replace what is written there.
    pub(crate) fn place(&self, path: &Path, overwrite: Overwrite) -> Result<Place, Failure> {
        let place = Place::new(path, overwrite)?;
        self.warn_of_open_folder(&place);
        Ok(place)
    }

    pub(crate) fn warn_of_open_folder(&self, place: &Place) {
        if is_open_to_all(place.folder()) {
            let (folder, risk) = (place.folder(), "they can replace what is written there");
            let note = format!("all users can write to '{}': {risk}", folder.display());
            self.stderr.note(note);
        }
    }

    /// The model of an option, or else of the settings, or else the default one.
    pub(crate) fn model(
        &self,
        purpose: DefaultModel,
        option: Option<&String>,
    ) -> Result<String, Failure> {
        self.settings.model(purpose, option)
    }

    /// The address of the server, if it is not the default one.
    pub(crate) fn base_url(&self) -> Result<Option<String>, Failure> {
        self.settings.base_url(&self.global)
    }

    /// Makes a client of a server inside this process.
    pub(crate) fn client_of(&self, mock: &Mock) -> Result<Client, Failure> {
        let builder = Client::builder()
            .api_key("embedded")
            .base_url(mock.base_url());
        Ok(self.configured(builder).build()?)
    }

    /// Makes a builder of the environment, the settings and the options.
    fn builder(&self) -> Result<ClientBuilder, Failure> {
        let mut builder = ClientBuilder::from_env()?;
        builder = apply(builder, self.base_url()?, ClientBuilder::base_url);
        if self.global.allow_http {
            builder = builder.allow_plaintext_http();
        }
        Ok(self.configured(builder))
    }

    fn configured(&self, mut builder: ClientBuilder) -> ClientBuilder {
        builder = apply(builder, self.global.timeout, ClientBuilder::timeout);
        builder = apply(builder, self.global.max_retries, ClientBuilder::max_retries);
        if self.global.verbose && !self.global.dry_run {
            builder.middleware(AttemptLog(self.stderr.clone()))
        } else {
            builder
        }
    }

    /// Prints the request of `--dry-run`, in place of the outcome of the command.
    pub(crate) fn dry_run(&self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        match self.recorder.first() {
            Some(request) if self.global.json => self.out.json(&request.0),
            Some(request) => self.out.text(&request.to_string()),
            None => outcome.and(Err(Failure::usage(
                "there is no request to print: --dry-run does not apply here",
            ))),
        }
    }

    /// Prints a document with `--json`, or else a note about what was done.
    pub(crate) fn done(&self, document: &Value, note: &str) -> Result<(), Failure> {
        if self.global.json {
            return self.out.json(document);
        }
        self.stderr.note(note);
        Ok(())
    }

    /// With `--verbose`, prints what a reply used.
    pub(crate) fn report_usage(&self, model: &str, usage: Option<Usage>) {
        if let Some(usage) = usage.filter(|_| self.global.verbose) {
            let cost = units::cost(model, &usage, Billing::OnDemand);
            self.report_tokens("", json!({"model": model}), &usage, cost);
        }
    }

    /// Prints tokens and their cost.
    pub(crate) fn report_tokens(
        &self,
        how: &str,
        mut used: Value,
        usage: &Usage,
        cost: Option<Cost>,
    ) {
        let (prompt, completion) = (usage.prompt_tokens, usage.completion_tokens);
        used["prompt_tokens"] = prompt.into();
        used["completion_tokens"] = completion.into();
        let words = format!("{prompt} prompt + {completion} completion tokens{how}");
        self.report_cost(&words, used, cost);
    }

    /// Prints what was used and its cost, in words or as JSON.
    pub(crate) fn report_cost(&self, words: &str, mut used: Value, cost: Option<Cost>) {
        used["dollars"] = cost.map(Cost::as_dollars_f64).into();
        self.stderr.detail(&json!({"usage": used}), || {
            format!("{words}, {}", units::price(cost))
        });
    }
}

/// The variable of the API key.
pub(crate) const KEY: &str = "GROQ_API_KEY";

/// The address of the service.
pub(crate) const SERVICE: &str = "https://api.groq.com";
