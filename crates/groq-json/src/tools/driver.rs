//! A conversation with tools, turn by turn.

use std::fmt;
use std::time::Duration;

use futures_util::future::join_all;
use groq_core::runtime::{DefaultRuntime, Instant, Runtime as _};
use groq_types::{
    ChatCompletion, ChatCompletionRequest, CompletionMessage, Message, Tool as WireTool, ToolCall,
};

use super::run::{Approval, Run};
use super::tool::{Failure, Tool};
use crate::error::{Error, ErrorKind, Spent};
use crate::extract::refusal::{self, Meaning};
use crate::extract::run::within;
use crate::ledger::Usage;
use crate::parse::repair::Repaired;
use crate::reask;

/// A call that the model wants to make.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// Its id, unique in the conversation.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments, as the model wrote them.
    pub arguments: String,
}

/// A call that was made, or was not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Called {
    /// Its id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Why there is no result, if there is none: bad arguments, an error of the tool's, a denial.
    pub failure: Option<String>,
    /// What was repaired in the arguments.
    pub repairs: Vec<Repaired>,
}

/// One question to the model, and the calls that it made then.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Step {
    /// The calls.
    pub calls: Vec<Called>,
    /// Whether the calls were taken from an error of the service's (`tool_use_failed`).
    pub recovered: bool,
    /// The tokens, as far as the service told them.
    pub usage: Usage,
}

/// The end of a conversation with tools.
#[derive(Clone)]
#[non_exhaustive]
pub struct Ran {
    /// What the model answers.
    pub text: String,
    /// The whole conversation, to go on with: [`Extract::messages`](crate::Extract::messages) takes it.
    pub messages: Vec<Message>,
    /// Every step.
    pub steps: Vec<Step>,
    /// The tokens of all steps.
    pub usage: Usage,
    /// The last reply.
    pub completion: ChatCompletion,
}

/// What a [`Driver`] came to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Turn {
    /// The model wants to make these calls. Those that are not [answered](Driver::answer) or [denied](Driver::deny) are made
    /// when the driver goes on.
    Calls(Vec<Call>),
    /// The model answers.
    Answer(Box<Ran>),
}

/// A conversation with tools that you drive; from [`Run::driver`].
///
/// ```no_run
/// use groq_json::{GroqJson, Tool, Turn};
///
/// # async fn example(groq: groq_core::Client, tool: Tool) -> Result<(), groq_json::Error> {
/// let mut driver = groq.tools([tool]).user("Do it").driver()?;
/// while let Some(turn) = driver.next().await {
///     match turn? {
///         Turn::Calls(calls) => {
///             for call in calls.iter().filter(|call| call.name == "delete") {
///                 driver.deny(&call.id, "nothing may be deleted");
///             }
///         }
///         Turn::Answer(ran) => println!("{}", ran.text),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Driver {
    run: Run,
    model: String,
    tools: Vec<WireTool>,
    messages: Vec<Message>,
    steps: Vec<Step>,
    usage: Usage,
    started: Instant,
    pending: Vec<Pending>,
    over: bool,
}

struct Pending {
    call: Call,
    outcome: Option<(Called, String)>,
}

impl Driver {
    pub(super) fn new(run: Run) -> Result<Self, Error> {
        let mut tools = Vec::new();
        for (index, tool) in run.tools.iter().enumerate() {
            if run.tools[..index]
                .iter()
                .any(|other| other.name() == tool.name())
            {
                return Err(Error::schema(tool.name(), "two tools have this name"));
            }
            tools.push(WireTool::function(tool.definition()?));
        }
        Ok(Self {
            model: run.model_name(),
            messages: run.messages.clone(),
            run,
            tools,
            steps: Vec::new(),
            usage: Usage::default(),
            started: DefaultRuntime.now(),
            pending: Vec::new(),
            over: false,
        })
    }

    /// The conversation so far.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Answers a call yourself; the tool is not run.
    pub fn answer(&mut self, id: &str, result: impl Into<String>) {
        self.settle(id, None, result.into());
    }

    /// Denies a call; the model is told why.
    pub fn deny(&mut self, id: &str, why: impl Into<String>) {
        let why = why.into();
        let message = format!("The call was denied: {why}");
        self.settle(id, Some(why), message);
    }

    /// Makes the calls that are pending, asks the model, and returns what it wants; `None` after the answer, or after an error.
    ///
    /// # Errors
    ///
    /// [`is_budget`](Error::is_budget) where a bound was reached, and those of the call ([`api`](Error::api)).
    pub async fn next(&mut self) -> Option<Result<Turn, Error>> {
        if self.over {
            return None;
        }
        let turn = self.turn().await;
        self.over = !matches!(turn, Ok(Turn::Calls(_)));
        Some(turn)
    }

    async fn turn(&mut self) -> Result<Turn, Error> {
        self.make_calls().await?;
        loop {
            self.check_budget()?;
            let request = self.request();
            let chat = self.run.client.chat();
            let reply = within(self.remaining(), Box::pin(chat.create(request))).await;
            self.steps.push(Step::default());
            match reply.ok_or_else(|| {
                self.error(ErrorKind::Budget {
                    spent: Spent::Time,
                    last: None,
                })
            })? {
                Ok(response) => {
                    let completion = response.into_inner();
                    self.account(&completion);
                    let calls = completion.tool_calls().to_vec();
                    if calls.is_empty() {
                        return Ok(Turn::Answer(Box::new(self.ran(completion))));
                    }
                    return Ok(self.called(completion.into_message().unwrap_or_default(), &calls));
                }
                Err(error) => {
                    if let Some(turn) = self.recover(error)? {
                        return Ok(turn);
                    }
                }
            }
        }
    }

    fn request(&self) -> ChatCompletionRequest {
        let mut request = ChatCompletionRequest::new(self.model.as_str(), self.messages.clone());
        if !self.tools.is_empty() {
            request = request.with_tools(self.tools.clone());
        }
        self.run
            .configure
            .iter()
            .fold(request, |request, change| change(request))
    }

    fn account(&mut self, completion: &ChatCompletion) {
        if let Some(usage) = &completion.usage {
            self.usage += usage;
            if let Some(step) = self.steps.last_mut() {
                step.usage += usage;
            }
        }
    }

    fn ran(&mut self, completion: ChatCompletion) -> Ran {
        if let Some(message) = completion.message() {
            self.messages.push(Message::from(message.clone()));
        }
        Ran {
            text: completion.text().unwrap_or_default().to_owned(),
            messages: std::mem::take(&mut self.messages),
            steps: std::mem::take(&mut self.steps),
            usage: self.usage,
            completion,
        }
    }

    /// Takes up the calls of a message.
    fn called(&mut self, mut message: CompletionMessage, calls: &[ToolCall]) -> Turn {
        let mut calls = calls.to_vec();
        for (index, call) in calls.iter_mut().enumerate() {
            if call.id.is_empty() {
                call.id = format!("call_{}_{index}", self.steps.len());
            }
        }
        let pending = calls.iter().map(|call| Call {
            id: call.id.clone(),
            name: call.function.name.clone(),
            arguments: call.function.arguments.clone(),
        });
        self.pending = pending
            .map(|call| Pending {
                call,
                outcome: None,
            })
            .collect();
        message.tool_calls = Some(calls);
        self.messages.push(Message::from(message));
        Turn::Calls(
            self.pending
                .iter()
                .map(|pending| pending.call.clone())
                .collect(),
        )
    }

    /// The service refused what the model wrote as a call. If it can be read it is a call; else the model is told.
    fn recover(&mut self, error: groq_core::Error) -> Result<Option<Turn>, Error> {
        let Meaning::Generation(generation) = refusal::meaning(&error) else {
            return Err(self.error(ErrorKind::Api(Box::new(error))));
        };
        let generation = generation.unwrap_or_default();
        let found = refusal::calls(&generation);
        if let Some(step) = self.steps.last_mut() {
            step.recovered = !found.is_empty();
        }
        if found.is_empty() {
            if !generation.trim().is_empty() {
                self.messages.push(Message::assistant(generation));
            }
            self.messages.push(Message::user("Your tool call could not be read. Call the tool again, with arguments that fit its schema."));
            return Ok(None);
        }
        let calls: Vec<ToolCall> = found
            .into_iter()
            .map(|(name, arguments)| ToolCall::function("", name, arguments))
            .collect();
        Ok(Some(self.called(CompletionMessage::default(), &calls)))
    }

    /// Makes all pending calls at once, and puts the results into the conversation in order.
    async fn make_calls(&mut self) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        let run = &self.run;
        let made = join_all(pending.into_iter().map(|pending| async move {
            match pending.outcome {
                Some(outcome) => outcome,
                None => make(run, &pending.call).await,
            }
        }));
        let outcomes = within(self.remaining(), made).await;
        let outcomes = outcomes.ok_or_else(|| {
            self.error(ErrorKind::Budget {
                spent: Spent::Time,
                last: None,
            })
        })?;
        for (called, text) in outcomes {
            self.messages.push(Message::tool(called.id.clone(), text));
            if let Some(step) = self.steps.last_mut() {
                step.calls.push(called);
            }
        }
        Ok(())
    }

    fn settle(&mut self, id: &str, failure: Option<String>, text: String) {
        if let Some(pending) = self
            .pending
            .iter_mut()
            .find(|pending| pending.call.id == id)
        {
            let called = Called {
                id: id.to_owned(),
                name: pending.call.name.clone(),
                failure,
                repairs: Vec::new(),
            };
            pending.outcome = Some((called, text));
        }
    }

    fn check_budget(&self) -> Result<(), Error> {
        let spent = if self.steps.len() >= self.run.max_steps as usize {
            Spent::Steps
        } else if self
            .run
            .token_budget
            .is_some_and(|budget| self.usage.total_tokens >= budget)
        {
            Spent::Tokens
        } else if self.remaining() == Some(Duration::ZERO) {
            Spent::Time
        } else {
            return Ok(());
        };
        Err(self.error(ErrorKind::Budget { spent, last: None }))
    }

    fn remaining(&self) -> Option<Duration> {
        let limit = self.run.deadline?;
        Some(limit.saturating_sub(DefaultRuntime.now() - self.started))
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind).with_ledger(Vec::new(), self.usage)
    }
}

/// Makes a call; what the model is told of it.
async fn make(run: &Run, call: &Call) -> (Called, String) {
    let mut called = Called {
        id: call.id.clone(),
        name: call.name.clone(),
        failure: None,
        repairs: Vec::new(),
    };
    let Some(tool) = run.tools.iter().find(|tool| tool.name() == call.name) else {
        let names: Vec<&str> = run.tools.iter().map(Tool::name).collect();
        called.failure = Some("there is no such tool".to_owned());
        return (
            called,
            format!(
                "There is no tool of this name. There are: {}",
                names.join(", ")
            ),
        );
    };
    if let Some(approve) = &run.approve
        && let Approval::Deny(why) = approve(call).await
    {
        let text = format!("The call was denied: {why}");
        called.failure = Some(why);
        return (called, text);
    }
    match tool.begin(&call.arguments) {
        Err(error) => {
            called.failure = Some(error.to_string());
            let text = reask::message(error.kind(), Some(&call.arguments));
            (called, format!("The arguments cannot be used. {text}"))
        }
        Ok((output, repairs)) => {
            called.repairs = repairs;
            match output.await {
                Ok(text) => (called, text),
                Err(Failure(why)) => {
                    let text = format!("Error: {why}");
                    called.failure = Some(why);
                    (called, text)
                }
            }
        }
    }
}

/// Leaves out the arguments.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Leaves out the conversation.
impl fmt::Debug for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ran")
            .field("steps", &self.steps)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}

/// Leaves out the conversation.
impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("model", &self.model)
            .field("steps", &self.steps)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}
