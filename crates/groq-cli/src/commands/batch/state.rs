//! The folder beside the output, from which a batch goes on.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::line::Endpoint;
use crate::failure::Failure;

/// Where a batch is kept while it runs.
pub(super) struct State {
    folder: PathBuf,
    /// There, the folder goes with the process: nothing can be gone on with.
    temporary: Option<TempDir>,
}

/// What the folder is for, so that it is never gone on with for something else.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Purpose {
    /// SHA-256 of the items, in hexadecimal.
    items: String,
    endpoint: String,
    model: String,
    base_url: Option<String>,
}

impl State {
    /// A folder beside the output, new or from an earlier run with the same items.
    pub(super) fn beside(
        output: &Path,
        input: &Path,
        endpoint: Endpoint,
        model: &str,
        base_url: Option<String>,
    ) -> Result<Self, Failure> {
        let mut name = output.file_name().unwrap_or_default().to_owned();
        name.push(".batch");
        let folder = output.with_file_name(name);
        let purpose = Purpose {
            items: digest(input).map_err(|error| {
                Failure::bad_input(format!("read '{}': {error}", input.display()))
            })?,
            endpoint: endpoint.as_str().to_owned(),
            model: model.to_owned(),
            base_url,
        };
        claim(&folder, &purpose)?;
        Ok(Self {
            folder,
            temporary: None,
        })
    }

    /// A folder for a batch that cannot outlive the process.
    pub(super) fn temporary() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::internal(format!("make a temporary folder: {error}")))?;
        Ok(Self {
            folder: folder.path().to_owned(),
            temporary: Some(folder),
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether all items were written by an earlier run.
    pub(super) fn is_written(&self) -> bool {
        self.folder.join("batch.json").exists()
    }

    /// Removes the folder, once the results are where they belong.
    pub(super) fn remove(self) -> io::Result<()> {
        match self.temporary {
            Some(folder) => folder.close(),
            None => fs::remove_dir_all(self.folder),
        }
    }
}

/// Makes the folder ours, or finds that it already is.
fn claim(folder: &Path, purpose: &Purpose) -> Result<(), Failure> {
    let path = folder.join("purpose.json");
    let unusable = |error: io::Error| {
        Failure::internal(format!(
            "write the state in '{}': {error}",
            folder.display()
        ))
    };
    match fs::read(&path) {
        Ok(bytes) if serde_json::from_slice::<Purpose>(&bytes).ok().as_ref() == Some(purpose) => {
            Ok(())
        }
        Ok(_) => Err(Failure::usage(format!(
            "'{}' holds a batch of other items, another model or another server: remove it to begin anew, or use another output",
            folder.display()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(unusable)?;
            let new = folder.join("purpose.json.new");
            let text = serde_json::to_vec_pretty(purpose)
                .map_err(|error| Failure::internal(error.to_string()))?;
            fs::write(&new, text).map_err(unusable)?;
            fs::rename(new, path).map_err(unusable)
        }
        Err(error) => Err(unusable(error)),
    }
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut piece)? {
            0 => break,
            count => hash.update(&piece[..count]),
        }
    }
    let bytes = hash.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_for_the_same_items_only() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in"), folder.path().join("out.jsonl"));
        let open = || State::beside(&output, &input, Endpoint::Chat, "m", None);
        fs::write(&input, "one").unwrap();
        let state = open().unwrap();
        assert!(state.folder().ends_with("out.jsonl.batch"));
        assert!(open().is_ok());
        fs::write(&input, "two").unwrap();
        let error = open().err().unwrap();
        assert!(error.to_string().contains("other items"), "{error}");
        state.remove().unwrap();
        assert!(open().is_ok());
    }
}
