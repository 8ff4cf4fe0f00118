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
    for Operation { pointer, body } in all(lint.api) {
        names(lint, &pointer, body, &mut ids);
        tag(lint, &pointer, body);
        answers(lint, &pointer, body);
        by_hand(lint, &pointer, body);
        event_stream(lint, &pointer, body);
        idempotent(lint, &pointer, body);
    }
}

fn names(lint: &mut Lint<'_>, pointer: &str, body: &Value, ids: &mut BTreeMap<String, String>) {
    let id = body["operationId"].as_str().unwrap_or_default();
    let is_camel_case = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_alphanumeric());
    lint.slip_if(
        !is_camel_case,
        pointer,
        format!("`operationId` {id:?} is not camelCase"),
        "give one in camelCase: it becomes a method's name",
    );
    if let Some(other) = ids.insert(id.to_owned(), pointer.to_owned()) {
        lint.slip(
            pointer,
            format!("`operationId` {id:?} is that of #{other} too"),
            "give each its own",
        );
    }
    for key in ["summary", "description"] {
        lint.slip_if(
            !says(body.get(key)),
            pointer,
            format!("no `{key}`"),
            "say what the operation does: it is the method's documentation",
        );
    }
}

fn tag(lint: &mut Lint<'_>, pointer: &str, body: &Value) {
    let known: BTreeSet<&str> = array(lint.api.get("tags"))
        .iter()
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    match array(body.get("tags")) {
        [one] => lint.slip_if(
            !one.as_str().is_some_and(|tag| known.contains(tag)),
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

fn answers(lint: &mut Lint<'_>, pointer: &str, body: &Value) {
    let pointer = format!("{pointer}/responses");
    let responses = object(body.get("responses"));
    for status in ["4XX", "5XX"] {
        lint.slip_if(
            !responses.contains_key(status),
            &pointer,
            format!("no `{status}`"),
            "refer to the shared response, or an error of the service decodes as nothing",
        );
    }
    lint.slip_if(
        !responses.keys().any(|status| status.starts_with('2')),
        &pointer,
        "no success",
        "declare what a success answers",
    );
}

/// Multipart bodies and answers without JSON are beyond progenitor.
fn by_hand(lint: &mut Lint<'_>, pointer: &str, body: &Value) {
    let sent = object(body.pointer("/requestBody/content"));
    lint.slip_if(
        sent.len() > 1,
        format!("{pointer}/requestBody/content"),
        "more than one media type",
        "declare one: progenitor panics at two",
    );
    let mut responses = object(body.get("responses")).iter();
    let success = responses.find(|(status, _)| status.starts_with('2'));
    let answered = object(success.and_then(|(_, response)| response.get("content")));
    let expected = if sent.keys().any(|media| media.starts_with("multipart/")) {
        Some("multipart")
    } else if !answered.is_empty() && !answered.contains_key("application/json") {
        Some("binary")
    } else {
        None
    };
    let marked = body["x-handwritten"].as_str();
    let mend = match expected {
        Some(kind) => format!("say `x-handwritten: {kind}`: the generator leaves it to groq-core"),
        None => "take the mark away: progenitor can emit it".to_owned(),
    };
    lint.slip_if(
        marked != expected,
        pointer,
        format!("`x-handwritten` is {marked:?}"),
        mend,
    );
}

fn event_stream(lint: &mut Lint<'_>, pointer: &str, body: &Value) {
    for (status, response) in object(body.get("responses")) {
        let Some(schema) = response.pointer("/content/text~1event-stream/schema") else {
            continue;
        };
        let place = step(status);
        lint.slip_if(
            schema["type"] != "string" || schema.pointer("/x-event-schema/$ref").is_none(),
            format!("{pointer}/responses{place}/content/text~1event-stream/schema"),
            "an event stream that does not say what its events are",
            "write `type: string` and `x-event-schema: {$ref: ..}`",
        );
    }
}

/// What a method means says whether it can be repeated, except for POST.
fn idempotent(lint: &mut Lint<'_>, pointer: &str, body: &Value) {
    let is_post = pointer.ends_with("/post");
    lint.slip_if(
        is_post && !body["x-idempotent"].is_boolean(),
        pointer,
        "a POST without `x-idempotent`",
        "say `false` if it creates something that stays, else `true`: clients repeat by it",
    );
    lint.slip_if(
        !is_post && body.get("x-idempotent").is_some(),
        pointer,
        "`x-idempotent` beside a method that is idempotent by itself",
        "take it away",
    );
}
