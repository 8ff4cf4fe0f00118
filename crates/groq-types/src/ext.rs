//! What is written by hand beside the generated types: constructors that read well, conversions, accessors, and the one
//! type that has no generator.

mod completion;
mod content;
mod error;
mod input_item;
mod message;
mod tool;

pub use self::input_item::InputItem;
