//! Where things are.

use std::path::{Path, PathBuf};

/// The description that everything is generated from.
pub(crate) const SPEC: &str = "openapi/groq.yaml";

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}
