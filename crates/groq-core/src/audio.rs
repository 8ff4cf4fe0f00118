//! Audio as it is given to a call: attached, or by its URL.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use crate::error::Error;
use crate::multipart::Framing;
use crate::upload::name::media_type;
use crate::upload::{Form, Kind, Max, Upload, wav_duration};

/// Audio for a transcription or a translation: attached, or by its URL, and never both.
///
/// ```no_run
/// use groq_core::{AudioInput, Upload};
///
/// let attached = AudioInput::from(Upload::path("interview.mp3"));
/// let elsewhere = AudioInput::url("https://example.com/interview.mp3");
/// ```
#[derive(Clone, Debug)]
#[must_use = "audio is only sent by a call"]
pub struct AudioInput {
    given: Given,
    duration: Option<Duration>,
}

#[derive(Clone)]
enum Given {
    File(Upload),
    Url(String),
}

impl AudioInput {
    /// Attaches an upload, or what becomes one.
    pub fn file(file: impl Into<Upload>) -> Self {
        Self::new(Given::File(file.into()))
    }

    /// Passes the `http` or `https` URL that Groq fetches the audio from, for audio that is too large to attach.
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(Given::Url(url.into()))
    }

    /// Passes the audio itself in the place of its URL, in Base64URL.
    ///
    /// ```
    /// let audio = groq_core::AudioInput::base64url([0u8; 64]);
    /// ```
    pub fn base64url(bytes: impl AsRef<[u8]>) -> Self {
        Self::new(Given::Url(URL_SAFE.encode(bytes)))
    }

    /// Sets the length of the recording, for a [rate limiter](crate::ClientBuilder::rate_limiter) that counts seconds of audio.
    ///
    /// The length of a WAV file is read from its header. Of other audio, the seconds are counted when the response reports them.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    fn new(given: Given) -> Self {
        Self {
            given,
            duration: None,
        }
    }

    /// The form of a call with this audio. Only where calls are `paced`, it matters how long it is.
    pub(crate) async fn into_form(
        self,
        framing: Framing,
        max_bytes: u64,
        paced: bool,
    ) -> Result<Form, Error> {
        match self.given {
            Given::Url(url) if url.is_empty() => {
                Err(Error::refused("the URL of the audio is empty"))
            }
            Given::Url(url) => {
                Ok(Form::new(framing.text("url", url), None).with_audio(self.duration))
            }
            Given::File(file) => {
                let max = Max {
                    bytes: max_bytes,
                    setting: "max_audio_bytes",
                    hint: "give its URL instead, or, on a paid plan, set plan to Plan::Developer",
                };
                let file = file.prepare(Kind::Audio, max).await?;
                let duration = match self.duration {
                    None if paced && media_type(&file.name) == "audio/wav" => {
                        wav_duration(&file.beginning().await?, file.length)
                    }
                    duration => duration,
                };
                Ok(Form::new(framing, Some(file)).with_audio(duration))
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

/// An upload, or what becomes one: a path, or bytes.
impl<T: Into<Upload>> From<T> for AudioInput {
    fn from(file: T) -> Self {
        Self::file(file)
    }
}
