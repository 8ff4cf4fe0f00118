//! A conversation with tools, as it is set up.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use groq_core::Client;
use groq_types::{ChatCompletionRequest, Message};

use super::driver::{Call, Driver, Ran, Turn};
use super::tool::Tool;
use crate::error::{Error, ErrorKind, Spent};
use crate::extract::model_or_default;

/// Whether a call may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// It may.
    Allow,
    /// It may not; the model is told why.
    Deny(String),
}

pub(super) type Approve = Arc<
    dyn for<'c> Fn(&'c Call) -> Pin<Box<dyn Future<Output = Approval> + Send + 'c>> + Send + Sync,
>;
pub(super) type Configure =
    Arc<dyn Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync>;

/// A question that the model answers with the help of tools; from [`GroqJson::tools`](crate::GroqJson::tools). It is asked
/// when it is awaited.
///
/// ```no_run
/// use groq_json::{Approval, GroqJson, JsonSchema, Tool};
/// use serde::Deserialize;
/// use std::time::Duration;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Sum { a: f64, b: f64 }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let add = Tool::new("add", "Adds two numbers", |sum: Sum| async move { Ok::<_, String>(sum.a + sum.b) });
/// let ran = groq
///     .tools([add])
///     .user("What is 2.5 and 4?")
///     .max_steps(4)
///     .deadline(Duration::from_secs(30))
///     .approve(|call| if call.name == "add" { Approval::Allow } else { Approval::Deny("not that".into()) })
///     .await?;
/// println!("{} ({} steps)", ran.text, ran.steps.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Run {
    pub(super) client: Client,
    pub(super) model: Option<String>,
    pub(super) default_model: Option<String>,
    pub(super) tools: Vec<Tool>,
    pub(super) messages: Vec<Message>,
    pub(super) max_steps: u32,
    pub(super) token_budget: Option<u64>,
    pub(super) deadline: Option<Duration>,
    pub(super) approve: Option<Approve>,
    pub(super) configure: Vec<Configure>,
}

impl Run {
    pub(crate) fn new(client: Client, default_model: Option<String>, tools: Vec<Tool>) -> Self {
        Self {
            client,
            model: None,
            default_model,
            tools,
            messages: Vec::new(),
            max_steps: 8,
            token_budget: None,
            deadline: None,
            approve: None,
            configure: Vec::new(),
        }
    }

    /// Sets the model. Without it: that of [`GroqJson::with_model`](crate::GroqJson::with_model), or `GROQ_MODEL`, or
    /// [`DEFAULT_MODEL`](crate::DEFAULT_MODEL).
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Adds instructions.
    pub fn system(self, text: impl Into<String>) -> Self {
        self.message(Message::system(text.into()))
    }

    /// Adds what the user says.
    pub fn user(self, text: impl Into<String>) -> Self {
        self.message(Message::user(text.into()))
    }

    /// Adds a message of any kind.
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Sets how often the model may be asked; 8 times by default.
    pub fn max_steps(mut self, steps: u32) -> Self {
        self.max_steps = steps;
        self
    }

    /// Sets how many tokens all steps together may take before no other is made; no limit by default.
    pub fn token_budget(mut self, tokens: u64) -> Self {
        self.token_budget = Some(tokens);
        self
    }

    /// Sets how long the whole run may take, tools included; no limit by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// Asks before each call whether it may be made.
    pub fn approve(self, approve: impl Fn(&Call) -> Approval + Send + Sync + 'static) -> Self {
        self.approve_async(move |call| std::future::ready(approve(call)))
    }

    /// Asks before each call whether it may be made, and waits for the answer: of a human, for example.
    pub fn approve_async<F>(mut self, approve: impl Fn(&Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Approval> + Send + 'static,
    {
        self.approve = Some(Arc::new(move |call| Box::pin(approve(call))));
        self
    }

    /// Changes each request before it is sent: `|request| request.with_parallel_tool_calls(false)`.
    pub fn configure(
        mut self,
        change: impl Fn(ChatCompletionRequest) -> ChatCompletionRequest + Send + Sync + 'static,
    ) -> Self {
        self.configure.push(Arc::new(change));
        self
    }

    /// The same, turn by turn, with every call in your hands.
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): a tool has no schema that can be used, or two have one name.
    pub fn driver(self) -> Result<Driver, Error> {
        Driver::new(self)
    }

    pub(super) fn model_name(&self) -> String {
        model_or_default(self.model.clone(), self.default_model.clone())
    }
}

impl IntoFuture for Run {
    type Output = Result<Ran, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut driver = self.driver()?;
            while let Some(turn) = driver.next().await {
                if let Turn::Answer(ran) = turn? {
                    return Ok(*ran);
                }
            }
            Err(ErrorKind::Budget {
                spent: Spent::Steps,
                last: None,
            }
            .into())
        })
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("model", &self.model)
            .field("tools", &self.tools)
            .field("max_steps", &self.max_steps)
            .field("token_budget", &self.token_budget)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
