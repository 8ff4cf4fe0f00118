//! Which input goes where, and in which form.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::Format;
use crate::{failure::Failure, files::Place};

/// A recording and where its text goes.
pub(super) struct Target {
    pub(super) input: String,
    pub(super) format: Format,
    /// Standard output, if it is none.
    pub(super) place: Option<Place>,
}

pub(super) struct Targets(Vec<Target>);

impl Targets {
    /// Refuses what cannot be written before anything is paid for.
    pub(super) fn new(
        inputs: &[String],
        output: Option<&Path>,
        format: Option<Format>,
        force: bool,
    ) -> Result<Self, Failure> {
        if inputs.iter().filter(|input| *input == "-").count() > 1 {
            return Err(Failure::usage("standard input can be read only once"));
        }
        let output = output.filter(|path| *path != Path::new("-"));
        let Some(output) = output else {
            let format = format.unwrap_or(Format::Txt);
            let targets = inputs.iter().map(|input| Target {
                input: input.clone(),
                format,
                place: None,
            });
            return Ok(Self(targets.collect()));
        };
        let is_folder =
            inputs.len() > 1 || output.is_dir() || output.to_string_lossy().ends_with('/');
        if !is_folder {
            let format = format
                .or_else(|| of_extension(output))
                .unwrap_or(Format::Txt);
            let place = Some(Place::new(output, force)?);
            return Ok(Self(vec![Target {
                input: inputs.concat(),
                format,
                place,
            }]));
        }
        if !output.is_dir() {
            std::fs::create_dir(output).map_err(|error| {
                Failure::usage(format!(
                    "cannot make the folder '{}': {error}",
                    output.display()
                ))
            })?;
        }
        in_folder(inputs, output, format.unwrap_or(Format::Txt), force)
    }

    /// Whether several texts would run into each other on standard output.
    pub(super) fn need_a_folder(&self) -> bool {
        self.0.len() > 1 && self.0.iter().any(|target| target.place.is_none())
    }
}

impl<'a> IntoIterator for &'a Targets {
    type Item = &'a Target;
    type IntoIter = std::slice::Iter<'a, Target>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Target {
    /// What to call the recording.
    pub(super) fn name(&self) -> String {
        match self.input.as_str() {
            "-" => "standard input".to_owned(),
            input => input.to_owned(),
        }
    }
}

fn in_folder(
    inputs: &[String],
    folder: &Path,
    format: Format,
    force: bool,
) -> Result<Targets, Failure> {
    let mut taken: HashSet<PathBuf> = HashSet::new();
    let mut targets = Vec::new();
    for input in inputs {
        let path = folder.join(format!("{}.{}", stem(input), extension(format)));
        if !taken.insert(path.clone()) {
            return Err(Failure::usage(format!(
                "two recordings would be written to '{}'; do them one by one",
                path.display()
            )));
        }
        let place = Some(Place::new(path, force)?);
        targets.push(Target {
            input: input.clone(),
            format,
            place,
        });
    }
    Ok(Targets(targets))
}

/// The name of a recording without folders and extension.
fn stem(input: &str) -> String {
    if input == "-" {
        return "stdin".to_owned();
    }
    let path = match super::is_url(input) {
        true => input.split(['?', '#']).next().unwrap_or(input),
        false => input,
    };
    let stem = Path::new(path)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "recording".to_owned())
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Txt => "txt",
        Format::Srt => "srt",
        Format::Vtt => "vtt",
        Format::Json => "json",
    }
}

fn of_extension(path: &Path) -> Option<Format> {
    let ours = path.extension()?.to_str()?.to_ascii_lowercase();
    [Format::Txt, Format::Srt, Format::Vtt, Format::Json]
        .into_iter()
        .find(|format| extension(*format) == ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(inputs: &[&str], output: Option<&Path>) -> Result<Vec<(String, Format)>, Failure> {
        let inputs: Vec<String> = inputs.iter().map(|input| (*input).to_owned()).collect();
        let targets = Targets::new(&inputs, output, None, false)?;
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
        Ok(targets.into_iter().map(shown).collect())
    }

    #[test]
    fn the_extension_of_the_output_says_the_form() {
        let folder = tempfile::tempdir().unwrap();
        let srt = folder.path().join("a.SRT");
        assert_eq!(
            targets(&["a.mp3"], Some(&srt)).unwrap(),
            [("a.SRT".to_owned(), Format::Srt)]
        );
        assert_eq!(
            targets(&["a.mp3"], None).unwrap(),
            [(String::new(), Format::Txt)]
        );
    }

    #[test]
    fn several_go_into_a_folder_that_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let inputs = ["x/a.mp3", "https://e.org/b.ogg?c=d.e", "-"];
        let expected = ["a.txt", "b.txt", "stdin.txt"].map(|name| (name.to_owned(), Format::Txt));
        assert_eq!(targets(&inputs, Some(&out)).unwrap(), expected);
        assert!(targets(&["x/a.mp3", "y/a.ogg"], Some(&out)).is_err());
        assert!(targets(&["-", "-"], Some(&out)).is_err());
    }
}
