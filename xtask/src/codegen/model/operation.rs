//! The operations: what a request to each of them carries, and what it answers.

use openapiv3::{
    MediaType, OpenAPI, Operation as Described, Parameter as Declared, ParameterSchemaOrContent,
    ReferenceOr, Response, Schema, SchemaKind, StatusCode, Type,
};

use super::{component, is_file, is_true, reference};
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
    let mut operations = Vec::new();
    let mut problems = Vec::new();
    for (path, method, described) in super::operations(api) {
        let reader = Reader {
            api,
            described,
            pointer: format!("/paths{}/{method}", step(path)),
        };
        match reader.operation(path, method) {
            Ok(operation) => operations.push(operation),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(operations)
    } else {
        Err(problems)
    }
}

struct Reader<'a> {
    api: &'a OpenAPI,
    described: &'a Described,
    pointer: String,
}

impl<'a> Reader<'a> {
    fn operation(&self, path: &str, method: &str) -> Result<Operation, Problem> {
        let (Some(id), [tag]) = (&self.described.operation_id, self.described.tags.as_slice())
        else {
            return Err(self.problem(
                "",
                "no `operationId`, or not exactly one tag",
                "give it both",
            ));
        };
        let extensions = &self.described.extensions;
        Ok(Operation {
            id: id.clone(),
            tag: tag.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            summary: self.described.summary.clone().unwrap_or_default(),
            parameters: self.parameters()?,
            idempotent: method != "post" || is_true(extensions.get("x-idempotent")),
            handwritten: extensions.contains_key("x-handwritten"),
            body: self.body()?,
            replies: self.replies()?,
            errors: [self.error(4)?, self.error(5)?],
        })
    }

    fn problem(&self, below: &str, what: impl Into<String>, mend: &str) -> Problem {
        Problem::new(format!("{}{below}", self.pointer), what, mend)
    }

    fn parameters(&self) -> Result<Vec<Parameter>, Problem> {
        let declared = self.described.parameters.iter();
        declared
            .map(|declared| {
                let (place, data) = match self.declared(declared) {
                    Some(Declared::Path { parameter_data, .. }) => (Place::Path, parameter_data),
                    Some(Declared::Query { parameter_data, .. }) => (Place::Query, parameter_data),
                    Some(Declared::Header { parameter_data, .. }) => (Place::Header, parameter_data),
                    _ => return Err(self.problem("/parameters", "a parameter of an unknown kind", "put it into the path, the query or a header")),
                };
                let text = matches!(&data.format, ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema))
                    if matches!(schema.schema_kind, SchemaKind::Type(Type::String(_))));
                if !text {
                    let what = format!("the parameter `{}` is no text", data.name);
                    return Err(self.problem("/parameters", what, "say `type: string`, or teach the generator"));
                }
                Ok(Parameter { place, wire: data.name.clone() })
            })
            .collect()
    }

    fn declared(&self, parameter: &'a ReferenceOr<Declared>) -> Option<&'a Declared> {
        match parameter {
            ReferenceOr::Item(parameter) => Some(parameter),
            ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix("#/components/parameters/")?;
                self.api
                    .components
                    .as_ref()?
                    .parameters
                    .get(name)?
                    .as_item()
            }
        }
    }

    fn body(&self) -> Result<Body, Problem> {
        let Some(ReferenceOr::Item(body)) = &self.described.request_body else {
            return Ok(Body::None);
        };
        let content = body.content.first();
        let named = content.and_then(|(media, content)| {
            Some((media.as_str(), content.schema.as_ref().and_then(reference)?))
        });
        match named {
            Some(("application/json", name)) => Ok(Body::Json(name.to_owned())),
            Some(("multipart/form-data", name)) => {
                Ok(Body::Multipart(name.to_owned(), self.files(name)))
            }
            Some((media, _)) => Err(self.problem(
                "/requestBody",
                format!("a body of `{media}`"),
                "declare JSON or a form, or teach the generator",
            )),
            None => Err(self.problem("/requestBody", "a body without a named schema", "name it")),
        }
    }

    /// The names of the file parts of a form.
    fn files(&self, form: &str) -> Vec<String> {
        let Some(SchemaKind::Type(Type::Object(object))) =
            self.schema(form).map(|schema| &schema.schema_kind)
        else {
            return Vec::new();
        };
        let is_file = |property: &ReferenceOr<Box<Schema>>| {
            property
                .as_item()
                .is_some_and(|schema| is_file(&schema.schema_kind))
        };
        let files = object.properties.iter();
        files
            .filter(|(_, property)| is_file(property))
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn schema(&self, name: &str) -> Option<&'a Schema> {
        self.api.components.as_ref()?.schemas.get(name)?.as_item()
    }

    fn replies(&self) -> Result<Vec<Reply>, Problem> {
        let responses = &self.described.responses.responses;
        let Some(ReferenceOr::Item(success)) = responses.get(&StatusCode::Code(200)) else {
            return Err(self.problem(
                "/responses",
                "no 200 in place",
                "declare what a success answers",
            ));
        };
        let mut replies = Vec::new();
        for (media, content) in &success.content {
            let kinds = match media.as_str() {
                "application/json" => self.json(content)?,
                "text/event-stream" => vec![self.event(content)?],
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
    fn json(&self, content: &MediaType) -> Result<Vec<ReplyKind>, Problem> {
        let names: Option<Vec<&str>> = match &content.schema {
            Some(ReferenceOr::Item(schema)) => match &schema.schema_kind {
                SchemaKind::AnyOf { any_of: choice } | SchemaKind::OneOf { one_of: choice } => {
                    choice.iter().map(reference).collect()
                }
                _ => None,
            },
            Some(named) => reference(named).map(|name| vec![name]),
            None => None,
        };
        let names = names.ok_or_else(|| {
            self.problem(
                "",
                "a reply in JSON that is neither a named schema nor a choice of them",
                "name it",
            )
        })?;
        let kinds = names.into_iter();
        Ok(kinds.map(|name| ReplyKind::Json(name.to_owned())).collect())
    }

    fn event(&self, content: &MediaType) -> Result<ReplyKind, Problem> {
        let schema = content.schema.as_ref().and_then(ReferenceOr::as_item);
        let name = schema
            .and_then(|schema| schema.schema_data.extensions.get("x-event-schema"))
            .and_then(|event| event.get("$ref")?.as_str())
            .and_then(component);
        name.map(ReplyKind::Events).ok_or_else(|| {
            self.problem(
                "",
                "an event stream without `x-event-schema`",
                "say what its events are",
            )
        })
    }

    fn error(&self, class: u16) -> Result<String, Problem> {
        let responses = &self.described.responses.responses;
        let response: Option<&Response> =
            responses
                .get(&StatusCode::Range(class))
                .and_then(|response| match response {
                    ReferenceOr::Item(response) => Some(response),
                    ReferenceOr::Reference { reference } => {
                        let name = reference.strip_prefix("#/components/responses/")?;
                        self.api.components.as_ref()?.responses.get(name)?.as_item()
                    }
                });
        let schema =
            response.and_then(|response| response.content.get("application/json")?.schema.as_ref());
        let name = schema.and_then(reference).ok_or_else(|| {
            self.problem(
                &format!("/responses/{class}XX"),
                "no named schema",
                "refer to the shared error",
            )
        })?;
        Ok(name.to_owned())
    }
}
