//! A wire type without its type, so that the laws are compiled once and not for each.

use std::fmt;

use groq_types::arbitrary::Scope;
use proptest::{
    arbitrary::{Arbitrary, any_with},
    strategy::{BoxedStrategy, Strategy},
};
use schemars::{JsonSchema, schema_for};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) samples: fn(Scope) -> BoxedStrategy<Sample>,
    /// Decodes and encodes again.
    pub(crate) reread: fn(&str) -> serde_json::Result<Value>,
    /// Its JSON Schema from schemars.
    pub(crate) schema: fn() -> Value,
}

impl Subject {
    pub(crate) fn of<T>(name: &'static str) -> Self
    where
        T: Arbitrary<Parameters = Scope>
            + Serialize
            + DeserializeOwned
            + JsonSchema
            + PartialEq
            + 'static,
        T::Strategy: 'static,
    {
        Self {
            name,
            samples: |scope| {
                any_with::<T>(scope)
                    .prop_map(|value| Sample::of(&value))
                    .boxed()
            },
            reread: |json| {
                serde_json::from_str::<T>(json).and_then(|value| serde_json::to_value(&value))
            },
            schema: || schema_for!(T).to_value(),
        }
    }
}

/// A value of a type, as the laws see it.
pub(crate) struct Sample {
    pub(crate) json: String,
    /// Why what was decoded from the JSON is not the value.
    pub(crate) lost: Option<String>,
}

impl Sample {
    fn of<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: &T) -> Self {
        let json = serde_json::to_string(value).unwrap();
        let lost = match serde_json::from_str::<T>(&json) {
            Ok(again) => (again != *value).then(|| format!("became {again:?}")),
            Err(error) => Some(error.to_string()),
        };
        Self { json, lost }
    }
}

/// What proptest shows of a failure.
impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json)
    }
}
