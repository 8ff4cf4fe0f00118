//! Audio: speech to text, and text to speech.

mod form;
mod speech;

use std::borrow::Borrow;

use groq_types::{
    SpeechRequest, Transcription, TranscriptionFormat, TranscriptionRequest, TranslationRequest,
    VerboseTranscription, operations,
};

use super::call::Endpoint;
use crate::audio::AudioInput;
use crate::describe::Reply;
use crate::download::Download;
use crate::error::Error;
use crate::multipart::Framing;
use crate::response::Response;
use crate::transport::Outgoing;

super::resource! {
    /// Audio; from [`Client::audio`](crate::Client::audio).
    ///
    /// The type of the reply depends on its format, so each format has a method.
    Audio
}

const TRANSCRIBE: Endpoint =
    Endpoint::new("create transcription", &operations::CREATE_TRANSCRIPTION);
const TRANSLATE: Endpoint = Endpoint::new("create translation", &operations::CREATE_TRANSLATION);
const SPEAK: Endpoint = Endpoint::new("create speech", &operations::CREATE_SPEECH);

/// The methods that send a recording: the request, the reply and how it is read, the operation, its form, and its format.
macro_rules! recordings {
    ($($(#[$doc:meta])* $name:ident($request:ty) -> $reply:ty = $read:ident $endpoint:ident $form:ident $format:ident;)*) => {
        impl Audio<'_> {
            $($(#[$doc])*
            pub async fn $name(
                self,
                audio: impl Into<AudioInput>,
                request: impl Borrow<$request>,
            ) -> Result<Response<$reply>, Error> {
                let format = TranscriptionFormat::$format;
                let framing = form::$form(self.core, request.borrow(), format);
                self.$read($endpoint, audio.into(), framing).await
            })*
        }
    };
}

recordings! {
    /// Transcribes speech.
    ///
    /// For timestamps, use [`transcribe_verbose`](Self::transcribe_verbose).
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::TranscriptionRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = TranscriptionRequest::new("whisper-large-v3-turbo").with_language("en");
    /// let transcription = client.audio().transcribe(Upload::path("interview.mp3"), request).await?;
    /// println!("{}", transcription.text);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent: [`is_limit_exceeded`](Error::is_limit_exceeded) if the file is larger than
    /// [`max_audio_bytes`](crate::ClientBuilder::max_audio_bytes), [`is_io`](Error::is_io) if it cannot be read or changes,
    /// [`is_invalid_request`](Error::is_invalid_request) if the prompt is too long, the request asks for another format, or the kind
    /// of the file is not recognized. From the server, often [`is_rate_limited`](Error::is_rate_limited) and
    /// [`is_too_large`](Error::is_too_large).
    transcribe(TranscriptionRequest) -> Transcription = json TRANSCRIBE transcription Json;

    /// Transcribes speech, and returns the text alone.
    ///
    /// # Errors
    ///
    /// Those of [`transcribe`](Self::transcribe), and [`is_unexpected_response`](Error::is_unexpected_response) if no text comes.
    transcribe_text(TranscriptionRequest) -> String = text TRANSCRIBE transcription Text;

    /// Transcribes speech, with segments or words and their times.
    ///
    /// ```no_run
    /// use groq_core::AudioInput;
    /// use groq_core::types::{TimestampGranularity, TranscriptionRequest};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = TranscriptionRequest::new("whisper-large-v3")
    ///     .with_timestamp_granularities([TimestampGranularity::Word, TimestampGranularity::Segment]);
    /// let audio = AudioInput::url("https://example.com/interview.mp3");
    /// let transcription = client.audio().transcribe_verbose(audio, request).await?;
    /// for word in transcription.words.iter().flatten() {
    ///     println!("{:6.2} {}", word.start, word.word);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`transcribe`](Self::transcribe).
    transcribe_verbose(TranscriptionRequest) -> VerboseTranscription = json TRANSCRIBE transcription VerboseJson;

    /// Translates speech into English.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::TranslationRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = TranslationRequest::new("whisper-large-v3");
    /// let translation = client.audio().translate(Upload::path("gespraech.mp3"), request).await?;
    /// println!("{}", translation.text);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`transcribe`](Self::transcribe).
    translate(TranslationRequest) -> Transcription = json TRANSLATE translation Json;

    /// Translates speech into English, and returns the text alone.
    ///
    /// # Errors
    ///
    /// Those of [`transcribe_text`](Self::transcribe_text).
    translate_text(TranslationRequest) -> String = text TRANSLATE translation Text;

    /// Translates speech into English, with segments and their times. There are no words in it.
    ///
    /// # Errors
    ///
    /// Those of [`transcribe`](Self::transcribe).
    translate_verbose(TranslationRequest) -> VerboseTranscription = json TRANSLATE translation VerboseJson;
}

impl Audio<'_> {
    /// Speaks a text. What comes can be played as it comes, kept in memory, or saved.
    ///
    /// Set `response_format` to WAV: it is the only form that the Orpheus models give, while the service's declared default is MP3.
    ///
    /// ```no_run
    /// use groq_core::types::{SpeechFormat, SpeechRequest};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = SpeechRequest::new("canopylabs/orpheus-v1-english", "[cheerful] Good morning!", "hannah")
    ///     .with_response_format(SpeechFormat::Wav);
    /// client.audio().speak(request).await?.save("morning.wav").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`is_invalid_request`](Error::is_invalid_request) if the client's
    /// [`catalog`](crate::ClientBuilder::catalog) knows the model, and that the voice is not one of its voices or the text too
    /// long for it; the message names the voices. From the server, often the same,
    /// [`is_rate_limited`](Error::is_rate_limited), and [`is_permission_denied`](Error::is_permission_denied) if the terms of the model were
    /// not accepted in the console. [`is_unexpected_response`](Error::is_unexpected_response) if no audio comes: JSON in
    /// its place is an error, whatever its status.
    pub async fn speak(self, request: impl Borrow<SpeechRequest>) -> Result<Download, Error> {
        speech::speak(self.core, SPEAK, request.borrow()).await
    }

    async fn json<T: Reply>(
        self,
        endpoint: Endpoint,
        audio: AudioInput,
        framing: Result<Framing, Error>,
    ) -> Result<Response<T>, Error> {
        let outgoing = self.outgoing(endpoint, audio, framing).await?;
        endpoint.call(self.core, outgoing).await
    }

    async fn text(
        self,
        endpoint: Endpoint,
        audio: AudioInput,
        framing: Result<Framing, Error>,
    ) -> Result<Response<String>, Error> {
        let outgoing = self.outgoing(endpoint, audio, framing).await?;
        let answered = endpoint.execute(self.core, outgoing).await?;
        form::text(self.core, answered).map_err(|error| endpoint.failed(error))
    }

    async fn outgoing(
        self,
        endpoint: Endpoint,
        audio: AudioInput,
        framing: Result<Framing, Error>,
    ) -> Result<Outgoing, Error> {
        let max = self.core.settings().max_audio_bytes;
        let limited = self.core.shared().rate_limiter.is_some();
        let form = match framing {
            Ok(framing) => {
                super::form::inspected(self.core, audio.into_form(framing, max, limited)).await
            }
            Err(error) => Err(error),
        };
        let form = form.map_err(|error| endpoint.failed(error))?;
        super::form::outgoing(self.core, endpoint, form)
    }
}
