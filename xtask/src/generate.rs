//! `cargo xtask generate`: writes the generated code, or says how it is stale.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

use crate::{codegen, codegen::format::Files, lint, workspace};

/// Whether to write files or only to compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

pub(crate) fn run(mode: Mode) -> Result<()> {
    let root = workspace::root();
    let spec = root.join(workspace::SPEC);
    let yaml = fs::read_to_string(&spec).with_context(|| format!("read {}", spec.display()))?;
    lint::check(&yaml)?;
    let mut changes = Vec::new();
    for (name, files) in [
        ("groq-types", codegen::groq_types(&yaml)?),
        ("groq-httpmock", codegen::groq_httpmock(&yaml)?),
        ("groq-mock", codegen::groq_mock(&yaml)?),
    ] {
        let folder = root.join(format!("crates/{name}/src/generated"));
        changes.extend(self::changes(&folder, &files)?);
    }
    match mode {
        Mode::Write => write(&changes),
        Mode::Check if changes.is_empty() => Ok(()),
        Mode::Check => bail!("{}", stale(&root, &changes)),
    }
}

/// A file whose content is not what the description says; no content means that it has no business being there.
struct Change {
    path: PathBuf,
    old: Option<String>,
    new: Option<String>,
}

fn changes(folder: &Path, files: &Files) -> Result<Vec<Change>> {
    let mut old = present(folder)?;
    let names: BTreeSet<String> = old.keys().chain(files.keys()).cloned().collect();
    let change = |name: String| Change {
        path: folder.join(&name),
        old: old.remove(&name),
        new: files.get(&name).cloned(),
    };
    let changes = names.into_iter().map(change);
    Ok(changes.filter(|change| change.old != change.new).collect())
}

/// The files in the folder, which is flat.
fn present(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if folder.exists() {
        for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path);
            let text = text.with_context(|| format!("read {}", path.display()))?;
            files.insert(name.into_owned(), text);
        }
    }
    Ok(files)
}

fn write(changes: &[Change]) -> Result<()> {
    for Change { path, new, .. } in changes {
        let context = || format!("write {}", path.display());
        let Some(text) = new else {
            fs::remove_file(path).with_context(context)?;
            println!("removed {}", path.display());
            continue;
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(context)?;
        }
        fs::write(path, text).with_context(context)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

fn stale(root: &Path, changes: &[Change]) -> String {
    let mut text = String::from(
        "the generated code is stale; run `cargo xtask generate` and commit the result\n",
    );
    for Change { path, old, new } in changes {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
        let (old, new) = (old.as_deref().unwrap_or(""), new.as_deref().unwrap_or(""));
        let diff = TextDiff::from_lines(old, new);
        let mut diff = diff.unified_diff();
        text.push_str(&diff.context_radius(2).header(&name, &name).to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn writing_makes_the_folder_equal_to_the_files_and_then_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("generated");
        write(&changes(&folder, &files(&[("a.rs", "1\n"), ("b.rs", "2\n")])).unwrap()).unwrap();
        let second = files(&[("a.rs", "1\n"), ("c.rs", "3\n")]);
        write(&changes(&folder, &second).unwrap()).unwrap();
        assert_eq!(present(&folder).unwrap().len(), 2);
        assert!(changes(&folder, &second).unwrap().is_empty());
    }

    #[test]
    fn a_stale_file_is_shown_as_a_diff() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "old\n").unwrap();
        let text = stale(
            folder.path(),
            &changes(folder.path(), &files(&[("a.rs", "new\n")])).unwrap(),
        );
        assert!(text.contains("-old\n+new\n"), "{text}");
        assert!(text.contains("a.rs"), "{text}");
    }
}
