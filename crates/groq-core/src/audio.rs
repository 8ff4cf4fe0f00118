//! Audio as it is given to a call: attached, or by its URL.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;

use crate::error::Error;
use crate::multipart::Framing;
use crate::upload::{Form, Kind, Max, Upload};

/// Audio for a transcription or a translation: attached, or by its URL, and never both.
///
/// ```no_run
/// use groq_core::{AudioInput, Upload};
///
/// let attached = AudioInput::from(Upload::path("interview.mp3"));
/// let elsewhere = AudioInput::url("https://example.com/interview.mp3");
/// ```
#[derive(Clone, Debug)]
pub struct AudioInput(Given);

#[derive(Clone)]
enum Given {
    File(Upload),
    Url(String),
}

impl AudioInput {
    /// Attaches a file, bytes, or what a reader gives.
    pub fn file(file: impl Into<Upload>) -> Self {
        Self(Given::File(file.into()))
    }

    /// Says where the audio is: an `http` or `https` URL that Groq fetches it from. Meant for audio that is too large to attach.
    pub fn url(url: impl Into<String>) -> Self {
        Self(Given::Url(url.into()))
    }

    /// Puts the audio itself in the place of its URL, in Base64URL (docs).
    pub fn base64url(bytes: impl AsRef<[u8]>) -> Self {
        Self(Given::Url(URL_SAFE.encode(bytes)))
    }

    /// The form of a call with this audio.
    pub(crate) async fn into_form(self, framing: Framing, max_bytes: u64) -> Result<Form, Error> {
        match self.0 {
            Given::Url(url) if url.is_empty() => {
                Err(Error::refused("the URL of the audio is empty"))
            }
            Given::Url(url) => Ok(Form::new(framing.text("url", url), None)),
            Given::File(file) => {
                let max = Max {
                    bytes: max_bytes,
                    setting: "max_audio_bytes",
                    advice: "give its url instead, or, on the developer tier, set max_audio_bytes to 100 << 20",
                };
                let file = file.prepare(Kind::Audio, max).await?;
                Ok(Form::new(framing, Some(file)))
            }
        }
    }
}

/// Leaves out the URL, which may be the audio itself, or hold a token.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Url(_) => f.write_str("url"),
        }
    }
}

impl From<Upload> for AudioInput {
    fn from(file: Upload) -> Self {
        Self::file(file)
    }
}

impl From<PathBuf> for AudioInput {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for AudioInput {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<Bytes> for AudioInput {
    fn from(bytes: Bytes) -> Self {
        Self::file(bytes)
    }
}

impl From<Vec<u8>> for AudioInput {
    fn from(bytes: Vec<u8>) -> Self {
        Self::file(bytes)
    }
}
