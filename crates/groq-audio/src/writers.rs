//! Transcripts as files: text, subtitles, JSON.

mod json;
mod whole_file;

use std::io::Write;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::subtitles::{self, Cues};
use crate::transcript::Transcript;
#[cfg(feature = "client")]
pub(crate) use whole_file::Unfinished;
use whole_file::write as write_whole;

/// A format of transcripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputFormat {
    /// `SubRip` subtitles.
    Srt,
    /// `WebVTT` subtitles.
    Vtt,
    /// Plain text.
    Text,
    /// JSON of this crate: everything, with flags and joins.
    Json,
    /// JSON as in the service's `verbose_json`.
    VerboseJson,
}

impl OutputFormat {
    /// Returns the format of a path's extension: `srt`, `vtt`, `txt` or `json`.
    ///
    /// ```
    /// use groq_audio::OutputFormat;
    /// use std::path::Path;
    ///
    /// assert_eq!(OutputFormat::from_path(Path::new("talk.SRT")), Some(OutputFormat::Srt));
    /// assert_eq!(OutputFormat::from_path(Path::new("talk.doc")), None);
    /// ```
    pub fn from_path(path: &Path) -> Option<Self> {
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
    /// Writes any format, with subtitles laid out by `cues`.
    ///
    /// ```
    /// use groq_audio::{OutputFormat, Transcript, subtitles::Cues};
    ///
    /// let mut json = Vec::new();
    /// Transcript::default().write(&mut json, OutputFormat::Json, &Cues::new())?;
    /// assert!(json.starts_with(b"{"));
    /// # Ok::<(), groq_audio::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the writer failed.
    pub fn write(
        &self,
        mut out: impl Write,
        format: OutputFormat,
        cues: &Cues,
    ) -> Result<(), Error> {
        let written = match format {
            OutputFormat::Srt => out.write_all(subtitles::srt(&cues.lay_out(self)).as_bytes()),
            OutputFormat::Vtt => out.write_all(subtitles::vtt(&cues.lay_out(self)).as_bytes()),
            OutputFormat::Text => writeln!(out, "{}", self.text()),
            OutputFormat::Json => json::write(self, &mut out),
            OutputFormat::VerboseJson => json::write_verbose(self, &mut out),
        };
        let flushed = written.and_then(|()| out.flush());
        flushed.map_err(|cause| Error::io("write transcript", cause))
    }

    /// Saves a file in the format of its extension: `srt`, `vtt`, `txt` or `json`.
    ///
    /// The file appears whole or not at all, and replaces an existing one.
    ///
    /// ```
    /// # fn example(transcript: &groq_audio::Transcript) -> Result<(), groq_audio::Error> {
    /// transcript.save("talk.srt")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the extension is none of these.
    /// [`is_io`](Error::is_io): the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let format = OutputFormat::from_path(path).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidRequest,
                "the file's extension must be srt, vtt, txt or json",
            )
        })?;
        self.save_as(path, format, &Cues::default())
    }

    /// Saves a file in any format. It appears whole or not at all.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io): the file cannot be written.
    pub fn save_as(
        &self,
        path: impl AsRef<Path>,
        format: OutputFormat,
        cues: &Cues,
    ) -> Result<(), Error> {
        write_whole(path.as_ref(), |file| self.write(file, format, cues))
    }
}
