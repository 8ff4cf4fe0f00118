//! Calls cargo.

use std::{ffi::OsString, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Runs a command of cargo at the root of the workspace; warnings of `cargo doc` are errors.
pub(crate) fn run(arguments: &str) -> Result<()> {
    let mut command = command(arguments);
    if arguments.starts_with("doc ") {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    let status = command.status();
    let status = status.with_context(|| format!("cargo {arguments}"))?;
    if !status.success() {
        bail!("cargo {arguments}: {status}");
    }
    Ok(())
}

/// What cargo writes to its standard output.
pub(super) fn output(arguments: &str) -> Result<String> {
    let output = command(arguments).output();
    let output = output.with_context(|| format!("cargo {arguments}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("cargo {arguments}: {}", errors.trim());
    }
    let text = String::from_utf8(output.stdout);
    text.with_context(|| format!("cargo {arguments}: its output is not UTF-8"))
}

/// Whether a subcommand is installed.
pub(super) fn has(subcommand: &str) -> bool {
    let output = command(&format!("{subcommand} --version")).output();
    output.is_ok_and(|output| output.status.success())
}

/// The packages of the workspace, as `cargo metadata` describes them.
pub(crate) fn packages() -> Result<Vec<Value>> {
    let json = output("metadata --format-version 1 --no-deps")?;
    let mut metadata: Value = serde_json::from_str(&json).context("read cargo metadata")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo metadata lists no packages"),
    }
}

pub(crate) fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap_or_default()
}

fn command(arguments: &str) -> Command {
    // The cargo that runs us, where it says so.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    let arguments = arguments.split_whitespace();
    command.args(arguments).current_dir(workspace::root());
    command
}
