//! The Rust files of the workspace.

use std::{fs, io};

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
    let mut open = ["crates", "tests", "xtask"]
        .map(|folder| root.join(folder))
        .to_vec();
    let mut sources = Vec::new();
    while let Some(path) = open.pop() {
        let context = || format!("read {}", path.display());
        if path.is_dir() {
            if !path.ends_with("target") {
                let entries = fs::read_dir(&path).with_context(context)?;
                let paths = entries.map(|entry| Ok(entry?.path()));
                open.extend(
                    paths
                        .collect::<io::Result<Vec<_>>>()
                        .with_context(context)?,
                );
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&path).with_context(context)?;
            let path = path.strip_prefix(&root).unwrap_or(&path).display();
            let path = path.to_string().replace('\\', "/");
            sources.push(Source { path, code });
        }
    }
    sources.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(sources)
}
