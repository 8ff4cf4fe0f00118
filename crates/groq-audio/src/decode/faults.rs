//! Errors of the decoders, as errors of this crate.

use std::io;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, well_known as id};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::Track;

use super::codec::aac;
use super::container::mp4::Sound;
use super::format::Format;
use super::length::Expected;
use crate::error::{Error, ErrorKind};

/// Why a file cannot be decoded, and the length that its container stated before that.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) expected: Expected,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            expected: Expected::Unknown,
        }
    }
}

pub(super) fn open_error(fault: Fault) -> Error {
    match fault {
        Fault::IoError(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::Corrupt, "the file ends within its header").with_source(cause)
        }
        fault => decode_error(fault),
    }
}

pub(super) fn decode_error(fault: Fault) -> Error {
    match fault {
        Fault::IoError(cause) => match cause.kind() {
            io::ErrorKind::UnexpectedEof => {
                Error::new(ErrorKind::Short, "the file ends too early").with_source(cause)
            }
            // The readers say so themselves where the data makes no sense.
            io::ErrorKind::Other | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Error::new(ErrorKind::Corrupt, "the file is damaged").with_source(cause)
            }
            _ => Error::io("read audio", cause),
        },
        Fault::Unsupported(what) => {
            Error::new(ErrorKind::Unsupported, format!("not supported: {what}"))
        }
        fault => Error::new(ErrorKind::Corrupt, "the file is damaged").with_source(fault),
    }
}

pub(super) fn unsupported(name: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("{name} cannot be decoded here"),
    )
}

/// A codec that cannot be decoded, by its name.
pub(super) fn unsupported_codec(parameters: &AudioCodecParameters) -> Error {
    if parameters.codec != id::CODEC_ID_AAC {
        return unsupported(&name(parameters.codec));
    }
    let extra = parameters.extra_data.as_deref().unwrap_or_default();
    let channels = parameters.channels.as_ref().map(Channels::count);
    match (
        aac::unsupported_name(extra),
        channels.or(aac::channels(extra)),
    ) {
        (Some(name), _) => unsupported(name),
        (None, Some(channels)) if channels > 2 => {
            unsupported(&format!("AAC with {channels} channels"))
        }
        _ => unsupported("this kind of AAC"),
    }
}

fn name(codec: AudioCodecId) -> String {
    let known = [
        (id::CODEC_ID_AC3, "AC-3"),
        (id::CODEC_ID_EAC3, "E-AC-3"),
        (id::CODEC_ID_AC4, "AC-4"),
        (id::CODEC_ID_DCA, "DTS"),
        (id::CODEC_ID_TRUEHD, "TrueHD"),
        (id::CODEC_ID_WMA, "WMA"),
        (id::CODEC_ID_SPEEX, "Speex"),
        (id::CODEC_ID_WAVPACK, "WavPack"),
        (id::CODEC_ID_TTA, "TTA"),
        (id::CODEC_ID_MUSEPACK, "Musepack"),
        (id::CODEC_ID_MONKEYS_AUDIO, "Monkey's Audio"),
        (id::CODEC_ID_COOK, "RealAudio"),
        (id::CODEC_ID_ADPCM_IMA_QT, "IMA ADPCM of QuickTime"),
    ];
    match known.iter().find(|(id, _)| *id == codec) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("the codec {codec}"),
    }
}

/// A codec of MP4 or `QuickTime` that has no name here.
pub(super) fn unknown(sound: Sound) -> Error {
    unsupported(&format!("the codec '{}'", sound.codec.escape_ascii()))
}

/// There is no track that is known to be audio.
pub(super) fn no_track(tracks: &[Track], format: Format, sound: Option<Sound>) -> Error {
    // Sound in a codec that is not known has no type.
    let untyped = tracks.iter().any(|track| track.codec_params.is_none());
    match sound {
        Some(sound) => unknown(sound),
        None if untyped && format != Format::Mp4 => Error::new(
            ErrorKind::Unsupported,
            "the file holds no audio in a known format",
        ),
        None => Error::new(ErrorKind::Corrupt, "the file has no audio track"),
    }
}
