//! Calls cargo.

use std::{ffi::OsString, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Runs cargo at the root of the workspace; it says itself what it does.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    run_with(arguments, &[])
}

/// The same, with variables added to the environment.
pub(super) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let status = command(arguments)
        .envs(environment.iter().copied())
        .status()
        .with_context(|| said(arguments))?;
    if !status.success() {
        bail!("{}: {status}", said(arguments));
    }
    Ok(())
}

/// What cargo writes to its standard output.
pub(super) fn output(arguments: &[&str]) -> Result<String> {
    let output = command(arguments)
        .output()
        .with_context(|| said(arguments))?;
    if !output.status.success() {
        let said_itself = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", said(arguments), said_itself.trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{}: its output is not UTF-8", said(arguments)))
}

/// Whether a subcommand is installed.
pub(super) fn has(subcommand: &str) -> bool {
    command(&[subcommand, "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The packages of the workspace, as `cargo metadata` describes them.
pub(crate) fn packages() -> Result<Vec<Value>> {
    let json = output(&["metadata", "--format-version", "1", "--no-deps"])?;
    let mut metadata: Value =
        serde_json::from_str(&json).context("read what cargo metadata says")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo metadata lists no packages"),
    }
}

pub(crate) fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap_or_default()
}

fn command(arguments: &[&str]) -> Command {
    // The cargo that runs us, where it says so.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(workspace::root());
    command
}

fn said(arguments: &[&str]) -> String {
    format!("cargo {}", arguments.join(" "))
}
