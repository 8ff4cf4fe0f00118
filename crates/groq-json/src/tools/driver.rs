//! A conversation with tools, turn by turn.

use futures_util::future::join_all;
use groq_models::Usage;
use groq_types::{
    ChatCompletion, ChatCompletionRequest, CompletionMessage, Message, Tool as WireTool, ToolCall,
};

use super::invocation::{Approve, Outcome, ToolInvocation, ToolOutcome};
use super::tool::Tool;
use crate::error::{Error, Failure, Limit};
use crate::extract::refusal::{self, Meaning};
use crate::question::{Meter, Question};
use crate::schema::tool_name;

/// The settings of a run of tools.
#[derive(Clone)]
pub(super) struct RunSettings {
    pub(super) question: Question,
    pub(super) tools: Vec<Tool>,
    pub(super) max_steps: u32,
    pub(super) approve: Option<Approve>,
}

/// One call of the model, and the tools that it called then.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Step {
    /// The calls of tools.
    pub calls: Vec<ToolOutcome>,
    /// Whether the calls were taken from an error of the service (`tool_use_failed`).
    pub recovered: bool,
    /// The tokens, as far as the service reported them.
    pub usage: Usage,
}

/// The output of a conversation with tools.
///
/// ```no_run
/// # use groq_json::{GroqJson, Tool};
/// # async fn example(groq: groq_core::Client, tool: Tool) -> Result<(), groq_json::Error> {
/// let output = groq.tools([tool]).user("Do it").await?;
/// println!("{} ({} tokens)", output.text, output.usage.total_tokens());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct RunOutput {
    /// The answer of the model.
    pub text: String,
    /// The whole conversation. To continue it, pass it to [`Extract::messages`](crate::Extract::messages) or
    /// [`Run::messages`](crate::Run::messages).
    pub messages: Vec<Message>,
    /// Every step.
    pub steps: Vec<Step>,
    /// The tokens of all steps.
    pub usage: Usage,
    /// The last reply.
    pub completion: ChatCompletion,
}

debug_fields!(RunOutput, steps, usage);

/// One turn of a [`Driver`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Turn {
    /// The model requests these calls. Those that are not [answered](Driver::answer) or [denied](Driver::deny) are made by
    /// the next turn.
    Calls(Vec<ToolInvocation>),
    /// The model answers.
    Answer(Box<RunOutput>),
}

/// A conversation with tools, driven turn by turn. Returned by [`Run::driver`](crate::Run::driver).
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
///         Turn::Answer(output) => println!("{}", output.text),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until `next` is called"]
pub struct Driver {
    settings: RunSettings,
    model: String,
    tools: Vec<WireTool>,
    messages: Vec<Message>,
    steps: Vec<Step>,
    meter: Meter,
    pending: Vec<(ToolInvocation, Option<Outcome>)>,
    /// The last call of the model that failed and could be made again.
    last: Option<Box<Failure>>,
    over: bool,
}

debug_fields!(Driver, model, steps);

impl Driver {
    pub(super) fn new(settings: RunSettings) -> Result<Self, Error> {
        let mut tools = Vec::new();
        for (index, tool) in settings.tools.iter().enumerate() {
            let others = &settings.tools[..index];
            if others.iter().any(|other| other.name() == tool.name()) {
                return Err(Error::schema(tool.name(), "two tools have this name"));
            }
            tools.push(WireTool::function(tool.definition()?));
        }
        Ok(Self {
            model: settings.question.model_name(),
            messages: settings.question.messages.clone(),
            meter: settings.question.meter(),
            settings,
            tools,
            steps: Vec::new(),
            pending: Vec::new(),
            last: None,
            over: false,
        })
    }

    /// Returns the conversation so far.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Returns the steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Answers a call. The tool is not run.
    ///
    /// ```no_run
    /// # fn example(driver: &mut groq_json::Driver, call: &groq_json::ToolInvocation) {
    /// driver.answer(&call.id, "42");
    /// # }
    /// ```
    pub fn answer(&mut self, id: &str, result: impl Into<String>) {
        let result = result.into();
        self.settle(id, |call| (call.outcome(None), result));
    }

    /// Denies a call. The model is sent the reason.
    pub fn deny(&mut self, id: &str, why: impl Into<String>) {
        let why = why.into();
        self.settle(id, |call| call.denied(why));
    }

    fn settle(&mut self, id: &str, outcome: impl FnOnce(&ToolInvocation) -> Outcome) {
        if let Some((call, slot)) = self.pending.iter_mut().find(|(call, _)| call.id == id) {
            *slot = Some(outcome(call));
        }
    }

    /// Makes the pending calls, asks the model, and returns its turn; `None` after the answer or an error.
    ///
    /// # Errors
    ///
    /// [`is_limit`](Error::is_limit) if a limit was reached, and those of the call ([`api`](Error::api)).
    pub async fn next(&mut self) -> Option<Result<Turn, Error>> {
        if self.over {
            return None;
        }
        let turn = self.turn().await.map_err(|failure| {
            let failure = match failure {
                Failure::Limit(limit, None) => Failure::Limit(limit, self.last.take()),
                other => other,
            };
            Error::new(failure).with_run(&self.steps, &self.messages, self.meter.usage)
        });
        self.over = !matches!(turn, Ok(Turn::Calls(_)));
        Some(turn)
    }

    async fn turn(&mut self) -> Result<Turn, Failure> {
        self.make_calls().await?;
        loop {
            if self.steps.len() >= self.settings.max_steps as usize {
                return Err(Limit::Steps.into());
            }
            self.meter.check()?;
            let request = self.request();
            let chat = self.settings.question.client.chat();
            self.steps.push(Step::default());
            match self.meter.within(Box::pin(chat.create(request))).await? {
                Ok(response) => return Ok(self.reply(response.into_inner())),
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
        self.settings.question.configured(request)
    }

    fn reply(&mut self, completion: ChatCompletion) -> Turn {
        if let Some(usage) = &completion.usage {
            self.meter.usage += usage;
            if let Some(step) = self.steps.last_mut() {
                step.usage += usage;
            }
        }
        let calls = completion.tool_calls().to_vec();
        if !calls.is_empty() {
            return self.calls(completion.into_message().unwrap_or_default(), calls);
        }
        if let Some(message) = completion.message() {
            self.messages.push(Message::from(message.clone()));
        }
        Turn::Answer(Box::new(RunOutput {
            text: completion.text().unwrap_or_default().to_owned(),
            messages: std::mem::take(&mut self.messages),
            steps: std::mem::take(&mut self.steps),
            usage: self.meter.usage,
            completion,
        }))
    }

    /// Takes up the calls of a message.
    fn calls(&mut self, mut message: CompletionMessage, mut calls: Vec<ToolCall>) -> Turn {
        for (index, call) in calls.iter_mut().enumerate() {
            call.function.name = tool_name(&call.function.name).to_owned();
            if call.id.is_empty() {
                call.id = format!("call_{}_{index}", self.steps.len());
            }
        }
        let invocation = |call: &ToolCall| {
            ToolInvocation::new(&call.id, &call.function.name, &call.function.arguments)
        };
        let invocations: Vec<ToolInvocation> = calls.iter().map(invocation).collect();
        self.pending = invocations
            .iter()
            .map(|call| (call.clone(), None))
            .collect();
        message.tool_calls = Some(calls);
        self.messages.push(Message::from(message));
        Turn::Calls(invocations)
    }

    /// The service refused what the model wrote as a call. If it can be read, it is a call; otherwise the model is asked again.
    fn recover(&mut self, error: groq_core::Error) -> Result<Option<Turn>, Failure> {
        let Meaning::Generation(generation) = refusal::meaning(&error) else {
            return Err(Failure::Api(Box::new(error)));
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
            let reason = refusal::line(error.message());
            self.messages.push(Message::user(format!(
                "Your tool call could not be read: {reason}\nCall the tool again, with arguments that fit its schema."
            )));
            self.last = Some(Box::new(Failure::Api(Box::new(error))));
            return Ok(None);
        }
        let calls = found.into_iter();
        let calls = calls.map(|(name, arguments)| ToolCall::function("", name, arguments));
        Ok(Some(
            self.calls(CompletionMessage::default(), calls.collect()),
        ))
    }

    /// Makes all pending calls at the same time, and adds the results to the conversation in order.
    async fn make_calls(&mut self) -> Result<(), Limit> {
        let pending = std::mem::take(&mut self.pending);
        let RunSettings { tools, approve, .. } = &self.settings;
        let made = join_all(pending.into_iter().map(|(call, outcome)| async move {
            match outcome {
                Some(outcome) => outcome,
                None => call.run(tools, approve.as_ref()).await,
            }
        }));
        for (outcome, text) in self.meter.within(made).await? {
            self.messages.push(Message::tool(outcome.id.clone(), text));
            if let Some(step) = self.steps.last_mut() {
                step.calls.push(outcome);
            }
        }
        Ok(())
    }
}
