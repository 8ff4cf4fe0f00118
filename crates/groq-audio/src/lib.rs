#![doc = include_str!("../README.md")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "samples, hops and seconds are converted everywhere; a float-to-int cast saturates, and lengths are far below 2^52"
)]
#![allow(
    clippy::match_bool,
    clippy::single_match_else,
    reason = "two equal branches read better side by side"
)]
#![allow(
    clippy::format_collect,
    clippy::needless_for_each,
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
pub mod fuzz;
#[cfg(feature = "decode")]
mod journal;
mod levels;
pub mod merge;
#[cfg(feature = "decode")]
mod mono;
#[cfg(feature = "run")]
mod pace;
pub mod plan;
#[cfg(feature = "decode")]
mod prepare;
#[cfg(feature = "decode")]
mod progress;
pub mod quality;
#[cfg(feature = "decode")]
mod resample;
#[cfg(feature = "run")]
mod service;
#[cfg(feature = "decode")]
mod source;
#[cfg(feature = "run")]
pub mod speak;
#[cfg(feature = "decode")]
mod spool;
pub mod subtitles;
mod task;
#[cfg(feature = "decode")]
mod transcribe;
mod transcript;
#[cfg(feature = "run")]
mod wav_header;
mod writers;

/// What is known about models: plans, quotas, prices, usage.
#[doc(no_inline)]
pub use groq_models as models;
/// The wire types: answers, segments, words.
#[doc(no_inline)]
pub use groq_types as types;

pub use clock::{HOP_SAMPLES, SAMPLE_RATE};
#[cfg(feature = "decode")]
pub use encode::Encoding;
pub use error::{Error, ErrorKind};
pub use estimate::{Estimate, JobStats};
pub use levels::{LevelMeter, Levels};
pub use merge::{Heard, MergeOptions, Merged, Seam, SeamKind, merge};
pub use plan::{Cut, CutKind, Piece, PlanOptions, Planner, plan};
#[cfg(feature = "decode")]
pub use prepare::{PrepareOptions, Prepared, Summary, prepare};
#[cfg(feature = "decode")]
pub use progress::Event;
pub use quality::{Flag, FlagKind, Severity, Thresholds};
#[cfg(feature = "decode")]
pub use service::{Ask, Reply, Transcriber};
#[cfg(feature = "run")]
pub use service::{Failure, FailureKind, Left, Speech, Standing, Synthesiser};
#[cfg(feature = "decode")]
pub use source::Source;
#[cfg(feature = "run")]
pub use speak::Speak;
#[cfg(feature = "decode")]
pub use spool::{PieceAudio, PieceReader, Storage};
pub use subtitles::Cues;
pub use task::Task;
#[cfg(feature = "decode")]
pub use transcribe::{LongAudio, Times};
pub use transcript::{PieceReport, Transcript, Verdict};
pub use writers::Form;
