//! The rules for operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Lint, array, object, says};
use crate::problem::step;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An operation and where it stands.
pub(super) struct Operation<'a> {
    pub(super) pointer: String,
    pub(super) body: &'a Value,
}

pub(super) fn all(api: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in object(api.get("paths")) {
        for method in METHODS {
            if let Some(body) = item.get(method) {
                operations.push(Operation {
                    pointer: format!("/paths{}/{method}", step(path)),
                    body,
                });
            }
        }
    }
    operations
}

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut ids = BTreeMap::new();
    for operation in all(lint.api) {
        names(lint, &operation, &mut ids);
        tag(lint, &operation);
        answers(lint, &operation);
        by_hand(lint, &operation);
        event_stream(lint, &operation);
        idempotent(lint, &operation);
    }
}

fn names(
    lint: &mut Lint<'_>,
    Operation { pointer, body }: &Operation<'_>,
    ids: &mut BTreeMap<String, String>,
) {
    match body.get("operationId").and_then(Value::as_str) {
        None => lint.slip(
            pointer,
            "no `operationId`",
            "give one in camelCase: it names the method",
        ),
        Some(id) => {
            if let Some(other) = ids.insert(id.to_owned(), pointer.clone()) {
                lint.slip(
                    pointer,
                    format!("`operationId` {id:?} is that of #{other} too"),
                    "give each its own",
                );
            }
            if !id.starts_with(|c: char| c.is_ascii_lowercase())
                || !id.chars().all(|c| c.is_ascii_alphanumeric())
            {
                lint.slip(
                    pointer,
                    format!("`operationId` {id:?} is not camelCase"),
                    "it becomes a method's name",
                );
            }
        }
    }
    for key in ["summary", "description"] {
        if !says(body.get(key)) {
            lint.slip(
                pointer,
                format!("no `{key}`"),
                "say what the operation does: it is the method's documentation",
            );
        }
    }
}

fn tag(lint: &mut Lint<'_>, Operation { pointer, body }: &Operation<'_>) {
    let known: BTreeSet<&str> = array(lint.api.get("tags"))
        .iter()
        .filter_map(|tag| tag.get("name")?.as_str())
        .collect();
    match array(body.get("tags")) {
        [one] if one.as_str().is_some_and(|tag| known.contains(tag)) => {}
        [one] => lint.slip(
            pointer,
            format!("the tag {one} is not declared"),
            "list it under `tags`",
        ),
        _ => lint.slip(
            pointer,
            "not exactly one tag",
            "a tag is a file: the operation goes into one",
        ),
    }
}

fn answers(lint: &mut Lint<'_>, Operation { pointer, body }: &Operation<'_>) {
    let responses = object(body.get("responses"));
    for status in ["4XX", "5XX"] {
        if !responses.contains_key(status) {
            lint.slip(
                format!("{pointer}/responses"),
                format!("no `{status}`"),
                "refer to the shared response, or an error of the service decodes as nothing",
            );
        }
    }
    if !responses.keys().any(|status| status.starts_with('2')) {
        lint.slip(
            format!("{pointer}/responses"),
            "no success",
            "declare what a success answers",
        );
    }
}

/// Multipart bodies and answers without JSON are beyond progenitor.
fn by_hand(lint: &mut Lint<'_>, Operation { pointer, body }: &Operation<'_>) {
    let sent = object(body.pointer("/requestBody/content"));
    if sent.len() > 1 {
        lint.slip(
            format!("{pointer}/requestBody/content"),
            "more than one media type",
            "declare one: progenitor panics at two",
        );
    }
    let multipart = sent.keys().any(|media| media.starts_with("multipart/"));
    let success = object(body.get("responses"))
        .iter()
        .find(|(status, _)| status.starts_with('2'));
    let answered = object(success.and_then(|(_, response)| response.get("content")));
    let binary = !answered.is_empty() && !answered.contains_key("application/json");
    let marked = body.get("x-handwritten").and_then(Value::as_str);
    let expected = if multipart {
        Some("multipart")
    } else if binary {
        Some("binary")
    } else {
        None
    };
    if marked != expected {
        let mend = match expected {
            Some(kind) => {
                format!("say `x-handwritten: {kind}`: the generator leaves it to groq-core")
            }
            None => "take the mark away: progenitor can emit it".to_owned(),
        };
        lint.slip(pointer, format!("`x-handwritten` is {marked:?}"), mend);
    }
}

fn event_stream(lint: &mut Lint<'_>, Operation { pointer, body }: &Operation<'_>) {
    for (status, response) in object(body.get("responses")) {
        let Some(schema) = response.pointer("/content/text~1event-stream/schema") else {
            continue;
        };
        let is_string = schema.get("type").and_then(Value::as_str) == Some("string");
        if !is_string || schema.pointer("/x-event-schema/$ref").is_none() {
            lint.slip(
                format!(
                    "{pointer}/responses{}/content/text~1event-stream/schema",
                    step(status)
                ),
                "an event stream that does not say what its events are",
                "write `type: string` and `x-event-schema: {$ref: ..}`",
            );
        }
    }
}

/// What a method means says whether it can be repeated, except for POST.
fn idempotent(lint: &mut Lint<'_>, Operation { pointer, body }: &Operation<'_>) {
    let stated = body.get("x-idempotent");
    let is_post = pointer.ends_with("/post");
    if is_post && !stated.is_some_and(Value::is_boolean) {
        lint.slip(
            pointer,
            "a POST without `x-idempotent`",
            "say `false` if it creates something that stays, else `true`: clients repeat by it",
        );
    }
    if !is_post && stated.is_some() {
        lint.slip(
            pointer,
            "`x-idempotent` beside a method that is idempotent by itself",
            "take it away",
        );
    }
}
