//! JSON Schemas of the wire types: the feature `schema`.
//!
//! They are made from the API description, by the generator, and stand in `generated/schema.json`. A derive would know
//! neither the ranges nor what the hand-written serde of the types does.

use std::{borrow::Cow, sync::LazyLock};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// The components by name.
static COMPONENTS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let mut document: Value =
        serde_json::from_str(include_str!("generated/schema.json")).unwrap_or_default();
    match document["$defs"].take() {
        Value::Object(components) => components,
        // Not so: a test compiles the schema of every component.
        _ => Map::new(),
    }
});

/// What stands before the name in a reference to a component.
const DEFS: &str = "#/$defs/";

fn schema(name: &str, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = COMPONENTS.get(name).cloned().unwrap_or_default();
    resolve(&mut schema, generator);
    Schema::try_from(schema).unwrap_or_default()
}

/// Puts the generator's own reference, or the schema itself if it is told to, in the place of each reference.
fn resolve(schema: &mut Value, generator: &mut SchemaGenerator) {
    match schema {
        Value::Object(keywords) => {
            if let Some(description) = keywords.get_mut("description") {
                join(description);
            }
            for value in keywords.values_mut() {
                resolve(value, generator);
            }
            let target = keywords
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| target.strip_prefix(DEFS));
            if let Some(target) = target.and_then(|name| subschema(name, generator)) {
                keywords.remove("$ref");
                for (keyword, value) in target.as_object().into_iter().flatten() {
                    // What is said where the component is used comes before what the component says.
                    if !keywords.contains_key(keyword) {
                        keywords.insert(keyword.clone(), value.clone());
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                resolve(item, generator);
            }
        }
        _ => {}
    }
}

/// Makes one text of the pieces that the generator writes.
fn join(description: &mut Value) {
    if let Value::Array(pieces) = description {
        let text: String = pieces.iter().filter_map(Value::as_str).collect();
        *description = Value::String(text);
    }
}

macro_rules! implement {
    ($($name:ident),* $(,)?) => {
        fn subschema(name: &str, generator: &mut SchemaGenerator) -> Option<Schema> {
            match name {
                $(stringify!($name) => Some(generator.subschema_for::<crate::$name>()),)*
                _ => None,
            }
        }

        $(impl JsonSchema for crate::$name {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn schema_id() -> Cow<'static, str> {
                Cow::Borrowed(concat!("groq_types::", stringify!($name)))
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                schema(stringify!($name), generator)
            }
        })*
    };
}

for_every_type!(implement);

#[cfg(test)]
mod tests {
    use schemars::{generate::SchemaSettings, schema_for};

    use crate::{ChatCompletionRequest, FinishReason, Message};

    #[test]
    fn ranges_lengths_and_descriptions_are_those_of_the_description() {
        let schema = schema_for!(ChatCompletionRequest).to_value();
        let temperature = &schema["properties"]["temperature"];
        assert_eq!(temperature["maximum"], 2.0);
        assert_eq!(temperature["type"], serde_json::json!(["number", "null"]));
        assert!(
            temperature["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert_eq!(
            schema["properties"]["messages"]["items"]["$ref"],
            "#/$defs/Message"
        );
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["title"], "ChatCompletionRequest");
    }

    #[test]
    fn a_variant_says_its_tag_and_an_open_enum_allows_any_text() {
        let schema = schema_for!(Message).to_value();
        let system = &schema["oneOf"][0];
        assert_eq!(
            system["properties"]["role"]["enum"],
            serde_json::json!(["system", "developer"])
        );
        assert_eq!(system["required"], serde_json::json!(["role", "content"]));
        let reason = schema_for!(FinishReason).to_value();
        assert_eq!(reason["type"], "string");
        assert!(reason.get("enum").is_none() && reason["examples"][0].is_string());
    }

    #[test]
    fn a_generator_that_inlines_gets_schemas_without_references() {
        let settings =
            SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let schema = settings
            .into_generator()
            .into_root_schema_for::<Message>()
            .to_value();
        assert!(!schema.to_string().contains("$ref"), "{schema:#}");
    }
}
