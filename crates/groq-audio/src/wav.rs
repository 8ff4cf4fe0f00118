//! WAV files: the one header that is written, and the chunks that are read.

use std::io::{self, Read};

pub(crate) const HEADER_LEN: usize = 44;
/// The longest description of samples that is read; real ones have 100 bytes at most.
const DESCRIPTION: u64 = 4_096;

/// Returns a header for `bytes` of 16-bit samples. More than the format can state is written as "until the end".
pub(crate) fn header(rate: u32, channels: u16, bytes: u64) -> [u8; HEADER_LEN] {
    let size = u32::try_from(bytes).unwrap_or(u32::MAX);
    let frame = channels * 2;
    let mut header = [0; HEADER_LEN];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        header[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&size.saturating_add(36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&rate.to_le_bytes());
    put(&rate.saturating_mul(u32::from(frame)).to_le_bytes());
    put(&frame.to_le_bytes());
    put(&16_u16.to_le_bytes());
    put(b"data");
    put(&size.to_le_bytes());
    header
}

/// What stands before the samples of a WAV file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) rate: u32,
    /// The bytes of a frame or, of compressed samples, of a block.
    pub(crate) frame: u16,
    pub(crate) bits: u16,
    /// Which speakers the channels are for, as a set of bits.
    pub(crate) speakers: u32,
    pub(crate) is_big_endian: bool,
    /// The size of the file by its first chunk.
    pub(crate) file_size: u64,
    /// The size of the samples, and that of the form for more than 4 GiB.
    pub(crate) size: u64,
    pub(crate) long_size: Option<u64>,
}

impl Header {
    /// Reads up to the first sample.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the file ends before, `InvalidData` if the header makes no sense.
    pub(crate) fn read(reader: &mut impl Read) -> io::Result<Self> {
        let start: [u8; 12] = array(reader)?;
        let mut chunks = Chunks::new(reader, start.starts_with(b"RIFX"));
        let file_size = u64::from(chunks.order.u32(&start[4..8])) + 8;
        let (mut header, mut long_size) = (None, None);
        loop {
            let (name, size) = chunks.next()?;
            match &name {
                b"fmt " => {
                    let bytes = chunks.body(size)?;
                    let found = Self::of_format(&bytes, chunks.order);
                    header = Some(found.ok_or(io::ErrorKind::InvalidData)?);
                }
                b"ds64" => {
                    let bytes = chunks.body(size)?;
                    let size = bytes.get(8..16).ok_or(io::ErrorKind::InvalidData)?;
                    long_size = Some(u64::from_le_bytes(first_bytes(size)));
                }
                b"data" => {
                    return Ok(Self {
                        file_size,
                        size,
                        long_size,
                        ..header.ok_or(io::ErrorKind::InvalidData)?
                    });
                }
                _ => chunks.skip(size)?,
            }
        }
    }

    /// The body of a `fmt ` chunk.
    fn of_format(bytes: &[u8], order: Order) -> Option<Self> {
        const EXTENSIBLE: u16 = 0xFFFE;
        let short = |at: usize| bytes.get(at..at + 2).map(|bytes| order.u16(bytes));
        let mut header = Self {
            tag: short(0)?,
            channels: short(2)?,
            rate: order.u32(bytes.get(4..8)?),
            frame: short(12)?,
            bits: short(14).unwrap_or(8),
            speakers: 0,
            is_big_endian: order == Order::Big,
            file_size: 0,
            size: 0,
            long_size: None,
        };
        if header.tag == EXTENSIBLE {
            // The tag begins the identifier, after the set of speakers.
            header.speakers = order.u32(bytes.get(20..24)?);
            header.tag = short(24)?;
        }
        Some(header)
    }
}

/// The chunks of a RIFF or an AIFF file: a name, a size, and as many bytes.
pub(crate) struct Chunks<'a, R> {
    pub(crate) reader: &'a mut R,
    pub(crate) order: Order,
    /// The last chunk was of an odd size: a byte may have been added to it, and often is forgotten.
    odd: bool,
}

impl<'a, R: Read> Chunks<'a, R> {
    pub(crate) fn new(reader: &'a mut R, is_big_endian: bool) -> Self {
        let order = if is_big_endian {
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

    pub(crate) fn next(&mut self) -> io::Result<([u8; 4], u64)> {
        let mut head: [u8; 8] = array(self.reader)?;
        // No name begins with the byte that fills up.
        if std::mem::take(&mut self.odd) && head[0] == 0 {
            head.rotate_left(1);
            self.reader.read_exact(&mut head[7..])?;
        }
        let size = u64::from(self.order.u32(&head[4..]));
        Ok((first_bytes(&head), size))
    }

    pub(crate) fn body(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > DESCRIPTION {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.odd = size % 2 == 1;
        let mut bytes = vec![0; size as usize];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn skip(&mut self, size: u64) -> io::Result<()> {
        self.odd = size % 2 == 1;
        self.skip_exactly(size)
    }

    pub(crate) fn skip_exactly(&mut self, size: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.reader.by_ref().take(size), &mut io::sink())?;
        if skipped < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, bytes: &[u8]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(first_bytes(bytes)),
            Self::Big => u16::from_be_bytes(first_bytes(bytes)),
        }
    }

    pub(crate) fn u32(self, bytes: &[u8]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(first_bytes(bytes)),
            Self::Big => u32::from_be_bytes(first_bytes(bytes)),
        }
    }
}

pub(crate) fn array<const LEN: usize>(reader: &mut impl Read) -> io::Result<[u8; LEN]> {
    let mut bytes = [0; LEN];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The first bytes of a slice that is known to have as many.
pub(crate) fn first_bytes<const LEN: usize>(bytes: &[u8]) -> [u8; LEN] {
    let mut first = [0; LEN];
    first.copy_from_slice(&bytes[..LEN]);
    first
}
