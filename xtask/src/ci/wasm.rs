//! What claims to work in a browser compiles for `wasm32-unknown-unknown`, and has nothing of sockets or of TLS below it.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use super::cargo;

const TARGET: &str = "wasm32-unknown-unknown";

/// The crates, with the features that they are checked with.
const CRATES: [&str; 4] = [
    "groq-types --features client,schema",
    "groq-core",
    "groq-core --all-features",
    "groq-json",
];

/// What opens sockets by itself, or does its own TLS.
const NEVER: [&str; 5] = ["hyper", "mio", "ring", "rustls", "socket2"];

pub(super) fn run() -> Result<()> {
    for what in CRATES {
        let how = "-e normal --prefix none --format {p}";
        let tree = cargo::output(&format!("tree -p {what} --target {TARGET} {how}"))?;
        if let Some(slip) = slip(&tree) {
            bail!("{what} has {slip} below it on {TARGET}; gate it by target\n{tree}");
        }
    }
    if !has_target() {
        let add = format!("rustup target add {TARGET}");
        println!("  NOT CHECKED: the target {TARGET} is not installed, and `{add}` fails");
        return Ok(());
    }
    for what in CRATES {
        println!("  {what}");
        // Style is judged on the host: what is left out here makes some of it look odd.
        let lints = "-D warnings -A clippy::all -A clippy::pedantic";
        cargo::run(&format!(
            "clippy --quiet -p {what} --target {TARGET} -- {lints}"
        ))?;
    }
    Ok(())
}

/// The first crate of a tree, one a line, that has no place in a browser.
fn slip(tree: &str) -> Option<&str> {
    let mut names = tree.lines().filter_map(|line| line.split(' ').next());
    names.find(|name| NEVER.contains(name))
}

/// Whether there is a standard library for the target, which is fetched where that works.
fn has_target() -> bool {
    let add = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    let sysroot = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let folder = sysroot.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    add.is_ok_and(|status| status.success())
        || folder.is_ok_and(|folder| Path::new(&folder).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_has_no_place_for() {
        for (tree, expected) in [
            ("groq-core v0.1.0\nhyper-util v0.1.0\nreqwest v0.13.0", None),
            ("groq-core v0.1.0\nrustls v0.23.0 (*)", Some("rustls")),
            ("mio v1.0.0", Some("mio")),
        ] {
            assert_eq!(slip(tree), expected);
        }
    }
}
