//! Where a description comes from: a file, or a revision of one.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// The text of a file, or of `REVISION:PATH`.
pub(super) fn read(place: &str) -> Result<String> {
    let in_git = place.contains(':') && !Path::new(place).exists();
    if in_git {
        shown(place)
    } else {
        fs::read_to_string(place).with_context(|| format!("read {place}"))
    }
}

fn shown(object: &str) -> Result<String> {
    let output = Command::new("git")
        .args(["show", object])
        .current_dir(workspace::root())
        .output()
        .context("run git")?;
    if !output.status.success() {
        bail!(
            "git show {object}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("git show {object}: not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_a_file_nor_a_revision_is_named() {
        for place in ["no/such/file.yaml", "no-such-revision:openapi/groq.yaml"] {
            let error = format!("{:#}", read(place).unwrap_err());
            assert!(error.contains(place), "{error}");
        }
    }
}
