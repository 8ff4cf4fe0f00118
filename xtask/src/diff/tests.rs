//! Small changes of the small description, and what is said of them.

use super::{described, entry, lines, read};

const SMALL: &str = include_str!("../codegen/testdata/small.yaml");

/// Replaces a piece of the description, and expects these lines.
#[track_caller]
fn changing(old: &str, new: &str, expected: &[&str]) {
    assert!(SMALL.contains(old), "no {old:?} in the small description");
    let changed = SMALL.replacen(old, new, 1);
    let facts = |yaml: &str| described(yaml).unwrap().1;
    assert_eq!(
        lines(&facts(SMALL), &facts(&changed)),
        expected,
        "{old} -> {new}"
    );
    let back = lines(&facts(&changed), &facts(SMALL));
    assert_eq!(back.len(), expected.len(), "{back:#?}");
}

#[test]
fn words_are_no_facts() {
    changing("What was said.", "All that was said.", &[]);
    changing("x-server-default: 100", "x-server-default: 200", &[]);
    assert_eq!(
        entry(SMALL, SMALL).unwrap(),
        "## Unreleased\n\nNothing changed.\n"
    );
}

#[test]
fn fields() {
    let model = "        model: {description: Which model., type: string}\n";
    let seed = "        seed: {description: x, type: integer, format: int64}\n";
    changing(
        model,
        &format!("{model}{seed}"),
        &["- Added field `Request.seed`: optional `i64`."],
    );
    changing(
        "required: [id, items]\n      properties:\n        id: {description: Its name., type: string}\n",
        "required: [items]\n      properties:\n",
        &[
            "- Changed type `Reply`: open struct with `new(id, items)`, now open struct with `new(items)`. **Breaks Rust.**",
            "- Removed field `Reply.id`: required `String`. **Breaks Rust.**",
        ],
    );
    changing(
        "required: [model, messages]",
        "required: [messages, model]",
        &[
            "- Changed type `Request`: closed struct with `new(model, messages)`, now closed struct with `new(messages, model)`. **Breaks Rust.**",
        ],
    );
    changing(
        "minimum: 1\n",
        "minimum: 1\n          maximum: 5\n",
        &[
            "- Changed field `Request.limit`: optional `u64`, at least 1, now optional `u64`, 1 to 5.",
        ],
    );
    changing(
        "items: {type: integer, format: int32, minimum: 0}",
        "items: {type: integer, format: int64, minimum: 0}",
        &[
            "- Changed field `Reply.counts`: optional `Vec<u32>`, now optional `Vec<u64>`. **Breaks Rust.**",
        ],
    );
    changing(
        "allOf: [{$ref: '#/components/schemas/Stop'}], x-nullable: true",
        "allOf: [{$ref: '#/components/schemas/Stop'}]",
        &["- Changed field `Request.stop`: optional `Stop`, may be null, now optional `Stop`."],
    );
}

#[test]
fn values_and_variants() {
    changing(
        "enum: [low, high]",
        "enum: [low]",
        &["- Removed value `high` of `Detail`: `High`. **Breaks Rust.**"],
    );
    changing(
        "enum: [low, high]",
        "enum: [low, high]\n      x-open-enum: true",
        &["- Changed type `Detail`: closed enum, now open enum. **Breaks Rust.**"],
    );
    changing(
        "          developer: '#/components/schemas/Instruction'\n",
        "",
        &["- Removed variant `developer` of `Message`: `Developer(Instruction)`. **Breaks Rust.**"],
    );
    changing(
        "title: One, type: string",
        "title: Single, type: string",
        &[
            "- Changed variant for string of `Stop`: `One(String)`, now `Single(String)`. **Breaks Rust.**",
        ],
    );
}

#[test]
fn operations() {
    let reply = "in the raw client, `POST /v1/chat`, takes `Request`, answers `Reply` as application/json, answers `Reply` as text/event-stream";
    let moved = reply.replace("/v1/", "/v2/");
    changing(
        "  /v1/chat:",
        "  /v2/chat:",
        &[&format!(
            "- Changed operation `createReply`: {reply}, now {moved}."
        )],
    );
    let with = reply.replace("takes", "`x-y` in the header, takes");
    changing(
        "      requestBody: {required: true, content",
        "      parameters: [{name: x-y, in: header, schema: {type: string}}]\n      requestBody: {required: true, content",
        &[&format!(
            "- Changed operation `createReply`: {reply}, now {with}."
        )],
    );
    changing(
        "operationId: createReply",
        "operationId: makeReply",
        &[
            &format!("- Added operation `makeReply`: {reply}."),
            &format!("- Removed operation `createReply`: {reply}. **Breaks Rust.**"),
        ],
    );
}

#[test]
fn what_is_neither_a_file_nor_a_revision_is_named() {
    for place in ["no/such/file.yaml", "no-such-revision:openapi/groq.yaml"] {
        let error = format!("{:#}", read(place).unwrap_err());
        assert!(error.contains(place), "{error}");
    }
}
