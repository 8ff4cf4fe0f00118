//! Fine-tunings: models with additions of your own.

use groq_types::{FineTuning, FineTuningDeletion, FineTuningList, FineTuningRequest};

use super::Client;
use crate::error::Error;
use crate::response::Response;

/// Fine-tunings; from [`Client::fine_tunings`]. They are not open to everybody.
#[derive(Clone, Copy, Debug)]
pub struct FineTunings<'a> {
    client: &'a Client,
}

impl<'a> FineTunings<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists the fine-tunings of the organisation.
    ///
    /// Operation: `listFineTunings`.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// for tuning in client.fine_tunings().list()?.data.iter().flatten() {
    ///     println!("{:?} {:?}", tuning.id, tuning.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`FineTunings::list`](crate::FineTunings::list).
    pub fn list(&self) -> Result<Response<FineTuningList>, Error> {
        let tunings = self.client.asynchronous().fine_tunings();
        self.client.wait(tunings.list())
    }

    /// Creates a fine-tuning; see [`FineTunings::create`](crate::FineTunings::create).
    ///
    /// Operation: `createFineTuning`.
    ///
    /// # Errors
    ///
    /// Those of [`FineTunings::create`](crate::FineTunings::create).
    pub fn create(&self, request: FineTuningRequest) -> Result<Response<FineTuning>, Error> {
        let tunings = self.client.asynchronous().fine_tunings();
        self.client.wait(tunings.create(request))
    }

    /// Looks up a fine-tuning.
    ///
    /// Operation: `getFineTuning`.
    ///
    /// # Errors
    ///
    /// Those of [`FineTunings::get`](crate::FineTunings::get).
    pub fn get(&self, id: impl AsRef<str>) -> Result<Response<FineTuning>, Error> {
        let tunings = self.client.asynchronous().fine_tunings();
        self.client.wait(tunings.get(id))
    }

    /// Deletes a fine-tuning.
    ///
    /// Operation: `deleteFineTuning`.
    ///
    /// # Errors
    ///
    /// Those of [`FineTunings::delete`](crate::FineTunings::delete).
    pub fn delete(&self, id: impl AsRef<str>) -> Result<Response<FineTuningDeletion>, Error> {
        let tunings = self.client.asynchronous().fine_tunings();
        self.client.wait(tunings.delete(id))
    }
}
