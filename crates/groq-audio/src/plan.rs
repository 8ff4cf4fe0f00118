//! Where to cut: a pure function of how loud each 10 ms is.
//!
//! Cuts fall into the longest pause near the wanted length; where there is none, into the quietest moment, with more
//! audio shared by the two pieces. Every position is a sample's index, so nothing drifts.

mod floor;
mod options;
mod search;

use std::collections::VecDeque;

use floor::Floor;
pub use options::PieceOptions;
use search::best_cut;

use crate::clock::{HOP_SAMPLES, seconds};

/// The version of the algorithm: the same levels and options give the same cuts as long as it stays.
pub const PLAN_VERSION: u32 = 1;

/// What made a place good for a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CutKind {
    /// A pause of at least 300 ms.
    Pause,
    /// A quiet moment of at least 150 ms.
    Dip,
    /// The quietest 200 ms there were: it may go through a word.
    Forced,
}

/// A place between two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut {
    /// The middle of the audio that both pieces share, as a sample's index at 16 kHz.
    pub at: u64,
    /// What made the place good.
    pub kind: CutKind,
    /// How much audio on each side of [`at`](Self::at) both pieces have, in samples at 16 kHz.
    pub overlap: u64,
}

/// A stretch of the recording that is sent as one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// Its number, from 0.
    pub index: usize,
    /// Its first sample, at 16 kHz from the beginning of the recording.
    pub start: u64,
    /// The sample after its last.
    pub end: u64,
    /// The cut at its end; none for the last piece.
    pub cut: Option<Cut>,
}

impl Piece {
    /// Creates a piece, for tests and for transcriptions from elsewhere.
    pub fn new(index: usize, start: u64, end: u64) -> Self {
        Self {
            index,
            start,
            end,
            cut: None,
        }
    }

    /// Returns its length in seconds.
    ///
    /// ```
    /// assert_eq!(groq_audio::Piece::new(0, 16_000, 48_000).seconds(), 2.0);
    /// ```
    pub fn seconds(&self) -> f64 {
        seconds(self.end.saturating_sub(self.start))
    }
}

/// Plans all pieces of a recording from its [levels](crate::Levels), in dBFS for each 10 ms.
///
/// ```
/// use groq_audio::{PieceOptions, plan_pieces};
/// use std::time::Duration;
///
/// let talk: Vec<f32> = (0..9_000).map(|hop| if hop % 500 < 60 { -80.0 } else { -20.0 }).collect();
/// let pieces = plan_pieces(&talk, &PieceOptions::new().max_len(Duration::from_secs(30)));
/// assert!(pieces.len() > 2);
/// assert!(pieces.iter().all(|piece| piece.seconds() <= 30.0));
/// ```
pub fn plan_pieces(levels: &[f32], options: &PieceOptions) -> Vec<Piece> {
    let mut planner = PiecePlanner::new(options);
    let mut pieces: Vec<Piece> = levels
        .iter()
        .filter_map(|&level| planner.push(level))
        .collect();
    pieces.extend(planner.finish((levels.len() * HOP_SAMPLES) as u64));
    pieces
}

/// Plans pieces while levels arrive. [`plan_pieces`] does the same for levels that are all known.
///
/// It looks ahead by about ten seconds, and keeps ten minutes of levels: its size does not grow.
///
/// ```
/// use groq_audio::{PieceOptions, PiecePlanner};
///
/// let mut planner = PiecePlanner::new(&PieceOptions::new());
/// assert_eq!(planner.push(-20.0), None);
/// assert_eq!(planner.finish(160).len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct PiecePlanner {
    options: options::InHops,
    floor: Floor,
    /// Levels from the first hop of the current search window on.
    window: VecDeque<u8>,
    /// The hop that `window` begins with.
    window_from: u64,
    /// How many hops have come.
    hops: u64,
    /// Where the current piece starts, in samples.
    start: u64,
    index: usize,
}

impl PiecePlanner {
    /// Creates a planner.
    pub fn new(options: &PieceOptions) -> Self {
        let options = options.in_hops();
        Self {
            window_from: options.window_from(0),
            options,
            floor: Floor::default(),
            window: VecDeque::new(),
            hops: 0,
            start: 0,
            index: 0,
        }
    }

    /// Takes the next level in dBFS, and returns the piece that it completes.
    pub fn push(&mut self, level: f32) -> Option<Piece> {
        let step = crate::levels::step(level);
        self.floor.push(step);
        if self.hops >= self.window_from {
            self.window.push_back(step);
        }
        self.hops += 1;
        // Only with this much ahead is it sure that what follows the cut is not a scrap.
        let settled = self.start_hop() + self.options.max_len + self.options.tail;
        (self.hops >= settled).then(|| self.cut(self.latest()))
    }

    /// Ends the recording at `total` samples, and returns the last pieces: one or two.
    pub fn finish(mut self, total: u64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let longest = self.options.max_len * HOP_SAMPLES as u64;
        // Each cut moves on by at least an overlap, so this ends; it takes two turns at the most.
        while total.saturating_sub(self.start) > longest {
            let before_tail = self.hops.saturating_sub(self.options.tail);
            pieces.push(self.cut(self.latest().min(before_tail)));
        }
        if total > self.start || self.index == 0 {
            pieces.push(Piece::new(self.index, self.start, total.max(self.start)));
        }
        pieces
    }

    /// Returns the level in dBFS at or below which audio is quiet, so far.
    pub fn quiet(&self) -> f32 {
        self.floor.threshold()
    }

    /// Returns the first sample that a later piece may need.
    pub fn needed_from(&self) -> u64 {
        let widest = self.options.overlap_forced.max(self.options.overlap_dip);
        let widest = widest.max(self.options.overlap_pause);
        let earliest = self.window_from.saturating_sub(widest);
        (earliest * HOP_SAMPLES as u64).max(self.start)
    }

    fn start_hop(&self) -> u64 {
        self.start / HOP_SAMPLES as u64
    }

    /// The last hop at which the piece can be cut, whatever the cut's overlap.
    fn latest(&self) -> u64 {
        self.start_hop() + self.options.latest
    }

    fn cut(&mut self, latest: u64) -> Piece {
        let from = latest
            .saturating_sub(self.options.window)
            .max(self.window_from);
        let to = latest.max(from + 1);
        let slice: Vec<u8> = self.levels(from, to);
        let (hop, kind) = best_cut(&slice, self.floor.threshold_step());
        let overlap = self.options.overlap(kind) * HOP_SAMPLES as u64;
        let at = (from + hop as u64) * HOP_SAMPLES as u64;
        let cut = Cut { at, kind, overlap };
        let piece = Piece {
            index: self.index,
            start: self.start,
            end: at + overlap,
            cut: Some(cut),
        };
        self.advance(at.saturating_sub(overlap));
        piece
    }

    fn levels(&self, from: u64, to: u64) -> Vec<u8> {
        let skip = (from - self.window_from) as usize;
        self.window
            .iter()
            .skip(skip)
            .take((to - from) as usize)
            .copied()
            .collect()
    }

    fn advance(&mut self, start: u64) {
        // A start never stands still, whatever the options.
        self.start = start.max(self.start + HOP_SAMPLES as u64);
        self.index += 1;
        let from = self.options.window_from(self.start_hop());
        let gone = (from - self.window_from.min(from)).min(self.window.len() as u64);
        self.window.drain(..gone as usize);
        self.window_from = from.max(self.window_from);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn speech(seconds: usize, pause_every: usize, pause: usize) -> Vec<f32> {
        (0..seconds * 100)
            .map(|hop| match hop % pause_every {
                within if within < pause => -75.0,
                within => -25.0 + (within % 7) as f32,
            })
            .collect()
    }

    fn options(seconds: u64) -> PieceOptions {
        PieceOptions::new().max_len(Duration::from_secs(seconds))
    }

    #[test]
    fn cuts_fall_into_pauses() {
        let pieces = plan_pieces(&speech(600, 430, 50), &options(30));
        for cut in pieces.iter().filter_map(|piece| piece.cut) {
            assert_eq!(cut.kind, CutKind::Pause);
            assert!((cut.at / 160) % 430 < 50, "{cut:?}");
            assert_eq!(cut.overlap, 16_000);
        }
    }

    #[test]
    fn without_pauses_the_overlap_is_wide() {
        let pieces = plan_pieces(&speech(600, 1, 0), &options(30));
        let cuts: Vec<Cut> = pieces.iter().filter_map(|piece| piece.cut).collect();
        assert!(cuts.iter().all(|cut| cut.kind == CutKind::Forced));
        assert!(cuts.iter().all(|cut| cut.overlap == 40_000));
    }

    #[test]
    fn what_fits_is_one_piece() {
        assert_eq!(plan_pieces(&speech(30, 430, 50), &options(30)).len(), 1);
        assert_eq!(plan_pieces(&[], &options(30)), [Piece::new(0, 0, 0)]);
    }

    #[test]
    fn bytes_limit_the_length_too() {
        let small = PieceOptions::new().max_bytes(1_000_000);
        let pieces = plan_pieces(&speech(300, 430, 50), &small);
        assert!(
            pieces
                .iter()
                .all(|piece| piece.seconds() * 32_000.0 < 1_000_000.0)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn pieces_cover_the_recording(
            levels in proptest::collection::vec(-90.0f32..0.0, 0..30_000),
            seconds in 1u64..90,
        ) {
            let options = options(seconds);
            let limit = options.in_hops().max_len * 160;
            let pieces = plan_pieces(&levels, &options);
            let total = levels.len() as u64 * 160;
            prop_assert_eq!(pieces[0].start, 0);
            prop_assert_eq!(pieces[pieces.len() - 1].end, total);
            for pair in pieces.windows(2) {
                let cut = pair[0].cut.expect("only the last has none");
                prop_assert_eq!(pair[0].end, cut.at + cut.overlap);
                prop_assert_eq!(pair[1].start, cut.at - cut.overlap);
                prop_assert!(pair[1].start > pair[0].start);
                prop_assert!(pair[1].end > pair[0].end);
                prop_assert!(pair[0].end - pair[0].start <= limit);
                prop_assert!(pair[1].end - pair[1].start >= 160 * options.in_hops().tail.min(900));
            }
        }
    }
}
