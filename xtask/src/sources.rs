//! The Rust files of the workspace.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::workspace;

/// A file, its path counted from the root of the workspace and written with slashes.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) code: String,
}

impl Source {
    /// The code before the module of tests that ends the file.
    pub(crate) fn without_tests(&self) -> &str {
        let tests = self.code.find("\n#[cfg(test)]\nmod ");
        &self.code[..tests.unwrap_or(self.code.len())]
    }
}

/// All files of the crates, of `tests` and of this tool, sorted by path.
pub(crate) fn read() -> Result<Vec<Source>> {
    let root = workspace::root();
    let mut sources = Vec::new();
    for folder in ["crates", "tests", "xtask"] {
        below(&root, &root.join(folder), &mut sources)?;
    }
    sources.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(sources)
}

fn below(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
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
