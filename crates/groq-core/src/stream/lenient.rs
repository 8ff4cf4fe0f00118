//! A second, tolerant reading of chunks that do not decode.
//!
//! Gateways leave out what nobody needs, and write some things in another form. What has one reading is read so; what has two stays an
//! error. No chunk comes here that decodes as it is.

use groq_types::{
    ChatCompletionChunk, CompletionMessage, CompletionUsage, Logprobs, ServiceTier, StreamXGroq,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::accumulator::{Accumulator, Piece};
use super::event::clear_blanks;

/// Why a chunk has no reading: in the words of the first one, or for this reason.
pub(super) type Unclear = Option<&'static str>;

#[cold]
pub(super) fn read(data: &[u8], reply: &Accumulator) -> Result<ChatCompletionChunk, Unclear> {
    let mut chunk = object(data).ok_or(None)?;
    mend(&mut chunk, reply)?;
    let mut chunk = serde_json::from_value(Value::Object(chunk)).map_err(|_| None)?;
    clear_blanks(&mut chunk);
    Ok(chunk)
}

/// Whether an event that does not decode is sure to hold no piece of a call.
pub(super) enum Content {
    NoCall,
    Call,
    /// It is cut, or no JSON.
    Unknown,
}

#[cold]
pub(super) fn content(data: &[u8]) -> Content {
    if let Some(object) = object(data) {
        return if object.values().any(has_call) || is_call(&object) {
            Content::Call
        } else {
            Content::NoCall
        };
    }
    let has = |part: &str| memchr::memmem::find(data, part.as_bytes()).is_some();
    if has("tool_call") || has("function") || has("arguments") {
        Content::Call
    } else if has("\"") || has("{") {
        Content::Unknown
    } else {
        Content::NoCall
    }
}

fn is_call(object: &Map<String, Value>) -> bool {
    const NAMES: [&str; 5] = [
        "tool_calls",
        "tool_call",
        "function_call",
        "function",
        "arguments",
    ];
    NAMES.iter().any(|name| !is_absent(object.get(*name)))
}

fn has_call(value: &Value) -> bool {
    match value {
        Value::Object(object) => is_call(object) || object.values().any(has_call),
        Value::Array(all) => all.iter().any(has_call),
        _ => false,
    }
}

/// An object in which no key comes twice: such a one has two readings.
fn object(data: &[u8]) -> Option<Map<String, Value>> {
    let object: Map<String, Value> = serde_json::from_slice(data).ok()?;
    (members(&object) == colons(data)).then_some(object)
}

/// How many members an object has, with those of all objects in it.
fn members(object: &Map<String, Value>) -> usize {
    fn inside(value: &Value) -> usize {
        match value {
            Value::Object(object) => members(object),
            Value::Array(all) => all.iter().map(inside).sum(),
            _ => 0,
        }
    }
    object.values().map(|value| 1 + inside(value)).sum()
}

/// How many members JSON has as it is written: each has a colon outside of strings.
fn colons(json: &[u8]) -> usize {
    let (mut colons, mut in_string, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b':' if !in_string => colons += 1,
            _ => {}
        }
    }
    colons
}

/// Whether a value is left out, or says as much.
fn is_absent(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(all)) => all.is_empty(),
        Some(Value::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}

/// What a chunk without choices may say, and what it may not.
const OF_A_CHUNK: [&str; 8] = [
    "id",
    "object",
    "created",
    "model",
    "usage",
    "service_tier",
    "system_fingerprint",
    "x_groq",
];
const OF_A_REPLY: [&str; 6] = ["content", "text", "message", "delta", "output", "response"];

fn mend(chunk: &mut Map<String, Value>, reply: &Accumulator) -> Result<(), Unclear> {
    if is_absent(chunk.get("choices")) {
        let has = |keys: &[&str]| keys.iter().any(|key| !is_absent(chunk.get(*key)));
        let of_a_chunk = has(&OF_A_CHUNK);
        let of_a_reply = has(&OF_A_REPLY) || is_call(chunk);
        // Whatever comes after the end is an extra, as long as it says nothing more.
        if of_a_reply || !(of_a_chunk || reply.is_finished()) {
            return Err(None);
        }
        chunk.insert("choices".to_owned(), json!([]));
    }
    for (key, absent) in [
        ("id", json!("")),
        ("model", json!("")),
        ("created", json!(0)),
    ] {
        let value = chunk.entry(key).or_insert(Value::Null);
        match value {
            Value::Null => *value = absent,
            Value::Number(number) if key == "id" => *value = json!(number.to_string()),
            Value::Number(_) | Value::String(_) if key == "created" => whole(value),
            _ => {}
        }
    }
    if let Some(Value::Object(x_groq)) = chunk.get_mut("x_groq") {
        mend_usage(x_groq);
    }
    mend_usage(chunk);
    keep_if_valid::<StreamXGroq>(chunk, "x_groq");
    keep_if_valid::<ServiceTier>(chunk, "service_tier");
    keep_if_valid::<String>(chunk, "system_fingerprint");
    keep_if_valid::<String>(chunk, "object");
    match chunk.get_mut("choices") {
        Some(Value::Array(choices)) => mend_choices(choices, reply),
        _ => Ok(()),
    }
}

/// A whole number in another form: with a fraction, or in quotes.
fn whole(value: &mut Value) {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    };
    if let Some(number) = number.filter(|number| (0.0..1e15).contains(number)) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is in range"
        )]
        let number = number as u64;
        *value = json!(number);
    }
}

/// The count that is missing follows from the two others. A usage that says nothing is none.
fn mend_usage(object: &mut Map<String, Value>) {
    if let Some(Value::Object(usage)) = object.get_mut("usage") {
        let [prompt, completion, total] = ["prompt_tokens", "completion_tokens", "total_tokens"]
            .map(|key| usage.get(key).and_then(Value::as_u64));
        let missing = match (prompt, completion, total) {
            (Some(one), Some(other), None) => Some(("total_tokens", one.saturating_add(other))),
            (Some(part), None, Some(all)) => Some(("completion_tokens", all.saturating_sub(part))),
            (None, Some(part), Some(all)) => Some(("prompt_tokens", all.saturating_sub(part))),
            _ => None,
        };
        if let Some((key, count)) = missing {
            usage.insert(key.to_owned(), json!(count));
        }
    }
    keep_if_valid::<CompletionUsage>(object, "usage");
}

/// Leaves out what a reply does not need, where it is not what it should be.
fn keep_if_valid<T: DeserializeOwned>(object: &mut Map<String, Value>, key: &str) {
    let value = object.get(key);
    if value.is_some_and(|value| !value.is_null() && T::deserialize(value).is_err()) {
        object.remove(key);
    }
}

fn mend_choices(choices: &mut Vec<Value>, reply: &Accumulator) -> Result<(), Unclear> {
    choices.retain(|choice| !choice.is_null());
    let many = choices.len() > 1;
    let unnumbered = choices
        .iter()
        .all(|choice| choice.get("index").is_none_or(Value::is_null));
    for (place, choice) in choices.iter_mut().enumerate() {
        let Value::Object(choice) = choice else {
            return Err(None);
        };
        let index = choice.entry("index").or_insert(Value::Null);
        whole(index);
        if index.is_null() {
            let only = if many {
                unnumbered.then_some(place)
            } else {
                reply.only_choice()
            };
            *index = json!(only.ok_or("a choice without `index` could be any of several")?);
        }
        let index = index.as_u64().and_then(|index| u32::try_from(index).ok());
        let index = index.ok_or(None)?;
        if choice.get("finish_reason") == Some(&Value::Bool(false)) {
            choice.remove("finish_reason");
        }
        keep_if_valid::<Logprobs>(choice, "logprobs");
        if is_absent(choice.get("delta")) {
            let delta = delta_of(choice, index, reply)?;
            choice.insert("delta".to_owned(), Value::Object(delta));
        }
        if let Some(Value::Object(delta)) = choice.get_mut("delta") {
            mend_delta(delta, index, reply)?;
        }
    }
    Ok(())
}

/// What a choice without a delta brings: nothing, or a whole message in its place.
fn delta_of(
    choice: &mut Map<String, Value>,
    index: u32,
    reply: &Accumulator,
) -> Result<Map<String, Value>, Unclear> {
    if text(choice.get("text")).is_some_and(|text| !text.is_empty()) {
        return Err(None);
    }
    if is_absent(choice.get("message")) {
        return Ok(Map::new());
    }
    let Some(Value::Object(message)) = choice.remove("message") else {
        return Err(None);
    };
    let so_far = reply.message(index);
    let has_text = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    let has_begun = |it: &CompletionMessage| has_text(&it.content) || it.reasoning.is_some();
    let is_begun = so_far.is_some_and(has_begun) || reply.has_calls(index);
    if !is_begun {
        return Ok(message);
    }
    let same = message.get("content").and_then(Value::as_str)
        == so_far.and_then(|message| message.content.as_deref());
    if same && !is_call(&message) {
        return Ok(Map::new());
    }
    Err(Some("a whole message follows the pieces of another"))
}

fn mend_delta(
    delta: &mut Map<String, Value>,
    choice: u32,
    reply: &Accumulator,
) -> Result<(), Unclear> {
    let content = delta.get("content");
    if let Some(content) = content.filter(|content| content.is_array() || content.is_object()) {
        let (mut text, mut reasoning) = (String::new(), String::new());
        join(content, &mut text, &mut reasoning).ok_or(None)?;
        let content = if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        };
        delta.insert("content".to_owned(), content);
        if !reasoning.is_empty() {
            if !is_absent(delta.get("reasoning")) {
                return Err(None);
            }
            delta.insert("reasoning".to_owned(), json!(reasoning));
        }
    }
    if let Some(Value::Object(function)) = delta.get_mut("function_call") {
        mend_function(function);
    }
    if let Some(calls) = delta.get_mut("tool_calls") {
        if calls.is_object() {
            *calls = json!([calls.take()]);
        }
        if let Value::Array(pieces) = calls {
            return mend_calls(pieces, choice, reply);
        }
    }
    Ok(())
}

/// Joins the parts of a content: texts, and thoughts, which are texts as well.
fn join(part: &Value, text: &mut String, reasoning: &mut String) -> Option<()> {
    match part {
        Value::String(piece) => text.push_str(piece),
        Value::Array(parts) => {
            for part in parts {
                join(part, text, reasoning)?;
            }
        }
        Value::Object(part) => match part.get("type").and_then(Value::as_str) {
            None | Some("text" | "output_text" | "input_text") => {
                text.push_str(part.get("text")?.as_str()?);
            }
            Some("thinking" | "reasoning") => {
                let thought = part.get("thinking").or_else(|| part.get("text"))?;
                join(thought, reasoning, &mut String::new())?;
            }
            Some(_) => return None,
        },
        Value::Null => {}
        _ => return None,
    }
    Some(())
}

fn mend_function(function: &mut Map<String, Value>) {
    if let Some(arguments) = function.get_mut("arguments")
        && (arguments.is_object() || arguments.is_array())
    {
        *arguments = json!(arguments.to_string());
    }
}

fn mend_calls(pieces: &mut Vec<Value>, choice: u32, reply: &Accumulator) -> Result<(), Unclear> {
    pieces.retain(|piece| !piece.is_null());
    for piece in &mut *pieces {
        let Value::Object(piece) = piece else {
            return Err(None);
        };
        if let Some(Value::Object(function)) = piece.get_mut("function") {
            mend_function(function);
        }
        match piece.get_mut("index") {
            Some(index @ Value::String(_)) => whole(index),
            // As good as none.
            Some(Value::Number(number)) if number.as_i64().is_some_and(|number| number < 0) => {
                piece.remove("index");
            }
            _ => {}
        }
    }
    let known: Vec<Piece<'_>> = pieces.iter().map(piece_of).collect();
    let indices = reply
        .indices(choice, &known)
        .ok_or("a piece of a tool call without `index` could belong to several calls")?;
    for (piece, index) in pieces.iter_mut().zip(indices) {
        if piece["index"].is_null() {
            piece["index"] = json!(index);
        }
    }
    Ok(())
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).map(str::trim)
}

fn piece_of(piece: &Value) -> Piece<'_> {
    let function = piece.get("function");
    let of_function = |key| text(function?.get(key));
    let index = piece.get("index").and_then(Value::as_u64);
    Piece {
        index: index.and_then(|index| u32::try_from(index).ok()),
        id: text(piece.get("id")).unwrap_or_default(),
        name: of_function("name").unwrap_or_default(),
        arguments: of_function("arguments").unwrap_or_default(),
    }
}
