//! The small description of the generator's tests beside the expectations that become of it.
//!
//! `UPDATE_GOLDEN=1 cargo test -p xtask` writes the expected code anew; read the diff.

use std::{fs, path::PathBuf};

use crate::{codegen::groq_httpmock, workspace};

const SMALL: &str = include_str!("../../testdata/small.yaml");

#[test]
fn the_small_description_gives_the_expected_code() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/codegen/testdata/expected_httpmock");
    for (name, code) in groq_httpmock(SMALL).unwrap() {
        let path = folder.join(&name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &code).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        let diff = similar::TextDiff::from_lines(&golden, &code);
        assert!(
            golden == code,
            "{name}:\n{}",
            diff.unified_diff().context_radius(2)
        );
    }
}

#[test]
fn what_has_no_expectation_is_refused_with_its_place() {
    for (old, new, expected) in [
        (
            "multipart/form-data:",
            "text/csv:",
            "#/paths/~1v1~1files/post/requestBody: a body of `text/csv`",
        ),
        (
            "content: {application/json: {schema: {$ref: '#/components/schemas/Nothing'}}}",
            "content: {application/json: {schema: {type: string}}}",
            "#/paths/~1v1~1files/post: a reply in JSON that is neither a named schema nor a choice of them",
        ),
        (
            "'200': {description: It",
            "'201': {description: It",
            "#/paths/~1v1~1files/post/responses: no 200",
        ),
        (
            "x-event-schema: {$ref: '#/components/schemas/Reply'}",
            "x-event-schema: Reply",
            "#/paths/~1v1~1chat/post: an event stream",
        ),
    ] {
        assert!(SMALL.contains(old), "no {old:?} in the small description");
        let error = format!(
            "{:#}",
            groq_httpmock(&SMALL.replacen(old, new, 1)).unwrap_err()
        );
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_committed_code_is_what_the_description_says() {
    let root = workspace::root();
    let yaml = fs::read_to_string(root.join(workspace::SPEC)).unwrap();
    for (name, code) in groq_httpmock(&yaml).unwrap() {
        let path = root.join("crates/groq-httpmock/src/generated").join(&name);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == code,
            "{name} is stale: run `cargo xtask generate`"
        );
    }
}
