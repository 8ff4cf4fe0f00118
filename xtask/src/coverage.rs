//! `cargo xtask coverage`: every operation of the description has its method, its mock, its expectation and its test.
//!
//! Nothing is listed by hand; the code is read. What counts is in [`scan`].

mod scan;
mod sources;

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use heck::ToUpperCamelCase;

use crate::{
    codegen::{load, model},
    workspace,
};
use scan::Found;

/// What to do about gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Fail,
    Report,
}

pub(crate) fn run(mode: Mode) -> Result<()> {
    let root = workspace::root();
    let spec = root.join(workspace::SPEC);
    let yaml = fs::read_to_string(&spec).with_context(|| format!("read {}", spec.display()))?;
    let operations = operations(&yaml)?;
    let found = scan::scan(&sources::read(&root)?, &operations)?;
    let rows: Vec<Row> = operations
        .iter()
        .flat_map(|operation| rows(operation, &found))
        .collect();
    print!("{}", table(&rows));
    let gaps: Vec<String> = rows.iter().flat_map(Row::gaps).collect();
    if mode == Mode::Fail && !gaps.is_empty() {
        bail!("{} gaps:\n  {}", gaps.len(), gaps.join("\n  "));
    }
    Ok(())
}

/// An operation of the description.
struct Operation {
    id: String,
    /// Whether it can answer with an event stream.
    streams: bool,
}

fn operations(yaml: &str) -> Result<Vec<Operation>> {
    let api = load::api(yaml)?;
    let operations = model::operations(&api)
        .into_iter()
        .filter_map(|(_, _, spec)| {
            let mut replies = spec
                .responses
                .responses
                .values()
                .filter_map(|reply| reply.as_item());
            Some(Operation {
                id: spec.operation_id.clone()?,
                streams: replies.any(|reply| reply.content.contains_key("text/event-stream")),
            })
        });
    Ok(operations.collect())
}

/// A way to use an operation, and where each layer has it.
struct Row {
    name: String,
    /// What the layers are called, and where they have it; `None` is a gap.
    cells: [Cell; 5],
}

struct Cell {
    layer: &'static str,
    place: Option<String>,
    /// What would fill the gap.
    mend: String,
}

impl Row {
    fn gaps(&self) -> Vec<String> {
        let empty = self.cells.iter().filter(|cell| cell.place.is_none());
        empty
            .map(|cell| format!("{}: not in {}; {}", self.name, cell.layer, cell.mend))
            .collect()
    }
}

/// The plain operation, and its stream where it has one.
fn rows(operation: &Operation, found: &Found) -> Vec<Row> {
    let mut rows = vec![row(operation, &scan::Use::plain(&operation.id), found)];
    if operation.streams {
        rows.push(row(operation, &scan::Use::stream(&operation.id), found));
    }
    rows
}

fn row(operation: &Operation, used: &scan::Use, found: &Found) -> Row {
    let first =
        |places: Option<&BTreeSet<String>>| places.and_then(|places| places.first().cloned());
    let variant = operation.id.to_upper_camel_case();
    let none = BTreeSet::new();
    let blocking = found.blocking.get(used).unwrap_or(&none);
    let methods = found.methods.get(used).unwrap_or(&none);
    let missing: Vec<&str> = methods.difference(blocking).map(String::as_str).collect();
    let cells = [
        Cell {
            layer: "groq-core",
            place: first(found.methods.get(used)),
            mend: format!(
                "a method in crates/groq-core/src/api whose documentation says \"Operation: `{}`.\"",
                operation.id
            ),
        },
        Cell {
            layer: "blocking",
            place: missing.is_empty().then(|| "yes".to_owned()),
            mend: format!(
                "crates/groq-core/src/blocking needs {} with the same documentation line",
                missing.join(", ")
            ),
        },
        Cell {
            layer: "groq-mock",
            place: found.mocked.contains(&variant).then(|| variant.clone()),
            mend: format!("give its `enum Operation` a variant `{variant}`"),
        },
        Cell {
            layer: "groq-httpmock",
            place: found.expectations.contains(used).then(|| "yes".to_owned()),
            mend: "run `cargo xtask generate`".to_owned(),
        },
        Cell {
            layer: "tests",
            place: first(found.tests.get(used)),
            mend: "a test that calls the method of groq-core as in `client.models().list()`"
                .to_owned(),
        },
    ];
    Row {
        name: used.to_string(),
        cells,
    }
}

fn table(rows: &[Row]) -> String {
    let place = |cell: &Cell| cell.place.clone().unwrap_or_else(|| "MISSING".to_owned());
    let mut lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut line = vec![row.name.clone()];
            line.extend(row.cells.iter().map(place));
            line
        })
        .collect();
    let mut head = vec!["operation".to_owned()];
    head.extend(
        rows.iter()
            .take(1)
            .flat_map(|row| row.cells.iter().map(|cell| cell.layer.to_owned())),
    );
    lines.insert(0, head);
    let mut text = String::new();
    for line in &lines {
        let mut padded = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width = lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(String::len)
                .max();
            padded.push_str(&format!(
                "{cell:width$}  ",
                width = width.unwrap_or_default()
            ));
        }
        text.push_str(padded.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{sources::Source, *};

    const SPEC: &str = include_str!("codegen/testdata/small.yaml");

    const CORE: &str = "
        impl Chat<'_> {
            /// Operation: `createReply`.
            pub async fn create(&self) {}
            /// In pieces.
            ///
            /// Operation: `createReply`.
            pub async fn stream(&self) {}
        }";

    fn found(files: &[(&str, &str)]) -> Found {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, code)| Source {
                path: (*path).to_owned(),
                code: (*code).to_owned(),
            })
            .collect();
        scan::scan(&sources, &operations(SPEC).unwrap()).unwrap()
    }

    fn gaps(found: &Found) -> Vec<String> {
        let rows = operations(SPEC).unwrap();
        let gaps = rows
            .iter()
            .flat_map(|operation| rows_gaps(operation, found));
        gaps.collect()
    }

    fn rows_gaps(operation: &Operation, found: &Found) -> Vec<String> {
        rows(operation, found).iter().flat_map(Row::gaps).collect()
    }

    #[test]
    fn each_layer_is_found_where_it_has_the_operation() {
        let found = found(&[
            (
                "crates/groq-core/src/client.rs",
                "impl Client { pub fn chat(&self) -> Chat<'_> { Chat } }",
            ),
            ("crates/groq-core/src/api/chat.rs", CORE),
            ("crates/groq-core/src/blocking/chat.rs", CORE),
            (
                "crates/groq-mock/src/router.rs",
                "enum Operation { CreateReply, UploadFile }",
            ),
            (
                "crates/groq-httpmock/src/generated/mod.rs",
                "pub trait MockServerExt { fn create_reply(&self); fn upload_file(&self); }
                 impl CreateReplyThen { pub fn ok_stream(self) {} }",
            ),
            (
                "tests/replies.rs",
                "#[tokio::test] async fn works() { assert!(client.chat().create(request).await.is_ok(), \"no\"); }",
            ),
        ]);
        let gaps = gaps(&found);
        assert_eq!(gaps.len(), 3, "{gaps:#?}");
        assert!(
            gaps[0].starts_with("createReply (stream): not in tests"),
            "{gaps:#?}"
        );
        assert!(
            gaps[1].starts_with("uploadFile: not in groq-core; ")
                && gaps[1].contains("Operation: `uploadFile`."),
            "{gaps:#?}"
        );
        assert!(gaps[2].starts_with("uploadFile: not in tests"), "{gaps:#?}");
    }

    #[test]
    fn each_method_has_its_blocking_twin() {
        let blocking = CORE.replace("stream", "other");
        let found = found(&[
            ("crates/groq-core/src/api/chat.rs", CORE),
            ("crates/groq-core/src/blocking/chat.rs", &blocking),
        ]);
        let gaps = gaps(&found);
        let gaps: Vec<_> = gaps.iter().filter(|gap| gap.contains("blocking")).collect();
        assert_eq!(gaps.len(), 1, "{gaps:#?}");
        assert!(gaps[0].starts_with("createReply (stream)") && gaps[0].contains("Chat::stream"));
    }

    #[test]
    fn a_call_in_code_that_is_no_test_is_no_test() {
        let core = [
            (
                "crates/groq-core/src/client.rs",
                "impl Client { pub fn chat(&self) -> Chat<'_> { Chat } }",
            ),
            ("crates/groq-core/src/api/chat.rs", CORE),
        ];
        let with = |path, code| found(&[core[0], core[1], (path, code)]);
        let used = scan::Use::plain("createReply");
        let calls = "fn f() { client.chat().create(request); }";
        assert!(with("crates/groq-cli/src/chat.rs", calls).tests.is_empty());
        assert!(
            with("crates/groq-cli/tests/it/chat.rs", calls)
                .tests
                .contains_key(&used)
        );
        let held = "fn f() { let chat = client.chat(); chat.create(request); }";
        assert!(with("tests/chat.rs", held).tests.contains_key(&used));
        let module = "#[cfg(test)] mod tests { fn f() { client.chat().create(request); } }";
        assert!(
            with("crates/groq-cli/src/chat.rs", module)
                .tests
                .contains_key(&used)
        );
    }

    #[test]
    fn a_method_of_an_operation_that_is_none_is_a_slip() {
        let source = Source {
            path: "crates/groq-core/src/api/chat.rs".to_owned(),
            code: CORE.replacen("createReply", "createReplies", 1),
        };
        let Err(error) = scan::scan(&[source], &operations(SPEC).unwrap()) else {
            panic!("`createReplies` is an operation");
        };
        let error = format!("{error:#}");
        assert!(
            error.contains("api/chat.rs: `Chat::create`") && error.contains("`createReplies`"),
            "{error}"
        );
    }

    #[test]
    fn the_table_is_aligned() {
        let text = table(&rows(&operations(SPEC).unwrap()[0], &found(&[])));
        let columns: BTreeSet<Option<usize>> = text
            .lines()
            .skip(1)
            .map(|line| line.find("MISSING"))
            .collect();
        assert_eq!(columns.len(), 1, "{text}");
    }
}
