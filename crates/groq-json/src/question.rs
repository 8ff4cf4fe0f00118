//! What extractions, lists and runs of tools have in common.

use std::sync::Arc;
use std::time::Duration;

use groq_core::Client;
use groq_core::runtime::{self, DefaultRuntime, Instant, Runtime as _};
use groq_models::{DefaultModel, Usage};
use groq_types::{ChatCompletionRequest, Message};

use crate::error::Limit;
use crate::mode::CATALOG;

/// A change of a request before it is sent.
type Configure = Arc<dyn Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync>;

/// A question to a model.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) client: Client,
    pub(crate) model: Option<String>,
    default_model: Option<String>,
    pub(crate) messages: Vec<Message>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) token_budget: Option<u64>,
    pub(crate) configure: Vec<Configure>,
}

impl Question {
    pub(crate) fn new(client: &Client, default_model: Option<&str>) -> Self {
        Self {
            client: client.clone(),
            model: None,
            default_model: default_model.map(str::to_owned),
            messages: Vec::new(),
            timeout: None,
            token_budget: None,
            configure: Vec::new(),
        }
    }

    /// The model of the question, of the client, of the environment, or the default chat model of the catalog.
    pub(crate) fn model_name(&self) -> String {
        let environment = || {
            let model = std::env::var("GROQ_MODEL").ok();
            model.filter(|model| !model.trim().is_empty())
        };
        let own = self.model.clone().or_else(|| self.default_model.clone());
        let default = || CATALOG.default_model(DefaultModel::Chat).map(str::to_owned);
        own.or_else(environment)
            .or_else(default)
            .unwrap_or_default()
    }

    /// Makes the changes of the caller.
    pub(crate) fn configured(&self, request: ChatCompletionRequest) -> ChatCompletionRequest {
        let changes = self.configure.iter();
        changes.fold(request, |request, change| change(request))
    }

    pub(crate) fn meter(&self) -> Meter {
        Meter {
            started: DefaultRuntime.now(),
            timeout: self.timeout,
            token_budget: self.token_budget,
            usage: Usage::default(),
        }
    }
}

/// Counts the time and the tokens that a question has used.
pub(crate) struct Meter {
    started: Instant,
    timeout: Option<Duration>,
    token_budget: Option<u64>,
    pub(crate) usage: Usage,
}

impl Meter {
    /// Fails if the tokens or the time are used up.
    pub(crate) fn check(&self) -> Result<(), Limit> {
        let total = self.usage.total_tokens();
        if self.token_budget.is_some_and(|budget| total >= budget) {
            return Err(Limit::Tokens);
        }
        if self.remaining() == Some(Duration::ZERO) {
            return Err(Limit::Time);
        }
        Ok(())
    }

    /// Waits for a future, but no longer than the remaining time.
    pub(crate) async fn within<F: Future>(&self, future: F) -> Result<F::Output, Limit> {
        match self.remaining() {
            None => Ok(future.await),
            Some(limit) => {
                let output = runtime::within(&DefaultRuntime, limit, future).await;
                output.ok_or(Limit::Time)
            }
        }
    }

    pub(crate) fn remaining(&self) -> Option<Duration> {
        let elapsed = DefaultRuntime.now() - self.started;
        Some(self.timeout?.saturating_sub(elapsed))
    }
}

/// The setters of a [`Question`], for a builder that has one at this path.
macro_rules! question_setters {
    ($($field:ident).+) => {
        /// Sets the model. The default is that of [`GroqJson::with_model`](crate::GroqJson::with_model), then `GROQ_MODEL`,
        /// then the default chat model of the catalog of [`groq_models`].
        pub fn model(mut self, model: impl Into<String>) -> Self {
            self.$($field).+.model = Some(model.into());
            self
        }

        /// Adds a system message.
        pub fn system(self, text: impl Into<String>) -> Self {
            self.message(groq_types::Message::system(text.into()))
        }

        /// Adds a user message.
        pub fn user(self, text: impl Into<String>) -> Self {
            self.message(groq_types::Message::user(text.into()))
        }

        /// Adds a message of any kind, such as one with an image.
        pub fn message(self, message: groq_types::Message) -> Self {
            self.messages([message])
        }

        /// Adds messages, such as those of an earlier [run of tools](crate::RunOutput::messages).
        pub fn messages(
            mut self,
            messages: impl IntoIterator<Item = groq_types::Message>,
        ) -> Self {
            self.$($field).+.messages.extend(messages);
            self
        }

        /// Sets how long the whole question may take, with all attempts and tools. There is no limit by default, beyond
        /// those of the client; `None` removes it.
        pub fn timeout(mut self, timeout: impl Into<Option<std::time::Duration>>) -> Self {
            self.$($field).+.timeout = timeout.into();
            self
        }

        /// Sets how many tokens all attempts together may use before no further one is made. There is no limit by default;
        /// `None` removes it.
        pub fn token_budget(mut self, tokens: impl Into<Option<u64>>) -> Self {
            self.$($field).+.token_budget = tokens.into();
            self
        }

        /// Changes each request before it is sent, after everything that this crate adds:
        /// `|request| request.with_temperature(0.2)`.
        pub fn configure(
            mut self,
            change: impl Fn(groq_types::ChatCompletionRequest) -> groq_types::ChatCompletionRequest
            + Send
            + Sync
            + 'static,
        ) -> Self {
            self.$($field).+.configure.push(std::sync::Arc::new(change));
            self
        }
    };
}

pub(crate) use question_setters;
