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
    OggSpeex,
    Mp4,
    Matroska,
    WebM,
    MpegProgram,
    MpegTransport,
    Ac3,
    Amr,
    Asf,
    Avi,
    Flv,
    Other(&'static str),
    #[default]
    Unknown,
}

impl Format {
    /// By the first bytes alone: names lie.
    pub(crate) fn of(head: &[u8]) -> Self {
        let starts = |magic: &[u8]| head.starts_with(magic);
        let at = |offset: usize, magic: &[u8]| {
            head.get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        let riff = [&b"RIFF"[..], b"RF64", b"BW64", b"RIFX"];
        if riff.iter().any(|magic| starts(magic)) && at(8, b"WAVE") {
            Self::Wav
        } else if starts(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
            Self::Aiff
        } else if starts(b".snd") {
            Self::Au
        } else if starts(b"caff") {
            Self::Caf
        } else if starts(b"fLaC") {
            Self::Flac
        } else if starts(b"OggS") {
            Self::of_ogg(head)
        } else if [&b"ftyp"[..], b"moov", b"mdat", b"wide"]
            .iter()
            .any(|atom| at(4, atom))
        {
            Self::Mp4
        } else if starts(&[0x1A, 0x45, 0xDF, 0xA3]) {
            if contains(&head[..head.len().min(64)], b"webm") {
                Self::WebM
            } else {
                Self::Matroska
            }
        } else if starts(&[0, 0, 1, 0xBA]) || starts(&[0, 0, 1, 0xB3]) {
            Self::MpegProgram
        } else if starts(b"G") && at(188, b"G") && at(376, b"G") {
            Self::MpegTransport
        } else if starts(b"#!AMR") {
            Self::Amr
        } else if starts(&[0x30, 0x26, 0xB2, 0x75]) {
            Self::Asf
        } else if starts(b"RIFF") && at(8, b"AVI ") {
            Self::Avi
        } else if starts(b"FLV\x01") {
            Self::Flv
        } else if starts(&[0x0B, 0x77]) {
            Self::Ac3
        } else {
            Self::of_the_rest(head)
        }
    }

    fn of_ogg(head: &[u8]) -> Self {
        // The first page has nothing but the header of the first stream.
        let first = &head[..head.len().min(128)];
        if contains(first, b"OpusHead") {
            Self::OggOpus
        } else if contains(first, b"Speex   ") {
            Self::OggSpeex
        } else {
            Self::Ogg
        }
    }

    fn of_the_rest(head: &[u8]) -> Self {
        const NAMED: [(&[u8], &str); 9] = [
            (b"wvpk", "WavPack"),
            (b"MAC ", "Monkey's Audio"),
            (b"TTA1", "TTA"),
            (b"riff\x2E\x91\xCF\x11", "Wave64"),
            (b"Creative Voice File", "VOC"),
            (b"MPCK", "Musepack"),
            (b"MP+", "Musepack"),
            (b"DSD ", "DSD"),
            (b"MThd", "MIDI"),
        ];
        if let Some((_, name)) = NAMED.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Self::Other(name);
        }
        match mpeg::find(head) {
            Some((mpeg::Kind::Mpeg, _)) => Self::Mp3,
            Some((mpeg::Kind::Adts, _)) => Self::Adts,
            None => Self::Unknown,
        }
    }

    /// The name of a format that is known, and that only `ffmpeg` can decode.
    pub(super) fn refused(self) -> Option<&'static str> {
        match self {
            Self::MpegProgram => Some("an MPEG program stream"),
            Self::MpegTransport => Some("an MPEG transport stream"),
            Self::OggSpeex => Some("Speex"),
            Self::Ac3 => Some("AC-3"),
            Self::Amr => Some("AMR"),
            Self::Asf => Some("ASF (WMA or WMV)"),
            Self::Avi => Some("AVI"),
            Self::Flv => Some("Flash video"),
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
