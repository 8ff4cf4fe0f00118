//! The Rust files of the workspace.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// A file, its path counted from the root of the workspace and written with slashes.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) code: String,
}

/// All of them, sorted by path.
pub(super) fn read(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in ["crates", "tests"] {
        below(root, &root.join(folder), &mut sources)?;
    }
    sources.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(sources)
}

fn below(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    for entry in entries {
        let path = entry
            .with_context(|| format!("list {}", folder.display()))?
            .path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                below(root, &path, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code =
                fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            let path = path.strip_prefix(root).unwrap_or(&path);
            sources.push(Source {
                path: path.display().to_string().replace('\\', "/"),
                code,
            });
        }
    }
    Ok(())
}
