//! The folder beside the output that lets a batch continue.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _},
    path::{Path, PathBuf},
};

use groq_core::types::BatchEndpoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    address,
    failure::Failure,
    files::{named, open_private, private_folder, replace_private, scratch},
};

/// The state of a batch while it runs.
pub(super) struct State {
    folder: PathBuf,
    /// If set, the folder is removed with the process, and the batch cannot continue.
    temporary: Option<TempDir>,
}

/// What the folder belongs to, so that it is never continued for something else.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Purpose {
    /// SHA-256 of the items, in hexadecimal.
    items: String,
    endpoint: String,
    model: String,
    base_url: Option<String>,
}

impl State {
    /// Opens the folder of an output: a new one, or that of an earlier run with the same items.
    pub(super) fn open(
        output: &Path,
        input: &Path,
        endpoint: &BatchEndpoint,
        model: String,
        base_url: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut name = output.file_name().unwrap_or_default().to_owned();
        name.push(".batch");
        let folder = output.with_file_name(name);
        let items = digest(input)
            .map_err(|error| Failure::bad_input(format!("read '{}': {error}", input.display())))?;
        let purpose = Purpose {
            items,
            endpoint: endpoint.as_str().to_owned(),
            model,
            base_url: base_url.map(address::public),
        };
        claim(&folder, &purpose)?;
        Ok(Self {
            folder,
            temporary: None,
        })
    }

    /// Makes a folder for a batch that cannot outlive the process.
    pub(super) fn temporary() -> Result<Self, Failure> {
        let folder = scratch()?;
        Ok(Self {
            folder: folder.path().to_owned(),
            temporary: Some(folder),
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether an earlier run has written all items.
    pub(super) fn is_written(&self) -> bool {
        self.folder.join("batch.json").exists()
    }

    /// Removes the folder, once the results are written.
    pub(super) fn remove(self) -> io::Result<()> {
        match self.temporary {
            Some(folder) => folder.close(),
            None => fs::remove_dir_all(&self.folder).map_err(named(&self.folder)),
        }
    }
}

/// Marks the folder as ours, or finds that it already is.
fn claim(folder: &Path, purpose: &Purpose) -> Result<(), Failure> {
    let unusable = |error: io::Error| {
        Failure::usage(format!("the state of the batch cannot be kept: {error}"))
    };
    private_folder(folder).map_err(unusable)?;
    let path = folder.join("purpose.json");
    match open_private(&path, OpenOptions::new().read(true)) {
        Ok(file) if serde_json::from_reader::<_, Purpose>(&file).ok().as_ref() == Some(purpose) => {
            Ok(())
        }
        Ok(_) => Err(Failure::usage(format!(
            "'{}' holds a batch of other items, another model or another server: remove it to start again, or use another output",
            folder.display()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = serde_json::to_vec_pretty(purpose)?;
            replace_private(&path, &text).map_err(unusable)
        }
        Err(error) => Err(unusable(error)),
    }
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = io::BufReader::with_capacity(1 << 16, File::open(path)?);
    while let piece @ [_, ..] = file.fill_buf()? {
        hash.update(piece);
        let count = piece.len();
        file.consume(count);
    }
    let digits = hash.finalize().into_iter();
    let digits: Vec<_> = digits.map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_for_the_same_items_only() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in"), folder.path().join("out.jsonl"));
        let state = folder.path().join("out.jsonl.batch");
        let url = Some("https://u:canary@h.org");
        let open = || {
            let endpoint = BatchEndpoint::V1ChatCompletions;
            State::open(&output, &input, &endpoint, "m".to_owned(), url)
        };
        fs::write(&input, "one").unwrap();
        let opened = open().unwrap();
        assert_eq!(opened.folder(), state);
        let purpose = fs::read_to_string(state.join("purpose.json")).unwrap();
        assert!(!purpose.contains("canary"), "{purpose}");
        assert!(open().is_ok());
        fs::write(&input, "two").unwrap();
        let error = open().err().unwrap();
        assert!(error.to_string().contains("other items"), "{error}");
        opened.remove().unwrap();
        assert!(open().is_ok());
    }
}
