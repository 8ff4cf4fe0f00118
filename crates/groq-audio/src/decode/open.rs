//! From a source to the decoder that fits it, by its first bytes.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use super::chunks::{self, Found};
use super::format::{self, Format};
use super::symphonia::Facts;
use super::{
    DecodeOptions, Decoder, DecoderKind, Failure, ebml, faults, ffmpeg, fragments, mp4, mpeg, ogg,
    pcm, symphonia, without_panic,
};
use crate::error::{Error, ErrorKind};
use crate::source::{Input, Source, SourceKind};

/// The most tags that are left out before the audio.
const TAGS: u32 = 16;

/// Input whose first bytes have been looked at. It stands where its tags end.
pub(super) struct Opened {
    input: Input,
    format: Format,
    facts: Facts,
}

impl Opened {
    pub(super) fn new(source: Source, options: &DecodeOptions) -> Result<Self, Error> {
        let mut input = open(source)?;
        let (head, base) = head(&mut input).map_err(|cause| Error::io("read audio", cause))?;
        if head.is_empty() {
            let message = match base {
                0 => "the audio is empty",
                _ => "there is nothing but a tag in it",
            };
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        let format = Format::of(&head);
        let mut facts = Facts {
            base,
            ..Facts::default()
        };
        match format {
            Format::Mp3 => {
                let first = mpeg::find(&head).map_or(0, |(_, at)| at);
                facts.counted = mpeg::tells_length(&head[first..]);
            }
            Format::Ogg | Format::OggOpus => facts.streams = ogg::streams(&head),
            Format::Matroska | Format::WebM => {
                let segment = ebml::segment(&head);
                facts.endless = segment == Some(ebml::End::Open);
                if let Some(ebml::End::At(end)) = segment {
                    facts.end = end.checked_add(base);
                }
            }
            _ => {}
        }
        let input = standing_at(input, head, &mut facts, format, options)?;
        Ok(Self {
            input,
            format,
            facts,
        })
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// The same input once more, for a second decoder.
    pub(super) fn again(&self) -> Option<ffmpeg::Input> {
        match &self.input {
            Input::File(file) => file.try_clone().ok().map(ffmpeg::Input::File),
            Input::Bytes(bytes) => Some(ffmpeg::Input::Bytes(bytes.get_ref().clone())),
            Input::Piece(_) | Input::Stream(_) => None,
        }
    }

    pub(super) fn decoder(self) -> Result<Decoder, Failure> {
        if let Some(name) = self.format.refused() {
            return Err(faults::unsupported(name).into());
        }
        match self.format {
            Format::Unknown => Err(Error::new(
                ErrorKind::Unsupported,
                "this is no audio format that is known here",
            )
            .into()),
            Format::Wav | Format::Aiff | Format::Au | Format::Caf => self.plain(),
            _ => self.packed(),
        }
    }

    fn plain(mut self) -> Result<Decoder, Failure> {
        let length = self.input.len();
        let length = length.map(|length| length.saturating_sub(self.facts.base));
        let mut reader = io::BufReader::new(&mut self.input);
        let found = chunks::read(&mut reader, self.format, length)?;
        let ahead = reader.buffer().to_vec();
        match found {
            Found::Plain(layout) => {
                let rest = Cursor::new(ahead).chain(self.input);
                let decoder = pcm::Decoder::new(Box::new(rest), &layout)?;
                let expected = decoder.expected();
                Ok(Decoder::of(DecoderKind::Pcm(decoder), expected))
            }
            Found::Other(name) => Err(faults::unsupported(&name).into()),
            Found::Adpcm => match self.input.seek(SeekFrom::Start(self.facts.base)) {
                Ok(_) => self.packed(),
                Err(_) => Err(faults::unsupported("ADPCM from a pipe").into()),
            },
        }
    }

    fn packed(mut self) -> Result<Decoder, Failure> {
        let failed = |cause| Error::io("read audio", cause);
        if self.format == Format::Mp4 {
            let base = self.facts.base;
            let index = mp4::index(&mut self.input, base).map_err(failed)?;
            let Some(index) = index else {
                let message = "the file is cut off: its index is missing";
                return Err(Error::new(ErrorKind::Corrupt, message).into());
            };
            self.facts.sound = index.sound;
            let fragments = fragments::read(&mut self.input, base).map_err(failed)?;
            fragments.check()?;
            self.facts.fragments = fragments;
            self.input.seek(SeekFrom::Start(base)).map_err(failed)?;
        }
        if matches!(self.format, Format::Ogg | Format::OggOpus) && self.facts.streams.is_empty() {
            let message = "the file begins in the middle: its first page is missing";
            return Err(Error::new(ErrorKind::Corrupt, message).into());
        }
        if let (Some(end), Some(length)) = (self.facts.end, self.input.len())
            && length < end
        {
            let message = format!("only {length} of {end} bytes of the file are there");
            return Err(Error::new(ErrorKind::Short, message).into());
        }
        let decoder =
            without_panic(|| symphonia::Decoder::open(self.input, self.format, &self.facts))?;
        let mut opened = Decoder::of(
            DecoderKind::Symphonia(Box::new(decoder)),
            super::Expected::Unknown,
        );
        if let DecoderKind::Symphonia(decoder) = &opened.kind {
            opened.seconds = decoder.expected().seconds();
        }
        Ok(opened)
    }
}

/// The first bytes after all tags, and where they are. A stream stands after them.
fn head(input: &mut Input) -> io::Result<(Vec<u8>, u64)> {
    let mut base = 0;
    let mut head = Vec::new();
    for _ in 0..TAGS {
        fill(input, &mut head)?;
        let Some(tag) = format::tag_len(&head) else {
            break;
        };
        base += tag;
        match head.len() as u64 > tag {
            true => drop(head.drain(..tag as usize)),
            false => {
                let rest = tag - head.len() as u64;
                io::copy(&mut input.by_ref().take(rest), &mut io::sink())?;
                head.clear();
            }
        }
    }
    Ok((head, base))
}

fn fill(input: &mut Input, head: &mut Vec<u8>) -> io::Result<()> {
    let missing = format::HEAD_LEN.saturating_sub(head.len()) as u64;
    input.by_ref().take(missing).read_to_end(head)?;
    Ok(())
}

/// The input once more from where its tags end, in the shape that its form needs.
fn standing_at(
    mut input: Input,
    head: Vec<u8>,
    facts: &mut Facts,
    format: Format,
    options: &DecodeOptions,
) -> Result<Input, Error> {
    let failed = |cause| Error::io("read audio", cause);
    if let Input::Stream(stream) = input {
        facts.base = 0;
        let whole = Cursor::new(head).chain(stream);
        return Ok(match format.needs_seeking() {
            true => Input::File(spooled(whole, options.most_spooled)?),
            false => Input::Stream(Box::new(whole)),
        });
    }
    facts.tail = tail(&mut input).map_err(failed)?;
    input.seek(SeekFrom::Start(facts.base)).map_err(failed)?;
    Ok(input)
}

/// The bytes of an old tag (`ID3v1`) at the end.
fn tail(input: &mut Input) -> io::Result<u64> {
    const TAG: u64 = 128;
    if input.len().is_none_or(|length| length < TAG) {
        return Ok(0);
    }
    let mut mark = [0; 3];
    input.seek(SeekFrom::End(-(TAG as i64)))?;
    input.read_exact(&mut mark)?;
    Ok(if &mark == b"TAG" { TAG } else { 0 })
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
