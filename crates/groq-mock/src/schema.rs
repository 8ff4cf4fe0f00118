//! JSON that is valid under a JSON Schema, with values that come from the prompt where it has some.
//!
//! References, `allOf`, unions, conditions, recursion and the keywords of strings, numbers, arrays and objects
//! are followed. A `pattern` is met when it keeps to classes, groups, alternatives and counts; look-around and
//! back references are beyond it. What no value can satisfy gives some value all the same.

mod generate;
mod hints;
mod merge;
mod node;
mod number;
mod pattern;
pub(crate) mod strict;
mod string;
mod validate;

use serde_json::Value;

use self::generate::Generator;
pub(crate) use self::generate::is_empty_object;
pub(crate) use self::hints::Hints;
use crate::random::Random;

/// A JSON text, compact, valid under the schema.
pub(crate) fn generate(schema: &Value, hints: &Hints<'_>, random: &mut Random) -> String {
    let mut text = String::new();
    Generator::new(schema, hints, random)
        .root()
        .write(&mut text);
    text
}

/// What a `$ref` within a document points to: `#`, `#/a/b`; nothing outside the document is fetched.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    match reference.strip_prefix('#')? {
        "" => Some(root),
        pointer if pointer.contains('%') => {
            root.pointer(&pointer.replace("%24", "$").replace("%25", "%"))
        }
        pointer => root.pointer(pointer),
    }
}

#[cfg(test)]
mod tests;
