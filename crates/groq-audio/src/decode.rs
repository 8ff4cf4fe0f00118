//! Files as one channel of samples, a packet at a time.

mod aac;
mod ffmpeg;
mod format;
mod length;
#[cfg(feature = "opus")]
mod opus;
mod pcm;
mod symphonia;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};

use crate::error::{Error, ErrorKind};
use crate::source::{Input, Source, SourceKind};
pub(crate) use format::Format;

/// How decoding is done.
#[derive(Clone, Debug)]
pub(crate) struct DecodeOptions {
    /// Whether `ffmpeg` may be used for what cannot be decoded here.
    pub(crate) ffmpeg: bool,
    /// How many bytes of a stream may be copied into a temporary file, where its form needs that.
    pub(crate) most_spooled: u64,
}

/// An opened recording.
pub(crate) struct Decoder {
    kind: DecoderKind,
    /// What is worth telling the user.
    pub(crate) notes: Vec<String>,
    /// The length that the container gives, in seconds.
    pub(crate) seconds: Option<f64>,
}

enum DecoderKind {
    Symphonia(Box<symphonia::Decoder>),
    Pcm(pcm::Decoder),
    Ffmpeg(ffmpeg::Decoder),
}

impl Decoder {
    /// Opens a source; what cannot be decoded here goes to `ffmpeg` if that is allowed and there.
    ///
    /// # Errors
    ///
    /// `is_unsupported`, `is_corrupt`, `is_io`.
    pub(crate) fn open(source: Source, options: &DecodeOptions) -> Result<Self, Error> {
        if let SourceKind::Pcm(pcm) = source.kind {
            return pcm::Decoder::new(pcm).map(|decoder| Self::of(DecoderKind::Pcm(decoder)));
        }
        let path = match &source.kind {
            SourceKind::Path(path) => Some(path.clone()),
            _ => None,
        };
        let opened = Opened::new(open(source)?, options)?;
        let again = path.map(ffmpeg::Again::Path).or_else(|| opened.again());
        match opened.decoder() {
            Err(error) if error.is_unsupported() && options.ffmpeg => Self::by_ffmpeg(again, error),
            other => other,
        }
    }

    /// Appends the next samples to `out`. None at the end; else their rate.
    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        match &mut self.kind {
            DecoderKind::Symphonia(decoder) => decoder.next(out),
            DecoderKind::Pcm(decoder) => decoder.next(out),
            DecoderKind::Ffmpeg(decoder) => decoder.next(out),
        }
    }

    /// What became known while decoding.
    pub(crate) fn late_notes(&self) -> Vec<String> {
        match &self.kind {
            DecoderKind::Symphonia(decoder) => decoder.late_notes(),
            _ => Vec::new(),
        }
    }

    fn of(kind: DecoderKind) -> Self {
        Self {
            kind,
            notes: Vec::new(),
            seconds: None,
        }
    }

    fn by_ffmpeg(again: Option<ffmpeg::Again>, unsupported: Error) -> Result<Self, Error> {
        let Some(again) = again else {
            return Err(unsupported);
        };
        match ffmpeg::Decoder::start(again)? {
            None => Err(unsupported),
            Some(decoder) => {
                let mut opened = Self::of(DecoderKind::Ffmpeg(decoder));
                opened
                    .notes
                    .push(format!("decoded by ffmpeg: {unsupported}"));
                Ok(opened)
            }
        }
    }
}

/// Input whose first bytes have been looked at.
struct Opened {
    input: Input,
    format: Format,
}

impl Opened {
    fn new(mut input: Input, options: &DecodeOptions) -> Result<Self, Error> {
        let failed = |cause| Error::io("read audio", cause);
        let mut head = vec![0; format::HEAD_LEN];
        let count = input.read_up_to(&mut head).map_err(failed)?;
        head.truncate(count);
        if head.is_empty() {
            return Err(Error::new(ErrorKind::Corrupt, "the audio is empty"));
        }
        let format = Format::of(&head);
        let input = match input {
            Input::Stream(stream) => {
                let whole = Cursor::new(head).chain(stream);
                match format.needs_seeking() {
                    true => Input::File(spooled(whole, options.most_spooled)?),
                    false => Input::Stream(Box::new(whole)),
                }
            }
            mut other => {
                other.rewind().map_err(failed)?;
                other
            }
        };
        Ok(Self { input, format })
    }

    /// The same input once more, for a second decoder.
    fn again(&self) -> Option<ffmpeg::Again> {
        match &self.input {
            Input::File(file) => file.try_clone().ok().map(ffmpeg::Again::File),
            Input::Bytes(bytes) => Some(ffmpeg::Again::Bytes(bytes.get_ref().clone())),
            Input::Piece(_) | Input::Stream(_) => None,
        }
    }

    fn decoder(self) -> Result<Decoder, Error> {
        if let Some(name) = self.format.refused() {
            let message = format!("{name} cannot be decoded here");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let decoder = symphonia::Decoder::open(self.input, self.format)?;
        Ok(Decoder {
            notes: decoder.notes().to_vec(),
            seconds: decoder.seconds(),
            kind: DecoderKind::Symphonia(Box::new(decoder)),
        })
    }
}

fn open(source: Source) -> Result<Input, Error> {
    match source.kind {
        SourceKind::Path(path) => {
            let opened = File::open(&path);
            let opened = opened.and_then(|file| match file.metadata()?.is_dir() {
                true => Err(io::ErrorKind::IsADirectory.into()),
                false => Ok(file),
            });
            let file =
                opened.map_err(|cause| Error::io(format!("open '{}'", path.display()), cause))?;
            // A pipe with a name is a stream.
            match file.metadata().is_ok_and(|metadata| metadata.is_file()) {
                true => Ok(Input::File(file)),
                false => Ok(Input::Stream(Box::new(file))),
            }
        }
        SourceKind::Bytes(bytes) => Ok(Input::Bytes(Cursor::new(bytes))),
        SourceKind::Reader(reader) => Ok(Input::Stream(reader)),
        SourceKind::Piece(audio) => Ok(Input::Piece(audio.reader())),
        SourceKind::Pcm(_) | SourceKind::Url(_) => Err(Error::new(
            ErrorKind::Internal,
            "a source without a container has nothing to probe",
        )),
    }
}

/// Copies a stream into a file without a name.
fn spooled(mut stream: impl Read, most: u64) -> Result<File, Error> {
    let failed = |cause| Error::io("copy audio into a temporary file", cause);
    let mut file = tempfile::tempfile().map_err(failed)?;
    let copied = io::copy(&mut stream.by_ref().take(most), &mut file).map_err(failed)?;
    let more = stream.read(&mut [0]).map_err(failed)?;
    if copied == most && more > 0 {
        let message =
            format!("the stream has more than {most} bytes, and its form needs all of them");
        return Err(Error::new(ErrorKind::Options, message));
    }
    file.flush().and_then(|()| file.rewind()).map_err(failed)?;
    Ok(file)
}

/// The form of a file, and the length that it gives itself, without decoding it.
pub(crate) fn look(
    source: Source,
    options: &DecodeOptions,
) -> Result<(Format, Option<f64>), Error> {
    let opened = Opened::new(open(source)?, options)?;
    let format = opened.format;
    match opened.decoder() {
        Ok(decoder) => Ok((format, decoder.seconds)),
        Err(error) if error.is_unsupported() => Ok((format, None)),
        Err(error) => Err(error),
    }
}
