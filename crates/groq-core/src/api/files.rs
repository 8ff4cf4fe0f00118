//! Files: the requests and the results of batches.

use groq_types::{FileDeletion, FileList, FileObject, FilePurpose};

use super::id::{encoded, segment};
use crate::client::Client;
use crate::download::Download;
use crate::error::Error;
use crate::multipart::Framing;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{self, Exchange, Operation};
use crate::upload::{Form, Kind, Max, Upload};

/// Files; from [`Client::files`].
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    client: &'a Client,
}

impl<'a> Files<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Uploads a file, piece by piece.
    ///
    /// Operation: `uploadFile`.
    ///
    /// The file of a batch has one JSON object a line. An upload is retried only where the server certainly made no file of it; what an
    /// error leaves open, [`list`](Self::list) tells.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::FilePurpose;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let requests = Upload::path("requests.jsonl").on_progress(|progress| println!("{} bytes", progress.sent));
    /// let file = client.files().upload(requests, FilePurpose::Batch).await?;
    /// println!("{}", file.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`is_limit_exceeded`](Error::is_limit_exceeded) where the file is larger than
    /// [`max_file_bytes`](crate::ClientBuilder::max_file_bytes), and [`is_io`](Error::is_io) where it cannot be read. On the way,
    /// [`is_io`](Error::is_io) where it changes, and [`is_timeout`](Error::is_timeout) where the server stops reading. From the
    /// server, often [`is_invalid_request`](Error::is_invalid_request) and [`is_too_large`](Error::is_too_large).
    pub async fn upload(
        &self,
        file: impl Into<Upload>,
        purpose: impl Into<FilePurpose>,
    ) -> Result<Response<FileObject>, Error> {
        let operation = operation("upload file", Replay::Creates);
        let (file, purpose) = (file.into(), purpose.into());
        let max = Max {
            bytes: self.client.settings().max_file_bytes,
            setting: "max_file_bytes",
            advice: "split it: several batches may run at once",
        };
        let file = super::form::looked_at(self.client, file.prepare(Kind::JsonLines, max))
            .await
            .map_err(|error| error.while_doing(operation.doing))?;
        let framing = Framing::new().text("purpose", purpose.as_str());
        super::form::send(
            self.client,
            operation,
            "/openai/v1/files",
            Form::new(framing, Some(file)),
        )
        .await
    }

    /// Lists the files of the organisation.
    ///
    /// Operation: `listFiles`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// for file in &client.files().list().await?.data {
    ///     println!("{} {:?}", file.id, file.bytes);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_authentication`](Error::is_authentication) where the key is wrong, and whatever can happen to any call.
    pub async fn list(&self) -> Result<Response<FileList>, Error> {
        let exchange = Exchange::new(self.client, operation("list files", Replay::Harmless));
        let result = exchange.raw().list_files().await;
        exchange.finish(result)
    }

    /// Looks up what is known of a file.
    ///
    /// Operation: `retrieveFile`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let file = client.files().get("file_01").await?;
    /// println!("{:?} bytes", file.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) where there is no such file; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(&self, id: impl AsRef<str>) -> Result<Response<FileObject>, Error> {
        let operation = operation("retrieve file", Replay::Harmless);
        let id = segment("file", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().retrieve_file(id).await;
        exchange.finish(result)
    }

    /// Deletes a file.
    ///
    /// Operation: `deleteFile`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// assert!(client.files().delete("file_01").await?.deleted);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get). A retry of a deletion that had worked is [`is_not_found`](Error::is_not_found) too.
    pub async fn delete(&self, id: impl AsRef<str>) -> Result<Response<FileDeletion>, Error> {
        let operation = operation("delete file", Replay::Harmless);
        let id = segment("file", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().delete_file(id).await;
        exchange.finish(result)
    }

    /// Downloads what is in a file: as a stream, as bytes, to a writer, or to a file.
    ///
    /// Operation: `downloadFile`.
    ///
    /// It returns when the answer begins; failures up to there are retried.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let content = client.files().content("file_01").await?;
    /// let bytes = content.save("results.jsonl").await?;
    /// println!("{bytes} bytes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get); what can happen to the download itself is told by the methods of [`Download`].
    pub async fn content(&self, id: impl AsRef<str>) -> Result<Download, Error> {
        let operation = operation("download file", Replay::Harmless);
        let id = segment("file", id.as_ref(), operation)?;
        let path = format!("/openai/v1/files/{}/content", encoded(id));
        let request = transport::download_request(self.client, &path);
        let answered = transport::open(self.client, operation, request).await?;
        Ok(Download::new(
            self.client.clone(),
            operation.doing,
            answered,
        ))
    }
}

fn operation(doing: &'static str, replay: Replay) -> Operation {
    Operation { doing, replay }
}
