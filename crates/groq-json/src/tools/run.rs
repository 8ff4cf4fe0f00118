//! A conversation with tools: the builder.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use super::driver::{Driver, RunOutput, RunSettings, Turn};
use super::invocation::{Approval, ToolInvocation};
use super::tool::Tool;
use crate::error::{Error, Limit};
use crate::question::{Question, question_setters};

/// A question that the model answers with the help of tools. Returned by [`GroqJson::tools`](crate::GroqJson::tools);
/// nothing is sent until it is awaited.
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
/// let output = groq
///     .tools([add])
///     .user("What is 2.5 and 4?")
///     .max_steps(4)
///     .timeout(Duration::from_secs(30))
///     .approve(|call| if call.name == "add" { Approval::Allow } else { Approval::Deny("not that".into()) })
///     .await?;
/// println!("{} ({} steps)", output.text, output.steps.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until the run is awaited"]
pub struct Run {
    settings: RunSettings,
}

impl Run {
    pub(crate) fn new(question: Question, tools: Vec<Tool>) -> Self {
        Self {
            settings: RunSettings {
                question,
                tools,
                max_steps: 8,
                approve: None,
            },
        }
    }

    question_setters!(settings.question);

    /// Sets how many times the model may be asked. The default is 8.
    pub fn max_steps(mut self, steps: u32) -> Self {
        self.settings.max_steps = steps;
        self
    }

    /// Sets a function that decides before each call whether it may be made.
    pub fn approve(
        self,
        approve: impl Fn(&ToolInvocation) -> Approval + Send + Sync + 'static,
    ) -> Self {
        self.approve_async(move |call| std::future::ready(approve(call)))
    }

    /// Sets an asynchronous function that decides before each call whether it may be made: by asking a person, for example.
    ///
    /// ```no_run
    /// # use groq_json::{Approval, GroqJson, Tool};
    /// # async fn confirmed(name: String) -> bool { true }
    /// # async fn example(groq: groq_core::Client, tool: Tool) -> Result<(), groq_json::Error> {
    /// let run = groq.tools([tool]).user("Clean up").approve_async(|call| {
    ///     let name = call.name.clone();
    ///     async move { if confirmed(name).await { Approval::Allow } else { Approval::Deny("the user said no".into()) } }
    /// });
    /// println!("{}", run.await?.text);
    /// # Ok(())
    /// # }
    /// ```
    pub fn approve_async<F>(
        mut self,
        approve: impl Fn(&ToolInvocation) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Approval> + Send + 'static,
    {
        self.settings.approve = Some(Arc::new(move |call| Box::pin(approve(call))));
        self
    }

    /// Returns a driver of the same conversation, which stops at every turn.
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): a tool has a schema that cannot be used, or two have the same name.
    pub fn driver(self) -> Result<Driver, Error> {
        Driver::new(self.settings)
    }
}

impl IntoFuture for Run {
    type Output = Result<RunOutput, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut driver = self.driver()?;
            while let Some(turn) = driver.next().await {
                if let Turn::Answer(output) = turn? {
                    return Ok(*output);
                }
            }
            Err(Error::new(Limit::Steps.into()))
        })
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("model", &self.settings.question.model)
            .field("tools", &self.settings.tools)
            .field("max_steps", &self.settings.max_steps)
            .finish_non_exhaustive()
    }
}
