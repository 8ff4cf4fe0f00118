//! Replies that are read as they are written.

mod accumulator;
mod chat;
mod event;
mod events;
mod open;
mod recorded;
mod response;
mod template;
mod text;

pub use chat::ChatStream;
pub use response::ResponseStream;
pub use text::TextDeltas;
