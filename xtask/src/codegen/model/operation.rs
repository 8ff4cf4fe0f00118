//! The operations: what a request to each of them carries, and what it answers.

use openapiv3::{OpenAPI, ReferenceOr};
use serde_json::Value;

use super::parts::{component_of, is_file, text, to_value};
use crate::problem::{Problem, step};

/// An operation of the API.
pub(crate) struct Operation {
    /// In camelCase, as the description has it.
    pub(crate) id: String,
    pub(crate) tag: String,
    pub(crate) method: String,
    /// A template: `/openai/v1/models/{model}`.
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) parameters: Vec<Parameter>,
    /// Whether a request that may have been carried out can be sent again.
    pub(crate) idempotent: bool,
    /// Whether progenitor cannot write it.
    pub(crate) handwritten: bool,
    pub(crate) body: Body,
    /// What a success answers: one reply, or a choice that the request makes.
    pub(crate) replies: Vec<Reply>,
    /// The component of an error of class 4, and of class 5.
    pub(crate) errors: [String; 2],
}

pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) wire: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// What a request carries; the names are components.
pub(crate) enum Body {
    None,
    Json(String),
    /// A form, and the names of its file parts.
    Multipart(String, Vec<String>),
}

pub(crate) struct Reply {
    pub(crate) media: String,
    pub(crate) kind: ReplyKind,
}

/// The names are components.
pub(crate) enum ReplyKind {
    Json(String),
    Events(String),
    Text,
    Bytes,
}

impl Operation {
    /// The parameters in one place, by the name that they have on the wire.
    pub(crate) fn parameters_in(&self, place: Place) -> impl Iterator<Item = &str> {
        let here = self
            .parameters
            .iter()
            .filter(move |parameter| parameter.place == place);
        here.map(|parameter| parameter.wire.as_str())
    }
}

/// All operations, in the order of the description.
pub(super) fn all(api: &OpenAPI) -> Result<Vec<Operation>, Vec<Problem>> {
    let components = to_value(&api.components);
    let mut operations = Vec::new();
    let mut problems = Vec::new();
    for (path, item) in &api.paths.paths {
        let methods = match item {
            ReferenceOr::Item(item) => item.iter().collect(),
            ReferenceOr::Reference { .. } => Vec::new(),
        };
        for (method, spec) in methods {
            let reader = Reader {
                components: &components,
                spec: &to_value(spec),
                pointer: format!("/paths{}/{method}", step(path)),
            };
            match reader.operation(path, method) {
                Ok(operation) => operations.push(operation),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() {
        Ok(operations)
    } else {
        Err(problems)
    }
}

struct Reader<'a> {
    components: &'a Value,
    spec: &'a Value,
    pointer: String,
}

impl<'a> Reader<'a> {
    fn operation(&self, path: &str, method: &str) -> Result<Operation, Problem> {
        let spec = self.spec;
        let (Some(id), Some(tag)) = (text(&spec["operationId"]), text(&spec["tags"][0])) else {
            return Err(self.problem("", "no `operationId`, or no tag", "give it both"));
        };
        Ok(Operation {
            id,
            tag,
            method: method.to_owned(),
            path: path.to_owned(),
            summary: text(&spec["summary"]).unwrap_or_default(),
            parameters: self.parameters()?,
            idempotent: method != "post" || spec["x-idempotent"] == true,
            handwritten: !spec["x-handwritten"].is_null(),
            body: self.body()?,
            replies: self.replies()?,
            errors: [self.error("4XX")?, self.error("5XX")?],
        })
    }

    fn problem(&self, below: &str, what: impl std::fmt::Display, mend: &str) -> Problem {
        Problem::new(format!("{}{below}", self.pointer), what, mend)
    }

    /// What a reference names, or the part itself.
    fn resolved(&self, part: &'a Value) -> &'a Value {
        let pointer = part["$ref"].as_str();
        let pointer = pointer.and_then(|pointer| pointer.strip_prefix("#/components"));
        pointer
            .and_then(|pointer| self.components.pointer(pointer))
            .unwrap_or(part)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, Problem> {
        let declared = self.spec["parameters"].as_array().into_iter().flatten();
        let read = |declared: &'a Value| {
            let declared = self.resolved(declared);
            let place = match declared["in"].as_str() {
                Some("path") => Some(Place::Path),
                Some("query") => Some(Place::Query),
                Some("header") => Some(Place::Header),
                _ => None,
            };
            let is_text = declared["schema"]["type"] == "string";
            match (place, text(&declared["name"])) {
                (Some(place), Some(wire)) if is_text => Ok(Parameter { place, wire }),
                (_, wire) => Err(self.problem(
                    "/parameters",
                    format!("the parameter {wire:?} is no text in the path, the query or a header"),
                    "make it one, or teach the generator",
                )),
            }
        };
        declared.map(read).collect()
    }

    fn body(&self) -> Result<Body, Problem> {
        let content = self.spec["requestBody"]["content"].as_object();
        let Some((media, content)) = content.and_then(|content| content.iter().next()) else {
            return Ok(Body::None);
        };
        let Some(name) = name(&content["schema"]) else {
            return Err(self.problem("/requestBody", "a body without a named schema", "name it"));
        };
        match media.as_str() {
            "application/json" => Ok(Body::Json(name)),
            "multipart/form-data" => {
                let properties = self.components["schemas"][&name]["properties"].as_object();
                let files = properties.into_iter().flatten();
                let files = files.filter(|(_, property)| is_file(property));
                let files = files.map(|(name, _)| name.clone()).collect();
                Ok(Body::Multipart(name, files))
            }
            media => Err(self.problem(
                "/requestBody",
                format!("a body of `{media}`"),
                "declare JSON or a form, or teach the generator",
            )),
        }
    }

    fn replies(&self) -> Result<Vec<Reply>, Problem> {
        let Some(success) = self.spec["responses"]["200"]["content"].as_object() else {
            return Err(self.problem(
                "/responses",
                "no 200 in place",
                "declare what a success answers",
            ));
        };
        let mut replies = Vec::new();
        for (media, content) in success {
            let schema = &content["schema"];
            let kinds = match media.as_str() {
                "application/json" => self.json(schema)?,
                "text/event-stream" => {
                    let event = name(&schema["x-event-schema"]).ok_or_else(|| {
                        let what = "an event stream without `x-event-schema`";
                        self.problem("", what, "say what its events are")
                    })?;
                    vec![ReplyKind::Events(event)]
                }
                "text/plain" => vec![ReplyKind::Text],
                _ => vec![ReplyKind::Bytes],
            };
            replies.extend(kinds.into_iter().map(|kind| Reply {
                media: media.clone(),
                kind,
            }));
        }
        Ok(replies)
    }

    /// A named schema, or a choice of them.
    fn json(&self, schema: &Value) -> Result<Vec<ReplyKind>, Problem> {
        let choice = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        let names: Option<Vec<String>> = match choice {
            Some(choice) => choice.iter().map(name).collect(),
            None => name(schema).map(|name| vec![name]),
        };
        let names = names.ok_or_else(|| {
            let what = "a reply in JSON that is neither a named schema nor a choice of them";
            self.problem("", what, "name it")
        })?;
        Ok(names.into_iter().map(ReplyKind::Json).collect())
    }

    fn error(&self, class: &str) -> Result<String, Problem> {
        let response = self.resolved(&self.spec["responses"][class]);
        name(&response["content"]["application/json"]["schema"]).ok_or_else(|| {
            let place = format!("/responses/{class}");
            self.problem(&place, "no named schema", "refer to the shared error")
        })
    }
}

/// The component that a reference names.
fn name(schema: &Value) -> Option<String> {
    component_of(schema["$ref"].as_str()?).map(str::to_owned)
}
