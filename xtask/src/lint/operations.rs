//! The rules for operations.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{At, array, object, text};
use crate::{codegen::model::operations, problem::step};

pub(super) fn check(at: &mut At<'_>, api: &Value) {
    let mut ids = BTreeMap::new();
    for (path, method, body) in operations(api) {
        let mut at = at.below(&format!("/paths{}/{method}", step(path)));
        names(&mut at, body, &mut ids);
        tag(&mut at, api, body);
        replies(&mut at, body);
        by_hand(&mut at, body);
        idempotent(&mut at, method, body);
    }
}

fn names(at: &mut At<'_>, body: &Value, ids: &mut BTreeMap<String, String>) {
    let id = text(&body["operationId"]);
    let is_camel_case = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_alphanumeric());
    at.slip_if(
        !is_camel_case,
        format!("`operationId` {id:?} is not camelCase; make it so: it becomes a method's name"),
    );
    if let Some(other) = ids.insert(id.to_owned(), at.pointer.clone()) {
        at.slip(format!(
            "`operationId` {id:?} is that of #{other} too; give each its own"
        ));
    }
    for key in ["summary", "description"] {
        at.slip_if(
            text(&body[key]).is_empty(),
            format!("no `{key}`; say what the operation does: it is the method's documentation"),
        );
    }
}

fn tag(at: &mut At<'_>, api: &Value, body: &Value) {
    match array(&body["tags"]) {
        [one] => at.slip_if(
            !array(&api["tags"]).iter().any(|tag| tag["name"] == *one),
            format!("the tag {one} is not declared; list it under `tags`"),
        ),
        _ => at.slip("not exactly one tag; a tag is a file: the operation goes into one"),
    }
}

fn replies(at: &mut At<'_>, body: &Value) {
    let mut at = at.below("/responses");
    let responses = object(&body["responses"]);
    for status in ["4XX", "5XX"] {
        at.slip_if(
            !responses.contains_key(status),
            format!("no `{status}`; refer to the shared response, so that errors are decoded"),
        );
    }
    at.slip_if(
        !responses.keys().any(|status| status.starts_with('2')),
        "no success; declare what a success answers",
    );
    for (status, response) in responses {
        let schema = &response["content"]["text/event-stream"]["schema"];
        let is_sound = schema["type"] == "string" && schema["x-event-schema"]["$ref"].is_string();
        let place = format!("{}/content/text~1event-stream/schema", step(status));
        at.below(&place).slip_if(
            !schema.is_null() && !is_sound,
            "does not say what its events are; write `type: string` and `x-event-schema: {$ref: ..}`",
        );
    }
}

/// Multipart bodies and answers without JSON are beyond progenitor.
fn by_hand(at: &mut At<'_>, body: &Value) {
    let sent = object(&body["requestBody"]["content"]);
    at.below("/requestBody/content").slip_if(
        sent.len() > 1,
        "more than one media type; declare one: progenitor panics at two",
    );
    let mut responses = object(&body["responses"]).iter();
    let success = responses.find(|(status, _)| status.starts_with('2'));
    let answered = success.map(|(_, response)| object(&response["content"]));
    let answered = answered.filter(|answered| !answered.is_empty());
    let expected = if sent.keys().any(|media| media.starts_with("multipart/")) {
        Some("multipart")
    } else if answered.is_some_and(|answered| !answered.contains_key("application/json")) {
        Some("binary")
    } else {
        None
    };
    let marked = body["x-handwritten"].as_str();
    let mend = match expected {
        Some(kind) => format!("say `x-handwritten: {kind}`: the generator leaves it to groq-core"),
        None => "take the mark away: progenitor can emit it".to_owned(),
    };
    at.slip_if(
        marked != expected,
        format!("`x-handwritten` is {marked:?}; {mend}"),
    );
}

/// What a method means says whether it can be repeated, except for POST.
fn idempotent(at: &mut At<'_>, method: &str, body: &Value) {
    at.slip_if(
        method == "post" && !body["x-idempotent"].is_boolean(),
        "a POST without `x-idempotent`; say `false` if it creates something that stays, else `true`",
    );
    at.slip_if(
        method != "post" && !body["x-idempotent"].is_null(),
        "`x-idempotent` beside a method that is idempotent by itself; take it away",
    );
}
