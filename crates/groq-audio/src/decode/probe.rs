//! What the first bytes of a recording tell.

use std::io::{self, Read, Seek, SeekFrom};

use super::container::mp4::{self, Index};
use super::container::{ebml, mpeg, ogg};
use super::faults::Failure;
use super::format::{self, Format};
use crate::error::{Error, ErrorKind};
use crate::source::Input;

/// The most tags that are skipped before the audio.
const TAGS: u32 = 16;

/// What is known of a recording before it is decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Probe {
    pub(super) format: Format,
    /// Where the tags before the audio end.
    pub(super) base: u64,
    /// Bytes of tags after the audio.
    pub(super) tail: u64,
    /// Where the file should end, by its header.
    pub(super) end: Option<u64>,
    /// A Matroska file was written as a stream: it states no length, and may end anywhere.
    pub(super) endless: bool,
    /// An MP3 file states how many frames it has.
    pub(super) counted: bool,
    /// The streams of an Ogg file, in their order.
    pub(super) streams: Vec<u32>,
    /// The boxes of an MP4 file.
    pub(super) mp4: Index,
}

impl Probe {
    /// Looks at an input, and returns the bytes that were read after its tags.
    pub(super) fn new(input: &mut Input) -> Result<(Self, Vec<u8>), Error> {
        let (head, base) = head(input).map_err(|cause| Error::io("read audio", cause))?;
        if head.is_empty() {
            let message = if base == 0 {
                "the audio is empty"
            } else {
                "the file holds only a tag"
            };
            return Err(Error::new(ErrorKind::Corrupt, message));
        }
        let mut probe = Self {
            format: Format::of(&head),
            base,
            ..Self::default()
        };
        match probe.format {
            Format::Mp3 => {
                let first = mpeg::find(&head).map_or(0, |(_, at)| at);
                probe.counted = mpeg::tells_length(&head[first..]);
            }
            Format::Ogg | Format::OggOpus => probe.streams = ogg::streams(&head),
            Format::Matroska | Format::WebM => match ebml::segment(&head) {
                Some(ebml::End::Open) => probe.endless = true,
                Some(ebml::End::At(end)) => probe.end = end.checked_add(base),
                _ => {}
            },
            _ => {}
        }
        Ok((probe, head))
    }

    /// Reads what decides whether the file is whole, and leaves the input where the audio begins. Returns what is missing.
    pub(super) fn complete(&mut self, input: &mut Input) -> Result<Option<Error>, Failure> {
        let corrupt = |message| Err(Error::new(ErrorKind::Corrupt, message).into());
        match self.format {
            Format::Mp4 => {
                let failed = |cause| Error::io("read audio", cause);
                self.mp4 = mp4::read(input, self.base).map_err(failed)?;
                if !self.mp4.is_there {
                    return corrupt("the file is cut off: its index is missing");
                }
                input.seek(SeekFrom::Start(self.base)).map_err(failed)?;
                return Ok(self.mp4.fragments.check().err());
            }
            Format::Ogg | Format::OggOpus if self.streams.is_empty() => {
                return corrupt("the file begins in the middle: its first page is missing");
            }
            _ => {}
        }
        if let (Some(end), Some(length)) = (self.end, input.len())
            && length < end
        {
            let message = format!("only {length} of {end} bytes of the file are there");
            return Ok(Some(Error::new(ErrorKind::Short, message)));
        }
        Ok(None)
    }
}

/// The first bytes after all tags, and where they are. A stream stands after them.
fn head(input: &mut Input) -> io::Result<(Vec<u8>, u64)> {
    let mut base = 0;
    let mut head = Vec::new();
    for _ in 0..TAGS {
        let missing = format::HEAD_LEN.saturating_sub(head.len()) as u64;
        input.by_ref().take(missing).read_to_end(&mut head)?;
        let Some(tag) = format::tag_len(&head) else {
            break;
        };
        base += tag;
        if head.len() as u64 > tag {
            head.drain(..tag as usize);
        } else {
            let rest = tag - head.len() as u64;
            io::copy(&mut input.by_ref().take(rest), &mut io::sink())?;
            head.clear();
        }
    }
    Ok((head, base))
}

/// The length of an old tag (`ID3v1`) at the end.
pub(super) fn tail(input: &mut Input) -> io::Result<u64> {
    const TAG: u64 = 128;
    if input.len().is_none_or(|length| length < TAG) {
        return Ok(0);
    }
    let mut mark = [0; 3];
    input.seek(SeekFrom::End(-(TAG as i64)))?;
    input.read_exact(&mut mark)?;
    Ok(if &mark == b"TAG" { TAG } else { 0 })
}
