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

use super::decoder::Decode;
use super::faults::{self, Failure, decode_error, no_track, open_error};
use super::format::Format;
use super::gaps::{EARLY, Gaps, LATE, MOST};
use super::length::{Expected, Tally};
use super::media::{Media, Seen};
use super::probe::Probe;
use super::watch::{Pages, Stream, Watch};
use crate::error::{Error, ErrorKind};
use crate::mono::Mixer;
use crate::resample::RATES;
use crate::source::Input;
use opening::{Codec, Ready, expected, first, is_audio, reader, ready, tick};

/// How many packets in a row may be damaged before the file is given up.
const DAMAGED_IN_A_ROW: u32 = 500;
/// The most samples that a damaged packet is taken to have had.
const PACKET_FRAMES: u64 = 1 << 16;

const NO_LENGTH: &str = "the file does not state its length, so it may be cut off";

/// The track that is decoded.
struct Sounding {
    id: u32,
    /// Which of several files that were put together.
    part: usize,
    /// The seconds of a tick of its clock.
    tick: Option<f64>,
    codec: Codec,
    rate: u32,
    /// The second at which the sound begins, until a packet has told the rate.
    start: Option<f64>,
    /// Samples that are still to be skipped at the beginning.
    skip: u64,
}

impl Sounding {
    fn new(track: &Track, ready: Ready, part: usize) -> Self {
        Self {
            id: track.id,
            part,
            tick: tick(track),
            codec: ready.codec,
            rate: ready.rate,
            start: None,
            skip: ready.skip,
        }
    }
}

/// Where the file should end, by what it states.
struct Ends {
    expected: Expected,
    /// The byte.
    at: Option<u64>,
    /// It may end anywhere.
    endless: bool,
    /// It may end after any fragment.
    is_open: bool,
}

pub(super) struct Decoder {
    reader: Box<dyn FormatReader>,
    format: Format,
    track: Sounding,
    ends: Ends,
    planes: Vec<Vec<f32>>,
    mixer: Mixer,
    tally: Tally,
    gaps: Gaps,
    /// A packet that comes after this many samples of silence.
    held: Option<(Packet, u64)>,
    /// The seconds of the file before its sound; none until the first packet tells.
    lead: Option<f64>,
    /// The second of the first packet of any other track.
    first: Option<f64>,
    /// The sound begins later than the file.
    differs: bool,
    /// Where another file seems to have been appended: its samples after that are not cut off.
    appended_from: Option<i64>,
    seen: Seen,
    /// Bytes that came as packets.
    used: u64,
    in_a_row: u32,
    notes: Vec<String>,
}

impl Decoder {
    /// The input stands where its tags end.
    pub(super) fn open(input: Input, probe: &Probe) -> Result<Self, Failure> {
        let format = probe.format;
        let media = Media::new(input, probe.base, probe.tail, Watch::new(probe));
        let seen = media.seen();
        let stream = MediaSourceStream::new(Box::new(media), MediaSourceStreamOptions::default());
        let reader = reader(stream, format).map_err(open_error)?;
        let audio: Vec<&Track> = reader.tracks().iter().filter(|it| is_audio(it)).collect();
        let Some(track) = first(&audio, &probe.streams).cloned() else {
            return Err(no_track(reader.tracks(), format, probe.mp4.sound).into());
        };
        let count = audio.len();
        let notes = (count > 1).then(|| format!("only the first of {count} audio tracks is used"));
        let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
            return Err(faults::unsupported("its codec").into());
        };
        let tick = tick(&track);
        let mut expected = expected(&*reader, &track, probe);
        let ready = ready(&parameters).map_err(|error| Failure {
            error: match probe.mp4.sound {
                Some(sound) if parameters.codec == CODEC_ID_NULL_AUDIO => faults::unknown(sound),
                _ => error,
            },
            expected,
        })?;
        let gaps = Gaps::new(format, tick, expected.seconds());
        // Opus has it in its own header.
        let sound = probe.mp4.sound.unwrap_or_default();
        let start = sound.start;
        let start = start.filter(|_| parameters.codec != CODEC_ID_OPUS);
        if let (Expected::Exactly(seconds), Format::Mp4) = (expected, format) {
            let skipped = start.unwrap_or(ready.skip as f64 / f64::from(ready.rate));
            expected = Expected::Exactly(seconds - skipped + sound.lead);
        }
        let lead = match format {
            Format::Mp4 => Some(sound.lead),
            Format::Matroska | Format::WebM => None,
            _ => Some(0.0),
        };
        let counted = track
            .num_frames
            .filter(|_| format == Format::Mp3 && probe.counted);
        Ok(Self {
            mixer: Mixer::without(ready.low),
            track: Sounding {
                start,
                ..Sounding::new(&track, ready, 0)
            },
            ends: Ends {
                expected,
                at: probe.end,
                endless: probe.endless,
                is_open: probe.mp4.fragments.count > 0 && !probe.mp4.fragments.is_indexed,
            },
            planes: Vec::new(),
            tally: Tally::default(),
            gaps,
            held: None,
            lead,
            first: None,
            differs: false,
            appended_from: counted.map(u64::cast_signed),
            reader,
            format,
            seen,
            used: 0,
            in_a_row: 0,
            notes: Vec::from_iter(notes),
        })
    }

    /// The length that the container states.
    pub(super) fn expected(&self) -> Expected {
        self.ends.expected
    }

    /// All packets have come.
    fn end(&mut self) -> Result<(), Error> {
        let parts = self.seen.lock().watch.pages().map_or(0, Pages::parts);
        if parts > self.track.part + 1 {
            let message = "the file ends in the middle of a header";
            return Err(Error::new(ErrorKind::Short, message));
        }
        self.tally.check(self.ends.expected)?;
        // Where it is as long as it should be, its framing is no better witness.
        if self.ends.expected.is_reached(self.tally.decoded) {
            return Ok(());
        }
        let lost = self.pages().map_or(0, |pages| pages.lost);
        if lost > 0 && self.gaps.filled() <= 0.0 {
            let message = format!("{lost} pages of the file are missing");
            return Err(Error::new(ErrorKind::Short, message));
        }
        self.seen.lock().watch.check(self.used)?;
        if self.ends.is_open {
            self.notes.push(NO_LENGTH.to_owned());
        }
        Ok(())
    }

    /// The pages of the track, if the file is an Ogg.
    fn pages(&self) -> Option<Stream> {
        let seen = self.seen.lock();
        seen.watch.pages()?.stream(self.track.part, self.track.id)
    }

    /// The next packet of the track, and how many samples are missing before it.
    fn next_packet(&mut self) -> Result<Option<(Packet, u64)>, Error> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        loop {
            match self.reader.next_packet() {
                Ok(Some(mut packet)) if packet.track_id == self.track.id => {
                    self.used += packet.data.len() as u64;
                    self.keep_what_was_appended(&mut packet);
                    let pages = self.pages();
                    let lost = pages.is_some_and(|pages| pages.lost_at_start);
                    let missing = self.gaps.before(&packet, self.track.rate, lost)?;
                    let lead = self.lead(&packet);
                    return Ok(Some((packet, missing + lead)));
                }
                Ok(Some(packet)) => self.see_other(&packet),
                Ok(None) => return Ok(None),
                Err(Fault::ResetRequired) => self.next_stream()?,
                Err(Fault::IoError(cause)) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                    return self.cut_off(cause);
                }
                Err(fault) => return Err(decode_error(fault)),
            }
        }
    }

    /// A film may begin before its sound.
    fn see_other(&mut self, packet: &Packet) {
        let mut tracks = self.reader.tracks().iter();
        if let Some(track) = tracks.find(|track| track.id == packet.track_id) {
            let at = packet.pts.get() as f64 * tick(track).unwrap_or(0.0);
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
        }
    }

    /// How many samples of silence make up for the time before the first packet, so that times are those of the file.
    fn lead(&mut self, packet: &Packet) -> u64 {
        let at = packet.pts.get() as f64 * self.track.tick.unwrap_or(0.0);
        // The recording of a broadcast begins at its first packet.
        let origin = if at <= EARLY {
            0.0
        } else {
            self.first.unwrap_or(at)
        };
        let lead = self.lead.replace(0.0).unwrap_or(at - origin);
        if !(LATE..=MOST).contains(&lead) {
            return 0;
        }
        self.differs = true;
        // What the encoder put first is left out of the packet, but not of its time.
        let skipped = if self.format == Format::Mp4 {
            0
        } else {
            self.track.skip
        };
        (lead * f64::from(self.track.rate)).round() as u64 + skipped
    }

    /// Gives silence in place of what is missing, a little at a time.
    fn stay_silent(&mut self, packet: Packet, silence: u64, out: &mut Vec<f32>) {
        let now = silence.min(PACKET_FRAMES);
        out.resize(out.len() + now as usize, 0.0);
        let seconds = now as f64 / f64::from(self.track.rate);
        self.tally.decoded += seconds;
        // Films may have pauses; elsewhere pages were lost.
        if !matches!(self.format, Format::Matroska | Format::WebM | Format::Mp4) {
            self.tally.damaged += seconds;
        }
        self.held = Some((packet, silence - now));
    }

    /// The file ends where there should be more.
    fn cut_off(&mut self, cause: io::Error) -> Result<Option<(Packet, u64)>, Error> {
        // The length makes the better message.
        self.tally.check(self.ends.expected)?;
        // From a pipe, the end of a Matroska is only known by reaching it.
        let seen = self.seen.lock();
        if self.ends.at.is_some_and(|end| seen.furthest >= end) {
            return Ok(None);
        }
        seen.watch.check(self.used)?;
        drop(seen);
        if self.ends.endless {
            self.notes.push(NO_LENGTH.to_owned());
            self.ends.endless = false;
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
        match self.track.codec.decode(packet, &mut self.planes) {
            Ok(rate) => {
                if !RATES.contains(&rate) {
                    return Err(Error::new(ErrorKind::Unsupported, format!("{rate} Hz")));
                }
                self.track.rate = rate;
                self.in_a_row = 0;
                if let Some(start) = self.track.start.take() {
                    self.track.skip = (start * f64::from(rate)).round() as u64;
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
        let seconds = self.track.tick.unwrap_or(0.0) * packet.dur.get() as f64;
        let frames = (seconds * f64::from(self.track.rate)).round() as u64;
        let frames = frames.min(PACKET_FRAMES) as usize;
        self.planes.resize_with(self.planes.len().max(1), Vec::new);
        for plane in &mut self.planes {
            plane.clear();
            plane.resize(frames, 0.0);
        }
        self.gaps.decoded(frames, self.track.rate);
        self.tally.damaged += frames as f64 / f64::from(self.track.rate);
        self.leave_out();
        Ok(())
    }

    /// Leaves out what the encoder put before the first sample.
    fn leave_out(&mut self) {
        let length = self.planes.first().map_or(0, Vec::len);
        let gone = self.track.skip.min(length as u64);
        if gone > 0 {
            self.planes
                .iter_mut()
                .for_each(|plane| drop(plane.drain(..gone as usize)));
            self.track.skip -= gone;
        }
    }

    /// A new stream begins in the same file, as in a chained Ogg.
    fn next_stream(&mut self) -> Result<(), Error> {
        if self.pages().is_some_and(|pages| !pages.ended) {
            let message = "a part of the file ends without its last page";
            return Err(Error::new(ErrorKind::Short, message));
        }
        let track = self.reader.tracks().iter().find(|it| is_audio(it)).cloned();
        let parameters = track.as_ref().and_then(|track| track.codec_params.clone());
        let (Some(track), Some(CodecParameters::Audio(parameters))) = (track, parameters) else {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the audio stops in the middle",
            ));
        };
        let ready = ready(&parameters)?;
        self.mixer = Mixer::without(ready.low);
        self.track = Sounding::new(&track, ready, self.track.part + 1);
        self.gaps.restart(self.track.tick);
        // The length was that of the first stream only.
        self.ends.expected = Expected::Unknown;
        Ok(())
    }
}

impl Decode for Decoder {
    fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        loop {
            let Some((packet, silence)) = self.next_packet()? else {
                return self.end().map(|()| None);
            };
            if silence > 0 {
                self.stay_silent(packet, silence, out);
                return Ok(Some(self.track.rate));
            }
            self.decode(&packet)?;
            let length = self.planes.first().map_or(0, Vec::len);
            self.tally.decoded += length as f64 / f64::from(self.track.rate);
            if length > 0 {
                self.mixer.mix(&self.planes, out);
                return Ok(Some(self.track.rate));
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.tally.damaged_packets > 0 {
            let count = self.tally.damaged_packets;
            notes.push(format!("{count} damaged packets were replaced by silence"));
        }
        notes.extend(self.gaps.note());
        notes
    }

    fn silenced(&self) -> f64 {
        self.tally.damaged
    }

    fn differs(&self) -> bool {
        self.differs || self.mixer.differs()
    }
}
