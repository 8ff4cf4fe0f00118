//! What a chat completion request may not ask for, beyond its shape: each rule a function, all of them in one table.

use groq_models::JsonSchemaSupport;
use groq_types::ReasoningEffort;
use serde_json::Value;

use super::request::{ChatRequest, Choice, Format, items};
use crate::api_error::{ApiError, Outcome};
use crate::models::Family;
use crate::schema::strict::{self, Problem};

type Rule = fn(&ChatRequest<'_>) -> Outcome<()>;

/// In the order in which they are looked at; the first that fails is the answer.
const RULES: &[Rule] = &[
    model_chats,
    unsupported_features,
    completion_limit,
    reasoning_parameters,
    effort,
    tool_definitions,
    tool_choice,
    tool_messages,
    assistant_messages,
    images,
    json_mode,
    json_schema,
];

pub(crate) fn check(request: &ChatRequest<'_>) -> Outcome<()> {
    RULES.iter().try_for_each(|rule| rule(request))
}

fn refuse(message: impl Into<String>) -> Outcome<()> {
    Err(ApiError::invalid(message))
}

/// Refuses a request because of one of its parameters.
fn refuse_for(param: &str, message: impl Into<String>) -> Outcome<()> {
    Err(ApiError::invalid(message).param(param))
}

fn model_chats(request: &ChatRequest<'_>) -> Outcome<()> {
    if request.model.info.kind.converses() {
        return Ok(());
    }
    let id = &request.model.id;
    refuse(format!(
        "The model `{id}` does not support chat completions"
    ))
}

fn unsupported_features(request: &ChatRequest<'_>) -> Outcome<()> {
    let bias = request.body.get("logit_bias").and_then(Value::as_object);
    let unsupported = [
        ("logprobs", request.flag("logprobs") == Some(true)),
        ("top_logprobs", request.number("top_logprobs") > Some(0)),
        ("logit_bias", bias.is_some_and(|bias| !bias.is_empty())),
    ];
    match unsupported.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => unsupported_by_model(name),
        None => Ok(()),
    }
}

fn unsupported_by_model(name: &str) -> Outcome<()> {
    refuse_for(name, format!("`{name}` is not supported with this model"))
}

fn completion_limit(request: &ChatRequest<'_>) -> Outcome<()> {
    let most = request.model.max_completion;
    for name in ["max_completion_tokens", "max_tokens", "n"] {
        let Some(wanted) = request.number(name) else {
            continue;
        };
        if wanted < 1 {
            return refuse(format!("'{name}' : number must be at least 1"));
        }
        if name != "n" && u64::try_from(wanted).is_ok_and(|wanted| wanted > most) {
            let message = format!(
                "`{name}` must be less than or equal to `{most}`, the maximum value for `{name}` with this model"
            );
            return refuse_for(name, message);
        }
    }
    Ok(())
}

fn reasoning_parameters(request: &ChatRequest<'_>) -> Outcome<()> {
    let Some(format) = request.text("reasoning_format") else {
        return Ok(());
    };
    if request.flag("include_reasoning").is_some() {
        return refuse("`reasoning_format` and `include_reasoning` cannot be given together");
    }
    if request.model.family == Family::Plain {
        return unsupported_by_model("reasoning_format");
    }
    if format == "raw" && (request.wants_json() || !request.tools.is_empty()) {
        let message = "`reasoning_format` must be `parsed` or `hidden` with JSON mode or tools";
        return refuse_for("reasoning_format", message);
    }
    Ok(())
}

fn effort(request: &ChatRequest<'_>) -> Outcome<()> {
    let Some(effort) = request.text("reasoning_effort") else {
        return Ok(());
    };
    let info = &request.model.info;
    if info.reasoning_efforts.is_empty() {
        return unsupported_by_model("reasoning_effort");
    }
    let listed = info.reasoning_efforts.iter().map(ReasoningEffort::as_str);
    let more = ["low", "medium", "high"]
        .into_iter()
        .filter(|_| info.more_efforts);
    let allowed: Vec<&str> = listed.chain(more).collect();
    if allowed.contains(&effort) {
        return Ok(());
    }
    let names = allowed.join("`, `");
    let message = format!("`reasoning_effort` must be one of `{names}`");
    refuse_for("reasoning_effort", message)
}

fn tool_definitions(request: &ChatRequest<'_>) -> Outcome<()> {
    let has_tools = !request.tools.is_empty() || !request.built_in.is_empty();
    if has_tools && !request.model.has_tools() && !request.model.is_system() {
        return refuse("`tool calling` is not supported with this model");
    }
    for (index, tool) in items(request.body.get("tools")).iter().enumerate() {
        if tool["type"] == "function" && !tool["function"].is_object() {
            return refuse(format!("'tools.{index}' : property 'function' is missing"));
        }
    }
    for (index, tool) in request.tools.iter().enumerate() {
        let (name, place) = (tool.name, format!("'tools.{index}.function.name'"));
        if !is_name(name) {
            return refuse(format!("{place} : {NAME_RULE}"));
        }
        if request.tools[..index]
            .iter()
            .any(|other| other.name == name)
        {
            return refuse(format!("{place} : the name `{name}` is given to two tools"));
        }
        let checked = match tool.parameters {
            Some(parameters) if tool.strict => strict::strict(parameters),
            Some(parameters) => root_object(parameters),
            None => Ok(()),
        };
        checked.map_err(|problem| bad_parameters(index, name, &problem))?;
    }
    Ok(())
}

const NAME_RULE: &str = "a name has 1 to 64 letters, digits, underscores or dashes";

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(is_part)
}

/// Parameters are an object, or have no type.
fn root_object(parameters: &Value) -> Result<(), Problem> {
    strict::well_formed(parameters)?;
    if parameters.get("type").is_none_or(|kind| kind == "object") {
        return Ok(());
    }
    Err(Problem {
        pointer: "/type".into(),
        keyword: "type",
        message: "parameters must be of type `object`".into(),
    })
}

fn at(pointer: &str) -> &str {
    if pointer.is_empty() { "/" } else { pointer }
}

fn tool_choice(request: &ChatRequest<'_>) -> Outcome<()> {
    let none = request.tools.is_empty() && request.built_in.is_empty();
    match request.choice() {
        Choice::Required if none => refuse("Tool choice is required, but no tools were given"),
        Choice::Named(name) if request.tools.iter().all(|tool| tool.name != name) => refuse(
            format!("Tool choice names `{name}`, which is not among the tools of the request"),
        ),
        _ => Ok(()),
    }
}

/// A result must be of a call that an earlier message made.
fn tool_messages(request: &ChatRequest<'_>) -> Outcome<()> {
    for (index, turn) in request.turns.iter().enumerate() {
        let Some(id) = turn.call_id.filter(|_| turn.role == "tool") else {
            continue;
        };
        let mut calls = request.turns[..index].iter().flat_map(|turn| &turn.calls);
        if !calls.any(|call| call.id == id) {
            return refuse(format!(
                "'messages.{index}' : `tool_call_id` `{id}` answers no tool call of an earlier message"
            ));
        }
    }
    Ok(())
}

fn assistant_messages(request: &ChatRequest<'_>) -> Outcome<()> {
    let is_empty = |message: &Value| {
        let parts = ["content", "tool_calls", "function_call"];
        message["role"] == "assistant" && parts.iter().all(|key| message[*key].is_null())
    };
    let messages = items(request.body.get("messages"));
    match messages.iter().position(is_empty) {
        Some(index) => refuse(format!(
            "'messages.{index}' : for 'role:assistant' the following must be satisfied[('messages.{index}' : property 'content' is missing)]"
        )),
        None => Ok(()),
    }
}

const MAX_IMAGES: usize = 5;
/// In bytes of base64.
const MAX_INLINE_IMAGE: usize = 4 * 1024 * 1024;

fn images(request: &ChatRequest<'_>) -> Outcome<()> {
    let has_images = |turn: &super::request::Turn<'_>| !turn.images.is_empty();
    let Some(index) = request.turns.iter().position(has_images) else {
        return Ok(());
    };
    if !request.model.takes_images() {
        return refuse(format!(
            "'messages.{index}.content' : this model takes text only, no images"
        ));
    }
    let images = request.turns.iter().flat_map(|turn| &turn.images);
    let images: Vec<&str> = images.copied().collect();
    let count = images.len();
    if count > MAX_IMAGES {
        return refuse(format!(
            "too many images: at most {MAX_IMAGES} in a request, {count} were given"
        ));
    }
    let inline = images.iter().filter(|url| url.starts_with("data:"));
    if inline.map(|url| url.len()).sum::<usize>() > MAX_INLINE_IMAGE {
        return Err(ApiError::too_large());
    }
    let schemes = ["http://", "https://", "data:image/"];
    let is_usable = |url: &&str| schemes.iter().any(|scheme| url.starts_with(scheme));
    if images.iter().all(is_usable) {
        return Ok(());
    }
    refuse("an image's `url` must be an http(s) address or a data URI")
}

const FORMAT: &str = "response_format";

fn json_mode(request: &ChatRequest<'_>) -> Outcome<()> {
    if !request.wants_json() {
        return Ok(());
    }
    let others = [
        (
            !request.tools.is_empty() && request.choice() != Choice::None,
            "tool/function calling",
        ),
        (request.streams(), "streaming"),
        (!request.stops().is_empty(), "stop sequences"),
    ];
    if let Some((_, other)) = others.iter().find(|(is_given, _)| *is_given) {
        let message = format!("json mode cannot be combined with {other}");
        return refuse_for(FORMAT, message);
    }
    let is_mentioned = || request.all_text().to_ascii_lowercase().contains("json");
    if matches!(request.format, Format::JsonObject) && !is_mentioned() {
        let message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
        return refuse_for("messages", message);
    }
    Ok(())
}

fn json_schema(request: &ChatRequest<'_>) -> Outcome<()> {
    let Format::JsonSchema {
        name,
        schema,
        strict,
    } = request.format
    else {
        return Ok(());
    };
    let support = request.model.json_schema();
    if support == JsonSchemaSupport::No {
        let message = "This model does not support response format `json_schema`. See supported models at https://console.groq.com/docs/structured-outputs";
        return refuse_for(FORMAT, message);
    }
    if strict && support == JsonSchemaSupport::BestEffort {
        let message =
            "This model does not support response format `json_schema` with `strict` set to true";
        return refuse_for(FORMAT, message);
    }
    if !is_name(name) {
        let message = format!("'response_format.json_schema.name' : {NAME_RULE}");
        return refuse_for(FORMAT, message);
    }
    let Some(schema) = schema else { return Ok(()) };
    let checked = if strict {
        strict::strict(schema)
    } else {
        strict::well_formed(schema)
    };
    checked.map_err(|problem| bad_format(name, problem))
}

/// The parameters of a tool are no schema that can be used.
pub(super) fn bad_parameters(index: usize, name: &str, problem: &Problem) -> Box<ApiError> {
    let place = format!("tool {name}, tools[{index}].function.parameters");
    let (pointer, message) = (at(&problem.pointer), &problem.message);
    ApiError::invalid(format!(
        "invalid JSON schema for {place}: {pointer}: {message}"
    ))
    .param(place)
}

/// The schema of the response format cannot be used.
pub(super) fn bad_format(name: &str, problem: Problem) -> Box<ApiError> {
    let (pointer, message) = (at(&problem.pointer), &problem.message);
    let message =
        format!("invalid JSON schema for response_format: '{name}': {pointer}: {message}");
    let mut error = ApiError::invalid(message).param("response_format");
    error.schema_path = Some(problem.pointer);
    error.schema_kind = Some(problem.keyword);
    error
}
