//! `cargo xtask coverage`: every layer has every operation.
//!
//! A layer has an operation if its code names it: by its constant of `groq_types::operations`, or by its id. That each of them works is the
//! business of `tests/accepted.rs`, which calls all operations and fails for one that it does not call.

use std::fs;

use anyhow::{Context, Result, bail};
use heck::ToShoutySnakeCase;

use crate::{
    codegen::{self, load},
    sources::{self, Source},
    workspace,
};

/// The layers, each with what fills a gap.
const LAYERS: [(&str, &str); 3] = [
    ("groq-core", "add a method to the resource of its tag"),
    ("groq-mock", "answer it in the router"),
    ("groq-httpmock", "run `cargo xtask generate`"),
];

pub(crate) fn run() -> Result<()> {
    let spec = workspace::root().join(workspace::SPEC);
    let yaml = fs::read_to_string(&spec).with_context(|| format!("read {}", spec.display()))?;
    let operations = codegen::model(&load::api(&yaml)?)?.operations;
    let ids: Vec<&str> = operations.iter().map(|one| one.id.as_str()).collect();
    let gaps = gaps(&ids, &sources::read()?);
    if !gaps.is_empty() {
        bail!("{} gaps:\n  {}", gaps.len(), gaps.join("\n  "));
    }
    println!("{} operations in {} layers", ids.len(), LAYERS.len());
    Ok(())
}

fn gaps(ids: &[&str], sources: &[Source]) -> Vec<String> {
    let mut gaps = Vec::new();
    for (layer, mend) in LAYERS {
        let folder = format!("crates/{layer}/src/");
        let code = sources.iter().filter(|it| it.path.starts_with(&folder));
        let code: Vec<&str> = code.map(Source::without_tests).collect();
        for id in ids {
            let constant = id.to_shouty_snake_case();
            if !code.iter().any(|code| names(code, &[&constant, id])) {
                let what = format!("does not name `operations::{constant}`");
                gaps.push(format!("{id}: {layer} {what}; {mend}"));
            }
        }
    }
    gaps
}

/// Whether the code has one of the names as a whole word.
fn names(code: &str, names: &[&str]) -> bool {
    let mut words = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.any(|word| names.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_without_an_operation_is_named() {
        let source = |path: &str, code: &str| Source {
            path: path.to_owned(),
            code: code.to_owned(),
        };
        let tests = "\n#[cfg(test)]\nmod tests { use operations::LIST_MODELS; }";
        let sources = [
            source(
                "crates/groq-core/src/api.rs",
                "call(&operations::LIST_MODELS)",
            ),
            source("crates/groq-mock/src/router.rs", tests),
            source("crates/groq-httpmock/src/generated/a.rs", "LIST_MODELS_TOO"),
        ];
        let gaps = gaps(&["listModels"], &sources);
        assert_eq!(gaps.len(), 2, "{gaps:#?}");
        assert!(
            gaps[0].starts_with("listModels: groq-mock does not name `operations::LIST_MODELS`")
        );
        assert!(gaps[1].contains("groq-httpmock"));
    }
}
