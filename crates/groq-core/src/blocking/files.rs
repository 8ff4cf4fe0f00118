//! Files: the requests and the results of batches.

use groq_types::{FileDeletion, FileList, FileObject, FilePurpose};

use super::{Client, Download};
use crate::error::Error;
use crate::response::Response;
use crate::upload::Upload;

/// Files; from [`Client::files`].
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    client: &'a Client,
}

impl<'a> Files<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Uploads a file, piece by piece; see [`Files::upload`](crate::Files::upload).
    ///
    /// Operation: `uploadFile`.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    /// use groq_core::types::FilePurpose;
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let file = client.files().upload(Upload::path("requests.jsonl"), FilePurpose::Batch)?;
    /// println!("{}", file.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Files::upload`](crate::Files::upload).
    pub fn upload(
        &self,
        file: impl Into<Upload>,
        purpose: impl Into<FilePurpose>,
    ) -> Result<Response<FileObject>, Error> {
        let files = self.client.asynchronous().files();
        self.client.wait(files.upload(file, purpose))
    }

    /// Lists the files of the organisation.
    ///
    /// Operation: `listFiles`.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// for file in &client.files().list()?.data {
    ///     println!("{} {:?}", file.id, file.bytes);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Files::list`](crate::Files::list).
    pub fn list(&self) -> Result<Response<FileList>, Error> {
        let files = self.client.asynchronous().files();
        self.client.wait(files.list())
    }

    /// Looks up what is known of a file.
    ///
    /// Operation: `retrieveFile`.
    ///
    /// # Errors
    ///
    /// Those of [`Files::get`](crate::Files::get).
    pub fn get(&self, id: impl AsRef<str>) -> Result<Response<FileObject>, Error> {
        let files = self.client.asynchronous().files();
        self.client.wait(files.get(id))
    }

    /// Deletes a file.
    ///
    /// Operation: `deleteFile`.
    ///
    /// # Errors
    ///
    /// Those of [`Files::delete`](crate::Files::delete).
    pub fn delete(&self, id: impl AsRef<str>) -> Result<Response<FileDeletion>, Error> {
        let files = self.client.asynchronous().files();
        self.client.wait(files.delete(id))
    }

    /// Downloads what is in a file: piece by piece, as bytes, to a writer, or to a file; see [`Files::content`](crate::Files::content).
    ///
    /// Operation: `downloadFile`.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let bytes = client.files().content("file_01")?.save("results.jsonl")?;
    /// println!("{bytes} bytes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Files::content`](crate::Files::content).
    pub fn content(&self, id: impl AsRef<str>) -> Result<Download, Error> {
        let files = self.client.asynchronous().files();
        let download = self.client.wait(files.content(id))?;
        Ok(Download::new(self.client, download))
    }
}
