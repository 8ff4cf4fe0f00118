//! Bits, most significant first.

/// Appends bits to bytes.
pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    /// The bits that do not make a byte yet, in the low end.
    held: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            held: 0,
            count: 0,
        }
    }

    /// Writes the low `count` bits of `value`; at most 32.
    pub(super) fn write(&mut self, value: u32, count: u32) {
        let mask = (1_u64 << count) - 1;
        self.held = (self.held << count) | (u64::from(value) & mask);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.held >> self.count) as u32;
            self.out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// Writes zeros.
    pub(super) fn zeros(&mut self, mut count: u32) {
        while count > 32 {
            self.write(0, 32);
            count -= 32;
        }
        self.write(0, count);
    }

    /// Fills the last byte with zeros.
    pub(super) fn finish(mut self) {
        self.write(0, (8 - self.count % 8) % 8);
        while self.count > 0 {
            self.count -= 8;
            self.out.push((self.held >> self.count) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_bytes() {
        let mut out = Vec::new();
        let mut bits = BitWriter::new(&mut out);
        bits.write(0b101, 3);
        bits.zeros(40);
        bits.write(1, 1);
        bits.write(0xFFFF_FFFF, 32);
        bits.finish();
        assert_eq!(
            out,
            [0b1010_0000, 0, 0, 0, 0, 0b0001_1111, 0xFF, 0xFF, 0xFF, 0xF0]
        );
    }
}
