//! Transcripts as files: text, subtitles, JSON.

mod json;
mod whole_file;

use std::io::Write;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::subtitles::{self, Cues};
use crate::transcript::Transcript;
#[cfg(feature = "run")]
pub(crate) use whole_file::Unfinished;
use whole_file::write as write_whole;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// `SubRip` subtitles.
    Srt,
    /// `WebVTT` subtitles.
    Vtt,
    /// Plain text.
    Text,
    /// Our own JSON: everything, flags and seams included.
    Json,
    /// JSON like that of the service's `verbose_json`.
    VerboseJson,
}

impl Form {
    /// The form that a path's extension asks for: `srt`, `vtt`, `txt` or `json`.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "srt" => Some(Self::Srt),
            "vtt" => Some(Self::Vtt),
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Transcript {
    /// Writes subtitles in the form of `SubRip`.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write_srt(&self, out: impl Write) -> Result<(), Error> {
        self.write(out, Form::Srt, &Cues::default())
    }

    /// Writes subtitles in the form of `WebVTT`.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write_vtt(&self, out: impl Write) -> Result<(), Error> {
        self.write(out, Form::Vtt, &Cues::default())
    }

    /// Writes the text.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write_text(&self, out: impl Write) -> Result<(), Error> {
        self.write(out, Form::Text, &Cues::default())
    }

    /// Writes everything as our own JSON.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write_json(&self, out: impl Write) -> Result<(), Error> {
        self.write(out, Form::Json, &Cues::default())
    }

    /// Writes JSON like that of the service's `verbose_json`.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write_verbose_json(&self, out: impl Write) -> Result<(), Error> {
        self.write(out, Form::VerboseJson, &Cues::default())
    }

    /// Writes any form, with subtitles laid out as `cues` says.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write(&self, mut out: impl Write, form: Form, cues: &Cues) -> Result<(), Error> {
        let written = match form {
            Form::Srt => out.write_all(subtitles::srt(&cues.lay_out(self)).as_bytes()),
            Form::Vtt => out.write_all(subtitles::vtt(&cues.lay_out(self)).as_bytes()),
            Form::Text => writeln!(out, "{}", self.text()),
            Form::Json => json::write(self, &mut out),
            Form::VerboseJson => json::write_verbose(self, &mut out),
        };
        let flushed = written.and_then(|()| out.flush());
        flushed.map_err(|cause| Error::io("write transcript", cause))
    }

    /// Saves a file in the form that its extension asks for: `srt`, `vtt`, `txt` or `json`.
    ///
    /// The file appears whole or not at all, and replaces one that is there.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the extension is none of these.
    /// [`is_io`](Error::is_io): the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let form = Form::of(path).ok_or_else(|| {
            Error::new(
                ErrorKind::Options,
                "the file's extension must be srt, vtt, txt or json",
            )
        })?;
        self.save_as(path, form, &Cues::default())
    }

    /// Saves a file in any form; it appears whole or not at all.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the file cannot be written.
    pub fn save_as(&self, path: impl AsRef<Path>, form: Form, cues: &Cues) -> Result<(), Error> {
        write_whole(path.as_ref(), |file| self.write(file, form, cues))
    }
}
