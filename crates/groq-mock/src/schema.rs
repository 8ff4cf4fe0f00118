//! JSON that is valid under a JSON Schema, with values that come from the prompt where it has some.
//!
//! References, `allOf`, unions, conditions, recursion and the keywords of strings, numbers, arrays and objects are
//! followed; a validator judges the result, and what it refuses is made again. The work has a limit, and a schema
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

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jsonschema::Validator;
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
const ROUNDS: usize = 32;

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

/// Returns a JSON text, compact, valid under the schema. What no value satisfies gets some value all the same.
pub(crate) fn generate(
    schema: &Value,
    hints: &Hints<'_>,
    random: &Random,
) -> Result<String, NoValue> {
    let deadline = Instant::now() + MAX_TIME;
    let ranks = Ranks::new(schema, deadline)?;
    let mut turns = BTreeMap::new();
    let mut validator = None;
    let mut first = None;
    for _ in 0..ROUNDS {
        ranks.forget();
        let (text, risky) =
            Generator::new(schema, hints, random.clone(), &ranks, &turns, deadline).document()?;
        if risky.is_empty() {
            return Ok(text);
        }
        let Some(validator) = validator.get_or_insert_with(|| compiled(schema)) else {
            return Ok(text);
        };
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let errors = validator.iter_errors(&value).take(16);
        let wrong: Vec<String> = errors
            .map(|error| error.instance_path().as_str().to_owned())
            .collect();
        if wrong.is_empty() {
            return Ok(text);
        }
        first.get_or_insert(text);
        let again = wrong
            .iter()
            .filter(|path| make_again(path, &risky, &mut turns))
            .count();
        if again == 0 || Instant::now() > deadline {
            break;
        }
    }
    first.ok_or(NoValue::TooLarge)
}

/// A validator; none for what is no schema.
fn compiled(schema: &Value) -> Option<Validator> {
    jsonschema::options().build(schema).ok()
}

/// Counts up the innermost place around a wrong value at which another value may be made.
fn make_again(wrong: &str, risky: &[String], turns: &mut BTreeMap<String, usize>) -> bool {
    let mut path = wrong;
    loop {
        let turn = turns.get(path).copied().unwrap_or(0);
        if risky.iter().any(|risky| risky == path) && turn < TRIES * 2 {
            // What was tried inside it begins anew.
            turns.retain(|inner, _| !inner.starts_with(path) || inner == path);
            turns.insert(path.to_owned(), turn + 1);
            return true;
        }
        let Some((outer, _)) = path.rsplit_once('/') else {
            return false;
        };
        path = outer;
    }
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
