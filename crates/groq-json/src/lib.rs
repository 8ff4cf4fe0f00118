#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "A Rust type as a format for the replies of models: [`Format`], without a network."
)]
#![cfg_attr(
    not(feature = "client"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "they lead to items of the client"
    )
)]

/// Implements `Debug` with these fields alone, never with a value or a reply.
macro_rules! debug_fields {
    ($type:ident $(<$parameter:ident>)?, $($field:ident),*) => {
        impl $(<$parameter>)? std::fmt::Debug for $type $(<$parameter>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }
    };
}

mod attempt;
#[cfg(feature = "client")]
mod classify;
pub mod clients;
mod compiled;
mod correction;
mod decode;
mod error;
#[cfg(feature = "client")]
mod extract;
mod format;
mod issue;
mod mode;
mod parse;
mod partial;
mod pointer;
mod prompt;
#[cfg(feature = "client")]
mod question;
mod reader;
mod schema;
mod shape;
#[cfg(feature = "client")]
mod stream;
#[cfg(feature = "client")]
mod tools;
mod validate;

pub use attempt::{Added, ExtractAttempt};
pub use error::{Error, ErrorKind};
#[cfg(feature = "client")]
pub use extract::{Extract, Extracted, GroqJson, SupportCache, WithModel};
pub use format::{Finish, Format, Parsed};
pub use issue::{Issue, ensure};
pub use mode::{Capabilities, Mode};
pub use parse::repair::{Repair, RepairKind, Repaired};
pub use partial::Partial;
pub use prompt::Prompt;
pub use reader::Reader;
pub use schema::{Incompatibility, WireSchema};
#[cfg(feature = "client")]
pub use stream::{BadItems, Each, EachStream, ExtractEvent, ExtractStream};
#[cfg(feature = "client")]
pub use tools::{Approval, Driver, Run, RunOutput, Step, Tool, ToolInvocation, ToolOutcome, Turn};

#[doc(no_inline)]
pub use groq_models::Usage;
/// The crate that derives schemas. `#[derive(JsonSchema)]` needs it in scope: `#[schemars(crate = "groq_json::schemars")]`.
#[doc(no_inline)]
pub use schemars;
#[doc(no_inline)]
pub use schemars::JsonSchema;
