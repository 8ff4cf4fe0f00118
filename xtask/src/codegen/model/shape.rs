//! The shapes of components: objects, enums and unions.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use indexmap::IndexMap;
use openapiv3::{ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type};

use super::{
    notes::Notes,
    parts::{SCHEMAS, is_file, reference, references, text, to_value},
    ty::Ty,
    typed::{self, Typed},
};
use crate::problem::{Problem, step};

pub(crate) enum Shape {
    Object(Object),
    StringEnum(Vec<EnumValue>),
    Tagged(Tagged),
    ByType(Vec<Branch>),
    /// The type is written by hand in `groq-types`.
    ByHand,
}

pub(crate) struct Object {
    /// The properties, without the tag of the union that the object is a variant of.
    pub(crate) fields: Vec<Field>,
    /// That tag and its value, where the object stands under one tag only.
    pub(crate) tag: Option<(String, String)>,
}

pub(crate) struct Field {
    pub(crate) wire: String,
    /// The name in Rust.
    pub(crate) ident: String,
    pub(crate) required: bool,
    pub(crate) ty: Ty,
    pub(crate) notes: Notes,
}

pub(crate) struct EnumValue {
    pub(crate) wire: String,
    pub(crate) variant: String,
    pub(crate) description: String,
}

pub(crate) struct Tagged {
    pub(crate) tag: String,
    pub(crate) variants: Vec<TagVariant>,
}

pub(crate) struct TagVariant {
    pub(crate) wire: String,
    pub(crate) variant: String,
    /// The component.
    pub(crate) schema: String,
}

/// A branch of a union told apart by JSON type.
pub(crate) struct Branch {
    pub(crate) variant: String,
    pub(crate) ty: Ty,
    pub(crate) json_type: &'static str,
    pub(crate) notes: Notes,
}

pub(super) struct Reader<'a> {
    schemas: &'a IndexMap<String, Schema>,
    /// For each object that is a variant of a tagged union: the tag and its values.
    tags: BTreeMap<&'a str, Tag<'a>>,
}

/// What says in an object which variant of a union it is.
#[derive(Default)]
struct Tag<'a> {
    name: &'a str,
    values: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(schemas: &'a IndexMap<String, Schema>) -> Self {
        let mut tags: BTreeMap<&str, Tag<'_>> = BTreeMap::new();
        for schema in schemas.values() {
            if let Some(discriminator) = &schema.schema_data.discriminator {
                for (value, target) in &discriminator.mapping {
                    let tag = tags.entry(target.trim_start_matches(SCHEMAS)).or_default();
                    tag.name = &discriminator.property_name;
                    tag.values.insert(value);
                }
            }
        }
        Self { schemas, tags }
    }

    /// An object that stands under several tags does not say by itself which one it is, so only its union may name it.
    pub(super) fn direct_uses(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, schema) in self.schemas {
            if schema.schema_data.discriminator.is_some() {
                continue;
            }
            for used in references(&to_value(schema)) {
                let tag = self.tags.get(used.as_str());
                if tag.is_some_and(|tag| tag.values.len() > 1) {
                    problems.push(Problem::new(
                        format!("/components/schemas{}", step(name)),
                        format!(
                            "`{used}` stands under several tags and is named outside its union"
                        ),
                        "name the union, or make a schema of one tag",
                    ));
                }
            }
        }
        problems
    }

    pub(super) fn shape(
        &self,
        name: &str,
        schema: &Schema,
        pointer: &str,
    ) -> Result<Shape, Problem> {
        let data = &schema.schema_data;
        match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => {
                let typed = typed::fields(&to_value(schema), pointer)?;
                self.object(name, object, typed, pointer).map(Shape::Object)
            }
            SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => {
                string_enum(string, data, pointer).map(Shape::StringEnum)
            }
            SchemaKind::OneOf { one_of } if data.discriminator.is_some() => {
                tagged(schema, one_of, pointer).map(Shape::Tagged)
            }
            SchemaKind::OneOf { .. } if data.extensions.contains_key("x-handwritten") => {
                Ok(Shape::ByHand)
            }
            SchemaKind::OneOf { one_of } => self.by_type(one_of, pointer).map(Shape::ByType),
            _ => Err(Problem::new(
                pointer,
                format!("`{name}` is neither an object, nor a string enum, nor a union"),
                "describe it in place where it is used",
            )),
        }
    }

    /// The object as openapiv3 reads it, with the Rust names and types that typify gives its fields.
    fn object(
        &self,
        name: &str,
        object: &ObjectType,
        mut typed: BTreeMap<String, Typed>,
        pointer: &str,
    ) -> Result<Object, Problem> {
        let tag = self.tags.get(name);
        let mut fields = Vec::new();
        for (wire, property) in &object.properties {
            let typed = typed.remove(wire);
            if tag.is_some_and(|tag| tag.name == wire) {
                continue;
            }
            let pointer = format!("{pointer}/properties{}", step(wire));
            let ReferenceOr::Item(property) = property else {
                return Err(Problem::new(
                    pointer,
                    "a property that is a bare reference has no description",
                    "write `allOf: [{$ref: ..}]` beside a description",
                ));
            };
            let property = to_value(property);
            // A file part is no field: it is an argument of the upload.
            if is_file(&property) {
                continue;
            }
            let required = object.required.contains(wire);
            let Some(typed) = typed.filter(|typed| typed.required == required) else {
                return Err(disagreement(pointer));
            };
            fields.push(Field {
                wire: wire.clone(),
                ident: typed.ident.clone(),
                required,
                ty: typed.ty(&pointer)?,
                notes: Notes::of(&property),
            });
        }
        if let Some(wire) = typed.keys().next() {
            return Err(disagreement(format!("{pointer}/properties{}", step(wire))));
        }
        // Required fields come first and in the order of `required`: it is the order of the constructor's arguments.
        let rank = |field: &Field| {
            let mut required = object.required.iter();
            required
                .position(|name| *name == field.wire)
                .unwrap_or(usize::MAX)
        };
        fields.sort_by_key(rank);
        let tag = tag.filter(|tag| tag.values.len() == 1);
        let tag =
            tag.and_then(|tag| Some((tag.name.to_owned(), (*tag.values.first()?).to_owned())));
        Ok(Object { fields, tag })
    }

    fn by_type(
        &self,
        one_of: &[ReferenceOr<Schema>],
        pointer: &str,
    ) -> Result<Vec<Branch>, Problem> {
        let mut branches = Vec::new();
        for (index, branch) in one_of.iter().enumerate() {
            let pointer = format!("{pointer}/oneOf/{index}");
            let ReferenceOr::Item(branch) = branch else {
                return Err(Problem::new(
                    pointer,
                    "a branch of a union told apart by type that is a bare reference",
                    "write `{title: .., allOf: [{$ref: ..}]}`: the title names the variant",
                ));
            };
            let Some(title) = &branch.schema_data.title else {
                return Err(Problem::new(
                    pointer,
                    "a branch without a title",
                    "the title names the variant: add one",
                ));
            };
            let title = title.clone();
            let branch = to_value(branch);
            let ty = typed::ty(&branch, &pointer)?;
            branches.push(Branch {
                variant: title,
                json_type: self.json_type(&ty, &pointer)?,
                ty,
                notes: Notes::of(&branch),
            });
        }
        let kinds: BTreeSet<&str> = branches.iter().map(|branch| branch.json_type).collect();
        if kinds.len() != branches.len() {
            return Err(Problem::new(
                pointer,
                "two branches of the same JSON type cannot be told apart",
                "give the union a discriminator, or one branch less",
            ));
        }
        Ok(branches)
    }

    fn json_type(&self, ty: &Ty, pointer: &str) -> Result<&'static str, Problem> {
        match ty {
            Ty::String => Ok("string"),
            Ty::Number(_) => Ok("number"),
            Ty::Boolean => Ok("boolean"),
            Ty::List(_) => Ok("array"),
            Ty::Named(name) => match self.schemas.get(name).map(|schema| &schema.schema_kind) {
                Some(SchemaKind::Type(Type::String(_))) => Ok("string"),
                Some(_) => Ok("object"),
                None => Err(Problem::new(
                    pointer,
                    "an `allOf` that is not one known reference",
                    "name one component",
                )),
            },
            _ => Err(Problem::new(
                pointer,
                "a branch that is neither a scalar, nor a list, nor a named component",
                "name it as a component",
            )),
        }
    }
}

fn string_enum(
    string: &StringType,
    data: &SchemaData,
    pointer: &str,
) -> Result<Vec<EnumValue>, Problem> {
    let descriptions = data.extensions.get("x-enum-descriptions");
    let mut names = BTreeSet::from(["Other".to_owned()]);
    let mut values = Vec::new();
    for wire in string.enumeration.iter().flatten() {
        let variant = variant_name(wire);
        if !is_ident(&variant) || !names.insert(variant.clone()) {
            return Err(Problem::new(
                pointer,
                format!(
                    "the value {wire:?} would be the variant `{variant}`, which is taken or no name"
                ),
                "rename it, or describe the values in prose",
            ));
        }
        values.push(EnumValue {
            wire: wire.clone(),
            variant,
            description: descriptions
                .and_then(|all| text(&all[wire]))
                .unwrap_or_default(),
        });
    }
    Ok(values)
}

fn tagged(
    schema: &Schema,
    one_of: &[ReferenceOr<Schema>],
    pointer: &str,
) -> Result<Tagged, Problem> {
    let problem = |what: String, mend: &str| Err(Problem::new(pointer, what, mend));
    let discriminator = schema.schema_data.discriminator.clone().unwrap_or_default();
    if discriminator.mapping.is_empty() {
        return problem(
            "a discriminator without a mapping".to_owned(),
            "map each tag to its schema",
        );
    }
    let branches: BTreeSet<&str> = one_of.iter().filter_map(reference).collect();
    let names = schema.schema_data.extensions.get("x-variant-names");
    let mut variants = Vec::new();
    for (wire, target) in discriminator.mapping {
        let target = target.trim_start_matches(SCHEMAS);
        if !branches.contains(target) {
            return problem(
                format!("the tag {wire:?} maps to `{target}`, which is no branch of the union"),
                "list it under `oneOf`",
            );
        }
        let variant = names.and_then(|names| text(&names[&wire]));
        variants.push(TagVariant {
            variant: variant.unwrap_or_else(|| variant_name(&wire)),
            wire,
            schema: target.to_owned(),
        });
    }
    Ok(Tagged {
        tag: discriminator.property_name,
        variants,
    })
}

fn disagreement(pointer: String) -> Problem {
    Problem::new(
        pointer,
        "openapiv3 and typify disagree on whether this is a field, or on whether it is required",
        "list under `required` only what stands under `properties`",
    )
}

/// The Rust name of a variant: `box_and_whisker` is `BoxAndWhisker`.
fn variant_name(wire: &str) -> String {
    let words: String = wire
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    words.to_upper_camel_case()
}

fn is_ident(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
}
