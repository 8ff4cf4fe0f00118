//! Replies that are read as they are written.

/// What all streams of events have, around their [`Events`](events::Events).
macro_rules! event_stream {
    ($name:ident yields $item:ty) => {
        impl $name {
            $crate::response::head_accessors!(self => self.0.answered);
            $crate::response::head_rate_limits!(self => self.0.answered);

            pub(crate) async fn open(
                client: $crate::shared::Core,
                operation: &'static str,
                answered: $crate::transport::Answered<$crate::transport::ResponseBody>,
            ) -> Result<Self, $crate::error::Error> {
                $crate::stream::events::Events::open(client, operation, answered).await.map(Self)
            }

            /// Returns the number of events that did not decode and were skipped; see
            /// [`skip_undecodable_events`](crate::RequestOptions::skip_undecodable_events).
            pub fn skipped_events(&self) -> u64 {
                self.0.skipped
            }
        }

        impl futures_core::Stream for $name {
            type Item = Result<$item, $crate::error::Error>;

            // Compiled only into programs that use it: the decoders of responses are a quarter of this crate.
            #[inline]
            fn poll_next(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                self.get_mut().0.poll(context)
            }
        }

        /// Leaves out the reply.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("state", &self.0.state)
                    .field("events", &self.0.count)
                    .field("request_id", &self.request_id())
                    .finish_non_exhaustive()
            }
        }
    };
}

use event_stream;

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
pub(crate) use event::clear_blank;
pub use response::ResponseStream;
pub(crate) use response::failure;
pub use text::TextDeltas;

#[cfg(test)]
mod tests;
