//! The lines of a batch: requests in Groq's format, or prompts.

use groq_core::{
    Error,
    batch::BatchItem,
    types::{BatchEndpoint, ChatCompletionRequest, Message},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// One line of the input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) id: String,
    /// The id of a prompt as it is in the file, where it may be a number; `None` for a request in Groq's format.
    pub(super) prompt_id: Option<Value>,
    pub(super) endpoint: BatchEndpoint,
    pub(super) body: Map<String, Value>,
}

/// The endpoints of batches.
const ENDPOINTS: [BatchEndpoint; 3] = [
    BatchEndpoint::V1ChatCompletions,
    BatchEndpoint::V1AudioTranscriptions,
    BatchEndpoint::V1AudioTranslations,
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestLine {
    custom_id: String,
    method: Option<String>,
    url: String,
    body: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptLine {
    id: Value,
    prompt: String,
    system: Option<String>,
}

impl Line {
    /// Reads a line; the error names the mistake.
    pub(super) fn read(line: &str, model: &str) -> Result<Self, String> {
        let value: Map<String, Value> = serde_json::from_str(line)
            .map_err(|error| format!("it is not a JSON object: {error}"))?;
        if value.contains_key("custom_id") {
            return request(value);
        }
        if value.contains_key("prompt") {
            return prompt(value, model);
        }
        Err("it has neither custom_id, as in Groq's format, nor prompt".to_owned())
    }
}

fn object<T: DeserializeOwned>(value: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(value)).map_err(|error| error.to_string())
}

fn request(value: Map<String, Value>) -> Result<Line, String> {
    let line: RequestLine = object(value)?;
    if line.method.is_some_and(|method| method != "POST") {
        return Err("its method is not POST".to_owned());
    }
    Ok(Line {
        id: named(line.custom_id)?,
        prompt_id: None,
        endpoint: endpoint(&line.url)?,
        body: line.body,
    })
}

fn prompt(value: Map<String, Value>, model: &str) -> Result<Line, String> {
    let line: PromptLine = object(value)?;
    let id = match &line.id {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Err("its id is neither a string nor a number".to_owned()),
    };
    let mut messages = Vec::new();
    messages.extend(line.system.map(Message::system));
    messages.push(Message::user(line.prompt));
    let request = ChatCompletionRequest::new(model, messages);
    let Ok(Value::Object(body)) = serde_json::to_value(request) else {
        return Err("it cannot be made into a request".to_owned());
    };
    Ok(Line {
        id: named(id)?,
        prompt_id: Some(line.id),
        endpoint: BatchEndpoint::V1ChatCompletions,
        body,
    })
}

fn named(id: String) -> Result<String, String> {
    Some(id)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| "its id is empty".to_owned())
}

fn endpoint(url: &str) -> Result<BatchEndpoint, String> {
    let found = ENDPOINTS.iter().find(|endpoint| endpoint.as_str() == url);
    found.cloned().ok_or_else(|| {
        let known: Vec<&str> = ENDPOINTS.iter().map(BatchEndpoint::as_str).collect();
        format!("its url is '{url}'; a batch takes {}", known.join(", "))
    })
}

/// A request body that is sent as it is in the file, to one of the [`ENDPOINTS`].
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Body<const ENDPOINT: usize>(pub(super) Map<String, Value>);

impl<const ENDPOINT: usize> BatchItem for Body<ENDPOINT> {
    type Reply = Value;

    fn endpoint() -> BatchEndpoint {
        ENDPOINTS[ENDPOINT].clone()
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_body() {
        let text = r#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[],"new_key":1.0}}"#;
        let line = Line::read(text, "unused").unwrap();
        assert_eq!((line.id.as_str(), line.prompt_id), ("a", None));
        assert_eq!(line.body["new_key"].to_string(), "1.0");
    }

    #[test]
    fn a_prompt_becomes_a_request() {
        let line = Line::read(r#"{"id":7,"prompt":"Hi","system":"Be kind"}"#, "m").unwrap();
        assert_eq!(
            (line.id.as_str(), line.endpoint),
            ("7", BatchEndpoint::V1ChatCompletions)
        );
        assert_eq!(line.body["model"], "m");
        assert_eq!(line.body["messages"][0]["role"], "system");
        assert_eq!(line.body["messages"][1]["content"], "Hi");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, what) in [
            ("hello", "JSON object"),
            ("[1]", "JSON object"),
            ("{}", "custom_id"),
            (r#"{"id":"a","prompt":"x","modle":"y"}"#, "modle"),
            (r#"{"id":null,"prompt":"x"}"#, "id"),
            (r#"{"id":"","prompt":"x"}"#, "empty"),
            (
                r#"{"custom_id":"a","url":"/v1/embeddings","body":{}}"#,
                "/v1/embeddings",
            ),
            (
                r#"{"custom_id":"a","method":"GET","url":"/v1/chat/completions","body":{}}"#,
                "POST",
            ),
            (r#"{"custom_id":"a","url":"/v1/chat/completions"}"#, "body"),
        ] {
            let error = Line::read(line, "m").unwrap_err();
            assert!(error.contains(what), "{line}: {error}");
        }
    }
}
