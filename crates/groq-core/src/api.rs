//! The operations, a file per resource.

/// A resource: what its operations are called on.
macro_rules! resource {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[must_use = "a resource does nothing until one of its methods is called"]
        pub struct $name<'a> {
            pub(crate) core: &'a crate::shared::Core,
        }

        impl<'a> $name<'a> {
            pub(crate) fn new(core: &'a crate::shared::Core) -> Self {
                Self { core }
            }
        }
    };
}

use resource;

mod audio;
mod batches;
mod call;
mod chat;
mod embeddings;
mod files;
mod fine_tunings;
mod form;
mod models;
mod request;
mod reranking;
mod responses;

pub use audio::Audio;
pub use batches::Batches;
pub use chat::Chat;
pub use embeddings::Embeddings;
pub use files::Files;
pub use fine_tunings::FineTunings;
pub use models::Models;
pub use request::RequestBuilder;
pub use reranking::Reranking;
pub use responses::Responses;
