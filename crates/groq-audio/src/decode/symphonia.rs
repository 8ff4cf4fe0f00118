//! Demuxing and decoding by symphonia.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::aac;
use super::format::Format;
use super::length::Tally;
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Input;

/// How many packets in a row may be damaged before the file is given up.
const DAMAGED_IN_A_ROW: u32 = 500;
/// The most samples that a damaged packet is taken to have had.
const PACKET_FRAMES: u64 = 1 << 16;

pub(super) struct Decoder {
    reader: Box<dyn FormatReader>,
    codec: Codec,
    track: u32,
    /// The seconds of a tick of the track's clock.
    tick: Option<f64>,
    rate: u32,
    /// Samples that are still to be left out at the beginning.
    skip: u64,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    tally: Tally,
    expected: Option<f64>,
    /// Whether the container's length must be met.
    strict: bool,
    in_a_row: u32,
    notes: Vec<String>,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    #[cfg(feature = "opus")]
    Opus(Box<super::opus::Decoder>),
}

impl Decoder {
    pub(super) fn open(input: Input, format: Format) -> Result<Self, Error> {
        let length = input.len();
        let stream = MediaSourceStream::new(
            Box::new(Media::new(input)),
            MediaSourceStreamOptions::default(),
        );
        let probe = symphonia::default::get_probe();
        let probed = probe.probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        );
        let reader = probed.map_err(|fault| probe_error(fault, format))?;
        let audio = |track: &&Track| track.track_type() == Some(TrackType::Audio);
        let count = reader.tracks().iter().filter(audio).count();
        let Some(track) = reader.tracks().iter().find(audio).cloned() else {
            return Err(no_track(&*reader, format));
        };
        let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the audio's codec is not known",
            ));
        };
        let tick = track
            .time_base
            .map(|base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        let (codec, rate, skip) = codec(&parameters, &track, format)?;
        let mut notes = Vec::new();
        if count > 1 {
            notes.push(format!("only the first of {count} audio tracks is used"));
        }
        let seconds =
            expected(&*reader, &track, tick).filter(|_| !is_endless(&track, length, format));
        Ok(Self {
            expected: seconds,
            strict: !format.guesses_length(),
            track: track.id,
            tick,
            rate,
            skip,
            codec,
            reader,
            planes: Vec::new(),
            mixer: Mixer::default(),
            tally: Tally::default(),
            in_a_row: 0,
            notes,
        })
    }

    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn late_notes(&self) -> Vec<String> {
        match self.tally.damaged_packets {
            0 => Vec::new(),
            count => vec![format!("{count} damaged packets were replaced by silence")],
        }
    }

    /// The length that the container gives.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.expected
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        loop {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return self.end(),
                Err(Fault::ResetRequired) => {
                    self.next_stream()?;
                    continue;
                }
                Err(Fault::IoError(cause)) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                    return self.end();
                }
                Err(fault) => return Err(decode_error(fault)),
            };
            self.decode(&packet)?;
            let length = self.planes.first().map_or(0, Vec::len);
            self.tally.decoded += length as f64 / f64::from(self.rate);
            if length > 0 {
                self.mixer.mix(&self.planes, out);
                return Ok(Some(self.rate));
            }
        }
    }

    fn end(&self) -> Result<Option<u32>, Error> {
        self.tally.check(self.expected.filter(|_| self.strict))?;
        Ok(None)
    }

    /// Decodes into `planes`; what cannot be decoded becomes silence, so that the clock goes on.
    fn decode(&mut self, packet: &Packet) -> Result<(), Error> {
        match self.codec.decode(packet, &mut self.planes) {
            Ok(rate) => {
                if !RATES.contains(&rate) {
                    return Err(Error::new(ErrorKind::Unsupported, format!("{rate} Hz")));
                }
                self.rate = rate;
                self.in_a_row = 0;
                self.leave_out();
                Ok(())
            }
            Err(Fault::DecodeError(_) | Fault::IoError(_)) => self.damaged(packet),
            Err(fault) => Err(decode_error(fault)),
        }
    }

    fn damaged(&mut self, packet: &Packet) -> Result<(), Error> {
        self.in_a_row += 1;
        self.tally.damaged_packets += 1;
        if self.in_a_row > DAMAGED_IN_A_ROW {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the audio is damaged throughout",
            ));
        }
        let seconds = self.tick.unwrap_or(0.0) * packet.dur.get() as f64;
        let frames = (seconds * f64::from(self.rate)).round() as u64;
        let frames = frames.min(PACKET_FRAMES) as usize;
        self.planes.resize_with(self.planes.len().max(1), Vec::new);
        for plane in &mut self.planes {
            plane.clear();
            plane.resize(frames, 0.0);
        }
        self.tally.damaged += frames as f64 / f64::from(self.rate);
        self.leave_out();
        Ok(())
    }

    /// Leaves out what the encoder put before the first sample.
    fn leave_out(&mut self) {
        let length = self.planes.first().map_or(0, Vec::len);
        let gone = self.skip.min(length as u64);
        if gone > 0 {
            self.planes
                .iter_mut()
                .for_each(|plane| drop(plane.drain(..gone as usize)));
            self.skip -= gone;
        }
    }

    /// A new stream begins in the same file, as in a chained Ogg.
    fn next_stream(&mut self) -> Result<(), Error> {
        let audio = |track: &&Track| track.track_type() == Some(TrackType::Audio);
        let track = self.reader.tracks().iter().find(audio).cloned();
        let parameters = track.as_ref().and_then(|track| track.codec_params.clone());
        let (Some(track), Some(CodecParameters::Audio(parameters))) = (track, parameters) else {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the audio stops in the middle",
            ));
        };
        (self.codec, self.rate, self.skip) = codec(&parameters, &track, Format::Ogg)?;
        self.track = track.id;
        // The length was that of the first stream only.
        self.expected = None;
        Ok(())
    }
}

impl Codec {
    /// Decodes a packet into one plane for each channel, and gives their rate.
    fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f32>>) -> Result<u32, Fault> {
        match self {
            Self::Symphonia(decoder) => {
                let buffer = decoder.decode(packet)?;
                buffer.copy_to_vecs_planar(planes);
                Ok(buffer.spec().rate())
            }
            #[cfg(feature = "opus")]
            Self::Opus(decoder) => decoder.decode(&packet.data, planes),
        }
    }
}

/// The decoder of a track, its rate, and how many samples to leave out first.
fn codec(
    parameters: &AudioCodecParameters,
    track: &Track,
    format: Format,
) -> Result<(Codec, u32, u64), Error> {
    let extra = parameters.extra_data.as_deref().unwrap_or_default();
    if parameters.codec == CODEC_ID_OPUS {
        return opus(extra);
    }
    if parameters.codec == CODEC_ID_AAC
        && let Some(name) = aac::unsupported_name(extra)
    {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!("{name} cannot be decoded here"),
        ));
    }
    let options = AudioDecoderOptions::default();
    let codecs = symphonia::default::get_codecs();
    let decoder = codecs
        .make_audio_decoder(parameters, &options)
        .map_err(|fault| {
            let message = format!("the codec {} cannot be decoded here", parameters.codec);
            Error::new(ErrorKind::Unsupported, message).with_source(fault)
        })?;
    let is_aac = parameters.codec == CODEC_ID_AAC;
    let trimmed = track.delay.is_some_and(|delay| delay > 0);
    let in_mp4 = matches!(format, Format::Mp4 | Format::Adts);
    let skip = if is_aac && in_mp4 && !trimmed {
        aac::PRIMING
    } else {
        0
    };
    // Until the first packet is decoded, only damaged ones need it.
    let rate = parameters.sample_rate.filter(|rate| RATES.contains(rate));
    Ok((Codec::Symphonia(decoder), rate.unwrap_or(44_100), skip))
}

#[cfg(feature = "opus")]
fn opus(head: &[u8]) -> Result<(Codec, u32, u64), Error> {
    let (decoder, skip) = super::opus::Decoder::new(head)?;
    Ok((Codec::Opus(Box::new(decoder)), super::opus::RATE, skip))
}

#[cfg(not(feature = "opus"))]
fn opus(_head: &[u8]) -> Result<(Codec, u32, u64), Error> {
    let message = "Opus cannot be decoded here: the feature `opus` of groq-audio is off";
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// The length by the track, else by the container if it holds nothing else.
fn expected(reader: &dyn FormatReader, track: &Track, tick: Option<f64>) -> Option<f64> {
    let of_track = track
        .duration
        .zip(tick)
        .map(|(ticks, tick)| ticks.get() as f64 * tick);
    let info = reader.media_info();
    let alone = reader.tracks().len() == 1;
    let of_media = info.duration.zip(info.time_base).filter(|_| alone);
    let of_media = of_media.map(|(ticks, base)| {
        ticks.get() as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get())
    });
    let seconds = of_track.or(of_media)?;
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

/// Whether a WAV file says that it has no end, as those from pipes do.
fn is_endless(track: &Track, length: Option<u64>, format: Format) -> bool {
    const FOUR_GIB: u64 = 0xFFFF_0000;
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return false;
    };
    let channels = parameters
        .channels
        .as_ref()
        .map_or(1, |channels| channels.count() as u64);
    let bits = u64::from(
        parameters
            .bits_per_coded_sample
            .or(parameters.bits_per_sample)
            .unwrap_or(16),
    );
    let claimed = track
        .num_frames
        .unwrap_or(0)
        .saturating_mul(channels * bits / 8);
    format == Format::Wav
        && claimed >= FOUR_GIB / 2
        && length.is_none_or(|length| length < claimed / 2)
}

fn probe_error(fault: Fault, format: Format) -> Error {
    match fault {
        Fault::Unsupported(_) if format == Format::Unknown => Error::new(
            ErrorKind::Unsupported,
            "this is no audio format that is known here",
        ),
        Fault::IoError(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => match format {
            Format::Unknown => Error::new(
                ErrorKind::Unsupported,
                "this is no audio format that is known here",
            ),
            _ => {
                Error::new(ErrorKind::Corrupt, "the file ends within its header").with_source(cause)
            }
        },
        fault => decode_error(fault),
    }
}

fn no_track(reader: &dyn FormatReader, format: Format) -> Error {
    let message = match reader.tracks().len() {
        0 => "there is no track in it",
        _ => "there is no audio track in it",
    };
    let kind = match format {
        // Sound that symphonia does not know has no type.
        Format::Mp4 | Format::Matroska | Format::WebM if !reader.tracks().is_empty() => {
            ErrorKind::Unsupported
        }
        _ => ErrorKind::Corrupt,
    };
    Error::new(kind, message)
}

fn decode_error(fault: Fault) -> Error {
    match fault {
        Fault::IoError(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::Short, "the file ends too early").with_source(cause)
        }
        // The readers say so themselves where the data makes no sense.
        Fault::IoError(cause)
            if matches!(
                cause.kind(),
                io::ErrorKind::Other | io::ErrorKind::InvalidInput
            ) =>
        {
            Error::new(ErrorKind::Corrupt, "the file is damaged").with_source(cause)
        }
        Fault::IoError(cause) => Error::io("read audio", cause),
        Fault::Unsupported(what) => {
            Error::new(ErrorKind::Unsupported, format!("not supported: {what}"))
        }
        fault => Error::new(ErrorKind::Corrupt, "the file is damaged").with_source(fault),
    }
}

/// Our input in the shape that symphonia asks for.
struct Media {
    /// Never contended: it makes what is `Send` also `Sync`.
    input: Mutex<Input>,
    length: Option<u64>,
}

impl Media {
    fn new(input: Input) -> Self {
        Self {
            length: input.len(),
            input: Mutex::new(input),
        }
    }

    fn input(&mut self) -> &mut Input {
        self.input.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Media {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.input().read(out)
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input().seek(to)
    }
}

impl MediaSource for Media {
    fn is_seekable(&self) -> bool {
        self.length.is_some()
    }

    fn byte_len(&self) -> Option<u64> {
        self.length
    }
}
