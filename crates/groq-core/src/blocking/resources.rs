//! The operations: each waits for the async method of the same name.

use std::borrow::Borrow;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use groq_types::{
    Batch, BatchList, BatchRequest, ChatCompletion, ChatCompletionRequest, EmbeddingList,
    EmbeddingRequest, FileDeletion, FileList, FileObject, FilePurpose, FineTuning,
    FineTuningDeletion, FineTuningList, FineTuningRequest, Message, Model, ModelDeletion,
    ModelList, Reranking as Reranked, RerankingRequest, ResponseObject, ResponseRequest,
    ServiceTier, SpeechRequest, Transcription, TranscriptionRequest, TranslationRequest,
    VerboseTranscription,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::batch::{Job, Writer};
use super::streams::{ChatStream, Download, IntoBlocking, ResponseStream};
use super::{Client, Worker};
use crate::audio::AudioInput;
use crate::batch::BatchItem;
use crate::conversation::Conversation;
use crate::error::Error;
use crate::response::Response;
use crate::upload::Upload;

/// For each resource its type, and methods that wait for those of the async type.
macro_rules! resources {
    ($($(#[$doc:meta])* $resource:ident by $accessor:ident {
        $($(#[$method_doc:meta])*
        $name:ident$(<$item:ident>)?($($argument:ident: $type:ty),*) -> $output:ty;)*
    })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[must_use = "a resource does nothing until one of its methods is called"]
        pub struct $resource<'a> {
            client: &'a Client,
        }

        impl $resource<'_> {
            $(#[doc = concat!("Waits for [`", stringify!($resource), "::", stringify!($name), "`](crate::",
                stringify!($resource), "::", stringify!($name), ").")]
            ///
            $(#[$method_doc])*
            /// # Errors
            ///
            /// Those of the async method.
            pub fn $name$(<$item: BatchItem>)?(self, $($argument: $type),*) -> Result<$output, Error> {
                let value = self.client.wait(self.client.asynchronous.$accessor().$name($($argument),*))?;
                Ok(value.into_blocking(&self.client.worker))
            })*
        })*

        impl Client {
            $(#[doc = concat!("Returns the operations of [`", stringify!($resource), "`].")]
            pub fn $accessor(&self) -> $resource<'_> {
                $resource { client: self }
            })*
        }
    };
}

resources! {
    /// Speech to text, and text to speech; from [`Client::audio`].
    ///
    /// The type of the reply depends on its format, so each format has a method.
    Audio by audio {
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
        transcribe(audio: impl Into<AudioInput>, request: impl Borrow<TranscriptionRequest>) -> Response<Transcription>;
        transcribe_text(audio: impl Into<AudioInput>, request: impl Borrow<TranscriptionRequest>) -> Response<String>;
        transcribe_verbose(audio: impl Into<AudioInput>, request: impl Borrow<TranscriptionRequest>) -> Response<VerboseTranscription>;
        translate(audio: impl Into<AudioInput>, request: impl Borrow<TranslationRequest>) -> Response<Transcription>;
        translate_text(audio: impl Into<AudioInput>, request: impl Borrow<TranslationRequest>) -> Response<String>;
        translate_verbose(audio: impl Into<AudioInput>, request: impl Borrow<TranslationRequest>) -> Response<VerboseTranscription>;
        speak(request: impl Borrow<SpeechRequest>) -> Download;
    }

    /// Batches; from [`Client::batches`].
    ///
    /// [`write`](Self::write) and [`resume`](Self::resume) do the whole of it for typed requests. The others are the operations behind
    /// them.
    Batches by batches {
        adopt<T>(id: impl AsRef<str>, folder: impl AsRef<Path>) -> Job<T>;
        create(request: impl Borrow<BatchRequest>) -> Response<Batch>;
        list() -> Response<BatchList>;
        get(id: impl AsRef<str>) -> Response<Batch>;
        cancel(id: impl AsRef<str>) -> Response<Batch>;
    }

    /// Chat completions; from [`Client::chat`].
    Chat by chat {
        create(request: impl Borrow<ChatCompletionRequest>) -> Response<ChatCompletion>;
        create_with_flex_fallback(request: impl Borrow<ChatCompletionRequest>, otherwise: Option<ServiceTier>) -> Response<ChatCompletion>;
        /// ```no_run
        /// use groq_core::types::{ChatCompletionRequest, Message};
        ///
        /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
        /// let question = Message::user("Explain TLS in one line");
        /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
        /// for chunk in client.chat().stream(request)? {
        ///     for choice in chunk?.choices {
        ///         print!("{}", choice.delta.content.unwrap_or_default());
        ///     }
        /// }
        /// # Ok(())
        /// # }
        /// ```
        ///
        stream(request: impl Borrow<ChatCompletionRequest>) -> ChatStream;
        stream_with_flex_fallback(request: impl Borrow<ChatCompletionRequest>, otherwise: Option<ServiceTier>) -> ChatStream;
    }

    /// Embeddings; from [`Client::embeddings`].
    Embeddings by embeddings {
        create(request: impl Borrow<EmbeddingRequest>) -> Response<EmbeddingList>;
    }

    /// Files; from [`Client::files`].
    Files by files {
        upload(file: impl Into<Upload>, purpose: impl Into<FilePurpose>) -> Response<FileObject>;
        list() -> Response<FileList>;
        get(id: impl AsRef<str>) -> Response<FileObject>;
        delete(id: impl AsRef<str>) -> Response<FileDeletion>;
        content(id: impl AsRef<str>) -> Download;
    }

    /// Fine-tunings; from [`Client::fine_tunings`].
    FineTunings by fine_tunings {
        list() -> Response<FineTuningList>;
        create(request: impl Borrow<FineTuningRequest>) -> Response<FineTuning>;
        get(id: impl AsRef<str>) -> Response<FineTuning>;
        delete(id: impl AsRef<str>) -> Response<FineTuningDeletion>;
    }

    /// Models; from [`Client::models`].
    Models by models {
        list() -> Response<ModelList>;
        get(id: impl AsRef<str>) -> Response<Model>;
        delete(id: impl AsRef<str>) -> Response<ModelDeletion>;
    }

    /// Rerankings; from [`Client::reranking`].
    Reranking by reranking {
        create(request: impl Borrow<RerankingRequest>) -> Response<Reranked>;
    }

    /// Responses; from [`Client::responses`].
    Responses by responses {
        create(request: impl Borrow<ResponseRequest>) -> Response<ResponseObject>;
        stream(request: impl Borrow<ResponseRequest>) -> ResponseStream;
    }
}

impl Batches<'_> {
    /// Starts a batch of typed requests in a folder, or continues one; see [`batch`](super::batch).
    ///
    /// # Errors
    ///
    /// Those of [`Batches::write`](crate::Batches::write).
    pub fn write<T: BatchItem>(self, folder: impl AsRef<Path>) -> Result<Writer<T>, Error> {
        let writer = self.client.asynchronous.batches().write(folder)?;
        Ok(writer.into_blocking(&self.client.worker))
    }

    /// Continues a batch whose items are written.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::resume`](crate::Batches::resume).
    pub fn resume<T: BatchItem>(self, folder: impl AsRef<Path>) -> Result<Job<T>, Error> {
        let job = self.client.asynchronous.batches().resume(folder)?;
        Ok(job.into_blocking(&self.client.worker))
    }
}

impl Chat<'_> {
    /// Says something in a conversation, and returns the reply; see [`Conversation::say`].
    ///
    /// ```no_run
    /// # use groq_core::{Conversation, blocking::Client, types::Message};
    /// # fn example(client: Client, mut conversation: Conversation) -> Result<(), groq_core::Error> {
    /// let reply = client.chat().say(&mut conversation, Message::user("What is TLS?"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Conversation::say`].
    pub fn say(
        self,
        conversation: &mut Conversation,
        message: impl Into<Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        self.say_all(conversation, [message.into()])
    }

    /// Says several things at once; see [`Conversation::say_all`].
    ///
    /// # Errors
    ///
    /// Those of [`Conversation::say`].
    pub fn say_all(
        self,
        conversation: &mut Conversation,
        messages: impl IntoIterator<Item = Message>,
    ) -> Result<Response<ChatCompletion>, Error> {
        let client = &self.client.asynchronous;
        self.client.wait(conversation.say_all(client, messages))
    }
}

/// A request for which this crate has no method; from [`Client::request`].
#[derive(Debug)]
#[must_use = "a request is only sent by `send` or `send_for_bytes`"]
pub struct RequestBuilder<'a> {
    request: crate::RequestBuilder<'a>,
    worker: &'a Worker,
}

impl Client {
    /// Creates any request, for operations without a method; see [`Client::request`](crate::Client::request).
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = client.request(http::Method::GET, "/openai/v1/something/new").query("verbose", "true");
    /// println!("{}", request.send::<serde_json::Value>()?["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: http::Method, path: impl Into<String>) -> RequestBuilder<'_> {
        RequestBuilder {
            request: self.asynchronous.request(method, path),
            worker: &self.worker,
        }
    }
}

impl RequestBuilder<'_> {
    super::passed_on! { request of RequestBuilder:
        query(name: impl Into<String>, value: impl Into<String>);
        header(name: impl Into<String>, value: impl Into<String>);
        bytes(content_type: impl Into<String>, bytes: impl Into<Bytes>);
        idempotent();
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    ///
    /// Those of [`RequestBuilder::json`](crate::RequestBuilder::json).
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, Error> {
        self.request = self.request.json(value)?;
        Ok(self)
    }

    /// Sends the request, and decodes the JSON of the response.
    ///
    /// # Errors
    ///
    /// Those of [`RequestBuilder::send`](crate::RequestBuilder::send).
    pub fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.worker.finish(self.request.send())
    }

    /// Sends the request, and returns the response body as it is.
    ///
    /// # Errors
    ///
    /// Those of [`RequestBuilder::send_for_bytes`](crate::RequestBuilder::send_for_bytes).
    pub fn send_for_bytes(self) -> Result<Response<Bytes>, Error> {
        self.worker.finish(self.request.send_for_bytes())
    }
}

impl<T> IntoBlocking for Response<T> {
    type Blocking = Self;

    fn into_blocking(self, _worker: &Arc<Worker>) -> Self {
        self
    }
}
