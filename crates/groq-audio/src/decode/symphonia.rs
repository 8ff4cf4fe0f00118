//! Demuxing and decoding by symphonia.

mod opening;

use std::io;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::CODEC_ID_NULL_AUDIO;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::faults::{decode_error, no_track, open_error};
use super::format::Format;
use super::fragments::Fragments;
use super::gaps::Gaps;
use super::length::{Expected, Tally};
use super::media::{Media, Seen};
use super::mp4::Sound;
use super::watch::{Pages, Stream, Watch};
use super::{Failure, faults};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Input;
use opening::{Codec, expected, first, is_audio, reader, ready, tick};

/// How many packets in a row may be damaged before the file is given up.
const DAMAGED_IN_A_ROW: u32 = 500;
/// The most samples that a damaged packet is taken to have had.
const PACKET_FRAMES: u64 = 1 << 16;

const NO_LENGTH: &str = "the file does not say how long it is: nothing tells whether it is whole";

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
    /// The fragments of an MP4.
    pub(super) fragments: Fragments,
}

pub(super) struct Decoder {
    reader: Box<dyn FormatReader>,
    format: Format,
    codec: Codec,
    track: u32,
    /// Which of several files that were put together.
    part: usize,
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
    /// It may end after any fragment.
    is_open: bool,
    /// Where the file should end.
    end: Option<u64>,
    seen: Seen,
    /// Bytes that came as packets.
    used: u64,
    in_a_row: u32,
    notes: Vec<String>,
}

impl Decoder {
    /// The input stands at the facts' base.
    pub(super) fn open(input: Input, format: Format, facts: &Facts) -> Result<Self, Failure> {
        let seekable = input.len().is_some();
        let watch = Watch::new(format, facts);
        let media = Media::new(input, facts.base, facts.tail, watch);
        let seen = media.seen();
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
            part: 0,
            tick,
            rate: ready.rate,
            start,
            skip: ready.skip,
            codec: ready.codec,
            endless: facts.endless,
            is_open: facts.fragments.count > 0 && !facts.fragments.is_indexed,
            end: facts.end,
            seen,
            used: 0,
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

    /// Seconds of silence so far in place of what is missing or damaged.
    pub(super) fn silenced(&self) -> f64 {
        self.tally.damaged
    }

    /// The length that the container gives.
    pub(super) fn expected(&self) -> Expected {
        self.expected
    }

    pub(super) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        loop {
            let Some((packet, silence)) = self.next_packet()? else {
                return self.end().map(|()| None);
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

    /// All packets have come.
    fn end(&mut self) -> Result<(), Error> {
        let parts = self.seen.lock().watch.pages().map_or(0, Pages::parts);
        if parts > self.part + 1 {
            let message = "the file ends in the middle of a header";
            return Err(Error::new(ErrorKind::Short, message));
        }
        self.tally.check(self.expected)?;
        // Where it is as long as it should be, its framing is no better witness.
        if self.expected.is_reached(self.tally.decoded) {
            return Ok(());
        }
        let lost = self.pages().map_or(0, |pages| pages.lost);
        if lost > 0 && self.gaps.filled() <= 0.0 {
            let message = format!("{lost} pages are missing in it");
            return Err(Error::new(ErrorKind::Short, message));
        }
        self.seen.lock().watch.check(self.used)?;
        if self.is_open {
            self.notes.push(NO_LENGTH.to_owned());
        }
        Ok(())
    }

    /// The pages of the track, if the file is an Ogg.
    fn pages(&self) -> Option<Stream> {
        let seen = self.seen.lock();
        seen.watch.pages()?.stream(self.part, self.track)
    }

    /// The next packet of the track, and how many samples are missing before it.
    fn next_packet(&mut self) -> Result<Option<(Packet, u64)>, Error> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        loop {
            match self.reader.next_packet() {
                Ok(Some(mut packet)) if packet.track_id == self.track => {
                    self.used += packet.data.len() as u64;
                    self.keep_what_was_appended(&mut packet);
                    let pages = self.pages();
                    let lost = pages.is_some_and(|pages| pages.lost_at_start);
                    let missing = self.gaps.before(&packet, self.rate, lost)?;
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
        let seen = self.seen.lock();
        if self.end.is_some_and(|end| seen.furthest >= end) {
            return Ok(None);
        }
        seen.watch.check(self.used)?;
        drop(seen);
        if self.endless {
            self.notes.push(NO_LENGTH.to_owned());
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
            // What was never used before is no part of the codec, but damage.
            Err(Fault::Unsupported(_)) if self.tally.decoded > 0.0 => self.damaged(packet),
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
        if self.pages().is_some_and(|pages| !pages.ended) {
            let message = "a part of it ends without its last page";
            return Err(Error::new(ErrorKind::Short, message));
        }
        self.part += 1;
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
