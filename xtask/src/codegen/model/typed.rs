//! Typify reads the objects: it decides the Rust name and the Rust type of each field.
//!
//! It sees one object at a time. Of the components that the object refers to it sees only the names, since enums and unions
//! that stay open are ours to write.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value, json};
use typify::{Type, TypeDetails, TypeId, TypeSpace, TypeStructPropInfo};

use super::{
    parts::{SCHEMAS, named, references},
    ty::Ty,
};
use crate::problem::{Problem, step};

/// The keys of a schema in place that decide its type. Typify would write newtypes and code for ranges, lengths and defaults.
const KEYS: [&str; 6] = [
    "additionalProperties",
    "enum",
    "format",
    "items",
    "properties",
    "type",
];

/// A field as typify reads it.
pub(super) struct Typed {
    /// The name in Rust.
    pub(super) ident: String,
    pub(super) required: bool,
    /// `None` where typify makes up a name.
    ty: Option<Ty>,
}

impl Typed {
    /// The type; one that typify made up a name for is a problem.
    pub(super) fn ty(self, pointer: &str) -> Result<Ty, Problem> {
        self.ty.ok_or_else(|| unnamed(pointer))
    }
}

/// The fields of an object, by their names on the wire.
pub(super) fn fields(object: &Value, pointer: &str) -> Result<BTreeMap<String, Typed>, Problem> {
    let mut properties = Map::new();
    for (wire, property) in object["properties"].as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/properties{}", step(wire));
        let mut property = plain(property, &pointer)?;
        // Typify reports the Rust name and the description of a field: the latter carries the name on the wire.
        property["description"] = json!(wire);
        properties.insert(wire.clone(), property);
    }
    let required = object.get("required").cloned().unwrap_or(json!([]));
    let object = json!({"type": "object", "properties": properties, "required": required});
    Ok(Reading::of(object, pointer)?.fields())
}

/// The type of a schema in place.
pub(super) fn ty(schema: &Value, pointer: &str) -> Result<Ty, Problem> {
    let reading = Reading::of(plain(schema, pointer)?, pointer)?;
    reading.ty(&reading.root).ok_or_else(|| unnamed(pointer))
}

/// What typify makes of one schema.
struct Reading {
    types: TypeSpace,
    root: TypeId,
    /// The components that the schema refers to.
    names: BTreeSet<String>,
}

impl Reading {
    fn of(schema: Value, pointer: &str) -> Result<Self, Problem> {
        let names = references(&schema);
        let mut types = TypeSpace::default();
        let root = add(&mut types, &names, schema).map_err(|error| {
            let what = format!("typify does not read it: {error}");
            Problem::new(pointer, what, "describe it in plainer terms")
        })?;
        Ok(Self { types, root, names })
    }

    fn fields(&self) -> BTreeMap<String, Typed> {
        let root = self.types.get_type(&self.root).ok();
        // An object without properties is a map to typify.
        let Some(TypeDetails::Struct(found)) = root.as_ref().map(Type::details) else {
            return BTreeMap::new();
        };
        let field = |property: TypeStructPropInfo<'_>| {
            let typed = Typed {
                ident: property.name.to_owned(),
                required: property.required,
                ty: self.ty(&property.type_id),
            };
            let wire = property.description.unwrap_or(property.name);
            (wire.to_owned(), typed)
        };
        found.properties_info().map(field).collect()
    }

    fn ty(&self, id: &TypeId) -> Option<Ty> {
        let found = self.types.get_type(id).ok()?;
        match found.details() {
            TypeDetails::Option(inner) | TypeDetails::Box(inner) => self.ty(&inner),
            TypeDetails::Vec(item) => Some(Ty::List(Box::new(self.ty(&item)?))),
            TypeDetails::Map(_, value) => Some(match self.ty(&value)? {
                Ty::Any => Ty::Object,
                value => Ty::Map(Box::new(value)),
            }),
            TypeDetails::String => Some(Ty::String),
            TypeDetails::Builtin("bool") => Some(Ty::Boolean),
            TypeDetails::Builtin("::serde_json::Value") => Some(Ty::Any),
            TypeDetails::Builtin(name @ ("f32" | "f64")) => Some(Ty::Number(name.to_owned())),
            TypeDetails::Builtin(name @ ("i32" | "i64" | "u32" | "u64")) => {
                Some(Ty::Integer(name.to_owned()))
            }
            TypeDetails::Struct(_) | TypeDetails::Enum(_) | TypeDetails::Newtype(_) => {
                self.names.get(&found.name()).cloned().map(Ty::Named)
            }
            _ => None,
        }
    }
}

/// Gives typify the schema, after a stub for each component that it refers to.
fn add(types: &mut TypeSpace, names: &BTreeSet<String>, schema: Value) -> Result<TypeId> {
    let stubs = names.iter().map(|name| json!([name, {"type": "object"}]));
    let stubs: Vec<(String, _)> = serde_json::from_value(stubs.collect())?;
    types.add_ref_types(stubs)?;
    let schema = serde_json::from_value(schema)?;
    Ok(types.add_type_with_name(&schema, Some("InPlace".to_owned()))?)
}

/// A schema in place as typify is to read it. What typify would guess is a problem.
fn plain(schema: &Value, pointer: &str) -> Result<Value, Problem> {
    let has = |key: &&str| !schema[key].is_null();
    if let Some(name) = named(schema) {
        return Ok(json!({"$ref": format!("{SCHEMAS}{name}")}));
    }
    if ["oneOf", "anyOf", "allOf", "not"].iter().any(has) {
        return Err(unnamed(pointer));
    }
    let mut plain: Map<String, Value> = KEYS
        .into_iter()
        .filter(has)
        .map(|key| (key.to_owned(), schema[key].clone()))
        .collect();
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            let inner = self::plain(&schema[key], &format!("{pointer}/{key}"))?;
            plain.insert(key.to_owned(), inner);
        }
    }
    match schema["type"].as_str() {
        Some("array") if !has(&"items") => {
            let mend = "say what `items` are";
            return Err(Problem::new(pointer, "a list of unknown items", mend));
        }
        Some("integer") => {
            plain.insert("format".to_owned(), size(schema, pointer)?.into());
            plain.remove("enum");
        }
        _ => {}
    }
    Ok(plain.into())
}

/// The size of an integer as typify calls it: `uint32` for an `int32` that cannot be negative.
fn size(schema: &Value, pointer: &str) -> Result<String, Problem> {
    let is_unsigned = schema["minimum"].as_i64().is_some_and(|least| least >= 0);
    match schema["format"].as_str() {
        Some(size @ ("int32" | "int64")) if is_unsigned => Ok(format!("u{size}")),
        Some(size @ ("int32" | "int64")) => Ok(size.to_owned()),
        _ => Err(Problem::new(
            pointer,
            "an integer without a size",
            "say `format: int32` or `format: int64`",
        )),
    }
}

fn unnamed(pointer: &str) -> Problem {
    Problem::new(
        pointer,
        "an enum, an object or a union without a name",
        "make it a component, named as a Rust type is, and refer to it by `allOf: [{$ref: ..}]`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(object: &Value) -> Vec<String> {
        let fields = fields(object, "/a").unwrap().into_iter();
        let text = |(wire, field): (String, Typed)| {
            let ty = field.ty.map_or("?".to_owned(), |ty| ty.to_string());
            format!("{wire} {}: {ty} {}", field.ident, field.required)
        };
        fields.map(text).collect()
    }

    #[test]
    fn typify_names_the_fields_and_their_types() {
        let named = json!({"allOf": [{"$ref": "#/components/schemas/Named"}]});
        let object = json!({"required": ["type", "unheard-of"], "properties": {
            "a[]": {"type": "array", "minItems": 2, "maxItems": 2, "items": named},
            "b": {"type": "object", "additionalProperties": {"type": "number", "format": "float"}},
            "c": {"type": "object"},
            "d": {"description": "Anything.", "nullable": true},
            "e": {"type": "string", "enum": ["in", "place"]},
            "fG": {"type": "integer", "format": "int32", "minimum": 1},
            "type": {"type": "string", "maxLength": 3},
        }});
        let expected = [
            "a[] a: Vec<Named> false",
            "b b: BTreeMap<String, f32> false",
            "c c: serde_json::Map<String, serde_json::Value> false",
            "d d: serde_json::Value false",
            "e e: ? false",
            "fG f_g: u32 false",
            "type type_: String true",
            "unheard_of unheard_of: serde_json::Value true",
        ];
        assert_eq!(read(&object), expected);
    }

    #[test]
    fn what_typify_would_guess_is_a_problem_with_its_place() {
        let problem = |schema: Value| ty(&schema, "/a").unwrap_err().to_string();
        assert!(problem(json!({"type": "array"})).contains("#/a: a list of unknown items"));
        let integers = json!({"type": "array", "items": {"type": "integer"}});
        assert!(problem(integers).contains("#/a/items: an integer without a size"));
        assert!(problem(json!({"not": {}})).contains("without a name"));
    }
}
