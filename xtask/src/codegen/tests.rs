//! The generator as a whole: a small description beside the code expected from it, and what it refuses.
//!
//! `UPDATE_GOLDEN=1 cargo test -p xtask` writes the expected code anew; read the diff.

use std::{fs, path::PathBuf};

use super::groq_types;
use crate::lint;

const SMALL: &str = include_str!("testdata/small.yaml");

fn expected() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/codegen/testdata/expected")
}

#[test]
fn the_small_description_gives_the_expected_code() {
    let files = groq_types(SMALL).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(expected()).unwrap();
        for (name, code) in &files {
            fs::write(expected().join(name), code).unwrap();
        }
    }
    let mut names: Vec<String> = fs::read_dir(expected())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, files.keys().cloned().collect::<Vec<_>>());
    for (name, code) in &files {
        let golden = fs::read_to_string(expected().join(name)).unwrap();
        let diff = similar::TextDiff::from_lines(&golden, code);
        assert!(
            golden == *code,
            "{name}:\n{}",
            diff.unified_diff().context_radius(2)
        );
    }
}

#[test]
fn the_small_description_keeps_the_conventions() {
    lint::check(SMALL).unwrap();
}

#[test]
fn the_same_description_gives_the_same_bytes() {
    assert_eq!(groq_types(SMALL).unwrap(), groq_types(SMALL).unwrap());
}

/// Replaces a piece of the small description, and expects the generator to name the place and the remedy.
#[track_caller]
fn refuses(old: &str, new: &str, pointer: &str, text: &str) {
    assert!(SMALL.contains(old), "no {old:?} in the small description");
    let error = groq_types(&SMALL.replacen(old, new, 1)).unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.contains(&format!("#{pointer}:")) && message.contains(text),
        "{message}"
    );
}

#[test]
fn what_has_no_rust_is_an_error_with_its_place() {
    let request = "/components/schemas/Request/properties";
    refuses(
        "model: {description: Which model., type: string}",
        "model: {description: m, type: string, enum: [a]}",
        &format!("{request}/model"),
        "make it a component",
    );
    refuses(
        "extra: {description: Anything at all., x-any: true}",
        "extra: {description: e, type: object, properties: {a: {type: string}}}",
        &format!("{request}/extra"),
        "make it a component",
    );
    refuses(
        "extra: {description: Anything at all., x-any: true}",
        "extra: {description: e, anyOf: [{type: string}, {type: number}]}",
        &format!("{request}/extra"),
        "allOf: [{$ref: ..}]",
    );
    refuses(
        "extra: {description: Anything at all., x-any: true}",
        "extra: {$ref: '#/components/schemas/Stop'}",
        &format!("{request}/extra"),
        "beside a description",
    );
    refuses(
        "          format: int64\n",
        "",
        &format!("{request}/limit"),
        "int32",
    );
    refuses(
        "{title: Many, type: array, items: {type: string}}",
        "{title: Many, type: string}",
        "/components/schemas/Stop",
        "cannot be told apart",
    );
    refuses(
        "{title: One, type: string}",
        "{type: string}",
        "/components/schemas/Stop/oneOf/0",
        "title",
    );
    refuses(
        "enum: [low, high]",
        "enum: [low, LOW]",
        "/components/schemas/Detail",
        "taken",
    );
    refuses(
        "enum: [low, high]",
        "enum: [low, '-']",
        "/components/schemas/Detail",
        "no name",
    );
    refuses(
        "mapping: {output.text: '#/components/schemas/TextItem'}",
        "mapping: {}",
        "/components/schemas/Item",
        "map",
    );
    refuses(
        "mapping: {output.text: '#/components/schemas/TextItem'}",
        "mapping: {output.text: '#/components/schemas/Reply'}",
        "/components/schemas/Item",
        "no branch",
    );
    refuses(
        "description: An object without a known key.\n      type: object",
        "type: array\n      items: {type: string}",
        "/components/schemas/Nothing",
        "in place where it is used",
    );
}

#[test]
fn a_field_that_openapiv3_and_typify_read_differently_is_an_error_with_its_place() {
    refuses(
        "required: [id, items]",
        "required: [id, items, undescribed]",
        "/components/schemas/Reply/properties/undescribed",
        "disagree",
    );
}

#[test]
fn a_variant_of_several_tags_is_named_by_its_union_alone() {
    refuses(
        "items: {$ref: '#/components/schemas/Message'}",
        "items: {$ref: '#/components/schemas/Instruction'}",
        "/components/schemas/Request",
        "several tags",
    );
}

#[test]
fn what_has_no_arbitrary_value_is_an_error_with_its_place() {
    refuses(
        "model: {description: Which model., type: string}",
        "model: {description: m, type: string, pattern: '^a'}",
        "/components/schemas/Request/properties/model",
        "`pattern`",
    );
    refuses(
        "counts: {description: Some counts., type: array, items: {type: integer, format: int32, minimum: 0}}",
        "counts: {description: c, type: array, items: {type: integer, format: int32, multipleOf: 2}}",
        "/components/schemas/Reply/properties/counts/items",
        "`multipleOf`",
    );
    refuses(
        "required: [id, items]",
        "required: [id, items, parent]",
        "/components/schemas/Reply",
        "optional",
    );
}

#[test]
fn the_committed_code_is_what_the_description_says() {
    let root = crate::workspace::root();
    let yaml = fs::read_to_string(root.join(crate::workspace::SPEC)).unwrap();
    for (name, code) in groq_types(&yaml).unwrap() {
        let path = root.join("crates/groq-types/src/generated").join(&name);
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == code,
            "{name} is stale: run `cargo xtask generate`"
        );
    }
}
