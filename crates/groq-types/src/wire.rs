//! How the wire types read and write JSON.
//!
//! The generator writes each type's definition and one macro call that gives it serde. The macros live here, by hand,
//! because what they promise is the point of this crate:
//!
//! - [`object!`]: a struct. An open one keeps the keys it does not know; a closed one refuses them. `null` and absent are
//!   both `None`, a whole number may be spelled `7.0`, a key that comes twice is an error.
//! - [`tagged!`]: a union told apart by a tag. An open one keeps an object whose tag it does not know.
//! - [`by_type!`]: a union told apart by its JSON type.
//! - [`string_enum!`]: a string with known values. An open one keeps a value it does not know.
//!
//! None of them buffers on the usual path: a tagged union whose tag comes first, as Groq sends it, is read straight into
//! its variant.

mod by_type;
mod integer;
mod object;
mod string_enum;
mod tagged;
mod unknown;

pub(crate) use self::{
    by_type::by_type,
    integer::{Integer, number},
    object::{Fields, Key, KeySeed, expect_tag, keep, object},
    string_enum::string_enum,
    tagged::{Text, open_tag, tagged},
};
pub use self::{string_enum::UnknownValue, unknown::UnknownFields};
