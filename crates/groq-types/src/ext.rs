//! What is written by hand beside the generated types: constructors that read well, conversions, accessors.

mod completion;
mod content;
mod error;
mod message;
mod tool;
