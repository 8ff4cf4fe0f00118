#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "A Rust type as a format for the replies of models: [`Format`], without a network."
)]
#![cfg_attr(
    not(feature = "client"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "they lead to what is not there without the client"
    )
)]

#[cfg(feature = "client")]
mod classify;
pub mod clients;
mod error;
#[cfg(feature = "client")]
mod extract;
mod format;
mod issue;
mod judge;
mod ledger;
mod mode;
mod parse;
mod partial;
mod pointer;
mod prompt;
mod reader;
mod reask;
mod schema;
mod shape;
#[cfg(feature = "client")]
mod stream;
#[cfg(feature = "client")]
mod tools;
mod validate;

pub use error::{Error, ErrorKind, Spent};
#[cfg(feature = "client")]
pub use extract::{DEFAULT_MODEL, Extract, Extracted, GroqJson, Memory, WithModel};
pub use format::{Finish, Format, Parsed};
pub use issue::{Issue, ensure};
pub use ledger::{Added, Attempt, Usage};
pub use mode::{Capabilities, Mode};
pub use parse::repair::{Repair, RepairKind, Repaired};
pub use partial::Partial;
pub use prompt::Prompt;
pub use reader::Reader;
pub use schema::{Obstacle, Wire};
#[cfg(feature = "client")]
pub use stream::{BadItems, Each, EachStream, Event, ExtractStream};
#[cfg(feature = "client")]
pub use tools::{Approval, Call, Called, Driver, Ran, Run, Step, Tool, Turn};

/// To derive schemas with; `#[derive(JsonSchema)]` needs it in scope as a crate: `#[schemars(crate = "groq_json::schemars")]`.
#[doc(no_inline)]
pub use schemars;
#[doc(no_inline)]
pub use schemars::JsonSchema;
