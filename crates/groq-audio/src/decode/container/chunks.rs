//! The headers of files that hold plain samples: WAV (with RF64, BW64 and RIFX), AIFF, AU, CAF.
//!
//! Sizes in headers are often wrong: a recorder that was stopped, or wrote to a pipe, has left zeros or the largest
//! number. Those are read to their end. Any other size is a promise, and less is an error.

use std::io::{self, Read};

use crate::decode::codec::adpcm;
use crate::decode::codec::pcm::{Coding, Units};
use crate::decode::format::Format;
use crate::error::{Error, ErrorKind};
use crate::wav::{self, Chunks, Order, array, first_bytes};

/// What the samples of a file look like. The reader stands at the first one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) rate: f64,
    pub(crate) channels: u32,
    pub(crate) units: Units,
    /// How many bytes of samples there are; none: until the end.
    pub(crate) bytes: Option<u64>,
    /// The channel that is for low effects only.
    pub(crate) low: Option<usize>,
}

impl Layout {
    /// One channel, at a rate that is not known yet.
    pub(crate) fn new(units: Units) -> Self {
        Self {
            rate: 0.0,
            channels: 1,
            units,
            bytes: None,
            low: None,
        }
    }
}

/// What a header leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    Plain(Layout),
    /// Another codec in such a container.
    Other(String),
}

/// Reads a header; `length` is that of the whole file, where it is known.
pub(crate) fn read(
    reader: &mut impl Read,
    format: Format,
    length: Option<u64>,
) -> Result<Found, Error> {
    let found = match format {
        Format::Wav => wav(reader, length),
        Format::Aiff => aiff(reader),
        Format::Au => au(reader),
        _ => caf(reader),
    };
    found.map_err(|cause| match cause.kind() {
        io::ErrorKind::UnexpectedEof => damaged("the file ends within its header"),
        io::ErrorKind::InvalidData => damaged("the file's header makes no sense"),
        _ => Error::io("read audio", cause),
    })
}

fn damaged(message: &'static str) -> Error {
    Error::new(ErrorKind::Corrupt, message)
}

fn wav(reader: &mut impl Read, length: Option<u64>) -> io::Result<Found> {
    let header = wav::Header::read(reader)?;
    let mut found = wav_format(&header).ok_or(io::ErrorKind::InvalidData)?;
    if let Found::Plain(layout) = &mut found {
        // An empty recording, whose file says so twice.
        let empty = header.size == 0 && length == Some(header.file_size);
        layout.bytes = match header.long_size {
            Some(long) if header.size == u64::from(u32::MAX) => Some(long),
            _ if empty => Some(0),
            _ => promised(header.size),
        };
    }
    Ok(found)
}

/// A size that was written at the end, and not left at what stands for "not known yet".
fn promised(size: u64) -> Option<u64> {
    const NEAR: u64 = 1 << 16;
    let unknown = [0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    let is_unknown = size == 0 || unknown.iter().any(|it: &u64| it.abs_diff(size) <= NEAR);
    (!is_unknown).then_some(size)
}

fn wav_format(header: &wav::Header) -> Option<Found> {
    let (frame, channels) = (usize::from(header.frame), usize::from(header.channels));
    let by_frame = frame.checked_div(channels)?;
    let mut layout = Layout {
        rate: f64::from(header.rate),
        channels: u32::from(header.channels),
        low: low_channel(header.speakers),
        ..Layout::new(Units::PCM_16)
    };
    let coding = match header.tag {
        1 if by_frame == 1 => Coding::Unsigned8,
        1 => Coding::Signed,
        3 => Coding::Float,
        6 => Coding::ALaw,
        7 => Coding::MuLaw,
        2 | 0x11 if channels > 2 => {
            return Some(Found::Other(format!("ADPCM with {channels} channels")));
        }
        2 | 0x11 => {
            let kinds = [adpcm::Kind::Ima, adpcm::Kind::Microsoft];
            let kind = kinds[usize::from(header.tag == 2)];
            layout.units = Units::Blocks(adpcm::Blocks::new(kind, channels, frame)?);
            return Some(Found::Plain(layout));
        }
        tag => return Some(Found::Other(tag_name(tag))),
    };
    // The container of a sample, which may be wider than its bits.
    let by_bits = usize::from(header.bits).div_ceil(8);
    let width = if by_frame == 0 { by_bits } else { by_frame };
    layout.units = Units::samples(coding, width, header.is_big_endian)?;
    Some(Found::Plain(layout))
}

/// The place of the low channel among those of a mask.
fn low_channel(mask: u32) -> Option<usize> {
    const LOW: u32 = 1 << 3;
    (mask & LOW != 0).then(|| (mask & (LOW - 1)).count_ones() as usize)
}

fn tag_name(tag: u16) -> String {
    match tag {
        0x31 | 0x32 => "GSM in WAV".to_owned(),
        0x45 | 0x64 => "G.726 in WAV".to_owned(),
        0x50 => "MP2 in WAV".to_owned(),
        0x55 => "MP3 in WAV".to_owned(),
        0xFF | 0x1600 | 0x1602 => "AAC in WAV".to_owned(),
        0x2000 => "AC-3 in WAV".to_owned(),
        tag => format!("codec {tag:#06x} in WAV"),
    }
}

fn aiff(reader: &mut impl Read) -> io::Result<Found> {
    let start: [u8; 12] = array(reader)?;
    let compressed = start.ends_with(b"C");
    let mut chunks = Chunks::new(reader, true);
    let mut found = None;
    loop {
        let (name, size) = chunks.next()?;
        match &name {
            b"COMM" => {
                let bytes = chunks.body(size)?;
                found = Some(aiff_format(&bytes, compressed).ok_or(io::ErrorKind::InvalidData)?);
            }
            b"SSND" => {
                let Some(mut found) = found else {
                    return Err(io::ErrorKind::InvalidData.into());
                };
                let head: [u8; 8] = array(chunks.reader)?;
                let offset = u64::from(Order::Big.u32(&head));
                chunks.skip_exactly(offset)?;
                if let Found::Plain(layout) = &mut found {
                    layout.bytes = promised(size).map(|size| size.saturating_sub(8 + offset));
                }
                return Ok(found);
            }
            _ => chunks.skip(size)?,
        }
    }
}

/// The body of a `COMM` chunk.
fn aiff_format(bytes: &[u8], compressed: bool) -> Option<Found> {
    let channels = Order::Big.u16(bytes.get(..2)?);
    let bits = Order::Big.u16(bytes.get(6..8)?);
    let rate = extended(bytes.get(8..18)?);
    let code = if compressed {
        bytes.get(18..22)?
    } else {
        b"NONE"
    };
    let width = usize::from(bits).div_ceil(8);
    let (coding, width, big_endian) = match code {
        b"NONE" | b"twos" => (Coding::Signed, width, true),
        b"sowt" => (Coding::Signed, width, false),
        b"in24" => (Coding::Signed, 3, true),
        b"in32" => (Coding::Signed, 4, true),
        b"fl32" | b"FL32" => (Coding::Float, 4, true),
        b"fl64" | b"FL64" => (Coding::Float, 8, true),
        b"alaw" | b"ALAW" => (Coding::ALaw, 1, true),
        b"ulaw" | b"ULAW" => (Coding::MuLaw, 1, true),
        code => return Some(Found::Other(format!("{} in AIFF", code.escape_ascii()))),
    };
    Some(Found::Plain(Layout {
        rate,
        channels: u32::from(channels),
        ..Layout::new(Units::samples(coding, width, big_endian)?)
    }))
}

/// A number of 80 bits: sign and exponent in 16, then all of the mantissa.
fn extended(bytes: &[u8]) -> f64 {
    let exponent = i32::from(Order::Big.u16(bytes) & 0x7FFF) - 16_383 - 63;
    let mantissa = u64::from_be_bytes(first_bytes(&bytes[2..]));
    mantissa as f64 * 2.0_f64.powi(exponent)
}

fn au(reader: &mut impl Read) -> io::Result<Found> {
    let head: [u8; 24] = array(reader)?;
    let [_, offset, size, code, rate, channels] =
        [0, 1, 2, 3, 4, 5].map(|word| Order::Big.u32(&head[word * 4..]));
    let (coding, width) = match code {
        1 => (Coding::MuLaw, 1),
        code @ 2..=5 => (Coding::Signed, code as usize - 1),
        6 => (Coding::Float, 4),
        7 => (Coding::Float, 8),
        27 => (Coding::ALaw, 1),
        code => return Ok(Found::Other(format!("codec {code} in AU"))),
    };
    let units = Units::samples(coding, width, true).ok_or(io::ErrorKind::InvalidData)?;
    Chunks::new(reader, true).skip_exactly(u64::from(offset).saturating_sub(24))?;
    Ok(Found::Plain(Layout {
        rate: f64::from(rate),
        channels,
        bytes: promised(u64::from(size)),
        ..Layout::new(units)
    }))
}

fn caf(reader: &mut impl Read) -> io::Result<Found> {
    let _: [u8; 8] = array(reader)?;
    let mut found = None;
    loop {
        let head: [u8; 12] = array(reader)?;
        let size = i64::from_be_bytes(first_bytes(&head[4..]));
        let mut chunks = Chunks::new(reader, true);
        match &head[..4] {
            b"desc" => {
                let bytes = chunks.body(size.try_into().unwrap_or(u64::MAX))?;
                found = Some(caf_format(&bytes).ok_or(io::ErrorKind::InvalidData)?);
            }
            b"data" => {
                let Some(mut found) = found else {
                    return Err(io::ErrorKind::InvalidData.into());
                };
                // The count of edits comes before the samples; a size of -1 goes to the end.
                chunks.skip_exactly(4)?;
                if let Found::Plain(layout) = &mut found {
                    layout.bytes = u64::try_from(size).ok().map(|size| size.saturating_sub(4));
                }
                return Ok(found);
            }
            _ => chunks.skip_exactly(size.try_into().map_err(|_| io::ErrorKind::InvalidData)?)?,
        }
    }
}

/// The body of a `desc` chunk.
fn caf_format(bytes: &[u8]) -> Option<Found> {
    let bytes: &[u8; 32] = bytes.first_chunk()?;
    let rate = f64::from_be_bytes(first_bytes(bytes));
    let [flags, packet, frames, channels, _] =
        [3, 4, 5, 6, 7].map(|word| Order::Big.u32(&bytes[word * 4..]));
    let width = packet.checked_div(channels)? as usize;
    let coding = match &bytes[8..12] {
        b"lpcm" if flags & 1 != 0 => Coding::Float,
        b"lpcm" => Coding::Signed,
        b"alaw" => Coding::ALaw,
        b"ulaw" => Coding::MuLaw,
        code => return Some(Found::Other(format!("{} in CAF", code.escape_ascii()))),
    };
    let units = Units::samples(coding, width, flags & 2 == 0).filter(|_| frames == 1)?;
    Some(Found::Plain(Layout {
        rate,
        channels,
        ..Layout::new(units)
    }))
}

#[cfg(test)]
mod tests;
