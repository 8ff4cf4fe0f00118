//! Which input goes where, and in which format.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use groq_audio::OutputFormat;

use super::{
    input::{is_stdin, url},
    recordings::extension,
};
use crate::{
    failure::Failure,
    files::{Overwrite, Place},
};

/// A recording and where its text goes.
pub(super) struct Target {
    pub(super) input: PathBuf,
    pub(super) format: OutputFormat,
    /// `None` is standard output.
    pub(super) place: Option<Place>,
}

/// Pairs each recording with its place, and refuses what cannot be written before anything is paid for.
pub(super) fn targets(
    inputs: &[PathBuf],
    output: Option<&Path>,
    format: Option<OutputFormat>,
    overwrite: Overwrite,
    dry_run: bool,
) -> Result<Vec<Target>, Failure> {
    if inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::usage("standard input can be read only once"));
    }
    let output = output.filter(|path| *path != Path::new("-"));
    let is_folder = |path: &Path| {
        inputs.len() > 1 || path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")
    };
    let folder = output.filter(|path| is_folder(path));
    let by_name = output.filter(|_| folder.is_none());
    let by_name = by_name.and_then(OutputFormat::from_path);
    let format = format.or(by_name).unwrap_or(OutputFormat::Text);
    let paths = match folder {
        Some(folder) => in_folder(inputs, folder, format)?
            .into_iter()
            .map(Some)
            .collect(),
        None => vec![output.map(Path::to_owned); inputs.len()],
    };
    let is_missing = folder.filter(|folder| !folder.is_dir());
    if let Some(folder) = is_missing.filter(|_| !dry_run) {
        std::fs::create_dir(folder).map_err(|error| {
            Failure::usage(format!("create folder '{}': {error}", folder.display()))
        })?;
    }
    let target = |(input, path): (&PathBuf, Option<PathBuf>)| {
        // A dry run makes no folder, and so finds no place in it.
        let path = path.filter(|_| is_missing.is_none() || !dry_run);
        Ok(Target {
            input: input.clone(),
            format,
            place: path.map(|path| Place::new(path, overwrite)).transpose()?,
        })
    };
    inputs.iter().zip(paths).map(target).collect()
}

fn in_folder(
    inputs: &[PathBuf],
    folder: &Path,
    format: OutputFormat,
) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for input in inputs {
        let mut name = stem(input);
        name.push(".");
        name.push(extension(format));
        let path = folder.join(name);
        if paths.contains(&path) {
            return Err(Failure::usage(format!(
                "two recordings would be written to '{}'; transcribe them one by one",
                path.display()
            )));
        }
        paths.push(path);
    }
    Ok(paths)
}

/// The name of a recording without folders and extension.
fn stem(input: &Path) -> OsString {
    if is_stdin(input) {
        return "stdin".into();
    }
    let path = match url(input) {
        Some(url) => Path::new(url.split(['?', '#']).next().unwrap_or(url)),
        None => input,
    };
    path.file_stem().unwrap_or("recording".as_ref()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Overwrite = Overwrite { allowed: false };

    fn targets(
        inputs: &[&str],
        output: Option<&Path>,
    ) -> Result<Vec<(String, OutputFormat)>, Failure> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let targets = super::targets(&inputs, output, None, KEEP, false)?;
        let shown = |target: &Target| {
            let place = target
                .place
                .as_ref()
                .and_then(|place| place.path().file_name());
            (
                place
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                target.format,
            )
        };
        Ok(targets.iter().map(shown).collect())
    }

    #[test]
    fn the_extension_of_the_output_sets_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let srt = folder.path().join("a.SRT");
        assert_eq!(
            targets(&["a.mp3"], Some(&srt)).unwrap(),
            [("a.SRT".to_owned(), OutputFormat::Srt)]
        );
        assert_eq!(
            targets(&["a.mp3"], None).unwrap(),
            [(String::new(), OutputFormat::Text)]
        );
    }

    #[test]
    fn several_go_into_a_folder_that_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let inputs = ["x/a.mp3", "https://e.org/b.ogg?c=d.e", "-"];
        let expected =
            ["a.txt", "b.txt", "stdin.txt"].map(|name| (name.to_owned(), OutputFormat::Text));
        assert_eq!(targets(&inputs, Some(&out)).unwrap(), expected);
        assert!(targets(&["x/a.mp3", "y/a.ogg"], Some(&out)).is_err());
        let other = folder.path().join("other/");
        assert!(targets(&["x/a.mp3", "y/a.ogg"], Some(&other)).is_err());
        assert!(super::targets(&["a.mp3".into()], Some(&other), None, KEEP, true).is_ok());
        assert!(!other.exists(), "made for nothing");
        assert!(targets(&["-", "-"], Some(&out)).is_err());
    }
}
