//! From a form to the demuxer, the track and the decoder that fit it.

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::{Error as Fault, Result as Outcome};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::packet::Packet;
use symphonia::default::formats::{
    AdtsReader, FlacReader, IsoMp4Reader, MkvReader, MpaReader, OggReader,
};

use crate::decode::codec::aac;
use crate::decode::faults::unsupported_codec;
use crate::decode::format::Format;
use crate::decode::length::Expected;
use crate::decode::probe::Probe;
use crate::error::{Error, ErrorKind};
use crate::resample::RATES;

pub(super) enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    #[cfg(feature = "opus")]
    Opus(Box<crate::decode::codec::opus::Decoder>),
}

/// A codec that is ready.
pub(super) struct Ready {
    pub(super) codec: Codec,
    pub(super) rate: u32,
    /// Samples to leave out first.
    pub(super) skip: u64,
    /// The channel that is for low effects only.
    pub(super) low: Option<usize>,
}

impl Codec {
    /// Decodes a packet into one plane for each channel, and returns their rate.
    pub(super) fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f32>>) -> Outcome<u32> {
        match self {
            Self::Symphonia(decoder) => {
                let buffer = decoder.decode(packet)?;
                buffer.copy_to_vecs_planar(planes);
                Ok(buffer.spec().rate())
            }
            #[cfg(feature = "opus")]
            Self::Opus(decoder) => decoder.decode(packet, planes),
        }
    }
}

/// The reader of a form: it is known already, and nothing else is tried.
pub(super) fn reader(
    stream: MediaSourceStream<'static>,
    format: Format,
) -> Outcome<Box<dyn FormatReader>> {
    let options = FormatOptions::default();
    Ok(match format {
        Format::Flac => Box::new(FlacReader::try_new(stream, options)?),
        Format::Mp3 => Box::new(MpaReader::try_new(stream, options)?),
        Format::Adts => Box::new(AdtsReader::try_new(stream, options)?),
        Format::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
        Format::Matroska | Format::WebM => Box::new(MkvReader::try_new(stream, options)?),
        _ => Box::new(OggReader::try_new(stream, options)?),
    })
}

pub(super) fn is_audio(track: &Track) -> bool {
    track.track_type() == Some(TrackType::Audio)
}

/// The first track in the order of the file, where that is not the order of the list.
pub(super) fn first<'a>(audio: &[&'a Track], streams: &[u32]) -> Option<&'a Track> {
    let in_order = streams
        .iter()
        .find_map(|&id| audio.iter().find(|track| track.id == id));
    in_order.or(audio.first()).copied()
}

pub(super) fn tick(track: &Track) -> Option<f64> {
    let base = track.time_base?;
    Some(f64::from(base.numer.get()) / f64::from(base.denom.get()))
}

/// The decoder of a track.
pub(super) fn ready(parameters: &AudioCodecParameters) -> Result<Ready, Error> {
    let extra = parameters.extra_data.as_deref().unwrap_or_default();
    if parameters.codec == CODEC_ID_OPUS {
        return opus(extra);
    }
    let is_aac = parameters.codec == CODEC_ID_AAC;
    if is_aac && aac::unsupported_name(extra).is_some() {
        return Err(unsupported_codec(parameters));
    }
    let codecs = symphonia::default::get_codecs();
    let decoder = codecs
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|fault| no_decoder(fault, parameters))?;
    // Until the first packet is decoded, only damaged ones need it.
    let rate = parameters.sample_rate.filter(|rate| RATES.contains(rate));
    let rate = rate.unwrap_or(44_100);
    let skip = if is_aac { aac::PRIMING } else { 0 };
    let low = parameters.channels.as_ref().and_then(low_channel);
    Ok(Ready {
        codec: Codec::Symphonia(decoder),
        rate,
        skip,
        low,
    })
}

/// A codec that is known has a header that makes no sense, or it is not known.
fn no_decoder(fault: Fault, parameters: &AudioCodecParameters) -> Error {
    match fault {
        Fault::DecodeError(_) | Fault::IoError(_) => {
            Error::new(ErrorKind::Corrupt, "the header of its codec is damaged").with_source(fault)
        }
        _ => unsupported_codec(parameters).with_source(fault),
    }
}

fn low_channel(channels: &Channels) -> Option<usize> {
    channels.get_canonical_index_for_positioned_channel(Position::LFE1)
}

#[cfg(feature = "opus")]
fn opus(head: &[u8]) -> Result<Ready, Error> {
    let (decoder, skip) = crate::decode::codec::opus::Decoder::new(head)?;
    let low = decoder.low();
    Ok(Ready {
        codec: Codec::Opus(Box::new(decoder)),
        rate: crate::decode::codec::opus::RATE,
        skip,
        low,
    })
}

#[cfg(not(feature = "opus"))]
fn opus(_head: &[u8]) -> Result<Ready, Error> {
    let message = "Opus cannot be decoded here: the feature `opus` of groq-audio is off";
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// The length by the track, else by the container if it holds nothing else.
pub(super) fn expected(reader: &dyn FormatReader, track: &Track, probe: &Probe) -> Expected {
    let positive = |seconds: &f64| seconds.is_finite() && *seconds > 0.0;
    let of_track = track.duration.zip(tick(track));
    let of_track = of_track.map(|(ticks, tick)| ticks.get() as f64 * tick);
    let info = reader.media_info();
    let alone = reader.tracks().len() == 1;
    let of_all = info.duration.zip(info.time_base).filter(|_| alone);
    let of_all = of_all.map(|(ticks, base)| {
        ticks.get() as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get())
    });
    match (of_track.filter(positive), of_all.filter(positive)) {
        (Some(seconds), _) => match probe.format {
            Format::Mp3 if !probe.counted => Expected::Guessed(seconds),
            Format::Adts => Expected::Guessed(seconds),
            _ => Expected::Exactly(seconds),
        },
        (None, Some(seconds)) => Expected::About(seconds),
        (None, None) => Expected::Unknown,
    }
}
