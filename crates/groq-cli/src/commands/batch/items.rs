//! A file of items: checked before anything is sent, and read again for each later step.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use groq_core::types::BatchEndpoint;

use super::line::Line;
use crate::{failure::Failure, files::check_input};

/// Largest line, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// A file of items that has been checked.
#[derive(Clone)]
pub(super) struct Items {
    path: PathBuf,
    model: String,
    pub(super) endpoint: BatchEndpoint,
    pub(super) count: u64,
}

impl Items {
    /// Checks every line before anything is sent.
    pub(super) fn check(path: &Path, model: &str) -> Result<Self, Failure> {
        // It is read more than once.
        check_input(path)?;
        let mut endpoint = None;
        let mut lines_of = HashMap::new();
        let mut count = 0;
        each(path, model, |number, line| {
            let first = endpoint.get_or_insert_with(|| line.endpoint.clone());
            if line.endpoint != *first {
                let (url, first) = (line.endpoint.as_str(), first.as_str());
                let what = format!(
                    "its url is {url}, but that of the lines before is {first}; a batch has one url"
                );
                return Err(at(path, number, &what));
            }
            if let Some(earlier) = lines_of.insert(line.id.clone(), number) {
                let what = format!("its id '{}' is also that of line {earlier}", line.id);
                return Err(at(path, number, &what));
            }
            count += 1;
            Ok(())
        })?;
        let Some(endpoint) = endpoint else {
            let empty = format!("'{}' has no items", path.display());
            return Err(Failure::bad_input(empty));
        };
        Ok(Self {
            path: path.to_owned(),
            model: model.to_owned(),
            endpoint,
            count,
        })
    }

    /// Calls `work` with each item and the number of its line.
    pub(super) fn each(
        &self,
        work: impl FnMut(u64, Line) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        each(&self.path, &self.model, work)
    }
}

/// Calls `work` with each line that is not empty, and its number.
fn each(
    path: &Path,
    model: &str,
    mut work: impl FnMut(u64, Line) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let unreadable =
        |error: io::Error| Failure::bad_input(format!("read '{}': {error}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(unreadable)? == 0 {
            break;
        }
        if line.len() as u64 >= MAX_LINE {
            return Err(at(path, number, "it is longer than 64 MiB"));
        }
        let text = std::str::from_utf8(&line).map_err(|error| {
            let byte = error.valid_up_to() + 1;
            at(path, number, &format!("it is not UTF-8 text (byte {byte})"))
        })?;
        let text = text.trim().trim_start_matches('\u{feff}');
        if !text.is_empty() {
            let line = Line::read(text, model).map_err(|what| at(path, number, &what))?;
            work(number, line)?;
        }
    }
    Ok(())
}

fn at(path: &Path, number: u64, what: &str) -> Failure {
    Failure::bad_input(format!("'{}' line {number}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::failure::Status;

    fn items(text: impl AsRef<[u8]>) -> Result<Items, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.jsonl");
        fs::write(&path, text).unwrap();
        Items::check(&path, "m")
    }

    #[test]
    fn mistakes_are_found_with_their_lines_before_anything_is_sent() {
        for (text, what) in [
            ("", "no items"),
            ("\n\n", "no items"),
            ("{\"id\":1,\"prompt\":\"a\"}\n\nnonsense", "line 3"),
            (
                "{\"id\":1,\"prompt\":\"a\"}\n{\"id\":\"1\",\"prompt\":\"b\"}",
                "line 2: its id '1' is also that of line 1",
            ),
            (
                "{\"id\":1,\"prompt\":\"a\"}\n{\"custom_id\":\"b\",\"url\":\"/v1/audio/translations\",\"body\":{}}",
                "line 2: its url is /v1/audio/translations",
            ),
        ] {
            let failure = items(text).map(|_| ()).unwrap_err();
            assert!(failure.to_string().contains(what), "{text}: {failure}");
            assert_eq!(failure.status(), Status::BadInput);
        }
        let failure = items(b"\n{\"id\":1,\"prompt\":\"\xff\"}")
            .map(|_| ())
            .unwrap_err();
        assert!(
            failure
                .to_string()
                .contains("line 2: it is not UTF-8 text (byte 19)"),
            "{failure}"
        );
        let items = items("\u{feff}{\"id\":1,\"prompt\":\"a\"}\r\n\r\n \r\n").unwrap();
        assert_eq!(
            (items.count, items.endpoint),
            (1, BatchEndpoint::V1ChatCompletions)
        );
    }
}
