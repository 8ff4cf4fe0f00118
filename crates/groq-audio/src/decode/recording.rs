//! A source that was opened and looked at once, and the decoder that fits it.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use super::codec::pcm;
use super::container::chunks::{self, Found};
use super::decoder::{Decoder, without_panic};
use super::faults::{self, Failure};
use super::format::Format;
use super::probe::{self, Probe};
use super::{ffmpeg, symphonia};
use crate::error::{Error, ErrorKind};
use crate::source::{Input, Source, SourceKind};
use crate::spool::PieceAudio;

/// How decoding is done.
#[derive(Clone, Debug)]
pub(crate) struct DecodeOptions {
    /// Whether `ffmpeg` may be used for what cannot be decoded here.
    pub(crate) ffmpeg: bool,
    /// Whether a recording that is cut off is an error.
    pub(crate) refuse_incomplete: bool,
    /// The most bytes of a stream that are copied into a temporary file, where its format needs that.
    pub(crate) max_spooled: u64,
}

/// A source that was opened and looked at.
pub(crate) struct Recording {
    options: DecodeOptions,
    probe: Probe,
    /// The bytes, where they can be read again.
    audio: Option<PieceAudio>,
    decoder: Result<Decoder, Error>,
}

impl Recording {
    /// Opens a source.
    ///
    /// # Errors
    ///
    /// `is_io` and `is_corrupt`. What cannot be decoded is an error of [`into_decoder`](Self::into_decoder).
    pub(crate) fn open(source: Source, options: &DecodeOptions) -> Result<Self, Error> {
        let options = options.clone();
        if let SourceKind::Pcm(pcm) = source.kind {
            let decoder = pcm::Decoder::raw(pcm).map(|decoder| Decoder::new(decoder, None));
            return Ok(Self {
                options,
                probe: Probe::default(),
                audio: None,
                decoder,
            });
        }
        let mut input = source.into_input()?;
        let (mut probe, head) = Probe::new(&mut input)?;
        if let Input::Stream(stream) = input {
            // Its tags are passed already.
            probe.base = 0;
            let rest = Cursor::new(head).chain(stream);
            input = match probe.format {
                Format::Mp4 => Input::Audio(spooled(rest, options.max_spooled)?.reader()),
                _ => Input::Stream(Box::new(rest)),
            };
        } else {
            let failed = |cause| Error::io("read audio", cause);
            probe.tail = probe::tail(&mut input).map_err(failed)?;
            input.seek(SeekFrom::Start(probe.base)).map_err(failed)?;
        }
        let audio = match &input {
            Input::Audio(reader) => Some(reader.audio().clone()),
            Input::Stream(_) => None,
        };
        let decoder = decoder(input, &probe, audio.as_ref(), &options);
        Ok(Self {
            options,
            probe,
            audio,
            decoder,
        })
    }

    /// The extension under which the service accepts the file as it is, if it does.
    pub(crate) fn accepted_extension(&self) -> Option<&'static str> {
        self.probe.format.accepted_extension()
    }

    /// The bytes of the file, where they can be read again.
    pub(crate) fn audio(&self) -> Option<&PieceAudio> {
        self.audio.as_ref()
    }

    /// The decoder, before it has read anything, or why there is none.
    pub(crate) fn decoder(&self) -> Result<&Decoder, &Error> {
        self.decoder.as_ref()
    }

    /// The length in seconds that the container states.
    pub(crate) fn seconds(&self) -> Option<f64> {
        self.decoder.as_ref().ok()?.seconds
    }

    pub(crate) fn into_decoder(self) -> Result<Decoder, Error> {
        self.decoder
    }

    /// Takes the decoder apart from what is needed to decode the same bytes once more.
    pub(crate) fn split(self) -> (Result<Decoder, Error>, Again) {
        let again = Again {
            options: self.options,
            probe: self.probe,
            audio: self.audio,
        };
        (self.decoder, again)
    }
}

/// What was found in a recording, to decode it once more.
pub(crate) struct Again {
    options: DecodeOptions,
    probe: Probe,
    audio: Option<PieceAudio>,
}

impl Again {
    pub(crate) fn decoder(self) -> Result<Decoder, Error> {
        let Some(audio) = self.audio else {
            return Err(Error::invalid("the source can be read only once"));
        };
        let mut input = Input::Audio(audio.reader());
        input
            .seek(SeekFrom::Start(self.probe.base))
            .map_err(|cause| Error::io("read audio", cause))?;
        decoder(input, &self.probe, Some(&audio), &self.options)
    }
}

/// The decoder for an input, which stands where its tags end. What cannot be decoded here goes to `ffmpeg`.
fn decoder(
    input: Input,
    probe: &Probe,
    audio: Option<&PieceAudio>,
    options: &DecodeOptions,
) -> Result<Decoder, Error> {
    let mut decoder = match native(input, probe.clone()) {
        Ok(decoder) => decoder,
        Err(failure) => {
            let audio = audio.filter(|_| options.ffmpeg && failure.error.is_unsupported());
            let started = match audio {
                Some(audio) => ffmpeg::Decoder::start(audio.reader(), probe.format, &failure)?,
                None => None,
            };
            let Some(decoder) = started else {
                return Err(failure.error);
            };
            let mut decoder = Decoder::new(decoder, failure.expected.seconds());
            decoder.is_ffmpeg = true;
            let note = format!("decoded by ffmpeg: {}", failure.error);
            decoder.notes.push(note);
            decoder
        }
    };
    decoder.refuse_incomplete(options.refuse_incomplete)?;
    Ok(decoder)
}

/// A decoder of our own, or of symphonia's.
fn native(mut input: Input, mut probe: Probe) -> Result<Decoder, Failure> {
    if let Some(name) = probe.format.refused() {
        return Err(faults::unsupported(name).into());
    }
    match probe.format {
        Format::Unknown => {
            let message = "the audio format is unknown";
            Err(Error::new(ErrorKind::Unsupported, message).into())
        }
        Format::Wav | Format::Aiff | Format::Au | Format::Caf => plain(input, &probe),
        _ => {
            let known_missing = probe.complete(&mut input)?;
            // The index at the end of a Matroska may be cut off: of a stream, it is not looked for.
            if known_missing.is_some() && matches!(probe.format, Format::Matroska | Format::WebM) {
                input = Input::Stream(Box::new(input));
            }
            let opened = without_panic(|| symphonia::Decoder::open(input, &probe));
            let (decoder, known_missing) = match (opened, known_missing) {
                (Ok(decoder), missing) => (decoder, missing),
                (Err(_), Some(missing)) => return Err(missing.into()),
                (Err(failure), None) => return Err(failure),
            };
            let seconds = decoder.expected().seconds();
            let mut decoder = Decoder::new(decoder, seconds);
            decoder.known_missing = known_missing;
            Ok(decoder)
        }
    }
}

/// Samples after a header.
fn plain(mut input: Input, probe: &Probe) -> Result<Decoder, Failure> {
    let length = input.len();
    let length = length.map(|length| length.saturating_sub(probe.base));
    let mut reader = io::BufReader::new(&mut input);
    let found = chunks::read(&mut reader, probe.format, length)?;
    let ahead = reader.buffer().to_vec();
    match found {
        Found::Plain(layout) => {
            let rest = Cursor::new(ahead).chain(input);
            let decoder = pcm::Decoder::new(Box::new(rest), &layout)?;
            let seconds = decoder.expected().seconds();
            Ok(Decoder::new(decoder, seconds))
        }
        Found::Other(name) => Err(faults::unsupported(&name).into()),
    }
}

/// Copies a stream into a file without a name.
fn spooled(mut stream: impl Read, max: u64) -> Result<PieceAudio, Error> {
    let failed = |cause| Error::io("copy audio into a temporary file", cause);
    let mut file: File = tempfile::tempfile().map_err(failed)?;
    let copied = io::copy(&mut stream.by_ref().take(max), &mut file).map_err(failed)?;
    let more = stream.read(&mut [0]).map_err(failed)?;
    if copied == max && more > 0 {
        return Err(Error::invalid(format!(
            "the stream has more than {max} bytes, and its format needs all of them"
        )));
    }
    file.flush().map_err(failed)?;
    Ok(PieceAudio::from_file(file, copied, ""))
}
