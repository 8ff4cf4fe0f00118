//! The schemas of `openapi/groq.yaml`, and what they are as JSON Schema.

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

const YAML: &str = include_str!("../../../../openapi/groq.yaml");
const SCHEMAS: &str = "#/components/schemas/";

pub(crate) struct Spec {
    schemas: Map<String, Value>,
    /// The tag of each variant of a tagged union.
    tags: BTreeMap<String, Tag>,
}

/// The key that says which variant of a union an object is, and the values that it may have.
#[derive(Default)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

impl Tag {
    /// The value, if the object says it wherever it stands; of several, only the union knows which one it is.
    pub(crate) fn own(&self) -> Option<&str> {
        match self.values.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl Spec {
    pub(crate) fn get() -> &'static Self {
        static SPEC: OnceLock<Spec> = OnceLock::new();
        SPEC.get_or_init(|| {
            let document: Value = serde_yaml_ng::from_str(YAML).unwrap();
            let schemas = document["components"]["schemas"]
                .as_object()
                .unwrap()
                .clone();
            Self {
                tags: tags(&schemas),
                schemas,
            }
        })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.schemas.keys().map(String::as_str)
    }

    pub(crate) fn schema(&self, name: &str) -> &Value {
        &self.schemas[name]
    }

    pub(crate) fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.get(name)
    }

    /// Validates the JSON of a type: its component, without the tag if only its union writes that.
    pub(crate) fn validator(&self, name: &str) -> Validator {
        let defs: Map<_, _> = self
            .schemas
            .iter()
            .map(|(name, schema)| (name.clone(), json_schema(schema)))
            .collect();
        let mut schema = defs[name].clone();
        if let Some(tag) = self.tag(name).filter(|tag| tag.own().is_none()) {
            schema["properties"]
                .as_object_mut()
                .unwrap()
                .remove(&tag.key);
            if let Some(required) = schema["required"].as_array_mut() {
                required.retain(|field| *field != tag.key);
            }
        }
        schema["$defs"] = Value::Object(defs);
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// The name of the component that a schema refers to, by itself or by `allOf`.
pub(crate) fn target(schema: &Value) -> Option<&str> {
    let reference = schema
        .get("$ref")
        .or_else(|| schema.pointer("/allOf/0/$ref"))?;
    reference.as_str()?.strip_prefix(SCHEMAS)
}

/// Whether a property of a form is a file, which is an argument and no field.
pub(crate) fn is_file(schema: &Value) -> bool {
    schema["format"] == "binary"
}

fn tags(schemas: &Map<String, Value>) -> BTreeMap<String, Tag> {
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    for schema in schemas.values() {
        let discriminator = &schema["discriminator"];
        for (value, target) in discriminator["mapping"].as_object().into_iter().flatten() {
            let name = target.as_str().unwrap().strip_prefix(SCHEMAS).unwrap();
            let tag = tags.entry(name.to_owned()).or_default();
            discriminator["propertyName"]
                .as_str()
                .unwrap()
                .clone_into(&mut tag.key);
            if !tag.values.contains(value) {
                tag.values.push(value.clone());
            }
        }
    }
    tags
}

/// A schema of OpenAPI 3.0 as one of JSON Schema 2020-12.
fn json_schema(schema: &Value) -> Value {
    let mut converted = Map::new();
    for (keyword, value) in schema.as_object().unwrap() {
        let value = match keyword.as_str() {
            "$ref" => json!(value.as_str().unwrap().replace(SCHEMAS, "#/$defs/")),
            "items" => json_schema(value),
            "additionalProperties" if value.is_object() => json_schema(value),
            "properties" => properties(value),
            "oneOf" | "allOf" => value.as_array().unwrap().iter().map(json_schema).collect(),
            "required" => {
                let is_field =
                    |name: &&Value| !is_file(&schema["properties"][name.as_str().unwrap()]);
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(is_field)
                    .cloned()
                    .collect()
            }
            "nullable" | "discriminator" | "description" | "example" => continue,
            extension if extension.starts_with("x-") => continue,
            _ => value.clone(),
        };
        converted.insert(keyword.clone(), value);
    }
    if schema["nullable"] == true {
        converted.insert("type".to_owned(), json!([schema["type"], "null"]));
    }
    Value::Object(converted)
}

fn properties(properties: &Value) -> Value {
    let fields = properties
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, schema)| !is_file(schema));
    fields
        .map(|(name, schema)| (name.clone(), json_schema(schema)))
        .collect::<Map<_, _>>()
        .into()
}
