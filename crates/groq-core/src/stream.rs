//! Replies that are read as they are written.

mod accumulator;
mod body_kind;
mod chat;
mod event;
mod events;
mod lenient;
mod recorded;
mod reply;
mod response;
mod template;
mod text;

pub use chat::ChatStream;
pub use response::ResponseStream;
pub(crate) use response::failure;
pub use text::TextDeltas;

#[cfg(test)]
mod tests;
