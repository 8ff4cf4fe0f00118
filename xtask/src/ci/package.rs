//! Each published crate can be published: its manifest says what a registry and docs.rs want to know, and what is packed
//! compiles without the rest of the workspace.

use anyhow::{Result, bail};
use serde_json::Value;

use super::cargo;

pub(super) fn run() -> Result<()> {
    let packages = cargo::published()?;
    let slips: Vec<String> = packages.iter().flat_map(slips).collect();
    if !slips.is_empty() {
        bail!("{}", slips.join("\n"));
    }
    // All in one call, so that those which depend on each other find each other: no registry has them yet. What is not
    // committed is packed as well, because this is a rehearsal.
    let mut arguments = vec!["package", "--quiet", "--allow-dirty"];
    for package in &packages {
        arguments.extend(["-p", cargo::name(package)]);
    }
    cargo::run(&arguments)
}

/// What a manifest lacks.
fn slips(package: &Value) -> Vec<String> {
    let says = |pointer: &str| match package.pointer(pointer) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Bool(yes)) => *yes,
        _ => false,
    };
    let wanted = [
        ("/description", "description"),
        ("/license", "license"),
        ("/rust_version", "rust-version"),
        ("/keywords", "keywords"),
        ("/categories", "categories"),
        (
            "/metadata/docs/rs/all-features",
            "[package.metadata.docs.rs] all-features = true",
        ),
    ];
    let missing = wanted.iter().filter(|(pointer, _)| !says(pointer));
    missing
        .map(|(_, what)| {
            format!(
                "{}: its manifest lacks `{what}`; add it",
                cargo::name(package)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_manifest_lacks_is_named() {
        let whole = json!({
            "name": "x", "description": "X.", "license": "MIT", "rust_version": "1.88", "keywords": ["x"],
            "categories": ["y"], "metadata": {"docs": {"rs": {"all-features": true}}},
        });
        let mut lacking = whole.clone();
        lacking["description"] = json!("");
        lacking["metadata"] = Value::Null;
        let slips: Vec<String> = [whole, lacking].iter().flat_map(slips).collect();
        assert_eq!(slips.len(), 2, "{slips:?}");
        assert!(
            slips[0].contains("`description`") && slips[1].contains("docs.rs"),
            "{slips:?}"
        );
    }
}
