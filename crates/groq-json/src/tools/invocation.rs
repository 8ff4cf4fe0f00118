//! One call of a tool.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::tool::Tool;
use crate::correction;
use crate::parse::repair::Repaired;

/// A call of a tool that the model requests.
///
/// ```no_run
/// # use groq_json::{Approval, GroqJson, Tool};
/// # async fn example(groq: groq_core::Client, tool: Tool) -> Result<(), groq_json::Error> {
/// let run = groq.tools([tool]).user("Clean up").approve(|call| {
///     println!("{} {}", call.name, call.arguments);
///     Approval::Allow
/// });
/// println!("{}", run.await?.text);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolInvocation {
    /// The id, unique in the conversation.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments, as the model wrote them.
    pub arguments: String,
}

// Leaves out the arguments.
debug_fields!(ToolInvocation, id, name);

impl ToolInvocation {
    pub(super) fn new(id: &str, name: &str, arguments: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        }
    }

    pub(super) fn outcome(&self, failure: Option<String>) -> ToolOutcome {
        ToolOutcome {
            id: self.id.clone(),
            name: self.name.clone(),
            failure,
            repairs: Vec::new(),
        }
    }

    /// Calls the tool. Returns the outcome and what the model is sent.
    pub(super) async fn run(&self, tools: &[Tool], approve: Option<&Approve>) -> Outcome {
        let Some(tool) = tools.iter().find(|tool| tool.name() == self.name) else {
            let names: Vec<&str> = tools.iter().map(Tool::name).collect();
            let names = names.join(", ");
            let text = format!("There is no tool of this name. There are: {names}");
            return (self.outcome(Some("there is no such tool".to_owned())), text);
        };
        if let Some(approve) = approve
            && let Approval::Deny(why) = approve(self).await
        {
            return self.denied(why);
        }
        let (output, repairs) = match tool.begin(&self.arguments) {
            Ok(begun) => begun,
            Err(error) => {
                let why = correction::message(error.failure(), Some(&self.arguments));
                let text = format!("The arguments cannot be used. {why}");
                return (self.outcome(Some(error.to_string())), text);
            }
        };
        let (text, failure) = match output.await {
            Ok(text) => (text, None),
            Err(why) => (format!("Error: {why}"), Some(why)),
        };
        let mut outcome = self.outcome(failure);
        outcome.repairs = repairs;
        (outcome, text)
    }

    pub(super) fn denied(&self, why: String) -> Outcome {
        let text = format!("The call was denied: {why}");
        (self.outcome(Some(why)), text)
    }
}

/// The outcome of a call, and what the model is sent.
pub(super) type Outcome = (ToolOutcome, String);

/// The outcome of a [`ToolInvocation`].
///
/// ```no_run
/// # fn example(output: groq_json::RunOutput) {
/// for step in &output.steps {
///     for call in &step.calls {
///         println!("{}: {}", call.name, call.failure.as_deref().unwrap_or("ok"));
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolOutcome {
    /// The id of the call.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// Why there is no result, if there is none: invalid arguments, an error of the tool, a denial.
    pub failure: Option<String>,
    /// What was repaired in the arguments.
    pub repairs: Vec<Repaired>,
}

/// Whether a tool may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// It may be called.
    Allow,
    /// It may not be called. The model is sent the reason.
    Deny(String),
}

/// Decides whether a tool may be called.
pub(super) type Approve = Arc<
    dyn for<'c> Fn(&'c ToolInvocation) -> Pin<Box<dyn Future<Output = Approval> + Send + 'c>>
        + Send
        + Sync,
>;
