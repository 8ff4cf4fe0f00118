//! JSON that is valid under a JSON Schema, with values that come from the prompt where it has some.
//!
//! References, `allOf`, unions, conditions, recursion and the keywords of strings, numbers, arrays and objects are
//! followed. A validator checks the result; an invalid document is made again. The work has a limit, and a schema
//! without a finite value is refused.

mod finite;
mod generate;
mod hints;
mod keywords;
mod merge;
mod number;
mod pattern;
pub(crate) mod strict;
mod string;

use std::time::{Duration, Instant};

use serde_json::Value;

use self::finite::Ranks;
use self::generate::Generator;
pub(crate) use self::hints::Hints;
pub(crate) use self::keywords::NoValue;
use self::keywords::TRIES;
use self::strict::Problem;
use crate::random::Random;

const MAX_TIME: Duration = Duration::from_secs(1);
/// Documents that are made until one is valid.
const ROUNDS: usize = 64;
/// Keywords that a document may break; without any of them no validator is needed.
const RISKY: &str = "allOf anyOf oneOf not if dependentSchemas contains propertyNames uniqueItems enum pattern multipleOf";

impl NoValue {
    pub(crate) fn into_problem(self) -> Problem {
        let message = match self {
            Self::Infinite => {
                "no finite value is valid under this schema: it always contains itself"
            }
            Self::TooLarge => "the values that are valid under this schema are too large",
        };
        Problem {
            pointer: String::new(),
            keyword: "$ref",
            message: message.to_owned(),
        }
    }
}

/// Returns a compact JSON text that is valid under the schema; some other one if no value is.
pub(crate) fn generate(
    schema: &Value,
    hints: &Hints<'_>,
    random: &Random,
) -> Result<String, NoValue> {
    let deadline = Instant::now() + MAX_TIME;
    let ranks = Ranks::new(schema, deadline)?;
    let no_hints = Hints::new("");
    let mut first = None;
    let written = schema.to_string();
    let is_risky = |key: &str| written.contains(&format!("\"{key}\""));
    let is_safe = !RISKY.split(' ').any(is_risky);
    let mut validator = None;
    for round in 0..ROUNDS {
        // The values of the prompt are tried first.
        let any = round >= TRIES;
        let mut generator = Generator {
            root: schema,
            hints: if any { &no_hints } else { hints },
            random: random.fork(&round.to_string()),
            ranks: &ranks,
            deadline,
            any_branch: any,
            text: String::new(),
            made: 0,
            strings: 0,
        };
        if let Err(why) = generator.value(schema, "", 0) {
            return first.ok_or(why);
        }
        let text = generator.text;
        if is_safe {
            return Ok(text);
        }
        let build = || jsonschema::options().build(schema).ok();
        let Some(validator) = validator.get_or_insert_with(build) else {
            return Ok(text);
        };
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if validator.is_valid(&value) {
            return Ok(text);
        }
        first.get_or_insert(text);
        if Instant::now() > deadline {
            break;
        }
    }
    first.ok_or(NoValue::TooLarge)
}

/// Whether nothing but the empty object is asked for, as by a tool without parameters.
pub(crate) fn is_empty_object(schema: &Value) -> bool {
    let has = |key: &str| match schema.get(key) {
        None => false,
        Some(Value::Object(parts)) => !parts.is_empty(),
        Some(Value::Array(parts)) => !parts.is_empty(),
        Some(_) => key == "$ref",
    };
    let keys = "properties required $ref allOf anyOf oneOf patternProperties additionalProperties";
    !keys.split(' ').any(has)
}

#[cfg(test)]
mod tests;
