//! FLAC for one channel of 16 bits at 16 kHz, after RFC 9639: fixed predictors and Rice codes.
//!
//! Linear prediction would save a few percent of size for three times the work.

use symphonia::core::checksum::{Crc8Ccitt, Crc16Ansi};
use symphonia::core::io::Monitor;

use super::bits::BitWriter;
use super::{fixed, rice};
use crate::SAMPLE_RATE;

/// Samples in a frame.
const BLOCK: usize = 4_096;

/// The marker and the one metadata block.
pub(super) const HEADER_LEN: usize = 4 + 4 + 34;

pub(crate) struct FlacEncoder {
    /// Less than a block.
    held: Vec<i16>,
    residual: Vec<i32>,
    folded: Vec<u32>,
    frames: u32,
    samples: u64,
    smallest: usize,
    largest: usize,
}

impl FlacEncoder {
    pub(super) fn new() -> Self {
        Self {
            held: Vec::with_capacity(BLOCK),
            residual: Vec::with_capacity(BLOCK),
            folded: Vec::with_capacity(BLOCK),
            frames: 0,
            samples: 0,
            smallest: usize::MAX,
            largest: 0,
        }
    }

    pub(super) fn push(&mut self, mut samples: &[i16], out: &mut Vec<u8>) {
        self.samples += samples.len() as u64;
        while self.held.len() + samples.len() >= BLOCK {
            let (now, rest) = samples.split_at(BLOCK - self.held.len());
            let mut block = std::mem::take(&mut self.held);
            block.extend_from_slice(now);
            self.frame(&block, out);
            block.clear();
            (self.held, samples) = (block, rest);
        }
        self.held.extend_from_slice(samples);
    }

    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Vec<u8> {
        let block = std::mem::take(&mut self.held);
        if !block.is_empty() {
            self.frame(&block, out);
        }
        self.header()
    }

    fn frame(&mut self, block: &[i16], out: &mut Vec<u8>) {
        let start = out.len();
        frame_header(block.len(), self.frames, out);
        let mut sum = Crc8Ccitt::new(0);
        sum.process_buf_bytes(&out[start..]);
        out.push(sum.crc());
        self.subframe(block, out);
        let mut sum = Crc16Ansi::new(0);
        sum.process_buf_bytes(&out[start..]);
        out.extend_from_slice(&sum.crc().to_be_bytes());
        self.frames += 1;
        let length = out.len() - start;
        self.smallest = self.smallest.min(length);
        self.largest = self.largest.max(length);
    }

    fn subframe(&mut self, block: &[i16], out: &mut Vec<u8>) {
        let mut bits = BitWriter::new(out);
        if block.iter().all(|&sample| sample == block[0]) {
            bits.write(0b0000_0000, 8);
            bits.write(sample_bits(block[0]), 16);
            return bits.finish();
        }
        let order = fixed::best_order(block);
        fixed::residual(block, order, &mut self.residual);
        let plan = rice::plan(&self.residual, block.len(), order, &mut self.folded);
        if plan.bits + 16 * order as u64 >= 16 * block.len() as u64 {
            bits.write(0b0000_0010, 8);
            block
                .iter()
                .for_each(|&sample| bits.write(sample_bits(sample), 16));
            return bits.finish();
        }
        bits.write((0b001_000 | order as u32) << 1, 8);
        let warm_up = block.iter().take(order);
        warm_up.for_each(|&sample| bits.write(sample_bits(sample), 16));
        rice::write(&plan, &self.folded, block.len(), order, &mut bits);
        bits.finish();
    }

    fn header(&self) -> Vec<u8> {
        let smallest = if self.frames == 0 {
            0
        } else {
            self.smallest as u32
        };
        // The last metadata block, of type 0, 34 bytes long.
        let mut bytes = b"fLaC\x80\0\0\x22".to_vec();
        let mut bits = BitWriter::new(&mut bytes);
        for (value, count) in [
            (BLOCK as u32, 16),
            (BLOCK as u32, 16),
            (smallest, 24),
            (self.largest as u32, 24),
            (SAMPLE_RATE, 20),
            // One channel of 16 bits.
            (15, 8),
            ((self.samples >> 32) as u32, 4),
            (self.samples as u32, 32),
        ] {
            bits.write(value, count);
        }
        bits.finish();
        // A checksum of zeros says that there is none.
        bytes.resize(HEADER_LEN, 0);
        bytes
    }
}

fn sample_bits(sample: i16) -> u32 {
    u32::from(sample as u16)
}

/// Everything of a frame's header but its checksum.
fn frame_header(block: usize, number: u32, out: &mut Vec<u8>) {
    let size_code = if block == BLOCK { 0b1100 } else { 0b0111 };
    // Sync code and fixed block size; block size and 16 kHz; one channel; 16 bits.
    out.extend_from_slice(&[0xFF, 0xF8, size_code << 4 | 0b0101, 0b0000_1000]);
    coded_number(number, out);
    if block != BLOCK {
        out.extend_from_slice(&((block - 1) as u16).to_be_bytes());
    }
}

/// A number in the manner of UTF-8, up to 31 bits.
fn coded_number(number: u32, out: &mut Vec<u8>) {
    if number < 0x80 {
        return out.push(number as u8);
    }
    let bits = 32 - number.leading_zeros();
    // With n bytes that follow, the first has 6 - n bits of its own.
    let following = (1..=4).find(|count| bits <= 6 + 5 * count).unwrap_or(5);
    let mark = !(0xFF_u8 >> (following + 1));
    out.push(mark | (number >> (6 * following)) as u8);
    for index in (0..following).rev() {
        out.push(0x80 | (number >> (6 * index)) as u8 & 0x3F);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_coded_like_characters() {
        for number in [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x1_0000, 0x10_FFFF] {
            let mut coded = Vec::new();
            coded_number(number, &mut coded);
            let mut buffer = [0; 4];
            let expected = char::from_u32(number).expect("a character");
            assert_eq!(coded, expected.encode_utf8(&mut buffer).as_bytes());
        }
        let mut coded = Vec::new();
        coded_number(0x3FF_FFFF, &mut coded);
        assert_eq!(coded, [0xFB, 0xBF, 0xBF, 0xBF, 0xBF]);
    }
}
