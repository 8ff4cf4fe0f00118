//! The headers of files that hold plain samples: WAV (with RF64, BW64 and RIFX), AIFF, AU, CAF.
//!
//! Sizes in headers are often wrong: a recorder that was stopped, or wrote to a pipe, has left zeros or the largest
//! number. Those are read to their end. Any other size is a promise, and less is an error.

use std::io::{self, Read};

use super::format::Format;
use super::samples::{Coding, Sample};
use crate::error::{Error, ErrorKind};

/// The longest description of samples that is read; real ones have 100 bytes at most.
const DESCRIPTION: u64 = 4_096;

/// What the samples of a file look like. The reader stands at the first one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) rate: f64,
    pub(super) channels: u32,
    pub(super) sample: Sample,
    /// How many bytes of samples there are; none: until the end.
    pub(super) bytes: Option<u64>,
    /// The channel that is for low effects only.
    pub(super) low: Option<usize>,
}

/// What a header leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Plain(Layout),
    /// ADPCM in WAV, which has blocks of its own.
    Adpcm,
    /// Another codec in such a container.
    Other(String),
}

/// Reads a header; `length` is that of the whole file, where it is known.
pub(super) fn read(
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
    let start: [u8; 12] = array(reader)?;
    let mut chunks = Chunks::new(reader, start.starts_with(b"RIFX"));
    let stated = u64::from(chunks.order.u32(&start[4..8])) + 8;
    let (mut found, mut long) = (None, None);
    loop {
        let (name, size) = chunks.next()?;
        match &name {
            b"fmt " => {
                let bytes = chunks.body(size)?;
                found = Some(wav_format(&bytes, chunks.order).ok_or(io::ErrorKind::InvalidData)?);
            }
            b"ds64" => {
                let bytes = chunks.body(size)?;
                let size = bytes.get(8..16).ok_or(io::ErrorKind::InvalidData)?;
                long = Some(u64::from_le_bytes(first_bytes(size)));
            }
            b"data" => {
                let Some(mut found) = found else {
                    return Err(io::ErrorKind::InvalidData.into());
                };
                if let Found::Plain(layout) = &mut found {
                    // An empty recording, whose file says so twice.
                    let empty = size == 0 && length == Some(stated);
                    layout.bytes = match long {
                        Some(long) if size == u64::from(u32::MAX) => Some(long),
                        _ if empty => Some(0),
                        _ => promised(size),
                    };
                }
                return Ok(found);
            }
            _ => chunks.skip(size)?,
        }
    }
}

/// A size that was written at the end, and not left at what stands for "not known yet".
fn promised(size: u64) -> Option<u64> {
    const NEAR: u64 = 1 << 16;
    let unknown = [0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    let is_unknown = size == 0 || unknown.iter().any(|it: &u64| it.abs_diff(size) <= NEAR);
    (!is_unknown).then_some(size)
}

/// The body of a `fmt ` chunk.
fn wav_format(bytes: &[u8], order: Order) -> Option<Found> {
    let short = |at: usize| bytes.get(at..at + 2).map(|bytes| order.u16(bytes));
    let mut tag = short(0)?;
    let (channels, bits) = (short(2)?, short(14).unwrap_or(8));
    let rate = order.u32(bytes.get(4..8)?);
    let frame = short(12)?;
    let mut low = None;
    if tag == 0xFFFE {
        // Extensible: the tag begins the identifier, after the mask of speakers.
        low = low_channel(order.u32(bytes.get(20..24)?));
        tag = short(24)?;
    }
    let by_frame = usize::from(frame).checked_div(usize::from(channels))?;
    let coding = match tag {
        1 if by_frame == 1 => Coding::Unsigned8,
        1 => Coding::Signed,
        3 => Coding::Float,
        6 => Coding::ALaw,
        7 => Coding::MuLaw,
        2 | 0x11 => return Some(Found::Adpcm),
        tag => return Some(Found::Other(tag_name(tag))),
    };
    // The container of a sample, which may be wider than its bits.
    let by_bits = usize::from(bits).div_ceil(8);
    let width = if by_frame == 0 { by_bits } else { by_frame };
    let sample = Sample::new(coding, width, order == Order::Big)?;
    Some(Found::Plain(Layout {
        rate: f64::from(rate),
        channels: u32::from(channels),
        sample,
        bytes: None,
        low,
    }))
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
    let code = match compressed {
        true => bytes.get(18..22)?,
        false => b"NONE",
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
        sample: Sample::new(coding, width, big_endian)?,
        bytes: None,
        low: None,
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
    let sample = Sample::new(coding, width, true).ok_or(io::ErrorKind::InvalidData)?;
    Chunks::new(reader, true).skip_exactly(u64::from(offset).saturating_sub(24))?;
    Ok(Found::Plain(Layout {
        rate: f64::from(rate),
        channels,
        sample,
        bytes: promised(u64::from(size)),
        low: None,
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
    let sample = Sample::new(coding, width, flags & 2 == 0).filter(|_| frames == 1)?;
    Some(Found::Plain(Layout {
        rate,
        channels,
        sample,
        bytes: None,
        low: None,
    }))
}

/// The chunks of a RIFF or an AIFF: a name, a size, and as many bytes.
struct Chunks<'a, R> {
    reader: &'a mut R,
    order: Order,
    /// The last chunk was of an odd size: a byte may have been added to it, and often is forgotten.
    odd: bool,
}

impl<'a, R: Read> Chunks<'a, R> {
    fn new(reader: &'a mut R, big_endian: bool) -> Self {
        let order = if big_endian {
            Order::Big
        } else {
            Order::Little
        };
        Self {
            reader,
            order,
            odd: false,
        }
    }

    fn next(&mut self) -> io::Result<([u8; 4], u64)> {
        let mut head: [u8; 8] = array(self.reader)?;
        // No name begins with the byte that fills up.
        if std::mem::take(&mut self.odd) && head[0] == 0 {
            head.rotate_left(1);
            self.reader.read_exact(&mut head[7..])?;
        }
        let size = u64::from(self.order.u32(&head[4..]));
        Ok((first_bytes(&head), size))
    }

    fn body(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > DESCRIPTION {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.odd = size % 2 == 1;
        let mut bytes = vec![0; size as usize];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        self.odd = size % 2 == 1;
        self.skip_exactly(size)
    }

    fn skip_exactly(&mut self, size: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.reader.by_ref().take(size), &mut io::sink())?;
        match skipped == size {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, bytes: &[u8]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(first_bytes(bytes)),
            Self::Big => u16::from_be_bytes(first_bytes(bytes)),
        }
    }

    fn u32(self, bytes: &[u8]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(first_bytes(bytes)),
            Self::Big => u32::from_be_bytes(first_bytes(bytes)),
        }
    }
}

fn array<const LEN: usize>(reader: &mut impl Read) -> io::Result<[u8; LEN]> {
    let mut bytes = [0; LEN];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The first bytes of a slice that is known to have as many.
fn first_bytes<const LEN: usize>(bytes: &[u8]) -> [u8; LEN] {
    let mut first = [0; LEN];
    first.copy_from_slice(&bytes[..LEN]);
    first
}

#[cfg(test)]
mod tests;
