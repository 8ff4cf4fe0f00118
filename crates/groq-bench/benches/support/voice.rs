//! Something like speech, made while it is read: a hum with formants, in syllables, with pauses and a little noise.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a sound, not an account"
)]

use std::f32::consts::TAU;
use std::io::{self, Read};

/// Samples of 16 bits, little-endian, with two channels.
pub(crate) struct Voice {
    rate: u32,
    at: u64,
    end: u64,
    noise: u64,
    bytes: Vec<u8>,
    taken: usize,
}

impl Voice {
    pub(crate) fn new(rate: u32, seconds: u32) -> Self {
        Self {
            rate,
            at: 0,
            end: u64::from(rate) * u64::from(seconds),
            noise: 1,
            bytes: Vec::new(),
            taken: 0,
        }
    }

    fn frame(&mut self) -> [i16; 2] {
        let second = self.at as f64 / f64::from(self.rate);
        self.at += 1;
        // Five syllables a second, and a pause of 0.8 s every seven seconds.
        let loud = (second * 5.0).fract() as f32;
        let talks = (second % 7.0) < 6.2;
        let envelope = if talks { (loud * TAU / 2.0).sin() } else { 0.0 };
        let vowel = ((second * 5.0) as u32 % 7) as f32;
        let pitch = 120.0 + 6.0 * vowel;
        let phase = |hertz: f32| ((second * f64::from(hertz)).fract() as f32 * TAU).sin();
        let hum = phase(pitch) + 0.5 * phase(pitch * (3.0 + vowel)) + 0.25 * phase(pitch * 17.0);
        self.noise = self
            .noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let noise = ((self.noise >> 40) as f32 / (1 << 23) as f32 - 1.0) * 40.0;
        let sample = envelope * hum * 6_000.0;
        [(sample + noise) as i16, (sample * 0.6 - noise) as i16]
    }
}

impl Read for Voice {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
            for _ in 0..(self.end - self.at).min(4_096) {
                let frame = self.frame();
                self.bytes
                    .extend(frame.iter().flat_map(|sample| sample.to_le_bytes()));
            }
        }
        let count = out.len().min(self.bytes.len() - self.taken);
        out[..count].copy_from_slice(&self.bytes[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}
