//! Sound out of a file: WAV and FLAC always, and with the feature `decode` what symphonia and ropus read.

#[cfg(feature = "decode")]
mod opus;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
#[cfg(feature = "decode")]
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::recognize::Recognizer;
use super::wav;
use crate::cast::rounded;

/// The most packets that are read: a quarter of a year of the shortest ones.
const MAX_PACKETS: usize = 1 << 30;
/// The most samples that a damaged packet is taken to have had.
const LONGEST_PACKET: usize = 1 << 16;
/// How many packets in a row may be damaged before the rest is given up.
const DAMAGED_IN_A_ROW: usize = 500;
/// Samples that an AAC encoder puts before the first one, where the container does not say.
const AAC_PRIMING: usize = 1_024;

/// Recognizes a recording; `None` where it is none that can be decoded here.
pub(super) fn decode(bytes: &Bytes, recognizer: &mut Recognizer) -> Option<()> {
    if wav::read(bytes, recognizer).is_some() {
        return Some(());
    }
    // MPEG program streams are taken for something else, and fall silent after a moment.
    if bytes.starts_with(b"\0\0\x01\xBA") {
        return None;
    }
    // The decoders are third-party code and the bytes untrusted: a panic counts as a damaged recording.
    catch_unwind(AssertUnwindSafe(|| packets(bytes, recognizer))).ok()?
}

fn packets(bytes: &Bytes, recognizer: &mut Recognizer) -> Option<()> {
    let source = Box::new(Cursor::new(bytes.clone()));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let probe = symphonia::default::get_probe();
    let mut reader = probe.probe(&Hint::new(), stream, format, metadata).ok()?;
    let mut decoding = Decoding::new(&*reader)?;
    for _ in 0..MAX_PACKETS {
        match reader.next_packet() {
            Ok(Some(packet)) => decoding.packet(&packet, recognizer)?,
            // Another stream begins, as in a chained Ogg.
            Err(Error::ResetRequired) => decoding = Decoding::new(&*reader)?,
            // A file that is cut is read up to there.
            Ok(None) | Err(_) => break,
        }
        if recognizer.is_full() || decoding.damaged > DAMAGED_IN_A_ROW {
            break;
        }
    }
    decoding.has_sound.then_some(())
}

/// The first audio track, on its way.
struct Decoding {
    track: u32,
    /// Seconds of a tick of the track's clock.
    tick: f64,
    codec: Codec,
    rate: u32,
    /// Samples that are still to be left out at the beginning.
    skip: usize,
    planes: Vec<Vec<f32>>,
    mixed: Vec<f32>,
    /// Damaged packets in a row.
    damaged: usize,
    has_sound: bool,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    #[cfg(feature = "decode")]
    Opus(Box<opus::Decoder>),
}

impl Decoding {
    fn new(reader: &dyn FormatReader) -> Option<Self> {
        let track = reader.first_track(TrackType::Audio)?;
        let (codec, rate, skip) = codec(track)?;
        let tick = track.time_base.map_or(0.0, |base| {
            f64::from(base.numer.get()) / f64::from(base.denom.get())
        });
        Some(Self {
            track: track.id,
            tick,
            codec,
            rate,
            skip,
            planes: Vec::new(),
            mixed: Vec::new(),
            damaged: 0,
            has_sound: false,
        })
    }

    /// Decodes a packet; what cannot be decoded is silence, so that the clock goes on.
    fn packet(&mut self, packet: &Packet, recognizer: &mut Recognizer) -> Option<()> {
        if packet.track_id != self.track {
            return Some(());
        }
        self.mixed.clear();
        match self.decode(packet) {
            Ok(()) => {
                (self.damaged, self.has_sound) = (0, true);
                let skipped = self.skip.min(self.mixed.len());
                self.skip -= skipped;
                recognizer.push(self.rate, &self.mixed[skipped..]);
                Some(())
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => {
                self.damaged += 1;
                let lost = self.samples(packet.dur).min(LONGEST_PACKET);
                self.mixed.resize(lost, 0.0);
                recognizer.push(self.rate, &self.mixed);
                Some(())
            }
            // What was decoded so far is an answer; before that, there is none.
            Err(_) => self.has_sound.then_some(()),
        }
    }

    /// Decodes a packet to one channel.
    fn decode(&mut self, packet: &Packet) -> Result<(), Error> {
        match &mut self.codec {
            Codec::Symphonia(decoder) => {
                let buffer = decoder.decode(packet)?;
                self.rate = buffer.spec().rate();
                buffer.copy_to_vecs_planar(&mut self.planes);
                mix(&self.planes, &mut self.mixed);
            }
            #[cfg(feature = "decode")]
            Codec::Opus(decoder) => {
                decoder.decode(&packet.data, &mut self.mixed)?;
                let padding = self.samples(packet.trim_end);
                let length = self.mixed.len().saturating_sub(padding);
                self.mixed.truncate(length);
            }
        }
        if (1_000..=384_000).contains(&self.rate) {
            Ok(())
        } else {
            Err(Error::Unsupported("rate"))
        }
    }

    fn samples(&self, ticks: Duration) -> usize {
        // A packet is far shorter than a clock that `u32` cannot count.
        let ticks = u32::try_from(ticks.get()).unwrap_or(u32::MAX);
        rounded(f64::from(ticks) * self.tick * f64::from(self.rate))
    }
}

/// A track's decoder, its rate until the first packet says it, and the samples to leave out first.
fn codec(track: &Track) -> Option<(Codec, u32, usize)> {
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return None;
    };
    #[cfg(feature = "decode")]
    if parameters.codec == CODEC_ID_OPUS {
        let (decoder, skip) = opus::Decoder::new(parameters.extra_data.as_deref()?)?;
        return Some((Codec::Opus(Box::new(decoder)), opus::RATE, skip));
    }
    let codecs = symphonia::default::get_codecs();
    let options = AudioDecoderOptions::default();
    let decoder = codecs.make_audio_decoder(parameters, &options).ok()?;
    let rate = parameters.sample_rate.unwrap_or(44_100);
    Some((Codec::Symphonia(decoder), rate, skip(track, parameters)))
}

fn skip(track: &Track, parameters: &AudioCodecParameters) -> usize {
    let is_trimmed = track.delay.is_some_and(|delay| delay > 0);
    if parameters.codec == CODEC_ID_AAC && !is_trimmed {
        AAC_PRIMING
    } else {
        0
    }
}

/// The mean of the channels.
fn mix(planes: &[Vec<f32>], mixed: &mut Vec<f32>) {
    let Some((first, others)) = planes.split_first() else {
        return;
    };
    mixed.extend_from_slice(first);
    for plane in others {
        mixed.iter_mut().zip(plane).for_each(|(sum, x)| *sum += x);
    }
    let share = 1.0 / f32::from(u16::try_from(planes.len()).unwrap_or(u16::MAX));
    for sample in mixed {
        *sample *= share;
    }
}
