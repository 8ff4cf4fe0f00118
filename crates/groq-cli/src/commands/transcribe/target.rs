//! Which input goes where, and in which form.

use std::{
    collections::HashSet,
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::Format;
use crate::{failure::Failure, files::Place};

/// How places for output are taken.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// What is there may be replaced.
    pub(super) force: bool,
    /// Nothing is written, so no folder is made.
    pub(super) dry_run: bool,
}

/// A recording and where its text goes.
pub(super) struct Target {
    pub(super) input: PathBuf,
    pub(super) format: Format,
    /// Standard output, if it is none.
    pub(super) place: Option<Place>,
}

pub(super) struct Targets(Vec<Target>);

impl Targets {
    /// Refuses what cannot be written before anything is paid for.
    pub(super) fn new(
        inputs: &[PathBuf],
        output: Option<&Path>,
        format: Option<Format>,
        way: Way,
    ) -> Result<Self, Failure> {
        if inputs.iter().filter(|input| super::is_stdin(input)).count() > 1 {
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
            let place = Place::new(output, way.force)?;
            let targets = inputs.iter().map(|input| Target {
                input: input.clone(),
                format,
                place: Some(place.clone()),
            });
            return Ok(Self(targets.collect()));
        }
        in_folder(inputs, output, format.unwrap_or(Format::Txt), way)
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
        match super::is_stdin(&self.input) {
            true => "standard input".to_owned(),
            false => self.input.display().to_string(),
        }
    }
}

fn in_folder(
    inputs: &[PathBuf],
    folder: &Path,
    format: Format,
    way: Way,
) -> Result<Targets, Failure> {
    let mut taken: HashSet<PathBuf> = HashSet::new();
    let mut paths = Vec::new();
    for input in inputs {
        let mut name = stem(input);
        name.push(".");
        name.push(extension(format));
        let path = folder.join(name);
        if !taken.insert(path.clone()) {
            return Err(Failure::usage(format!(
                "two recordings would be written to '{}'; do them one by one",
                path.display()
            )));
        }
        paths.push(path);
    }
    let is_there = folder.is_dir();
    if !is_there && !way.dry_run {
        std::fs::create_dir(folder).map_err(|error| {
            Failure::usage(format!(
                "cannot make the folder '{}': {error}",
                folder.display()
            ))
        })?;
    }
    let target = |(input, path): (&PathBuf, PathBuf)| {
        let place = match is_there || !way.dry_run {
            true => Some(Place::new(path, way.force)?),
            false => None,
        };
        Ok(Target {
            input: input.clone(),
            format,
            place,
        })
    };
    let targets = inputs.iter().zip(paths).map(target);
    targets.collect::<Result<_, _>>().map(Targets)
}

/// The name of a recording without folders and extension.
fn stem(input: &Path) -> OsString {
    if super::is_stdin(input) {
        return "stdin".into();
    }
    let path = match super::address(input) {
        Some(url) => Path::new(url.split(['?', '#']).next().unwrap_or(url)),
        None => input,
    };
    path.file_stem().unwrap_or("recording".as_ref()).to_owned()
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

    const WAY: Way = Way {
        force: false,
        dry_run: false,
    };

    fn targets(inputs: &[&str], output: Option<&Path>) -> Result<Vec<(String, Format)>, Failure> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let targets = Targets::new(&inputs, output, None, WAY)?;
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
        let other = folder.path().join("other/");
        assert!(targets(&["x/a.mp3", "y/a.ogg"], Some(&other)).is_err());
        let dry_run = Way {
            dry_run: true,
            ..WAY
        };
        assert!(Targets::new(&["a.mp3".into()], Some(&other), None, dry_run).is_ok());
        assert!(!other.exists(), "made for nothing");
        assert!(targets(&["-", "-"], Some(&out)).is_err());
    }
}
