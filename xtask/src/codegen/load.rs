//! Reads the description.

use anyhow::{Context, Result};
use openapiv3::OpenAPI;
use serde_json::Value;

/// The description as openapiv3 understands it, properties in the order of the file.
pub(crate) fn api(yaml: &str) -> Result<OpenAPI> {
    serde_yaml_ng::from_str(yaml).context("read the OpenAPI description")
}

/// The description as plain data: what the lint looks at, before any tool has read a meaning into it.
pub(crate) fn raw(yaml: &str) -> Result<Value> {
    serde_yaml_ng::from_str(yaml).context("read the OpenAPI description as YAML")
}
