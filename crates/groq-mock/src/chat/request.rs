//! A chat completion request whose shape has been checked, as its parts ask about it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::check;
use crate::models::ModelEntry;
use crate::random::Digest;
use crate::text::tokens;

/// What is asked for. It borrows everything from the body.
#[derive(Debug)]
pub(crate) struct ChatRequest<'a> {
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) model: &'a ModelEntry,
    pub(crate) turns: Vec<Turn<'a>>,
    pub(crate) tools: Vec<Function<'a>>,
    pub(crate) built_in: Vec<&'a str>,
    pub(crate) format: Format<'a>,
}

/// A message.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) role: &'a str,
    pub(crate) text: Cow<'a, str>,
    pub(crate) images: Vec<&'a str>,
    pub(crate) calls: Vec<PastCall<'a>>,
    pub(crate) call_id: Option<&'a str>,
    name: Option<&'a str>,
}

/// A call that an earlier answer made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PastCall<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    arguments: &'a str,
}

/// A tool that the caller runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) parameters: Option<&'a Value>,
    pub(crate) strict: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Format<'a> {
    Text,
    JsonObject,
    JsonSchema {
        name: &'a str,
        schema: Option<&'a Value>,
        strict: bool,
    },
}

/// Which tools may or must be called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Choice<'a> {
    None,
    Auto,
    Required,
    Named(&'a str),
}

impl<'a> ChatRequest<'a> {
    pub(crate) fn new(body: &'a Map<String, Value>, model: &'a ModelEntry) -> Self {
        let list = |key: &str| items(body.get(key));
        let functions = list("tools")
            .iter()
            .filter_map(|tool| tool.get("function").filter(|function| function.is_object()));
        Self {
            body,
            model,
            turns: list("messages").iter().map(Turn::new).collect(),
            tools: functions
                .chain(list("functions"))
                .map(Function::new)
                .collect(),
            built_in: list("tools")
                .iter()
                .filter_map(|tool| tool["type"].as_str())
                .filter(|kind| *kind != "function")
                .collect(),
            format: Format::new(body.get("response_format")),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.body.get(key).and_then(Value::as_str)
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.body.get(key).and_then(Value::as_bool)
    }

    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        check::whole(self.body.get(key)?)
    }

    pub(crate) fn streams(&self) -> bool {
        self.flag("stream").unwrap_or(false)
    }

    pub(crate) fn includes_usage(&self) -> bool {
        let options = self.body.get("stream_options");
        options.is_some_and(|options| options["include_usage"] == true)
    }

    /// The most tokens that may be generated, if the caller says so.
    pub(crate) fn max_tokens(&self) -> Option<u64> {
        let most = self
            .number("max_completion_tokens")
            .or_else(|| self.number("max_tokens"))?;
        u64::try_from(most).ok()
    }

    pub(crate) fn stops(&self) -> Vec<&'a str> {
        let stops = match self.body.get("stop") {
            Some(Value::String(stop)) => vec![stop.as_str()],
            Some(Value::Array(stops)) => stops.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        stops.into_iter().filter(|stop| !stop.is_empty()).collect()
    }

    /// Without tools the default is none, with tools the model chooses.
    pub(crate) fn choice(&self) -> Choice<'a> {
        let named = |choice: &'a Value| {
            choice["function"]["name"]
                .as_str()
                .or_else(|| choice["name"].as_str())
        };
        let (choice, older) = (self.body.get("tool_choice"), self.body.get("function_call"));
        match choice.or(older) {
            Some(Value::String(mode)) if mode == "none" => Choice::None,
            Some(Value::String(mode)) if mode == "required" => Choice::Required,
            Some(choice @ Value::Object(_)) => named(choice).map_or(Choice::Auto, Choice::Named),
            _ if self.tools.is_empty() && self.built_in.is_empty() => Choice::None,
            _ => Choice::Auto,
        }
    }

    pub(crate) fn wants_json(&self) -> bool {
        !matches!(self.format, Format::Text)
    }

    /// The tier that the answer names.
    pub(crate) fn tier(&self) -> &'static str {
        match self.text("service_tier") {
            Some("flex") => "flex",
            Some("performance") => "performance",
            Some("batch") => "batch",
            _ => "on_demand",
        }
    }

    /// The last thing that the user said.
    pub(crate) fn prompt(&self) -> &str {
        let mut newest = self.turns.iter().rev();
        let last = newest.find(|turn| turn.role == "user");
        last.or(self.turns.last()).map_or("", |turn| &turn.text)
    }

    /// All that was said before the answer, in one text.
    pub(crate) fn all_text(&self) -> String {
        let texts = self.turns.iter().map(|turn| turn.text.as_ref());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The messages since the user last spoke.
    pub(crate) fn since_user(&self) -> &[Turn<'a>] {
        let spoken = self.turns.iter().rposition(|turn| turn.role == "user");
        &self.turns[spoken.map_or(0, |index| index + 1)..]
    }

    /// What tools returned since the user last spoke, with their names.
    pub(crate) fn results(&self) -> Vec<(String, String)> {
        let turns = self.since_user();
        let called = |id: &str| {
            let mut calls = turns.iter().flat_map(|turn| &turn.calls);
            calls.find(|call| call.id == id).map(|call| call.name)
        };
        let mut results = Vec::new();
        for turn in turns {
            if matches!(turn.role, "tool" | "function") {
                let name = turn.call_id.and_then(called).or(turn.name);
                let name = name.unwrap_or_default().to_owned();
                results.push((name, turn.text.clone().into_owned()));
            }
        }
        results
    }

    /// The prompt's size: its texts, and a few tokens for the form of each message.
    pub(crate) fn prompt_tokens(&self) -> u64 {
        const BESIDES: u64 = 4;
        const IMAGE: u64 = 85;
        let of_turn = |turn: &Turn<'_>| {
            let calls = turn.calls.iter();
            let calls = calls.map(|call| tokens::count(call.name) + tokens::count(call.arguments));
            let images = u64::try_from(turn.images.len()).unwrap_or(0) * IMAGE;
            BESIDES + tokens::count(&turn.text) + calls.sum::<u64>() + images
        };
        let turns: u64 = self.turns.iter().map(of_turn).sum();
        let schema = match self.format {
            Format::JsonSchema { schema, .. } => schema,
            _ => None,
        };
        let given = ["tools", "functions", "documents"].map(|key| self.body.get(key));
        let given = given.into_iter().chain([schema]).flatten();
        let given = given.filter(|value| !value.is_null());
        let given = given.map(|value| tokens::count(&value.to_string()));
        3 + turns + given.sum::<u64>()
    }

    /// A number that equal requests share, streamed or not, whatever their limits on length.
    pub(crate) fn digest(&self, seed: u64) -> Digest {
        let mut digest = Digest::new(seed).text(&self.model.id);
        if let Some(seed) = self.number("seed") {
            digest = digest
                .number(seed.unsigned_abs())
                .number(u64::from(seed < 0));
        }
        for turn in &self.turns {
            digest = digest.text(turn.role).text(&turn.text);
        }
        digest
    }
}

impl<'a> Turn<'a> {
    fn new(message: &'a Value) -> Self {
        let text = |key: &str| message[key].as_str();
        Self {
            role: text("role").unwrap_or_default(),
            text: content(&message["content"]),
            images: images(&message["content"]),
            calls: items(message.get("tool_calls"))
                .iter()
                .map(PastCall::new)
                .collect(),
            call_id: text("tool_call_id"),
            name: text("name"),
        }
    }
}

impl<'a> PastCall<'a> {
    fn new(call: &'a Value) -> Self {
        let text = |value: &'a Value| value.as_str().unwrap_or_default();
        Self {
            id: text(&call["id"]),
            name: text(&call["function"]["name"]),
            arguments: text(&call["function"]["arguments"]),
        }
    }
}

impl<'a> Function<'a> {
    fn new(function: &'a Value) -> Self {
        Self {
            name: function["name"].as_str().unwrap_or_default(),
            description: function["description"].as_str().unwrap_or_default(),
            parameters: function
                .get("parameters")
                .filter(|parameters| parameters.is_object()),
            strict: function["strict"].as_bool().unwrap_or(false),
        }
    }
}

impl<'a> Format<'a> {
    fn new(format: Option<&'a Value>) -> Self {
        let Some(format) = format else {
            return Self::Text;
        };
        match format["type"].as_str() {
            Some("json_object") => Self::JsonObject,
            Some("json_schema") => {
                let settings = &format["json_schema"];
                Self::JsonSchema {
                    name: settings["name"].as_str().unwrap_or_default(),
                    schema: settings.get("schema").filter(|schema| !schema.is_null()),
                    strict: settings["strict"].as_bool().unwrap_or(false),
                }
            }
            _ => Self::Text,
        }
    }
}

/// The items of an array; none of anything else.
pub(crate) fn items(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text, or the texts of parts one below the other.
fn content(content: &Value) -> Cow<'_, str> {
    match content {
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(parts) => {
            let texts: Vec<Cow<'_, str>> = parts.iter().filter_map(part_text).collect();
            if let [Cow::Borrowed(only)] = texts.as_slice() {
                Cow::Borrowed(*only)
            } else {
                Cow::Owned(texts.join("\n"))
            }
        }
        _ => Cow::Borrowed(""),
    }
}

fn part_text(part: &Value) -> Option<Cow<'_, str>> {
    let text = part["text"].as_str().map(Cow::Borrowed);
    text.or_else(|| {
        part.get("document")
            .map(|document| Cow::Owned(document["data"].to_string()))
    })
}

fn images(content: &Value) -> Vec<&str> {
    items(Some(content))
        .iter()
        .filter_map(|part| part["image_url"]["url"].as_str())
        .collect()
}
