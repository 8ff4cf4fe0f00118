//! Speech in which every word is three tones, so that it can be written down without a model.

use std::io::Read;

pub const RATE: usize = 16_000;
/// Samples of one tone.
pub const TONE: usize = 960;
/// Samples of one word.
pub const WORD: usize = 3 * TONE;
/// The tones, in Hz.
pub const TONES: usize = 24;

pub fn hertz(tone: usize) -> f64 {
    400.0 + 120.0 * tone as f64
}

/// The text of three tones, pronounceable and different for each three.
pub fn text(tones: [usize; 3]) -> String {
    const FIRST: [&str; 6] = ["b", "d", "k", "m", "s", "t"];
    const VOWELS: [&str; 4] = ["a", "e", "i", "o"];
    tones
        .iter()
        .map(|tone| format!("{}{}", FIRST[tone / 4], VOWELS[tone % 4]))
        .collect()
}

/// Numbers that look random, the same every time.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.share()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub text: String,
    /// The first sample.
    pub start: usize,
    tones: [usize; 3],
}

/// A talk: which word begins when.
#[derive(Clone)]
pub struct Talk {
    pub words: Vec<Spoken>,
    pub samples: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Manner {
    /// With pauses of half a second and more between sentences.
    Pauses,
    /// Without a breath.
    Monologue,
}

impl Talk {
    pub fn new(seconds: usize, manner: Manner, seed: u64) -> Self {
        let mut random = Random(seed);
        let vocabulary: Vec<[usize; 3]> = (0..300)
            .map(|_| {
                [
                    random.below(TONES),
                    random.below(TONES),
                    random.below(TONES),
                ]
            })
            .collect();
        let mut at = RATE * 5 / 4;
        let mut words = Vec::new();
        let mut left = 5 + random.below(10);
        while at < seconds * RATE - 2 * RATE {
            let mut tones = vocabulary[random.below(vocabulary.len())];
            if let Some(last) = words.last().filter(|_| random.share() < 0.02) {
                let last: &Spoken = last;
                tones = last.tones;
            }
            words.push(Spoken {
                text: text(tones),
                start: at,
                tones,
            });
            at += WORD + (random.between(0.06, 0.12) * RATE as f64) as usize;
            left -= 1;
            if left == 0 {
                left = 5 + random.below(10);
                if manner == Manner::Pauses {
                    let end = at + (random.between(0.4, 1.6) * RATE as f64) as usize;
                    at = end;
                }
            }
        }
        Self {
            words,
            samples: seconds * RATE,
        }
    }

    /// All samples at once.
    pub fn pcm(&self) -> Vec<i16> {
        let mut bytes = Vec::new();
        self.reader()
            .read_to_end(&mut bytes)
            .expect("it never fails");
        let pairs = bytes.chunks_exact(2);
        pairs
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    }

    /// The samples as bytes, made while they are read.
    pub fn reader(&self) -> TalkReader {
        TalkReader {
            talk: self.clone(),
            word: 0,
            at: 0,
            noise: Random(5),
            buffer: Vec::new(),
            taken: 0,
        }
    }

    pub fn texts(&self) -> Vec<String> {
        self.words.iter().map(|word| word.text.clone()).collect()
    }
}

pub struct TalkReader {
    talk: Talk,
    word: usize,
    at: usize,
    noise: Random,
    buffer: Vec<u8>,
    taken: usize,
}

impl TalkReader {
    fn sample(&mut self) -> i16 {
        let noise = self.noise.between(-16.0, 16.0);
        let at = self.at;
        self.at += 1;
        while self
            .talk
            .words
            .get(self.word)
            .is_some_and(|word| word.start + WORD <= at)
        {
            self.word += 1;
        }
        let Some(word) = self
            .talk
            .words
            .get(self.word)
            .filter(|word| word.start <= at)
        else {
            return noise as i16;
        };
        let within = at - word.start;
        let place = within % TONE;
        let ramp = (place.min(TONE - 1 - place) as f64 / 80.0).min(1.0);
        let phase =
            std::f64::consts::TAU * hertz(word.tones[within / TONE]) * place as f64 / RATE as f64;
        (phase.sin() * ramp * 9_000.0 + noise) as i16
    }
}

impl Read for TalkReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.buffer.len() {
            let count = (self.talk.samples - self.at).min(8_192);
            self.buffer.clear();
            self.taken = 0;
            for _ in 0..count {
                let sample = self.sample();
                self.buffer.extend(sample.to_le_bytes());
            }
        }
        let count = out.len().min(self.buffer.len() - self.taken);
        out[..count].copy_from_slice(&self.buffer[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

/// A WAV file.
pub fn wav(samples: &[i16], rate: u32, channels: u16) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((bytes + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}
