//! What a file is, by its first bytes.

/// How many bytes are looked at.
pub(super) const HEAD_LEN: usize = 4_096;

/// A form of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Wav,
    Flac,
    Mp3,
    Adts,
    Ogg,
    OggOpus,
    Mp4,
    Matroska,
    WebM,
    MpegProgram,
    MpegTransport,
    Amr,
    Asf,
    Unknown,
}

impl Format {
    /// By the first bytes alone: names lie.
    pub(crate) fn of(head: &[u8]) -> Self {
        let head = without_tag(head);
        let starts = |magic: &[u8]| head.starts_with(magic);
        let at = |offset: usize, magic: &[u8]| {
            head.get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        if (starts(b"RIFF") || starts(b"RF64") || starts(b"RIFX")) && at(8, b"WAVE") {
            Self::Wav
        } else if starts(b"fLaC") {
            Self::Flac
        } else if starts(b"OggS") {
            match contains(head, b"OpusHead") {
                true => Self::OggOpus,
                false => Self::Ogg,
            }
        } else if at(4, b"ftyp") || at(4, b"moov") || at(4, b"mdat") || at(4, b"wide") {
            Self::Mp4
        } else if starts(&[0x1A, 0x45, 0xDF, 0xA3]) {
            match contains(head, b"webm") {
                true => Self::WebM,
                false => Self::Matroska,
            }
        } else if starts(&[0, 0, 1, 0xBA]) || starts(&[0, 0, 1, 0xB3]) {
            Self::MpegProgram
        } else if starts(b"G") && at(188, b"G") && at(376, b"G") {
            Self::MpegTransport
        } else if starts(b"#!AMR") {
            Self::Amr
        } else if starts(&[0x30, 0x26, 0xB2, 0x75]) {
            Self::Asf
        } else {
            Self::by_sync(head)
        }
    }

    /// Forms without a magic, which begin with the sync bits of a frame.
    fn by_sync(head: &[u8]) -> Self {
        match head {
            [0xFF, second, ..] if second & 0xF6 == 0xF0 => Self::Adts,
            [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x06 != 0 => Self::Mp3,
            [b'I', b'D', b'3', ..] => Self::Mp3,
            _ => Self::Unknown,
        }
    }

    /// Forms that would be misread, or that need something else; with their names.
    pub(super) fn refused(self) -> Option<&'static str> {
        match self {
            Self::MpegProgram => Some("an MPEG program stream"),
            Self::MpegTransport => Some("an MPEG transport stream"),
            Self::Amr => Some("AMR"),
            Self::Asf => Some("ASF (WMA or WMV)"),
            _ => None,
        }
    }

    /// Whether the index may be at the end.
    pub(super) fn needs_seeking(self) -> bool {
        self == Self::Mp4
    }

    /// Whether the length that the container gives is only guessed from its bytes.
    pub(super) fn guesses_length(self) -> bool {
        matches!(self, Self::Mp3 | Self::Adts | Self::Unknown)
    }

    /// The extension that the service takes it under; none for what it does not take.
    pub(crate) fn accepted_extension(self) -> Option<&'static str> {
        match self {
            Self::Wav => Some("wav"),
            Self::Flac => Some("flac"),
            Self::Mp3 => Some("mp3"),
            Self::Ogg => Some("ogg"),
            Self::OggOpus => Some("opus"),
            Self::Mp4 => Some("mp4"),
            Self::WebM => Some("webm"),
            Self::MpegProgram => Some("mpeg"),
            _ => None,
        }
    }
}

/// What follows an ID3 tag, if that is in sight.
fn without_tag(head: &[u8]) -> &[u8] {
    let [b'I', b'D', b'3', _, _, _, sizes @ ..] = head else {
        return head;
    };
    let Some(sizes) = sizes.get(..4) else {
        return head;
    };
    let size = sizes
        .iter()
        .fold(0_usize, |size, byte| size << 7 | usize::from(byte & 0x7F));
    head.get(10 + size..)
        .filter(|rest| rest.len() >= 4)
        .unwrap_or(head)
}

fn contains(head: &[u8], what: &[u8]) -> bool {
    head.windows(what.len()).any(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        assert_eq!(Format::of(b"RIFF\0\0\0\0WAVEfmt "), Format::Wav);
        assert_eq!(Format::of(&[0, 0, 1, 0xBA, 0x44]), Format::MpegProgram);
        assert_eq!(Format::of(&[0xFF, 0xFB, 0x90, 0]), Format::Mp3);
        assert_eq!(Format::of(&[0xFF, 0xF1, 0x50, 0x80]), Format::Adts);
        assert_eq!(Format::of(b"ID3\x04\0\0\0\0\0\x02abfLaC"), Format::Flac);
        assert_eq!(Format::of(b"ID3"), Format::Mp3);
        assert_eq!(Format::of(b"\0\0\0\x20ftypM4A "), Format::Mp4);
        assert_eq!(Format::of(b""), Format::Unknown);
        assert_eq!(Format::of(b"<html>"), Format::Unknown);
    }
}
