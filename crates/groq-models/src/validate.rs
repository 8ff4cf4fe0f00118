//! The checks, a file for each kind of request.

mod audio;
mod chat;
mod content;
mod others;
mod responses;
mod rules;
