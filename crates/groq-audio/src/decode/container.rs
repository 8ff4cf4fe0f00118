//! Containers, as far as they are read here: headers of plain samples, and what decides whether a file is whole.

pub(super) mod chunks;
pub(super) mod ebml;
pub(super) mod fragments;
pub(super) mod mp4;
pub(super) mod mpeg;
pub(super) mod ogg;
