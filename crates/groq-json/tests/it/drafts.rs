//! Schemas of drafts 4 to 7.

use groq_json::{Finish, Format};
use serde_json::{Value, json};

#[test]
fn older_drafts_are_read_as_they_were_meant() {
    let table = [
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://x.org/s/a.json", "type": "object",
                "properties": {"p": {"$ref": "https://x.org/s/a.json#/definitions/P"}, "q": {"$ref": "a.json#/definitions/P"}},
                "definitions": {"P": {"type": "integer"}}}),
            json!({"p": 1, "q": 2}),
            json!({"p": 1, "q": "2"}),
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "id": "http://x.org/root", "type": "object",
                "properties": {"n": {"type": "number", "minimum": 0, "exclusiveMinimum": true}, "self": {"$ref": "http://x.org/root#"}}}),
            json!({"n": 0.5, "self": {"n": 1}}),
            json!({"n": 0}),
        ),
        (
            json!({"type": "object", "properties": {
                "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": false}}}),
            json!({"pair": ["a", 1]}),
            json!({"pair": ["a", 1, 2]}),
        ),
        (
            json!({"type": "object", "properties": {"a": {"$ref": "#name"}}, "definitions": {"A": {"$id": "#name", "type": "boolean"}}}),
            json!({"a": true}),
            json!({"a": 1}),
        ),
        (
            json!({"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "dependencies": {"a": ["b"], "b": {"required": ["c"]}}}),
            json!({"a": 1, "b": 2, "c": 3}),
            json!({"a": 1, "c": 3}),
        ),
        // A member may have the name of a keyword.
        (
            json!({"type": "object", "properties": {"id": {"type": "string"}, "items": {"type": "array", "items": {"type": "integer"}}}}),
            json!({"id": "#x", "items": [1]}),
            json!({"id": 1}),
        ),
    ];
    for (schema, good, bad) in table {
        let format = Format::from_schema("s", schema.clone()).unwrap();
        let parse = |value: &Value| format.parse(&value.to_string(), Finish::Stop);
        assert_eq!(parse(&good).unwrap().value, good, "{schema}");
        assert!(parse(&bad).unwrap_err().is_invalid(), "{schema}");
    }
}

#[test]
fn references_that_cannot_be_followed_say_where_and_what_to_change() {
    for (reference, words) in [
        ("https://x.org/other.json", "copy its target into `$defs`"),
        ("other.json#/definitions/A", "copy its target into `$defs`"),
        ("#/definitions/A", "leads nowhere"),
    ] {
        let schema = json!({"type": "object", "properties": {"a": {"items": {"$ref": reference}}}});
        let error = Format::from_schema("s", schema).unwrap_err();
        assert_eq!(error.path(), Some("/properties/a/items"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}
