//! ADPCM in WAV, by Microsoft and by the IMA: four bits a sample, in blocks that can be decoded alone.

/// Which ADPCM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Microsoft,
    Ima,
}

/// How samples are packed into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    kind: Kind,
    channels: usize,
    /// The length of a block in bytes.
    pub(crate) bytes: usize,
}

impl Blocks {
    /// None for blocks that cannot hold their own header.
    pub(crate) fn new(kind: Kind, channels: usize, bytes: usize) -> Option<Self> {
        let blocks = Self {
            kind,
            channels,
            bytes,
        };
        (bytes >= blocks.header_len()).then_some(blocks)
    }

    fn header_len(self) -> usize {
        match self.kind {
            Kind::Microsoft => 7 * self.channels,
            Kind::Ima => 4 * self.channels,
        }
    }

    /// The frames of a whole block.
    pub(crate) fn frames(self) -> usize {
        let first = match self.kind {
            Kind::Microsoft => 2,
            Kind::Ima => 1,
        };
        first + (self.bytes - self.header_len()) * 2 / self.channels
    }

    /// Appends the samples of blocks to the channels' planes. The last block may be cut off.
    pub(crate) fn split(self, bytes: &[u8], planes: &mut [Vec<f32>]) {
        for block in bytes.chunks(self.bytes) {
            let Some((header, body)) = block.split_at_checked(self.header_len()) else {
                return;
            };
            match self.kind {
                Kind::Microsoft => microsoft(header, body, planes),
                Kind::Ima => ima(header, body, planes),
            }
        }
    }
}

fn microsoft(header: &[u8], body: &[u8], planes: &mut [Vec<f32>]) {
    let channels = planes.len();
    // Each value of the header is there once for each channel.
    let value = |nth: usize, channel: usize| {
        let at = channels * (1 + 2 * nth) + 2 * channel;
        i32::from(i16::from_le_bytes([header[at], header[at + 1]]))
    };
    let mut states: Vec<Microsoft> = (0..channels)
        .map(|channel| Microsoft {
            weights: WEIGHTS[usize::from(header[channel]).min(6)],
            delta: value(0, channel),
            last: value(1, channel),
            before: value(2, channel),
        })
        .collect();
    for (state, plane) in states.iter().zip(planes.iter_mut()) {
        plane.extend([state.before, state.last].map(scaled));
    }
    let nibbles = body.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let whole = body.len() * 2 / channels * channels;
    for (at, nibble) in nibbles.take(whole).enumerate() {
        let channel = at % channels;
        planes[channel].push(scaled(states[channel].next(nibble)));
    }
}

/// The predictors that every encoder uses.
const WEIGHTS: [(i32, i32); 7] = [
    (256, 0),
    (512, -256),
    (0, 0),
    (192, 64),
    (240, 0),
    (460, -208),
    (392, -232),
];

struct Microsoft {
    weights: (i32, i32),
    delta: i32,
    last: i32,
    before: i32,
}

impl Microsoft {
    fn next(&mut self, nibble: u8) -> i32 {
        const ADAPTATION: [i32; 16] = [
            230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230,
        ];
        // Damaged blocks make it grow without an end.
        const MOST: i32 = i32::MAX / 768;
        let signed = i32::from(nibble) - if nibble < 8 { 0 } else { 16 };
        let predicted = (self.last * self.weights.0 + self.before * self.weights.1) / 256;
        self.before = self.last;
        self.last = to_16_bits(predicted + signed * self.delta);
        self.delta = (ADAPTATION[usize::from(nibble)] * self.delta / 256).clamp(16, MOST);
        self.last
    }
}

fn ima(header: &[u8], body: &[u8], planes: &mut [Vec<f32>]) {
    let channels = planes.len();
    for (channel, plane) in planes.iter_mut().enumerate() {
        let start = &header[4 * channel..];
        let mut sample = i32::from(i16::from_le_bytes([start[0], start[1]]));
        let mut index = usize::from(start[2]).min(88);
        plane.push(scaled(sample));
        // The channels take turns, four bytes each. A turn that is cut off would end at different samples.
        let whole = body.len() / (4 * channels) * 4 * channels;
        let turns = body[..whole].chunks_exact(4);
        for byte in turns.skip(channel).step_by(channels).flatten() {
            for nibble in [byte & 15, byte >> 4] {
                let difference = ((2 * i32::from(nibble & 7) + 1) * STEPS[index]) >> 3;
                let sign = if nibble < 8 { 1 } else { -1 };
                sample = to_16_bits(sample + sign * difference);
                index = match nibble & 7 {
                    up @ 4..=7 => (index + 2 * usize::from(up - 3)).min(88),
                    _ => index.saturating_sub(1),
                };
                plane.push(scaled(sample));
            }
        }
    }
}

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449,
    494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272,
    2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
    10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

fn to_16_bits(sample: i32) -> i32 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

fn scaled(sample: i32) -> f32 {
    sample as f32 / 32_768.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(kind: Kind, channels: usize, length: usize, bytes: &[u8]) -> Vec<Vec<f32>> {
        let mut planes = vec![Vec::new(); channels];
        let blocks = Blocks::new(kind, channels, length).expect("room for the header");
        blocks.split(bytes, &mut planes);
        planes
    }

    #[test]
    fn known_blocks_have_their_samples() {
        // Two samples of 256 and 512, a difference of 16, then +1 and -1 with the first predictor.
        let block = [0, 16, 0, 0, 2, 0, 1, 0x1F];
        let expected = [256, 512, 528, 512].map(scaled).to_vec();
        assert_eq!(split(Kind::Microsoft, 1, 8, &block), [expected]);
        // 256 at the first step, 7: +0, then (2 * 7 + 1) * 7 / 8 = 13 up, then as much down at step 16 (index 8).
        let block = [0, 1, 0, 0, 0x70, 0x0F, 0, 0];
        let samples = split(Kind::Ima, 1, 8, &block).remove(0);
        assert_eq!(samples[..3], [256, 256, 269].map(scaled));
        assert!(samples[3] < samples[2] && samples.len() == 9);
    }

    #[test]
    fn channels_take_turns() {
        let block = [0, 0, 16, 0, 16, 0, 0, 2, 0, 4, 0, 1, 0, 3, 0x10];
        let [left, right] = &split(Kind::Microsoft, 2, 15, &block)[..] else {
            panic!("two planes");
        };
        assert_eq!(left[..], [256, 512, 528].map(scaled));
        assert_eq!(right[..], [768, 1_024, 1_024].map(scaled));
    }

    /// Tests are built with overflow checks: a block that was made for it would panic.
    #[test]
    fn hostile_blocks_do_not_overflow() {
        for fill in [0x88, 0x77, 0x7F, 0xFF, 0x00] {
            for kind in [Kind::Microsoft, Kind::Ima] {
                let mut block = vec![fill; 60_000];
                block[0] = 6;
                let samples = split(kind, 1, 60_000, &block).remove(0);
                assert!(samples.iter().all(|sample| sample.abs() <= 1.0));
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_samples(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            length in 16_usize..80,
            channels in 1_usize..3,
        ) {
            for kind in [Kind::Microsoft, Kind::Ima] {
                let planes = split(kind, channels, length, &bytes);
                let frames = Blocks::new(kind, channels, length).expect("room").frames();
                prop_assert!(planes.iter().all(|plane| plane.len() == planes[0].len()));
                prop_assert!(planes[0].len() <= bytes.len().div_ceil(length) * frames);
            }
        }
    }
}
