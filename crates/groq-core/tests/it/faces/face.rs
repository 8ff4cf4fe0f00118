//! The two faces of the client, as the tests see them.

use std::path::PathBuf;
use std::time::Duration;

use groq_core::batch::{CompletionWindow, Phase, Progress};
use groq_core::types::{
    ChatCompletion, ChatCompletionRequest, FileList, FileObject, FilePurpose, ModelList,
    SpeechFormat, SpeechRequest, Transcription, TranscriptionRequest,
};
use groq_core::{Client, ClientBuilder, Error, Response, Upload, blocking};
use serde_json::Value;

use crate::support::request;

/// What the tests do with a client, whichever face it has.
pub(super) trait Face: Clone + Send + Sync + 'static {
    fn build(builder: ClientBuilder) -> Result<Self, Error>;
    async fn create(&self) -> Result<Response<ChatCompletion>, Error>;
    async fn stream(&self) -> Result<Streamed, Error>;
    async fn list_models(&self) -> Result<Response<ModelList>, Error>;
    async fn list_files(&self) -> Result<Response<FileList>, Error>;
    async fn upload(&self, file: Upload) -> Result<Response<FileObject>, Error>;
    async fn transcribe(&self, audio: Upload) -> Result<Response<Transcription>, Error>;
    async fn speak(&self) -> Result<Vec<u8>, Error>;
    async fn save(&self, path: PathBuf) -> Result<u64, Error>;
    async fn post(&self, path: &'static str, body: Value) -> Result<Response<Value>, Error>;
    /// Runs a batch of so many items, and counts those that succeeded and those that did not.
    async fn batch(&self, folder: PathBuf, items: usize) -> Result<(usize, usize), Error>;
}

/// What came of a stream.
pub(super) struct Streamed {
    pub(super) pieces: Vec<String>,
    pub(super) failure: Option<Error>,
    /// Something came after the failure.
    pub(super) went_on: bool,
    pub(super) whole: Result<ChatCompletion, Error>,
}

/// A batch is polled at once.
const SOON: Duration = Duration::ZERO;

fn speech() -> SpeechRequest {
    SpeechRequest::new("a-new-model", "Good morning!", "hannah")
        .with_response_format(SpeechFormat::Wav)
}

fn item(number: usize) -> (String, ChatCompletionRequest) {
    (number.to_string(), request())
}

#[derive(Clone)]
pub(super) struct Async(Client);

impl Face for Async {
    fn build(builder: ClientBuilder) -> Result<Self, Error> {
        builder.build().map(Self)
    }

    async fn create(&self) -> Result<Response<ChatCompletion>, Error> {
        self.0.chat().create(request()).await
    }

    async fn stream(&self) -> Result<Streamed, Error> {
        let mut stream = self.0.chat().stream(request()).await?;
        let (mut pieces, mut failure) = (Vec::new(), None);
        let mut deltas = stream.text();
        while let Some(piece) = deltas.next().await {
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(error) => failure = Some(error),
            }
        }
        let went_on = deltas.next().await.is_some();
        let whole = stream.finish().await;
        Ok(Streamed {
            pieces,
            failure,
            went_on,
            whole,
        })
    }

    async fn list_models(&self) -> Result<Response<ModelList>, Error> {
        self.0.models().list().await
    }

    async fn list_files(&self) -> Result<Response<FileList>, Error> {
        self.0.files().list().await
    }

    async fn upload(&self, file: Upload) -> Result<Response<FileObject>, Error> {
        self.0.files().upload(file, FilePurpose::Batch).await
    }

    async fn transcribe(&self, audio: Upload) -> Result<Response<Transcription>, Error> {
        let request = TranscriptionRequest::new("whisper-large-v3");
        self.0.audio().transcribe(audio, request).await
    }

    async fn speak(&self) -> Result<Vec<u8>, Error> {
        let mut audio = Vec::new();
        let download = self.0.audio().speak(speech()).await?;
        download.write_to(&mut audio).await?;
        Ok(audio)
    }

    async fn save(&self, path: PathBuf) -> Result<u64, Error> {
        self.0.files().content("file_1").await?.save(path).await
    }

    async fn post(&self, path: &'static str, body: Value) -> Result<Response<Value>, Error> {
        let request = self.0.request(http::Method::POST, path).query("a", "b");
        request.json(&body)?.send().await
    }

    async fn batch(&self, folder: PathBuf, items: usize) -> Result<(usize, usize), Error> {
        let mut writer = self.0.batches().write(folder)?.max_items(3);
        for (id, request) in (0..items).map(item) {
            writer.push(id, &request)?;
        }
        let job = writer
            .finish(CompletionWindow::DAY)?
            .poll_interval(SOON, SOON);
        let results = job.on_progress(looked_at).run().await?;
        let results = results.collect::<Result<Vec<_>, _>>()?;
        let (good, bad): (Vec<_>, Vec<_>) = results.iter().partition(|item| item.outcome.is_ok());
        Ok((good.len(), bad.len()))
    }
}

#[derive(Clone)]
pub(super) struct Blocking(blocking::Client);

impl Blocking {
    /// Makes a call on another thread, so that this one is free to serve.
    async fn away<T: Send + 'static>(
        &self,
        call: impl FnOnce(blocking::Client) -> T + Send + 'static,
    ) -> T {
        let client = self.0.clone();
        let done = tokio::task::spawn_blocking(|| call(client));
        done.await.expect("the call does not panic")
    }
}

impl Face for Blocking {
    fn build(builder: ClientBuilder) -> Result<Self, Error> {
        builder.build_blocking().map(Self)
    }

    async fn create(&self) -> Result<Response<ChatCompletion>, Error> {
        self.away(|client| client.chat().create(request())).await
    }

    async fn stream(&self) -> Result<Streamed, Error> {
        self.away(|client| {
            let mut stream = client.chat().stream(request())?;
            let (mut pieces, mut failure) = (Vec::new(), None);
            let mut deltas = stream.text();
            for piece in deltas.by_ref() {
                match piece {
                    Ok(piece) => pieces.push(piece),
                    Err(error) => failure = Some(error),
                }
            }
            Ok(Streamed {
                pieces,
                failure,
                went_on: deltas.next().is_some(),
                whole: stream.finish(),
            })
        })
        .await
    }

    async fn list_models(&self) -> Result<Response<ModelList>, Error> {
        self.away(|client| client.models().list()).await
    }

    async fn list_files(&self) -> Result<Response<FileList>, Error> {
        self.away(|client| client.files().list()).await
    }

    async fn upload(&self, file: Upload) -> Result<Response<FileObject>, Error> {
        self.away(|client| client.files().upload(file, FilePurpose::Batch))
            .await
    }

    async fn transcribe(&self, audio: Upload) -> Result<Response<Transcription>, Error> {
        let request = TranscriptionRequest::new("whisper-large-v3");
        self.away(|client| client.audio().transcribe(audio, request))
            .await
    }

    async fn speak(&self) -> Result<Vec<u8>, Error> {
        self.away(|client| {
            let mut audio = Vec::new();
            client.audio().speak(speech())?.write_to(&mut audio)?;
            Ok(audio)
        })
        .await
    }

    async fn save(&self, path: PathBuf) -> Result<u64, Error> {
        self.away(|client| client.files().content("file_1")?.save(path))
            .await
    }

    async fn post(&self, path: &'static str, body: Value) -> Result<Response<Value>, Error> {
        self.away(move |client| {
            let request = client.request(http::Method::POST, path).query("a", "b");
            request.json(&body)?.send()
        })
        .await
    }

    async fn batch(&self, folder: PathBuf, items: usize) -> Result<(usize, usize), Error> {
        self.away(move |client| {
            let mut writer = client.batches().write(folder)?.max_items(3);
            for (id, request) in (0..items).map(item) {
                writer.push(id, &request)?;
            }
            let job = writer
                .finish(CompletionWindow::DAY)?
                .poll_interval(SOON, SOON);
            let results = job.on_progress(looked_at).run()?;
            let results = results.collect::<Result<Vec<_>, _>>()?;
            let (good, bad): (Vec<_>, Vec<_>) =
                results.iter().partition(|item| item.outcome.is_ok());
            Ok((good.len(), bad.len()))
        })
        .await
    }
}

fn looked_at(progress: &Progress) {
    assert!(progress.phase != Phase::Done || progress.parts_done == progress.parts);
}
