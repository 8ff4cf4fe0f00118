//! Long audio through the whole crate, with speech made of tones and a recognizer that can be told to be bad at it.

#![allow(
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::default_trait_access,
    clippy::format_collect,
    clippy::match_bool,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::similar_names,
    reason = "test code, where brevity counts"
)]

mod cut;
mod damage;
mod faults;
mod files;
mod fixtures;
mod formats;
#[cfg(all(unix, feature = "client"))]
mod killed;
mod long;
mod playlists;
mod quality;
mod recognizer;
mod score;
#[cfg(feature = "client")]
mod service;
mod sound;
mod speaking;
mod speech;
mod subtitles;
