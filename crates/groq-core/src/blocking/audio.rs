//! Audio: speech to text, and text to speech.

use groq_types::{
    SpeechRequest, Transcription, TranscriptionRequest, TranslationRequest, VerboseTranscription,
};

use super::{Client, Download};
use crate::audio::AudioInput;
use crate::error::Error;
use crate::response::Response;

/// Audio; from [`Client::audio`].
///
/// What comes back depends on the format that is asked for, so each format has a method of its own.
#[derive(Clone, Copy, Debug)]
pub struct Audio<'a> {
    client: &'a Client,
}

impl<'a> Audio<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Writes down speech; see [`Audio::transcribe`](crate::Audio::transcribe).
    ///
    /// Operation: `createTranscription`.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::TranscriptionRequest;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = TranscriptionRequest::new("whisper-large-v3-turbo").with_language("en");
    /// let transcription = client.audio().transcribe(Upload::path("interview.mp3"), request)?;
    /// println!("{}", transcription.text);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Audio::transcribe`](crate::Audio::transcribe).
    pub fn transcribe(
        &self,
        audio: impl Into<AudioInput>,
        request: TranscriptionRequest,
    ) -> Result<Response<Transcription>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.transcribe(audio, request))
    }

    /// Writes down speech, and returns the text alone; see [`Audio::transcribe_text`](crate::Audio::transcribe_text).
    ///
    /// Operation: `createTranscription`.
    ///
    /// # Errors
    ///
    /// Those of [`Audio::transcribe_text`](crate::Audio::transcribe_text).
    pub fn transcribe_text(
        &self,
        audio: impl Into<AudioInput>,
        request: TranscriptionRequest,
    ) -> Result<Response<String>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.transcribe_text(audio, request))
    }

    /// Writes down speech, with segments or words and their times; see
    /// [`Audio::transcribe_verbose`](crate::Audio::transcribe_verbose).
    ///
    /// Operation: `createTranscription`.
    ///
    /// # Errors
    ///
    /// Those of [`Audio::transcribe_verbose`](crate::Audio::transcribe_verbose).
    pub fn transcribe_verbose(
        &self,
        audio: impl Into<AudioInput>,
        request: TranscriptionRequest,
    ) -> Result<Response<VerboseTranscription>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.transcribe_verbose(audio, request))
    }

    /// Translates speech into English; see [`Audio::translate`](crate::Audio::translate).
    ///
    /// Operation: `createTranslation`.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::TranslationRequest;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = TranslationRequest::new("whisper-large-v3");
    /// let recording = Upload::blocking_reader(std::io::stdin()).name("gespraech.mp3");
    /// println!("{}", client.audio().translate(recording, request)?.text);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Audio::translate`](crate::Audio::translate).
    pub fn translate(
        &self,
        audio: impl Into<AudioInput>,
        request: TranslationRequest,
    ) -> Result<Response<Transcription>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.translate(audio, request))
    }

    /// Translates speech into English, and returns the text alone; see [`Audio::translate_text`](crate::Audio::translate_text).
    ///
    /// Operation: `createTranslation`.
    ///
    /// # Errors
    ///
    /// Those of [`Audio::translate_text`](crate::Audio::translate_text).
    pub fn translate_text(
        &self,
        audio: impl Into<AudioInput>,
        request: TranslationRequest,
    ) -> Result<Response<String>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.translate_text(audio, request))
    }

    /// Translates speech into English, with segments and their times; see
    /// [`Audio::translate_verbose`](crate::Audio::translate_verbose).
    ///
    /// Operation: `createTranslation`.
    ///
    /// # Errors
    ///
    /// Those of [`Audio::translate_verbose`](crate::Audio::translate_verbose).
    pub fn translate_verbose(
        &self,
        audio: impl Into<AudioInput>,
        request: TranslationRequest,
    ) -> Result<Response<VerboseTranscription>, Error> {
        let calls = self.client.asynchronous().audio();
        self.client.wait(calls.translate_verbose(audio, request))
    }

    /// Speaks a text; see [`Audio::speak`](crate::Audio::speak). What comes can be played as it comes, kept in memory, or saved.
    ///
    /// Operation: `createSpeech`.
    ///
    /// ```no_run
    /// use groq_core::types::{SpeechFormat, SpeechRequest};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = SpeechRequest::new("canopylabs/orpheus-v1-english", "[cheerful] Good morning!", "hannah")
    ///     .with_response_format(SpeechFormat::Wav);
    /// client.audio().speak(request)?.save("morning.wav")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Audio::speak`](crate::Audio::speak).
    pub fn speak(&self, request: SpeechRequest) -> Result<Download, Error> {
        let calls = self.client.asynchronous().audio();
        let download = self.client.wait(calls.speak(request))?;
        Ok(Download::new(self.client, download))
    }
}
