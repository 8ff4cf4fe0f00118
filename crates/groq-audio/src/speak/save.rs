//! Speech into a file, in memory that does not grow with its length.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::spoken::{Spoken, WavFormat};
use crate::error::{Error, blocking};
use crate::wav::HEADER_LEN;
use crate::writers::Unfinished;

/// A WAV file under another name, until it is whole.
pub(super) struct Saving {
    file: Unfinished,
    format: Option<WavFormat>,
    bytes: u64,
}

impl Saving {
    pub(super) async fn begin(path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        blocking("writing speech", move || {
            Ok(Self {
                file: Unfinished::create(&path)?,
                format: None,
                bytes: 0,
            })
        })
        .await
    }

    pub(super) async fn add(mut self, spoken: Spoken) -> Result<Self, Error> {
        blocking("writing speech", move || {
            if self.format.is_none() {
                self.write(&[0; HEADER_LEN])?;
            }
            spoken.same_as(&mut self.format)?;
            self.bytes += spoken.samples.len() as u64;
            // What no header can say is refused before more is paid for.
            spoken.header_of(self.bytes)?;
            self.write(&spoken.samples)?;
            Ok(self)
        })
        .await
    }

    /// Puts the header before everything, and gives the file its name.
    pub(super) async fn finish(self) -> Result<(), Error> {
        blocking("writing speech", move || {
            let format = self.format.ok_or_else(super::nothing)?;
            let header = format.header_of(self.bytes)?;
            let mut file = self.file.file();
            file.seek(SeekFrom::Start(0))
                .and_then(|_| file.write_all(&header))
                .map_err(|cause| Error::io("write speech", cause))?;
            self.file.finish()
        })
        .await
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut file = self.file.file();
        file.write_all(bytes)
            .map_err(|cause| Error::io("write speech", cause))
    }
}
