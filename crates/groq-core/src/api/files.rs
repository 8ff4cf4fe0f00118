//! Files: the requests and the results of batches.

use groq_types::{FileDeletion, FileList, FileObject, FilePurpose, operations};

use super::call::{ANY, Endpoint};
use super::form;
use crate::download::Download;
use crate::error::Error;
use crate::multipart::Framing;
use crate::response::Response;
use crate::upload::{Form, Kind, Max, Upload};

super::resource! {
    /// Files; from [`Client::files`](crate::Client::files).
    Files
}

impl Files<'_> {
    /// Uploads a file, piece by piece.
    ///
    /// The file of a batch has one JSON object a line. An upload is retried only if the server certainly created no file. After
    /// other errors, check [`list`](Self::list).
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
    /// Before anything is sent, [`is_limit_exceeded`](Error::is_limit_exceeded) if the file is larger than
    /// [`max_file_bytes`](crate::ClientBuilder::max_file_bytes), and [`is_io`](Error::is_io) if it cannot be read. On the way,
    /// [`is_io`](Error::is_io) if it changes, and [`is_timeout`](Error::is_timeout) if the server stops reading. From the
    /// server, often [`is_invalid_request`](Error::is_invalid_request) and [`is_too_large`](Error::is_too_large).
    pub async fn upload(
        self,
        file: impl Into<Upload>,
        purpose: impl Into<FilePurpose>,
    ) -> Result<Response<FileObject>, Error> {
        let endpoint = Endpoint::new("upload file", &operations::UPLOAD_FILE);
        let (file, purpose) = (file.into(), purpose.into());
        let max = Max {
            bytes: self.core.settings().max_file_bytes,
            setting: "max_file_bytes",
            hint: "split it: several batches may run at once",
        };
        let file = form::inspected(self.core, file.prepare(Kind::JsonLines, max))
            .await
            .map_err(|error| endpoint.failed(error))?;
        let framing = Framing::new().text("purpose", purpose.as_str());
        let outgoing = form::outgoing(self.core, endpoint, Form::new(framing, Some(file)))?;
        endpoint.call(self.core, outgoing).await
    }

    /// Lists the files of the organization.
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
    /// [`is_authentication`](Error::is_authentication) if the key is wrong, and the errors of every call.
    pub async fn list(self) -> Result<Response<FileList>, Error> {
        let endpoint = Endpoint::new("list files", &operations::LIST_FILES);
        endpoint.send(self.core, &[]).await
    }

    /// Retrieves the metadata of a file.
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
    /// [`is_not_found`](Error::is_not_found) if there is no such file; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(self, id: impl AsRef<str>) -> Result<Response<FileObject>, Error> {
        let endpoint = Endpoint::new("retrieve file", &operations::RETRIEVE_FILE);
        endpoint.send(self.core, &[id.as_ref()]).await
    }

    /// Deletes a file.
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
    pub async fn delete(self, id: impl AsRef<str>) -> Result<Response<FileDeletion>, Error> {
        let endpoint = Endpoint::new("delete file", &operations::DELETE_FILE);
        endpoint.send(self.core, &[id.as_ref()]).await
    }

    /// Downloads the content of a file: as a stream, as bytes, to a writer, or to a file.
    ///
    /// It returns when the response starts. Failures before that are retried.
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
    /// Those of [`get`](Self::get); the methods of [`Download`] document their own errors.
    pub async fn content(self, id: impl AsRef<str>) -> Result<Download, Error> {
        let endpoint = Endpoint::new("download file", &operations::DOWNLOAD_FILE);
        let outgoing = endpoint.outgoing(self.core, &[id.as_ref()], ANY)?;
        let answered = endpoint.open(self.core, outgoing).await?;
        Ok(Download::new(self.core.clone(), endpoint.name(), answered))
    }
}
