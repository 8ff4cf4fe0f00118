//! Samples into encoded pieces, as the plan settles.

use sha2::{Digest, Sha256};

use super::options::MAX_PAD;
use super::{PrepareOptions, Prepared};
use crate::LevelMeter;
use crate::clock::{HOP_SAMPLES, samples_in};
use crate::encode::Encoder;
use crate::error::Error;
use crate::journal::hex;
use crate::levels::Levels;
use crate::plan::{Piece, PiecePlanner};
use crate::quality::Sound;
use crate::spool::{Draft, Spool};

/// Encoded bytes are written when there are this many.
const WRITE: usize = 1 << 16;

pub(super) struct Pieces<'a> {
    options: &'a PrepareOptions,
    spool: Spool,
    meter: LevelMeter,
    planner: PiecePlanner,
    /// Levels from the current piece's start on.
    levels: Vec<f32>,
    /// Samples that are not encoded yet, or that the next piece needs too.
    held: Vec<i16>,
    held_from: u64,
    total: u64,
    current: Current,
}

/// The piece that is being encoded.
struct Current {
    encoder: Encoder,
    draft: Draft,
    hash: Option<Sha256>,
    bytes: Vec<u8>,
    encoded_to: u64,
    /// Samples of silence before the first one.
    lead: u64,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(options: &'a PrepareOptions) -> Result<Self, Error> {
        let slot = options.pieces.most_bytes();
        let spool = Spool::new(options.storage, slot)
            .map_err(|cause| Error::io("make a temporary file", cause))?;
        let mut current = Current::new(options, &spool, 0);
        current.lead = samples_in(options.pad.min(MAX_PAD));
        let silence = vec![0; current.lead as usize];
        current.encode(&silence)?;
        Ok(Self {
            current,
            spool,
            options,
            meter: LevelMeter::new(),
            planner: PiecePlanner::new(&options.pieces),
            levels: Vec::new(),
            held: Vec::new(),
            held_from: 0,
            total: 0,
        })
    }

    /// How many samples have come.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Takes samples, and returns the pieces that they complete.
    pub(super) fn push(&mut self, samples: &[i16]) -> Result<Vec<Prepared>, Error> {
        self.total += samples.len() as u64;
        self.held.extend_from_slice(samples);
        let (planner, levels) = (&mut self.planner, &mut self.levels);
        let mut settled = Vec::new();
        self.meter.push(samples, |level| {
            levels.push(level);
            settled.extend(planner.push(level));
        });
        let ready = self.close(settled)?;
        self.encode_to(self.planner.needed_from().min(self.total))?;
        self.forget();
        Ok(ready)
    }

    /// Ends the recording, and returns the last pieces.
    pub(super) fn finish(mut self) -> Result<Vec<Prepared>, Error> {
        let mut settled = Vec::new();
        if let Some(level) = std::mem::take(&mut self.meter).finish() {
            self.levels.push(level);
            settled.extend(self.planner.push(level));
        }
        let mut ready = self.close(settled)?;
        let last = self.planner.clone().finish(self.total);
        ready.extend(self.close(last)?);
        Ok(ready)
    }

    fn close(&mut self, settled: Vec<Piece>) -> Result<Vec<Prepared>, Error> {
        settled
            .into_iter()
            .map(|piece| self.close_one(piece))
            .collect()
    }

    fn close_one(&mut self, piece: Piece) -> Result<Prepared, Error> {
        self.encode_to(piece.end)?;
        let next = piece.cut.map_or(piece.end, |cut| cut.at - cut.overlap);
        let current = Current::new(self.options, &self.spool, next);
        let mut done = std::mem::replace(&mut self.current, current);
        let mut padding = done.lead;
        let lead = done.lead;
        if piece.cut.is_none() {
            let tail = samples_in(self.options.pad.min(MAX_PAD));
            padding += tail;
            done.encode(&vec![0; tail as usize])?;
        }
        let (audio, sha256) = done.finish(self.options)?;
        let sound = self.sound(piece, padding);
        self.levels
            .drain(..hops(next - piece.start).min(self.levels.len()));
        Ok(Prepared {
            origin: piece.start as i64 - lead as i64,
            piece,
            audio,
            sound,
            sha256,
        })
    }

    fn sound(&self, piece: Piece, padding: u64) -> Sound {
        let count = hops(piece.end - piece.start).min(self.levels.len());
        let levels: Levels = self.levels[..count].iter().copied().collect();
        let mut sound = Sound::new(levels, self.planner.quiet());
        sound.sent_seconds = piece.seconds() + crate::clock::seconds(padding);
        sound
    }

    fn encode_to(&mut self, end: u64) -> Result<(), Error> {
        let from = self.current.encoded_to;
        if end > from {
            let range = (from - self.held_from) as usize..(end - self.held_from) as usize;
            self.current.encode(&self.held[range])?;
            self.current.encoded_to = end;
        }
        Ok(())
    }

    /// Drops samples that no piece needs; rarely, so that it costs nothing.
    fn forget(&mut self) {
        let needed = self.current.encoded_to.min(self.planner.needed_from());
        let gone = needed.saturating_sub(self.held_from) as usize;
        if gone > WRITE {
            self.held.drain(..gone);
            self.held_from += gone as u64;
        }
    }
}

impl Current {
    fn new(options: &PrepareOptions, spool: &Spool, start: u64) -> Self {
        Self {
            encoder: Encoder::new(options.encoding),
            draft: spool.begin(options.encoding.header_len()),
            hash: options.hash.then(Sha256::new),
            bytes: Vec::new(),
            encoded_to: start,
            lead: 0,
        }
    }

    fn encode(&mut self, samples: &[i16]) -> Result<(), Error> {
        self.encoder.push(samples, &mut self.bytes);
        if self.bytes.len() >= WRITE {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Error> {
        if let Some(hash) = &mut self.hash {
            hash.update(&self.bytes);
        }
        let written = self.draft.write(&self.bytes);
        self.bytes.clear();
        written.map_err(|cause| Error::io("write a temporary file", cause))
    }

    fn finish(
        mut self,
        options: &PrepareOptions,
    ) -> Result<(crate::PieceAudio, Option<String>), Error> {
        let encoder = std::mem::replace(&mut self.encoder, Encoder::new(options.encoding));
        let header = encoder.finish(&mut self.bytes);
        self.write()?;
        // The header is known last, so it is hashed last.
        let hash = self.hash.take();
        let hash = hash.map(|hash| hex(hash.chain_update(&header)));
        let name = format!("audio.{}", options.encoding.extension());
        let audio = self.draft.finish(&header, name);
        let audio = audio.map_err(|cause| Error::io("write a temporary file", cause))?;
        Ok((audio, hash))
    }
}

fn hops(samples: u64) -> usize {
    samples.div_ceil(HOP_SAMPLES as u64) as usize
}
