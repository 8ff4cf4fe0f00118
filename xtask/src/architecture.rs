//! `cargo xtask architecture`: holds the sentences of ARCHITECTURE.md that a program can hold.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    ci::cargo,
    sources::{self, Source},
    workspace,
};

/// Each published crate, and the crates of this workspace that it may depend on: arrows point down.
const DEPENDENCIES: [(&str, &str); 8] = [
    ("groq-types", ""),
    ("groq-models", "groq-types"),
    ("groq-httpmock", "groq-types"),
    // The mock decides nothing with the client's code, so that the two check each other.
    ("groq-mock", "groq-types groq-models"),
    ("groq-core", "groq-types groq-models"),
    ("groq-json", "groq-types groq-models groq-core"),
    ("groq-audio", "groq-types groq-models groq-core"),
    (
        "groq-cli",
        "groq-types groq-models groq-core groq-json groq-audio groq-mock",
    ),
];

/// What the wire types may depend on without a feature: they are data.
const TYPES_NEED: [&str; 2] = ["serde", "serde_json"];

/// A word of the code, and where alone it may stand: files, or folders with a slash at the end.
struct Word {
    text: &'static str,
    places: &'static [&'static str],
    why: &'static str,
}

const WORDS: [Word; 2] = [
    Word {
        text: "reqwest::",
        places: &[
            "crates/groq-core/src/transport/",
            // `configure_reqwest` is the one hook with the library in its type.
            "crates/groq-core/src/config.rs",
            "crates/groq-types/src/client.rs",
            "crates/groq-types/src/generated/client.rs",
        ],
        why: "only the transport of groq-core and the raw client name the HTTP library",
    },
    Word {
        text: "block_on(",
        places: &[
            "crates/groq-cli/src/interrupt.rs",
            "crates/groq-cli/src/main.rs",
            "crates/groq-core/src/blocking/worker.rs",
            "crates/groq-mock/src/blocking.rs",
        ],
        why: "tokio's `block_on` panics inside a runtime: it may only run on a thread of its own",
    },
];

/// The catalog of faults, whose codes stand in the doc comments of tests.
const FAULTS: &str = "tests/faults.md";

pub(crate) fn run() -> Result<()> {
    let mut slips = dependencies(&cargo::packages()?);
    let sources = sources::read()?;
    slips.extend(words(&sources));
    let catalog = fs::read_to_string(workspace::root().join(FAULTS)).context(FAULTS)?;
    slips.extend(faults(&catalog, &sources));
    if !slips.is_empty() {
        bail!("{}", slips.join("\n"));
    }
    Ok(())
}

/// Dependencies that point up, or out of the table; those of tests are free.
fn dependencies(packages: &[Value]) -> Vec<String> {
    let ours: Vec<&str> = packages.iter().map(cargo::name).collect();
    let mut slips = Vec::new();
    for package in packages {
        let name = cargo::name(package);
        let Some((_, allowed)) = DEPENDENCIES.iter().find(|(of, _)| *of == name) else {
            continue;
        };
        let is_ordinary = |dependency: &&Value| dependency["kind"].is_null();
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        for dependency in dependencies.filter(is_ordinary) {
            let on = cargo::name(dependency);
            let is_optional = dependency["optional"] == true;
            if name == "groq-types" && !is_optional && !TYPES_NEED.contains(&on) {
                slips.push(format!("{name} depends on {on}: put it behind a feature"));
            }
            if ours.contains(&on) && !allowed.split(' ').any(|crate_| crate_ == on) {
                slips.push(format!("{name} depends on {on}: an arrow that points up"));
            }
        }
    }
    slips
}

fn words(sources: &[Source]) -> Vec<String> {
    let mut slips = Vec::new();
    for source in sources {
        let is_library = source.path.starts_with("crates/") && source.path.contains("/src/");
        if !is_library || source.path.starts_with("crates/groq-bench/") {
            continue;
        }
        let is_test = source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
        let code = source.without_tests();
        for Word { text, places, why } in WORDS {
            let is_allowed = places.iter().any(|place| {
                source.path == *place || place.ends_with('/') && source.path.starts_with(place)
            });
            let stands = |line: &&str| line.contains(text) && !line.trim_start().starts_with("//");
            if !is_test && !is_allowed && code.lines().any(|line| stands(&line)) {
                slips.push(format!("{}: has `{text}`; {why}", source.path));
            }
        }
    }
    slips
}

/// Codes of faults that stand in tests alone or in the catalog alone.
fn faults(catalog: &str, sources: &[Source]) -> Vec<String> {
    let rows = catalog.lines().filter_map(|line| line.strip_prefix("- "));
    let listed: BTreeSet<&str> = rows.flat_map(codes).collect();
    let comments = sources
        .iter()
        .flat_map(|source| source.code.lines())
        .filter_map(|line| line.trim_start().strip_prefix("/// "));
    let used: BTreeSet<&str> = comments.flat_map(codes).collect();
    let slips = listed.symmetric_difference(&used);
    slips
        .map(|code| format!("{code}: not both in {FAULTS} and above a test"))
        .collect()
}

/// The codes that a line begins with: `R01, S17`.
fn codes(line: &str) -> impl Iterator<Item = &str> {
    let is_code = |word: &&str| {
        let number = word.strip_prefix(['R', 'S', 'B', 'H']);
        number.is_some_and(|number| number.len() == 2 && number.parse::<u8>().is_ok())
    };
    line.split([',', ' ', ':', ';', '.'])
        .filter(|word| !word.is_empty())
        .take_while(is_code)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_arrow_that_points_up_is_named() {
        let on = |name: &str, kind: Value| json!({"name": name, "kind": kind});
        let packages = [
            json!({"name": "groq-types", "dependencies": [
                on("serde", Value::Null), on("rand", Value::Null),
                json!({"name": "reqwest", "kind": null, "optional": true}),
            ]}),
            json!({"name": "groq-mock", "dependencies": [
                on("groq-types", Value::Null), on("groq-core", json!("dev")),
            ]}),
            json!({"name": "groq-core", "dependencies": [on("groq-mock", Value::Null)]}),
        ];
        let slips = dependencies(&packages);
        assert_eq!(
            slips,
            [
                "groq-types depends on rand: put it behind a feature",
                "groq-core depends on groq-mock: an arrow that points up",
            ]
        );
    }

    #[test]
    fn a_word_out_of_its_place_is_named() {
        let source = |path: &str, code: &str| Source {
            path: path.to_owned(),
            code: code.to_owned(),
        };
        let slips = words(&[
            source("crates/groq-core/src/transport/a.rs", "reqwest::Client"),
            source("crates/groq-core/src/batch.rs", "/// `reqwest::Client`"),
            source("crates/groq-cli/src/talk.rs", "runtime.block_on(work)"),
            source("crates/groq-cli/tests/it/a.rs", "runtime.block_on(work)"),
            source(
                "crates/groq-json/src/a.rs",
                "\n#[cfg(test)]\nmod tests { reqwest::get() }",
            ),
        ]);
        assert_eq!(slips.len(), 1, "{slips:#?}");
        assert!(slips[0].starts_with("crates/groq-cli/src/talk.rs: has `block_on(`"));
    }

    #[test]
    fn a_fault_that_is_listed_or_tested_alone_is_named() {
        let test = Source {
            path: "crates/groq-core/tests/it/a.rs".to_owned(),
            code: "/// R01, S17\n/// H22: more words, B01\n".to_owned(),
        };
        let slips = faults("text\n- R01: one\n- R02: two\n- S17: three\n", &[test]);
        assert_eq!(slips.len(), 2, "{slips:#?}");
        assert!(slips[0].starts_with("H22") && slips[1].starts_with("R02"));
    }
}
