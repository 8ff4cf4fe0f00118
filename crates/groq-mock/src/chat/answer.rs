//! What the model says: decided once, then written whole or as a stream.

use groq_types::{
    CompletionTokensDetails, CompletionUsage, ExecutedTool, FunctionCall, ToolCall, ToolType,
};

use super::request::{ChatRequest, Format};
use super::tools;
use super::{executed, json, rules};
use crate::api_error::{ApiError, Outcome};
use crate::cast::float;
use crate::ids;
use crate::models::Family;
use crate::random::Random;
use crate::schema::{self, Hints};
use crate::text::{self, tokens};

/// An answer, with lengths and stops already applied.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) reasoning: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) executed: Vec<ExecutedTool>,
    pub(crate) finish: &'static str,
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
    pub(crate) reasoning_tokens: Option<u64>,
    /// Set where the generation came to nothing usable.
    pub(crate) failure: Option<Box<ApiError>>,
}

/// What is generated before lengths are applied.
enum Draft {
    Text(String),
    Json(String),
    Calls(Vec<tools::Decision>),
}

/// Where reasoning shows.
#[derive(Clone, Copy, PartialEq)]
enum ReasoningPlace {
    /// In a field of its own.
    Field,
    /// In the content, between `<think>` and `</think>`.
    Content,
    Nowhere,
}

/// Tokens that mark where reasoning begins and the answer does: they are counted and not seen.
const CHANNEL_TOKENS: u64 = 2;

impl Answer {
    pub(crate) fn new(request: &ChatRequest<'_>, seed: u64) -> Outcome<Self> {
        let random = Random::new(request.digest(seed).finish());
        let thought = thought(request, &random);
        let draft = draft(request, &random)?;
        let mut budget = Budget {
            left: request.max_tokens().unwrap_or(request.model.max_completion),
            spent: 0,
        };
        let mut answer = Self {
            executed: executed::executed(request),
            finish: "stop",
            prompt_tokens: request.prompt_tokens(),
            ..Self::default()
        };
        let mut thinking = None;
        let mut whole = true;
        if let Some((text, show)) = thought {
            budget.spend(CHANNEL_TOKENS);
            let (kept, taken, complete) = tokens::truncate(&text, budget.left);
            budget.spend(taken);
            answer.reasoning_tokens = Some(taken);
            thinking = Some((kept.to_owned(), show));
            whole = complete;
        }
        if whole {
            answer.write(draft, request, &mut budget, &random);
        } else {
            answer.cut_off(&draft);
        }
        answer.show(thinking);
        answer.completion_tokens = budget.spent;
        Ok(answer)
    }

    fn write(
        &mut self,
        draft: Draft,
        request: &ChatRequest<'_>,
        budget: &mut Budget,
        random: &Random,
    ) {
        match draft {
            Draft::Text(text) => self.write_text(text, &request.stops(), budget),
            Draft::Json(text) => {
                if budget.take(&text) {
                    self.content = Some(text);
                } else {
                    self.finish = "length";
                    self.failure = Some(json_cut_off());
                }
            }
            Draft::Calls(decisions) => self.write_calls(decisions, budget, random),
        }
    }

    /// Text up to the first stop sequence or the last token that fits, whichever comes first.
    fn write_text(&mut self, mut text: String, stops: &[&str], budget: &mut Budget) {
        let (kept, _, _) = tokens::truncate(&text, budget.left);
        let stop = stops.iter().filter_map(|stop| kept.find(stop)).min();
        if let Some(stop) = stop {
            text.truncate(stop);
        }
        // The token that ends a text is generated and counted like any other.
        let (kept, taken, complete) = tokens::truncate(&text, budget.left);
        if complete && (taken < budget.left || stop.is_some()) {
            budget.spend((taken + 1).min(budget.left));
        } else {
            self.finish = "length";
            budget.spend(taken);
        }
        let length = kept.len();
        text.truncate(length);
        self.content = Some(text);
    }

    fn write_calls(
        &mut self,
        decisions: Vec<tools::Decision>,
        budget: &mut Budget,
        random: &Random,
    ) {
        let mut random = random.fork("call ids");
        for decision in decisions {
            if !budget.take(&decision.name) || !budget.take(&decision.arguments) {
                self.finish = "length";
                self.calls.clear();
                self.failure = Some(call_cut_off(&decision));
                return;
            }
            let function = FunctionCall::new(decision.name, decision.arguments);
            self.calls.push(ToolCall::new(
                ids::prefixed("call_", &mut random),
                ToolType::Function,
                function,
            ));
        }
        self.finish = "tool_calls";
    }

    /// Thinking took all tokens there were.
    fn cut_off(&mut self, draft: &Draft) {
        self.finish = "length";
        match draft {
            Draft::Json(_) => self.failure = Some(json_cut_off()),
            Draft::Text(_) | Draft::Calls(_) => self.content = Some(String::new()),
        }
    }

    fn show(&mut self, thinking: Option<(String, ReasoningPlace)>) {
        match thinking {
            Some((thought, ReasoningPlace::Field)) => self.reasoning = Some(thought),
            Some((thought, ReasoningPlace::Content)) => {
                let content = self.content.take().unwrap_or_default();
                let end = if content.is_empty() && self.finish == "length" {
                    ""
                } else {
                    "\n</think>\n\n"
                };
                self.content = Some(format!("<think>\n{thought}{end}{content}"));
            }
            _ => {}
        }
    }

    /// The counts, and times that fit them.
    pub(crate) fn usage(&self, tokens_per_second: Option<f64>, unique: &Random) -> CompletionUsage {
        let mut random = unique.fork("timings");
        let speed = tokens_per_second.unwrap_or(450.0 + 150.0 * random.unit());
        let queue = 0.002 + 0.2 * random.unit();
        let prompt = 0.0008 + float(self.prompt_tokens) * 0.000_04;
        let completion = float(self.completion_tokens) / speed;
        let mut usage = CompletionUsage::new(
            self.prompt_tokens,
            self.completion_tokens,
            self.prompt_tokens + self.completion_tokens,
        )
        .with_queue_time(nanoseconds(queue))
        .with_prompt_time(nanoseconds(prompt))
        .with_completion_time(nanoseconds(completion))
        .with_total_time(nanoseconds(nanoseconds(prompt) + nanoseconds(completion)));
        if let Some(tokens) = self.reasoning_tokens {
            usage = usage.with_completion_tokens_details(
                CompletionTokensDetails::new().with_reasoning_tokens(tokens),
            );
        }
        usage
    }
}

/// Tokens that may still be generated.
struct Budget {
    left: u64,
    spent: u64,
}

impl Budget {
    fn spend(&mut self, tokens: u64) {
        let tokens = tokens.min(self.left);
        self.left -= tokens;
        self.spent += tokens;
    }

    /// Spends a text, and says whether all of it fits.
    fn take(&mut self, text: &str) -> bool {
        let needed = tokens::count(text);
        let fits = needed <= self.left;
        self.spend(needed);
        fits
    }
}

/// What the model thinks, and where that shows; `None` for models that do not think.
fn thought(request: &ChatRequest<'_>, random: &Random) -> Option<(String, ReasoningPlace)> {
    let effort = request.text("reasoning_effort");
    let place = match request.model.family {
        Family::Plain => return None,
        Family::Qwen if effort == Some("none") => return None,
        Family::Qwen => qwen_format(request),
        Family::GptOss => match request.text("reasoning_format") {
            Some("hidden") => ReasoningPlace::Nowhere,
            None if request.flag("include_reasoning") == Some(false) => ReasoningPlace::Nowhere,
            _ => ReasoningPlace::Field,
        },
    };
    let steps = match effort {
        Some("low") => 1,
        Some("high") => 7,
        _ => 3,
    };
    let text = text::reasoning(request.prompt(), steps, &mut random.fork("reasoning"));
    Some((text, place))
}

/// Raw by default, and parsed where JSON or tools leave no room for thoughts in the content.
fn qwen_format(request: &ChatRequest<'_>) -> ReasoningPlace {
    match (
        request.text("reasoning_format"),
        request.flag("include_reasoning"),
    ) {
        (Some("hidden"), _) | (_, Some(false)) => ReasoningPlace::Nowhere,
        (Some("parsed"), _) | (_, Some(true)) => ReasoningPlace::Field,
        (Some("raw"), _) => ReasoningPlace::Content,
        _ if request.wants_json() || !request.tools.is_empty() => ReasoningPlace::Field,
        _ => ReasoningPlace::Content,
    }
}

fn draft(request: &ChatRequest<'_>, random: &Random) -> Outcome<Draft> {
    let decisions = tools::decide(request, &random.fork("tools"))?;
    if !decisions.is_empty() {
        return Ok(Draft::Calls(decisions));
    }
    let random = &mut random.fork("content");
    let text = match request.format {
        Format::JsonSchema {
            schema: Some(schema),
            name,
            ..
        } => {
            let made = schema::generate(schema, &Hints::new(request.prompt()), random);
            let text = made.map_err(|why| rules::bad_format(name, why.into_problem()))?;
            return Ok(Draft::Json(text));
        }
        Format::JsonSchema { schema: None, .. } | Format::JsonObject => {
            return Ok(Draft::Json(json::object(request, random)));
        }
        Format::Text => {
            let results = request.results();
            let described = || json::described(request, random);
            let described = results.is_empty().then(described).flatten();
            described.unwrap_or_else(|| text::answer(request.prompt(), &results, random))
        }
    };
    Ok(Draft::Text(text))
}

fn json_cut_off() -> Box<ApiError> {
    ApiError::invalid("Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.")
        .code("json_validate_failed")
        .failed_generation("max completion tokens reached before generating a valid document")
}

fn call_cut_off(decision: &tools::Decision) -> Box<ApiError> {
    let arguments = &decision.arguments;
    let half = arguments.chars().count() / 2;
    let cut: String = arguments.chars().take(half).collect();
    ApiError::invalid("Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.")
        .code("tool_use_failed")
        .failed_generation(format!("{{\"name\": \"{}\", \"arguments\": {cut}", decision.name))
}

/// Seconds to nine places, as the service has them.
fn nanoseconds(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}
