//! Which tools are called, and with what.

use serde_json::{Value, json};

use super::request::{ChatRequest, Choice, Function};
use super::rules;
use crate::api_error::Outcome;
use crate::random::Random;
use crate::schema::{self, Hints, NoValue};
use crate::text::words::is_content;

/// A call to make.
#[derive(Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// The calls that the answer consists of; none where it is text.
///
/// `required` and a named tool always call. Otherwise a tool is called whose name the user mentions, unless it
/// has been called since; and where none is mentioned, the one whose description has most words of the prompt.
pub(crate) fn decide(request: &ChatRequest<'_>, random: &Random) -> Outcome<Vec<Decision>> {
    let chosen = match request.choice() {
        Choice::None => Vec::new(),
        Choice::Named(name) => request
            .tools
            .iter()
            .filter(|tool| tool.name == name)
            .collect(),
        Choice::Auto => suggested(request),
        Choice::Required => {
            let suggested = suggested(request);
            if suggested.is_empty() {
                fallback(request).into_iter().collect()
            } else {
                suggested
            }
        }
    };
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let hints = Hints::new(request.prompt());
    let parallel = request.flag("parallel_tool_calls") != Some(false)
        && request.model.info.parallel_tools != Some(false);
    let most = if parallel { usize::MAX } else { 1 };
    let call = |tool: &&Function<'_>| {
        let arguments = arguments(tool, &hints, &random.fork(tool.name));
        let mut tools = request.tools.iter();
        let index = tools.position(|other| other.name == tool.name);
        let refused = |why: NoValue| {
            rules::bad_parameters(index.unwrap_or(0), tool.name, &why.into_problem())
        };
        Ok(Decision {
            name: tool.name.to_owned(),
            arguments: arguments.map_err(refused)?,
        })
    };
    chosen.iter().take(most).map(call).collect()
}

/// The first tool that has not been called since the user last spoke, so that a loop of calls gets on; else the first.
fn fallback<'a, 'b>(request: &'b ChatRequest<'a>) -> Option<&'b Function<'a>> {
    let called = called(request);
    let mut tools = request.tools.iter();
    let fresh = tools.find(|tool| !called.contains(&tool.name));
    fresh.or_else(|| request.tools.first())
}

/// The tools that have been called since the user last spoke.
fn called<'a>(request: &ChatRequest<'a>) -> Vec<&'a str> {
    let calls = request.since_user().iter().flat_map(|turn| &turn.calls);
    calls.map(|call| call.name).collect()
}

fn suggested<'a, 'b>(request: &'b ChatRequest<'a>) -> Vec<&'b Function<'a>> {
    if declines(request.prompt()) {
        return Vec::new();
    }
    let hints = Hints::new(request.prompt());
    let called = called(request);
    let is_named = |tool: &&Function<'_>| {
        hints.mentions(tool.name) || hints.mentions(&tool.name.replace(['_', '-'], " "))
    };
    let named: Vec<&Function<'_>> = request.tools.iter().filter(is_named).collect();
    if !named.is_empty() {
        return named
            .into_iter()
            .filter(|tool| !called.contains(&tool.name))
            .collect();
    }
    if !called.is_empty() {
        return Vec::new();
    }
    let score = |tool: &Function<'_>| {
        described_by(tool)
            .filter(|word| hints.mentions(word))
            .count()
    };
    // The first of equals, which `max_by_key` would not give.
    let best = request.tools.iter().rev().max_by_key(|tool| score(tool));
    best.filter(|tool| score(tool) > 0).into_iter().collect()
}

/// Whether the user asks for an answer without tools.
fn declines(prompt: &str) -> bool {
    let lower = prompt.to_lowercase();
    let lower = lower
        .replace(" any tool", " tool")
        .replace(" a tool", " tool");
    let verbs = ["call tool", "calling tool", "use tool", "using tool"];
    let says = |not: &str| {
        verbs
            .iter()
            .any(|verb| lower.contains(&format!("{not} {verb}")))
    };
    ["do not", "don't", "never", "without"]
        .into_iter()
        .any(says)
}

/// The words of a tool's name and description that say what it is for.
fn described_by<'a>(tool: &'a Function<'_>) -> impl Iterator<Item = &'a str> {
    let split = |text: &'a str| text.split(|c: char| !c.is_alphanumeric());
    split(tool.name)
        .chain(split(tool.description))
        .filter(|word| {
            let lower = word.to_lowercase();
            word.len() > 3 && is_content(&lower) && !VERBS.split(' ').any(|verb| verb == lower)
        })
}

/// What every other tool does.
const VERBS: &str =
    "lookup fetch retrieve returns current given search based information data compute tool";

/// Arguments that are valid under the tool's parameters.
fn arguments(tool: &Function<'_>, hints: &Hints<'_>, random: &Random) -> Result<String, NoValue> {
    let parameters = tool
        .parameters
        .filter(|parameters| !schema::is_empty_object(parameters));
    match parameters {
        Some(parameters) => schema::generate(&with_type(parameters), hints, random),
        None => Ok("{}".to_owned()),
    }
}

/// Arguments are an object, also where the schema forgets to say so.
fn with_type(parameters: &Value) -> Value {
    let mut parameters = parameters.clone();
    let is_object = parameters.as_object().is_some_and(|schema| {
        ["type", "$ref", "allOf", "anyOf", "oneOf"]
            .iter()
            .all(|key| !schema.contains_key(*key))
    });
    if is_object {
        parameters["type"] = json!("object");
    }
    parameters
}
