//! Recordings as they are named on the command line.

use std::path::Path;

use groq_audio::Source;

use crate::address;

pub(super) fn source(input: &Path) -> Source {
    match url(input) {
        Some(url) => Source::url(url),
        None if is_stdin(input) => Source::stdin(),
        None => Source::path(input),
    }
}

pub(super) fn is_stdin(input: &Path) -> bool {
    input == Path::new("-")
}

/// The input as a URL, if it is one.
pub(super) fn url(input: &Path) -> Option<&str> {
    input.to_str().filter(|text| address::is_url(text))
}

/// What to call a recording in messages.
pub(super) fn name(input: &Path) -> String {
    if is_stdin(input) {
        "standard input".to_owned()
    } else {
        input.display().to_string()
    }
}
