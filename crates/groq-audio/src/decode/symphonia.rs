//! Demuxing and decoding by symphonia.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{
    AudioCodecParameters, AudioDecoder, AudioDecoderOptions, CODEC_ID_NULL_AUDIO,
};
use symphonia::core::errors::Error as Fault;
use symphonia::core::errors::Result as Outcome;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;
use symphonia::default::formats::{
    AdtsReader, FlacReader, IsoMp4Reader, MkvReader, MpaReader, OggReader, WavReader,
};

use super::faults::{decode_error, no_track, open_error, unsupported_codec};
use super::format::Format;
use super::gaps::Gaps;
use super::length::{Expected, Tally};
use super::media::Media;
use super::mp4::Sound;
use super::{Failure, aac, faults};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Input;

/// How many packets in a row may be damaged before the file is given up.
const DAMAGED_IN_A_ROW: u32 = 500;
/// The most samples that a damaged packet is taken to have had.
const PACKET_FRAMES: u64 = 1 << 16;

/// What the first bytes told, beyond the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Where the tags before the audio end.
    pub(super) base: u64,
    /// Bytes of tags after the audio.
    pub(super) tail: u64,
    /// Where the file should end, by its header.
    pub(super) end: Option<u64>,
    /// A Matroska was written as it came: it has no length, and ends anywhere.
    pub(super) endless: bool,
    /// An MP3 tells how many frames it has.
    pub(super) counted: bool,
    /// The streams of an Ogg in the order of the file.
    pub(super) streams: Vec<u32>,
    /// The first sound of an MP4.
    pub(super) sound: Option<Sound>,
}

pub(super) struct Decoder {
    reader: Box<dyn FormatReader>,
    format: Format,
    codec: Codec,
    track: u32,
    /// The seconds of a tick of the track's clock.
    tick: Option<f64>,
    rate: u32,
    /// The second at which the sound begins, until a packet has told the rate.
    start: Option<f64>,
    /// Samples that are still to be left out at the beginning.
    skip: u64,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    tally: Tally,
    gaps: Gaps,
    /// A packet that comes after so many samples of silence.
    held: Option<(Packet, u64)>,
    expected: Expected,
    /// Where another file seems to have been appended: its samples after that are not cut off.
    appended_from: Option<i64>,
    endless: bool,
    /// Where the file should end, and how far it was read.
    end: Option<u64>,
    furthest: Arc<AtomicU64>,
    in_a_row: u32,
    notes: Vec<String>,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    #[cfg(feature = "opus")]
    Opus(Box<super::opus::Decoder>),
}

/// A codec that is ready.
struct Ready {
    codec: Codec,
    rate: u32,
    /// Samples to leave out first.
    skip: u64,
    /// The channel that is for low effects only.
    low: Option<usize>,
}

impl Decoder {
    /// The input stands at the facts' base.
    pub(super) fn open(input: Input, format: Format, facts: &Facts) -> Result<Self, Failure> {
        let seekable = input.len().is_some();
        let media = Media::new(input, facts.base, facts.tail);
        let furthest = media.furthest();
        let stream = MediaSourceStream::new(Box::new(media), MediaSourceStreamOptions::default());
        let reader = reader(stream, format).map_err(open_error)?;
        let audio: Vec<&Track> = reader.tracks().iter().filter(|it| is_audio(it)).collect();
        let Some(track) = first(&audio, &facts.streams).cloned() else {
            return Err(no_track(reader.tracks(), format, facts.sound).into());
        };
        let count = audio.len();
        let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
            return Err(faults::unsupported("its codec").into());
        };
        let tick = tick(&track);
        let expected = expected(&*reader, &track, format, facts, seekable);
        let ready = ready(&parameters).map_err(|error| Failure {
            error: match facts.sound {
                Some(sound) if parameters.codec == CODEC_ID_NULL_AUDIO => faults::unknown(sound),
                _ => error,
            },
            expected,
        })?;
        // Opus tells it in its own header.
        let start = facts.sound.and_then(|sound| sound.start);
        let start = start.filter(|_| parameters.codec != CODEC_ID_OPUS);
        let mut notes = Vec::new();
        if count > 1 {
            notes.push(format!("only the first of {count} audio tracks is used"));
        }
        let left_out = start.unwrap_or(ready.skip as f64 / f64::from(ready.rate));
        let counted = track
            .num_frames
            .filter(|_| format == Format::Mp3 && facts.counted);
        Ok(Self {
            expected: match expected {
                Expected::Exactly(seconds) if format == Format::Mp4 => {
                    Expected::Exactly(seconds - left_out)
                }
                other => other,
            },
            gaps: Gaps::new(format, tick, expected.seconds()),
            held: None,
            format,
            track: track.id,
            tick,
            rate: ready.rate,
            start,
            skip: ready.skip,
            codec: ready.codec,
            endless: facts.endless,
            end: facts.end,
            furthest,
            mixer: Mixer::without(ready.low),
            reader,
            planes: Vec::new(),
            tally: Tally::default(),
            appended_from: counted.map(u64::cast_signed),
            in_a_row: 0,
            notes,
        })
    }

    /// All that is worth telling, so far.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.tally.damaged_packets > 0 {
            let count = self.tally.damaged_packets;
            notes.push(format!("{count} damaged packets were replaced by silence"));
        }
        notes.extend(self.gaps.note());
        notes
    }

    /// The length that the container gives.
    pub(super) fn expected(&self) -> Expected {
        self.expected
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        loop {
            let Some((packet, silence)) = self.next_packet()? else {
                return self.tally.check(self.expected).map(|()| None);
            };
            if silence > 0 {
                self.stay_silent(packet, silence, out);
                return Ok(Some(self.rate));
            }
            self.decode(&packet)?;
            let length = self.planes.first().map_or(0, Vec::len);
            self.tally.decoded += length as f64 / f64::from(self.rate);
            if length > 0 {
                self.mixer.mix(&self.planes, out);
                return Ok(Some(self.rate));
            }
        }
    }

    /// The next packet of the track, and how many samples are missing before it.
    fn next_packet(&mut self) -> Result<Option<(Packet, u64)>, Error> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        loop {
            match self.reader.next_packet() {
                Ok(Some(mut packet)) if packet.track_id == self.track => {
                    self.keep_what_was_appended(&mut packet);
                    let missing = self.gaps.before(&packet, self.rate)?;
                    return Ok(Some((packet, missing)));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                Err(Fault::ResetRequired) => self.next_stream()?,
                Err(Fault::IoError(cause)) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                    return self.cut_off(cause);
                }
                Err(fault) => return Err(decode_error(fault)),
            }
        }
    }

    /// Gives silence in place of what is missing, a little at a time.
    fn stay_silent(&mut self, packet: Packet, silence: u64, out: &mut Vec<f32>) {
        let now = silence.min(PACKET_FRAMES);
        out.resize(out.len() + now as usize, 0.0);
        let seconds = now as f64 / f64::from(self.rate);
        self.tally.decoded += seconds;
        // Matroska may have pauses; elsewhere pages were lost.
        if !matches!(self.format, Format::Matroska | Format::WebM) {
            self.tally.damaged += seconds;
        }
        self.held = Some((packet, silence - now));
    }

    /// The file ends where there should be more.
    fn cut_off(&mut self, cause: io::Error) -> Result<Option<(Packet, u64)>, Error> {
        // What is told by the length is told better.
        self.tally.check(self.expected)?;
        // From a pipe, the end of a Matroska is only known by reaching it.
        let read = self.furthest.load(Ordering::Relaxed);
        if self.end.is_some_and(|end| read >= end) {
            return Ok(None);
        }
        if self.endless {
            let note = "the file does not say how long it is: nothing tells whether it is whole";
            self.notes.push(note.to_owned());
            self.endless = false;
            return Ok(None);
        }
        let message = "the file ends in the middle of its audio";
        Err(Error::new(ErrorKind::Short, message).with_source(cause))
    }

    /// The count of frames in an MP3 is of the first file only, where several were put together.
    fn keep_what_was_appended(&mut self, packet: &mut Packet) {
        const FRAME: i64 = 1_152;
        if let Some(end) = self.appended_from
            && packet.pts.get() > end + FRAME
            && packet.trim_end.get() > 0
        {
            packet.dur = packet.block_dur();
            packet.trim_end = Duration::ZERO;
        }
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
                if let Some(start) = self.start.take() {
                    self.skip = (start * f64::from(rate)).round() as u64;
                }
                self.gaps
                    .decoded(self.planes.first().map_or(0, Vec::len), rate);
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
        self.gaps.decoded(frames, self.rate);
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
        let track = self.reader.tracks().iter().find(|it| is_audio(it)).cloned();
        let parameters = track.as_ref().and_then(|track| track.codec_params.clone());
        let (Some(track), Some(CodecParameters::Audio(parameters))) = (track, parameters) else {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the audio stops in the middle",
            ));
        };
        let ready = ready(&parameters)?;
        (self.codec, self.rate, self.skip) = (ready.codec, ready.rate, ready.skip);
        self.mixer = Mixer::without(ready.low);
        self.track = track.id;
        self.tick = tick(&track);
        self.gaps.restart(self.tick);
        // The length was that of the first stream only.
        self.expected = Expected::Unknown;
        Ok(())
    }
}

impl Codec {
    /// Decodes a packet into one plane for each channel, and gives their rate.
    fn decode(&mut self, packet: &Packet, planes: &mut Vec<Vec<f32>>) -> Outcome<u32> {
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
fn reader(stream: MediaSourceStream<'static>, format: Format) -> Outcome<Box<dyn FormatReader>> {
    let options = FormatOptions::default();
    Ok(match format {
        Format::Wav => Box::new(WavReader::try_new(stream, options)?),
        Format::Flac => Box::new(FlacReader::try_new(stream, options)?),
        Format::Mp3 => Box::new(MpaReader::try_new(stream, options)?),
        Format::Adts => Box::new(AdtsReader::try_new(stream, options)?),
        Format::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
        Format::Matroska | Format::WebM => Box::new(MkvReader::try_new(stream, options)?),
        _ => Box::new(OggReader::try_new(stream, options)?),
    })
}

fn is_audio(track: &Track) -> bool {
    track.track_type() == Some(TrackType::Audio)
}

/// The first track in the order of the file, where that is not the order of the list.
fn first<'a>(audio: &[&'a Track], streams: &[u32]) -> Option<&'a Track> {
    let in_order = streams
        .iter()
        .find_map(|&id| audio.iter().find(|track| track.id == id));
    in_order.or(audio.first()).copied()
}

fn tick(track: &Track) -> Option<f64> {
    let base = track.time_base?;
    Some(f64::from(base.numer.get()) / f64::from(base.denom.get()))
}

/// The decoder of a track.
fn ready(parameters: &AudioCodecParameters) -> Result<Ready, Error> {
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
        .map_err(|fault| unsupported_codec(parameters).with_source(fault))?;
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

fn low_channel(channels: &Channels) -> Option<usize> {
    channels.get_canonical_index_for_positioned_channel(Position::LFE1)
}

#[cfg(feature = "opus")]
fn opus(head: &[u8]) -> Result<Ready, Error> {
    let (decoder, skip) = super::opus::Decoder::new(head)?;
    let low = decoder.low();
    Ok(Ready {
        codec: Codec::Opus(Box::new(decoder)),
        rate: super::opus::RATE,
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
fn expected(
    reader: &dyn FormatReader,
    track: &Track,
    format: Format,
    facts: &Facts,
    seekable: bool,
) -> Expected {
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
        (Some(seconds), _) => match format {
            Format::Mp3 if !facts.counted => Expected::Guessed(seconds),
            Format::Adts => Expected::Guessed(seconds),
            // ADPCM comes in blocks, the last of which may be partly filled.
            Format::Wav if !seekable => Expected::Guessed(seconds),
            Format::Wav => Expected::About(seconds),
            _ => Expected::Exactly(seconds),
        },
        (None, Some(seconds)) => Expected::About(seconds),
        (None, None) => Expected::Unknown,
    }
}
