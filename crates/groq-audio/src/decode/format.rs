//! The format of a file, by its first bytes.

use super::container::mpeg;

/// How many bytes are looked at.
pub(super) const HEAD_LEN: usize = 16_384;

/// A file format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    Wav,
    Aiff,
    Au,
    Caf,
    Flac,
    Mp3,
    Adts,
    Ogg,
    OggOpus,
    Mp4,
    Matroska,
    WebM,
    MpegProgram,
    Avi,
    /// What only `ffmpeg` can decode.
    Other(&'static str),
    #[default]
    Unknown,
}

/// What files begin with, and what stands further on.
const MAGIC: [(&[u8], usize, &[u8], Format); 34] = [
    (b"RIFF", 8, b"WAVE", Format::Wav),
    (b"RF64", 8, b"WAVE", Format::Wav),
    (b"BW64", 8, b"WAVE", Format::Wav),
    (b"RIFX", 8, b"WAVE", Format::Wav),
    (b"RIFF", 8, b"AVI ", Format::Avi),
    (b"FORM", 8, b"AIFF", Format::Aiff),
    (b"FORM", 8, b"AIFC", Format::Aiff),
    (b".snd", 0, b"", Format::Au),
    (b"caff", 0, b"", Format::Caf),
    (b"fLaC", 0, b"", Format::Flac),
    // The first page has nothing but the header of the first stream.
    (b"OggS", 28, b"OpusHead", Format::OggOpus),
    (b"OggS", 28, b"Speex   ", Format::Other("Speex")),
    (b"OggS", 0, b"", Format::Ogg),
    (b"", 4, b"ftyp", Format::Mp4),
    (b"", 4, b"moov", Format::Mp4),
    (b"", 4, b"mdat", Format::Mp4),
    (b"", 4, b"wide", Format::Mp4),
    (&[0x1A, 0x45, 0xDF, 0xA3], 0, b"", Format::Matroska),
    (&[0, 0, 1, 0xBA], 0, b"", Format::MpegProgram),
    (&[0, 0, 1, 0xB3], 0, b"", Format::MpegProgram),
    (b"#!AMR", 0, b"", Format::Other("AMR")),
    (
        &[0x30, 0x26, 0xB2, 0x75],
        0,
        b"",
        Format::Other("ASF (WMA or WMV)"),
    ),
    (b"FLV\x01", 0, b"", Format::Other("Flash video")),
    (&[0x0B, 0x77], 0, b"", Format::Other("AC-3")),
    (b"wvpk", 0, b"", Format::Other("WavPack")),
    (b"MAC ", 0, b"", Format::Other("Monkey's Audio")),
    (b"TTA1", 0, b"", Format::Other("TTA")),
    (b"riff\x2E\x91\xCF\x11", 0, b"", Format::Other("Wave64")),
    (b"Creative Voice File", 0, b"", Format::Other("VOC")),
    (b"MPCK", 0, b"", Format::Other("Musepack")),
    (b"MP+", 0, b"", Format::Other("Musepack")),
    (b"DSD ", 0, b"", Format::Other("DSD")),
    (b"MThd", 0, b"", Format::Other("MIDI")),
    (b"G", 188, b"G", Format::Other("an MPEG transport stream")),
];

impl Format {
    /// By the first bytes alone: names lie.
    pub(crate) fn of(head: &[u8]) -> Self {
        let at = |offset: usize, magic: &[u8]| {
            head.get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        let known = |(first, offset, magic, _): &&(&[u8], usize, &[u8], Self)| {
            head.starts_with(first) && at(*offset, magic)
        };
        match MAGIC.iter().find(known) {
            Some(&(.., Self::Matroska)) if contains(&head[..head.len().min(64)], b"webm") => {
                Self::WebM
            }
            Some(&(b"G", ..)) if !at(376, b"G") => Self::Unknown,
            Some(&(.., format)) => format,
            None => match mpeg::find(head) {
                Some((mpeg::Kind::Mpeg, _)) => Self::Mp3,
                Some((mpeg::Kind::Adts, _)) => Self::Adts,
                None => Self::Unknown,
            },
        }
    }

    /// The name of a format that is known, and that only `ffmpeg` can decode.
    pub(super) fn refused(self) -> Option<&'static str> {
        match self {
            Self::MpegProgram => Some("an MPEG program stream"),
            Self::Avi => Some("AVI"),
            Self::Other(name) => Some(name),
            _ => None,
        }
    }

    /// The extension under which the service accepts the format, if it does.
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

/// The length of the ID3 tag that `head` begins with, its own header included.
pub(super) fn tag_len(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', major, minor, flags, a, b, c, d, ..] = *head else {
        return None;
    };
    if major == 0xFF || minor == 0xFF || [a, b, c, d].iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let size = [a, b, c, d]
        .iter()
        .fold(0, |size, &byte| size << 7 | u64::from(byte));
    let footer = u64::from(flags >> 4 & 1);
    Some(10 + size + 10 * footer)
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
        assert_eq!(Format::of(b"RF64\xFF\xFF\xFF\xFFWAVEds64"), Format::Wav);
        assert_eq!(Format::of(b"RIFF\0\0\0\0AVI LIST"), Format::Avi);
        assert_eq!(Format::of(b"FORM\0\0\0\0AIFCFVER"), Format::Aiff);
        assert_eq!(Format::of(&[0, 0, 1, 0xBA, 0x44]), Format::MpegProgram);
        assert_eq!(Format::of(b"\0\0\0\x20ftypM4A "), Format::Mp4);
        assert_eq!(Format::of(b"wvpk"), Format::Other("WavPack"));
        assert_eq!(Format::of(b""), Format::Unknown);
        assert_eq!(Format::of(b"<html>"), Format::Unknown);
        assert_eq!(Format::of(b"\xFF\xFEt\0e\0x\0t\0"), Format::Unknown);
    }

    #[test]
    fn tags_have_a_length() {
        assert_eq!(tag_len(b"ID3\x04\0\0\0\0\x01\x02xx"), Some(140));
        assert_eq!(tag_len(b"ID3\x04\0\x10\0\0\0\x02xx"), Some(22));
        assert_eq!(tag_len(b"ID3\x04\0\0\0\0\x80\x02"), None);
        assert_eq!(tag_len(b"ID3"), None);
    }
}
