//! Small changes of the small description, and what is said of them.

use super::{compare, described, report};

const SMALL: &str = include_str!("../codegen/testdata/small.yaml");

/// Every change in a line: what happened to what, and whom it breaks.
fn lines(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (described(old).unwrap(), described(new).unwrap());
    let changes = compare::changes(&old.facts, &new.facts);
    let line = |change: &compare::Change| {
        let mut line = format!("{:?} {}: {}", change.kind, change.subject, change.detail);
        for (what, why) in [(" [Rust]", &change.rust), (" [wire]", &change.wire)] {
            line.push_str(if why.is_some() { what } else { "" });
        }
        line
    };
    changes.iter().map(line).collect()
}

/// Replaces a piece of the description, and expects these lines; and the other way round.
#[track_caller]
fn changing(old: &str, new: &str, there: &[&str], back: &[&str]) {
    assert!(SMALL.contains(old), "no {old:?} in the small description");
    let changed = SMALL.replacen(old, new, 1);
    assert_eq!(lines(SMALL, &changed), there, "{old} -> {new}");
    assert_eq!(lines(&changed, SMALL), back, "{new} -> {old}");
}

#[test]
fn the_same_description_has_no_changes() {
    assert_eq!(lines(SMALL, SMALL), [] as [&str; 0]);
}

#[test]
fn words_are_no_facts() {
    changing("What was said.", "All that was said.", &[], &[]);
    changing("x-server-default: 100", "x-server-default: 200", &[], &[]);
}

#[test]
fn fields_of_a_request() {
    changing(
        "        model: {description: Which model., type: string}\n",
        "        model: {description: Which model., type: string}\n        seed: {description: x, type: integer, format: int64}\n",
        &["Added field `Request.seed`: optional `i64`"],
        &["Removed field `Request.seed`: optional `i64` [Rust] [wire]"],
    );
    changing(
        "required: [model, messages]",
        "required: [model, messages, limit]",
        &["Changed field `Request.limit`: optional became required [Rust] [wire]"],
        &["Changed field `Request.limit`: required became optional [Rust]"],
    );
    changing(
        "required: [model, messages]",
        "required: [messages, model]",
        &["Changed schema `Request`: required in another order: messages, model [Rust]"],
        &["Changed schema `Request`: required in another order: model, messages [Rust]"],
    );
    changing(
        "minimum: 1\n",
        "minimum: 1\n          maximum: 5\n",
        &["Changed field `Request.limit`: allows 1 to 5, allowed at least 1 [wire]"],
        &["Changed field `Request.limit`: allows at least 1, allowed 1 to 5"],
    );
    changing(
        ", x-unsupported: true",
        "",
        &["Changed field `Request.temperature`: is no longer refused by the service"],
        &["Changed field `Request.temperature`: is refused by the service now [wire]"],
    );
    changing(
        "allOf: [{$ref: '#/components/schemas/Stop'}], x-nullable: true",
        "allOf: [{$ref: '#/components/schemas/Stop'}]",
        &["Changed field `Request.stop`: may no longer be null [wire]"],
        &["Changed field `Request.stop`: may be null"],
    );
}

#[test]
fn fields_of_a_reply() {
    changing(
        "        id: {description: Its name., type: string}\n",
        "",
        &["Removed field `Reply.id`: required `String` [Rust]"],
        &["Added field `Reply.id`: required `String` [Rust] [wire]"],
    );
    changing(
        "        reason: {description: Why it ended., allOf: [{$ref: '#/components/schemas/Reason'}]}\n",
        "        reason: {description: Why it ended., allOf: [{$ref: '#/components/schemas/Reason'}]}\n        at: {description: When., type: number}\n",
        &["Added field `Reply.at`: optional `f64`"],
        &["Removed field `Reply.at`: optional `f64` [Rust]"],
    );
    changing(
        "items: {type: integer, format: int32, minimum: 0}",
        "items: {type: integer, format: int64, minimum: 0}",
        &["Changed field `Reply.counts`: `Vec<u32>` became `Vec<u64>` [Rust]"],
        &["Changed field `Reply.counts`: `Vec<u64>` became `Vec<u32>` [Rust] [wire]"],
    );
}

#[test]
fn files_of_a_form_are_of_the_wire_only() {
    changing(
        "required: [file]",
        "required: []",
        &["Changed field `Upload.file`: required became optional"],
        &["Changed field `Upload.file`: optional became required [wire]"],
    );
}

#[test]
fn values_of_enums() {
    changing(
        "enum: [stop, content_filter]",
        "enum: [stop]",
        &["Removed value `content_filter` of `Reason`: in an open enum [Rust]"],
        &["Added value `content_filter` of `Reason`: in an open enum"],
    );
    changing(
        "enum: [low, high]",
        "enum: [low]",
        &["Removed value `high` of `Detail`: in a closed enum [Rust] [wire]"],
        &["Added value `high` of `Detail`: in a closed enum"],
    );
    changing(
        "enum: [low, high]",
        "enum: [low, high]\n      x-open-enum: true",
        &["Changed schema `Detail`: was closed, is open [Rust]"],
        &["Changed schema `Detail`: was open, is closed [Rust] [wire]"],
    );
}

#[test]
fn variants_of_unions() {
    changing(
        "          developer: '#/components/schemas/Instruction'\n",
        "",
        &["Removed variant `developer` of `Message`: `Instruction` [Rust] [wire]"],
        &["Added variant `developer` of `Message`: `Instruction` [Rust]"],
    );
    changing(
        "x-variant-names: {output.text: Text}",
        "x-variant-names: {output.text: Words}",
        &[
            "Changed variant `output.text` of `Item`: `Text(TextItem)` became `Words(TextItem)` [Rust]",
        ],
        &[
            "Changed variant `output.text` of `Item`: `Words(TextItem)` became `Text(TextItem)` [Rust]",
        ],
    );
    changing(
        "        - {title: Many, type: array, items: {type: string}}\n",
        "",
        &["Removed variant for array of `Stop`: `Many(Vec<String>)` [Rust] [wire]"],
        &["Added variant for array of `Stop`: `Many(Vec<String>)`"],
    );
    changing(
        "title: One, type: string",
        "title: Single, type: string",
        &["Changed variant for string of `Stop`: `One(String)` became `Single(String)` [Rust]"],
        &["Changed variant for string of `Stop`: `Single(String)` became `One(String)` [Rust]"],
    );
}

#[test]
fn operations() {
    changing(
        "operationId: createReply",
        "operationId: makeReply",
        &[
            "Added operation `makeReply`: `POST /v1/chat`",
            "Removed operation `createReply`: `POST /v1/chat` [Rust] [wire]",
        ],
        &[
            "Added operation `createReply`: `POST /v1/chat`",
            "Removed operation `makeReply`: `POST /v1/chat` [Rust] [wire]",
        ],
    );
    changing(
        "  /v1/chat:",
        "  /v2/chat:",
        &["Changed operation `createReply`: `POST /v1/chat` became `POST /v2/chat` [wire]"],
        &["Changed operation `createReply`: `POST /v2/chat` became `POST /v1/chat` [wire]"],
    );
    changing(
        "      requestBody: {required: true, content",
        "      parameters: [{name: x-y, in: header, schema: {type: string}}]\n      requestBody: {required: true, content",
        &["Added parameter `x-y` in header of operation `createReply`: optional `String` [Rust]"],
        &["Removed parameter `x-y` in header of operation `createReply`: optional `String` [Rust]"],
    );
    changing(
        "application/json: {schema: {$ref: '#/components/schemas/Nothing'}}",
        "text/plain: {schema: {$ref: '#/components/schemas/Nothing'}}",
        &[
            "Added reply `200 text/plain` of operation `uploadFile`: `Nothing`",
            "Removed reply `200 application/json` of operation `uploadFile`: `Nothing` [wire]",
        ],
        &[
            "Added reply `200 application/json` of operation `uploadFile`: `Nothing`",
            "Removed reply `200 text/plain` of operation `uploadFile`: `Nothing` [wire]",
        ],
    );
}

#[test]
fn a_schema_with_another_name_is_the_same_schema() {
    let renamed = SMALL
        .replace("Instruction", "Order")
        .replace("Message", "Turn");
    assert_eq!(
        lines(SMALL, &renamed),
        [
            "Changed schema `Instruction`: is now `Order` [Rust]",
            "Changed schema `Message`: is now `Turn` [Rust]",
        ]
    );
}

#[test]
fn a_schema_that_nothing_carried_and_another_kind_of_schema() {
    changing(
        "        parent: {description: The one before., allOf: [{$ref: '#/components/schemas/Reply'}], x-nullable: true}\n",
        "        parent: {description: The one before., allOf: [{$ref: '#/components/schemas/Request'}]}\n",
        &[
            "Changed field `Reply.parent`: `Reply` became `Request` [Rust] [wire]",
            "Changed field `Reply.parent`: may no longer be null",
            "Changed schema `Detail`: was closed, is open [Rust]",
            "Changed schema `Detail`: was in requests, is in requests and replies",
            "Changed schema `Instruction`: was closed, is open",
            "Changed schema `Instruction`: was in requests, is in requests and replies",
            "Changed schema `Message`: was closed, is open",
            "Changed schema `Message`: was in requests, is in requests and replies",
            "Changed schema `Question`: was closed, is open",
            "Changed schema `Question`: was in requests, is in requests and replies",
            "Changed schema `Request`: was closed, is open",
            "Changed schema `Request`: was in requests, is in requests and replies",
            "Changed schema `Stop`: was in requests, is in requests and replies",
        ],
        &[
            "Changed field `Reply.parent`: `Request` became `Reply` [Rust] [wire]",
            "Changed field `Reply.parent`: may be null",
            "Changed schema `Detail`: was in requests and replies, is in requests",
            "Changed schema `Detail`: was open, is closed [Rust] [wire]",
            "Changed schema `Instruction`: was in requests and replies, is in requests",
            "Changed schema `Instruction`: was open, is closed [Rust] [wire]",
            "Changed schema `Message`: was in requests and replies, is in requests",
            "Changed schema `Message`: was open, is closed [Rust] [wire]",
            "Changed schema `Question`: was in requests and replies, is in requests",
            "Changed schema `Question`: was open, is closed [Rust] [wire]",
            "Changed schema `Request`: was in requests and replies, is in requests",
            "Changed schema `Request`: was open, is closed [Rust] [wire]",
            "Changed schema `Stop`: was in requests and replies, is in requests",
        ],
    );
}

#[test]
fn the_report_says_whom_a_change_breaks() {
    let without = SMALL.replacen("enum: [low, high]", "enum: [low]", 1);
    let (old, new) = (described(SMALL).unwrap(), described(&without).unwrap());
    let changes = compare::changes(&old.facts, &new.facts);
    assert_eq!(
        report::text(&changes),
        "1 change: 1 breaks Rust users, 1 breaks the wire.\n\nRemoved:\n  value `high` of `Detail`: in a closed enum\n    \
         breaks Rust: its variant is gone\n    breaks the wire: what says it is refused\n"
    );
    assert_eq!(
        report::changelog(&changes, "1", "2"),
        "## 2\n\n1 change: 1 breaks Rust users, 1 breaks the wire.\n\n### Removed\n\n- Value `high` of `Detail`: in a closed \
         enum. **Breaks Rust:** its variant is gone. **Breaks the wire:** what says it is refused.\n"
    );
    assert_eq!(report::text(&[]), "Nothing changed.\n");
    assert!(report::changelog(&[], "1", "1").starts_with("## Unreleased\n"));
}
