//! The name of an uploaded file: the service goes by its end.

use std::borrow::Cow;

use crate::error::Error;

/// What the file should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    JsonLines,
}

/// The given name, without folders, if it has an end to go by.
pub(super) fn given(name: Option<&str>, kind: Kind) -> Option<String> {
    let name = basename(name?);
    match kind {
        Kind::JsonLines if name.is_empty() => None,
        Kind::JsonLines => Some(name.to_owned()),
        Kind::Audio => extension(name).map(|_| name.to_owned()),
    }
}

/// A name whose end fits the first bytes.
pub(super) fn sniffed(name: Option<&str>, kind: Kind, beginning: &[u8]) -> Result<String, Error> {
    let stem = match name.map(basename) {
        None | Some("") => match kind {
            Kind::Audio => "audio",
            Kind::JsonLines => "requests",
        },
        Some(name) => name.trim_end_matches('.'),
    };
    let extension = match kind {
        Kind::JsonLines => "jsonl",
        Kind::Audio => audio_extension(beginning).ok_or_else(|| {
            Error::refused(
                "the name of the audio has no end, and its first bytes are of no known kind",
            )
            .with_hint("give it a name that says its kind, such as speech.mp3")
        })?,
    };
    Ok(format!("{stem}.{extension}"))
}

/// The media type that goes with a name.
pub(crate) fn media_type(name: &str) -> &'static str {
    let extension = extension(name).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("flac") => "audio/flac",
        Some("mp3" | "mpeg" | "mpga") => "audio/mpeg",
        Some("mp4" | "m4a") => "audio/mp4",
        Some("ogg" | "opus") => "audio/ogg",
        Some("wav") => "audio/wav",
        Some("webm") => "audio/webm",
        Some("jsonl") => "application/jsonl",
        _ => "application/octet-stream",
    }
}

/// A name as it may stand in a header: escaped as browsers do it (WHATWG).
pub(crate) fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n', '\0']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(
        name.replace('"', "%22")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
            .replace('\0', "%00"),
    )
}

fn basename(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    match name {
        "." | ".." => "",
        _ => name,
    }
}

fn extension(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

/// The kinds that the service takes, by what stands at a place near their beginning.
const MARKS: [(usize, &[u8], &str); 9] = [
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (8, b"WAVE", "wav"),
    (4, b"ftypM4A", "m4a"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"ID3", "mp3"),
    (0, b"\0\0\x01\xb3", "mpeg"),
    (0, b"\0\0\x01\xba", "mpeg"),
];

fn audio_extension(beginning: &[u8]) -> Option<&'static str> {
    let is_there = |at, mark| {
        beginning
            .get(at..)
            .is_some_and(|it: &[u8]| it.starts_with(mark))
    };
    let known = MARKS.iter().find(|(at, mark, _)| is_there(*at, mark));
    known.map(|(.., extension)| *extension).or(match beginning {
        // The sync word of a frame of MPEG audio, of a layer that exists.
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some("mp3"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_end_stands_and_loses_its_folders() {
        for (name, expected) in [
            ("a.mp3", Some("a.mp3")),
            ("/x/y/a.MP3", Some("a.MP3")),
            ("C:\\x\\a.wav", Some("a.wav")),
            ("../../a.flac", Some("a.flac")),
            ("a", None),
            ("a.", None),
            (".mp3", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(
                given(Some(name), Kind::Audio).as_deref(),
                expected,
                "{name}"
            );
        }
        assert_eq!(
            given(Some("dir/lines"), Kind::JsonLines).as_deref(),
            Some("lines")
        );
    }

    #[test]
    fn the_first_bytes_give_the_end() {
        for (beginning, expected) in [
            (&b"fLaC\0"[..], "audio.flac"),
            (b"OggS", "audio.ogg"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio.wav"),
            (b"\0\0\0\x20ftypM4A ", "audio.m4a"),
            (b"\0\0\0\x20ftypisom", "audio.mp4"),
            (b"\x1a\x45\xdf\xa3", "audio.webm"),
            (b"ID3\x04", "audio.mp3"),
            (b"\xff\xfb\x90\x00", "audio.mp3"),
        ] {
            assert_eq!(
                sniffed(None, Kind::Audio, beginning).expect("a name"),
                expected
            );
        }
        assert_eq!(
            sniffed(Some("talk."), Kind::Audio, b"fLaC").expect("a name"),
            "talk.flac"
        );
        for beginning in [&b""[..], b"RIFF", b"text", b"\xff\xd8\xff"] {
            assert!(
                sniffed(None, Kind::Audio, beginning)
                    .expect_err("unknown")
                    .is_invalid_request()
            );
        }
    }

    #[test]
    fn names_are_escaped() {
        assert_eq!(escaped("ä b.mp3"), "ä b.mp3");
        assert_eq!(escaped("a\"\r\nx: y.mp3"), "a%22%0D%0Ax: y.mp3");
    }
}
