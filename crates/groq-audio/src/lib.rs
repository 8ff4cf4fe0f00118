#![doc = include_str!("../README.md")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "samples, hops and seconds are converted everywhere; a float-to-int cast saturates, and lengths are far below 2^52"
)]
#![allow(
    clippy::format_collect,
    clippy::needless_for_each,
    clippy::single_match_else,
    reason = "short, and never where it is hot"
)]
#![allow(unexpected_cfgs, reason = "cargo-fuzz sets `fuzzing`")]

#[cfg(feature = "client")]
mod client;
mod clock;
#[cfg(feature = "decode")]
mod decode;
#[cfg(feature = "decode")]
mod encode;
mod error;
mod estimate;
#[cfg(all(feature = "decode", any(test, fuzzing)))]
#[doc(hidden)]
#[path = "fuzz/targets.rs"]
pub mod fuzz;
#[cfg(feature = "decode")]
mod journal;
mod levels;
mod merge;
#[cfg(feature = "decode")]
mod mono;
mod plan;
#[cfg(feature = "decode")]
mod prepare;
#[cfg(feature = "decode")]
mod progress;
mod quality;
#[cfg(feature = "decode")]
mod resample;
#[cfg(feature = "client")]
mod service;
mod setters;
#[cfg(feature = "decode")]
mod source;
#[cfg(feature = "client")]
mod speak;
#[cfg(feature = "decode")]
mod spool;
pub mod subtitles;
mod task;
#[cfg(feature = "decode")]
mod transcribe;
mod transcript;
#[cfg(feature = "client")]
mod wav;
mod writers;

/// What is known of models: prices, limits, plans.
#[doc(no_inline)]
pub use groq_models as models;
/// The wire types: transcriptions, segments, words.
#[doc(no_inline)]
pub use groq_types as types;

pub use clock::{HOP_SAMPLES, SAMPLE_RATE};
#[cfg(feature = "decode")]
pub use encode::Encoding;
pub use error::{Error, ErrorKind};
pub use estimate::{Estimate, JobStats};
pub use levels::{LevelMeter, Levels};
pub use merge::{Join, JoinKind, MergeOptions, Merged, PieceTranscript, merge};
pub use plan::{Cut, CutKind, PLAN_VERSION, Piece, PieceOptions, PiecePlanner, plan_pieces};
#[cfg(feature = "decode")]
pub use prepare::{Incomplete, PrepareOptions, Prepared, Summary, prepare};
#[cfg(feature = "decode")]
pub use progress::TranscribeEvent;
pub use quality::{Flag, FlagKind, Severity, Sound, Thresholds, check_piece};
#[cfg(feature = "client")]
pub use service::{Failure, FailureKind, Speech, Synthesizer};
#[cfg(feature = "decode")]
pub use service::{PieceRequest, PieceResponse, Transcriber};
#[cfg(feature = "decode")]
pub use source::Source;
#[cfg(feature = "client")]
pub use speak::{Speak, TextPiece, split_text};
#[cfg(feature = "decode")]
pub use spool::{PieceAudio, PieceReader, Storage};
pub use task::{Task, Timestamps};
#[cfg(feature = "decode")]
pub use transcribe::LongAudio;
pub use transcript::{PieceReport, Quality, Transcript};
pub use writers::OutputFormat;
