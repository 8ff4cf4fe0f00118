//! groq-types is data: by default it depends on `serde` and `serde_json`, and nothing else.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::cargo;

/// How many crates the default tree may have, itself included.
const MOST: usize = 12;

/// What is allowed directly below it.
const DIRECT: [&str; 2] = ["serde", "serde_json"];

/// What would mean that it can talk to a network.
const NEVER: [&str; 3] = ["hyper", "reqwest", "tokio"];

pub(super) fn run() -> Result<()> {
    let tree = cargo::output(&[
        "tree",
        "-p",
        "groq-types",
        "--edges",
        "normal,build",
        "--prefix",
        "depth",
    ])?;
    match slip(&tree) {
        Some(slip) => {
            bail!("the default tree of groq-types {slip}; put it behind a feature\n{tree}")
        }
        None => Ok(()),
    }
}

/// What is wrong with a tree whose lines begin with their depth.
fn slip(tree: &str) -> Option<String> {
    let mut crates = BTreeSet::new();
    for line in tree.lines() {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let depth = &line[..line.len() - name.len()];
        let name = name.split(' ').next().unwrap_or_default();
        if depth == "1" && !DIRECT.contains(&name) {
            return Some(format!("has {name} directly below it"));
        }
        if NEVER.contains(&name) {
            return Some(format!("has {name}"));
        }
        crates.insert(name);
    }
    (crates.len() > MOST).then(|| {
        format!(
            "has {} crates, and {MOST} at most are allowed",
            crates.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tree_may_not_have() {
        let many = [
            "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
        ]
        .map(|name| format!("2{name} v1.0.0"));
        let many = many.join("\n");
        for (tree, expected) in [
            (
                "0groq-types v0.1.0\n1serde v1.0.0\n2serde_core v1.0.0",
                None,
            ),
            (
                "0groq-types v0.1.0\n1serde v1.0.0 (*)\n1itoa v1.0.0",
                Some("itoa directly"),
            ),
            (
                "0groq-types v0.1.0\n1serde v1.0.0\n2tokio v1.0.0",
                Some("has tokio"),
            ),
            (&many, Some("13 crates")),
        ] {
            let slip = slip(tree);
            match expected {
                Some(text) => assert!(
                    slip.as_ref().is_some_and(|slip| slip.contains(text)),
                    "{slip:?}"
                ),
                None => assert_eq!(slip, None),
            }
        }
    }
}
