//! What a chat completion request may not ask for, beyond its shape: each rule a function, all of them in one table.

use groq_models::JsonSchemaSupport;
use groq_types::ReasoningEffort;
use serde_json::Value;

use super::request::{ChatRequest, Choice, Format};
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

fn model_chats(request: &ChatRequest<'_>) -> Outcome<()> {
    if request.model.info.kind.converses() {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "The model `{}` does not support chat completions",
        request.model.id
    )))
}

fn unsupported_features(request: &ChatRequest<'_>) -> Outcome<()> {
    let refuse = |name: &str| {
        Err(ApiError::invalid(format!("`{name}` is not supported with this model")).param(name))
    };
    if request.flag("logprobs") == Some(true) {
        return refuse("logprobs");
    }
    if request
        .number("top_logprobs")
        .is_some_and(|count| count > 0)
    {
        return refuse("top_logprobs");
    }
    if request
        .body
        .get("logit_bias")
        .and_then(Value::as_object)
        .is_some_and(|bias| !bias.is_empty())
    {
        return refuse("logit_bias");
    }
    Ok(())
}

fn completion_limit(request: &ChatRequest<'_>) -> Outcome<()> {
    for name in ["max_completion_tokens", "max_tokens", "n"] {
        if request.number(name).is_some_and(|wanted| wanted < 1) {
            return Err(ApiError::invalid(format!(
                "'{name}' : number must be at least 1"
            )));
        }
    }
    let most = request.model.max_completion;
    for name in ["max_completion_tokens", "max_tokens"] {
        if request
            .number(name)
            .and_then(|wanted| u64::try_from(wanted).ok())
            .is_some_and(|wanted| wanted > most)
        {
            let message = format!(
                "`{name}` must be less than or equal to `{most}`, the maximum value for `{name}` with this model"
            );
            return Err(ApiError::invalid(message).param(name));
        }
    }
    Ok(())
}

fn reasoning_parameters(request: &ChatRequest<'_>) -> Outcome<()> {
    let format = request.text("reasoning_format");
    if format.is_some() && request.flag("include_reasoning").is_some() {
        return Err(ApiError::invalid(
            "`reasoning_format` and `include_reasoning` cannot be given together",
        ));
    }
    if format.is_some() && request.model.family != Family::Qwen {
        return Err(
            ApiError::invalid("`reasoning_format` is not supported with this model")
                .param("reasoning_format"),
        );
    }
    if format == Some("raw") && (request.wants_json() || !request.tools.is_empty()) {
        let message = "`reasoning_format` must be `parsed` or `hidden` with JSON mode or tools";
        return Err(ApiError::invalid(message).param("reasoning_format"));
    }
    effort(request)
}

fn effort(request: &ChatRequest<'_>) -> Outcome<()> {
    let Some(effort) = request.text("reasoning_effort") else {
        return Ok(());
    };
    let info = &request.model.info;
    if info.reasoning_efforts.is_empty() {
        let message = "`reasoning_effort` is not supported with this model";
        return Err(ApiError::invalid(message).param("reasoning_effort"));
    }
    let listed = info.reasoning_efforts.iter().map(ReasoningEffort::as_str);
    let more = ["low", "medium", "high"]
        .into_iter()
        .filter(|_| info.more_efforts);
    let allowed: Vec<&str> = listed.chain(more).collect();
    if allowed.contains(&effort) {
        return Ok(());
    }
    let quoted: Vec<String> = allowed.iter().map(|name| format!("`{name}`")).collect();
    Err(ApiError::invalid(format!(
        "`reasoning_effort` must be one of {}",
        quoted.join(", ")
    ))
    .param("reasoning_effort"))
}

fn tool_definitions(request: &ChatRequest<'_>) -> Outcome<()> {
    let has_tools = !request.tools.is_empty() || !request.built_in.is_empty();
    if has_tools && !request.model.has_tools() && !request.model.is_system() {
        return Err(ApiError::invalid(
            "`tool calling` is not supported with this model",
        ));
    }
    let list = request
        .body
        .get("tools")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    for (index, tool) in list.iter().enumerate() {
        if tool["type"] == "function" && !tool["function"].is_object() {
            return Err(ApiError::invalid(format!(
                "'tools.{index}' : property 'function' is missing"
            )));
        }
    }
    for (index, tool) in request.tools.iter().enumerate() {
        if !is_name(tool.name) {
            return Err(ApiError::invalid(format!(
                "'tools.{index}.function.name' : {NAME_RULE}"
            )));
        }
        if request.tools[..index]
            .iter()
            .any(|other| other.name == tool.name)
        {
            return Err(ApiError::invalid(format!(
                "'tools.{index}.function.name' : the name `{}` is given to two tools",
                tool.name
            )));
        }
        let Some(parameters) = tool.parameters else {
            continue;
        };
        let checked = if tool.strict {
            strict::strict(parameters)
        } else {
            root_object(parameters)
        };
        checked.map_err(|problem| bad_parameters(index, tool.name, &problem))?;
    }
    Ok(())
}

const NAME_RULE: &str = "a name has 1 to 64 letters, digits, underscores or dashes";

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Parameters are an object, or say nothing about their type.
fn root_object(parameters: &Value) -> Result<(), Problem> {
    strict::well_formed(parameters)?;
    match parameters.get("type") {
        None => Ok(()),
        Some(kind) if kind == "object" => Ok(()),
        Some(_) => Err(Problem {
            pointer: "/type".into(),
            keyword: "type",
            message: "parameters must be of type `object`".into(),
        }),
    }
}

fn at(pointer: &str) -> &str {
    if pointer.is_empty() { "/" } else { pointer }
}

fn tool_choice(request: &ChatRequest<'_>) -> Outcome<()> {
    let none = request.tools.is_empty() && request.built_in.is_empty();
    match request.choice() {
        Choice::Required if none => Err(ApiError::invalid(
            "Tool choice is required, but no tools were given",
        )),
        Choice::Named(name) if request.tools.iter().all(|tool| tool.name != name) => {
            Err(ApiError::invalid(format!(
                "Tool choice names `{name}`, which is not among the tools of the request"
            )))
        }
        _ => Ok(()),
    }
}

/// A result must be of a call that an earlier message made.
fn tool_messages(request: &ChatRequest<'_>) -> Outcome<()> {
    for (index, turn) in request.turns.iter().enumerate() {
        let Some(id) = turn.call_id.filter(|_| turn.role == "tool") else {
            continue;
        };
        let made = request.turns[..index]
            .iter()
            .flat_map(|turn| &turn.calls)
            .any(|call| call.id == id);
        if !made {
            return Err(ApiError::invalid(format!(
                "'messages.{index}' : `tool_call_id` `{id}` answers no tool call of an earlier message"
            )));
        }
    }
    Ok(())
}

fn assistant_messages(request: &ChatRequest<'_>) -> Outcome<()> {
    let messages = request
        .body
        .get("messages")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    for (index, message) in messages.iter().enumerate() {
        let has = |key: &str| !message[key].is_null();
        if message["role"] == "assistant"
            && !has("content")
            && !has("tool_calls")
            && !has("function_call")
        {
            let message = format!(
                "'messages.{index}' : for 'role:assistant' the following must be satisfied[('messages.{index}' : property 'content' is missing)]"
            );
            return Err(ApiError::invalid(message));
        }
    }
    Ok(())
}

const MAX_IMAGES: usize = 5;
/// In bytes of base64.
const MAX_INLINE_IMAGE: usize = 4 * 1024 * 1024;

fn images(request: &ChatRequest<'_>) -> Outcome<()> {
    let images: Vec<&str> = request
        .turns
        .iter()
        .flat_map(|turn| turn.images.iter().copied())
        .collect();
    if images.is_empty() {
        return Ok(());
    }
    if !request.model.takes_images() {
        let index = request
            .turns
            .iter()
            .position(|turn| !turn.images.is_empty())
            .unwrap_or(0);
        return Err(ApiError::invalid(format!(
            "'messages.{index}.content' : this model takes text only, no images"
        )));
    }
    if images.len() > MAX_IMAGES {
        return Err(ApiError::invalid(format!(
            "too many images: at most {MAX_IMAGES} in a request, {} were given",
            images.len()
        )));
    }
    if images
        .iter()
        .filter(|url| url.starts_with("data:"))
        .map(|url| url.len())
        .sum::<usize>()
        > MAX_INLINE_IMAGE
    {
        return Err(ApiError::too_large());
    }
    let unusable = images.iter().find(|url| {
        !["http://", "https://", "data:image/"]
            .iter()
            .any(|start| url.starts_with(start))
    });
    match unusable {
        Some(_) => Err(ApiError::invalid(
            "an image's `url` must be an http(s) address or a data URI",
        )),
        None => Ok(()),
    }
}

fn json_mode(request: &ChatRequest<'_>) -> Outcome<()> {
    let refuse = |message: &str| Err(ApiError::invalid(message).param("response_format"));
    if !request.wants_json() {
        return Ok(());
    }
    if !request.tools.is_empty() && request.choice() != Choice::None {
        return refuse("json mode cannot be combined with tool/function calling");
    }
    if request.streams() {
        return refuse("json mode cannot be combined with streaming");
    }
    if !request.stops().is_empty() {
        return refuse("json mode cannot be combined with stop sequences");
    }
    let speaks_of_json = || {
        request
            .turns
            .iter()
            .any(|turn| contains_ignoring_case(&turn.text, "json"))
    };
    if matches!(request.format, Format::JsonObject) && !speaks_of_json() {
        return Err(ApiError::invalid("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.").param("messages"));
    }
    Ok(())
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
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
    if request.model.json_schema() == JsonSchemaSupport::No {
        let message = "This model does not support response format `json_schema`. See supported models at https://console.groq.com/docs/structured-outputs";
        return Err(ApiError::invalid(message).param("response_format"));
    }
    if strict && request.model.json_schema() == JsonSchemaSupport::BestEffort {
        let message =
            "This model does not support response format `json_schema` with `strict` set to true";
        return Err(ApiError::invalid(message).param("response_format"));
    }
    if !is_name(name) {
        return Err(
            ApiError::invalid(format!("'response_format.json_schema.name' : {NAME_RULE}"))
                .param("response_format"),
        );
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
