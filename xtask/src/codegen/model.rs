//! What the description means for the code that is made from it.

pub(crate) mod operation;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, IntegerFormat, IntegerType, NumberType, ObjectType, OpenAPI,
    Operation, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type,
    VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::problem::{Problem, step};

/// The prefix of a reference to a component schema.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// The components, each with its place and its shape.
pub(crate) struct Model {
    /// In the order of the description.
    pub(crate) components: IndexMap<String, Component>,
    /// In the order of the description.
    pub(crate) operations: Vec<operation::Operation>,
}

/// A named schema.
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) notes: Notes,
    /// The file that it goes to: a tag, or what `x-module` says.
    pub(crate) module: String,
    /// Whether a response can carry it; then it keeps what it does not know.
    pub(crate) open: bool,
    pub(crate) shape: Shape,
    /// The schema as described: ranges, lengths and all.
    pub(crate) schema: Schema,
}

/// What the documentation of a schema or of a field is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// `beta`, `undocumented` or `deprecated`.
    pub(crate) status: Option<String>,
    /// Declared, and refused by the service.
    pub(crate) unsupported: bool,
    pub(crate) server_default: Option<Value>,
    pub(crate) evidence: Vec<String>,
    /// The range or length that the description states, as a sentence.
    pub(crate) range: Option<String>,
}

pub(crate) enum Shape {
    Object(Object),
    StringEnum(Vec<EnumValue>),
    Tagged(Tagged),
    ByType(Vec<Branch>),
    MaybeTagged(MaybeTagged),
}

pub(crate) struct Object {
    /// The properties, without the tag of the union that the object is a variant of.
    pub(crate) fields: Vec<Field>,
    /// That tag and its value, where the object stands under one tag only.
    pub(crate) tag: Option<(String, String)>,
}

pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) required: bool,
    /// A whole number, or a list or map of them.
    pub(crate) integer: bool,
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

/// A union of a tagged union and of one object that carries no tag.
pub(crate) struct MaybeTagged {
    pub(crate) tag: String,
    pub(crate) tagged: TagVariant,
    pub(crate) untagged: TagVariant,
}

/// A branch of a union told apart by JSON type.
pub(crate) struct Branch {
    pub(crate) variant: String,
    pub(crate) kind: BranchKind,
    pub(crate) notes: Notes,
}

pub(crate) enum BranchKind {
    String,
    Number,
    Boolean,
    /// A component that is an object or a union of objects.
    Object(String),
    /// A component that is a string enum.
    Enum(String),
    /// A list of what.
    Array(Item),
}

pub(crate) enum Item {
    Component(String),
    String,
    Number,
    Integer,
}

impl Model {
    /// The model of a description, or everything in it that has no model.
    pub(crate) fn of(api: &OpenAPI) -> Result<Self, Vec<Problem>> {
        let schemas = schemas(api)?;
        let uses = Uses::of(api, &schemas);
        let tags = tags_of_variants(&schemas);
        let mut problems = check_direct_uses(&schemas, &tags);
        let operations = operation::all(api).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        let mut components = IndexMap::new();
        for (name, schema) in &schemas {
            let pointer = format!("/components/schemas{}", step(name));
            match shape(name, schema, &schemas, tags.get(name.as_str()), &pointer) {
                Ok(shape) => {
                    let component = Component {
                        name: name.clone(),
                        notes: Notes::of(schema),
                        module: uses.module(name, schema),
                        open: uses.responses.contains(name.as_str()) || says_open(schema),
                        shape,
                        schema: schema.clone(),
                    };
                    components.insert(name.clone(), component);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self {
                components,
                operations,
            })
        } else {
            Err(problems)
        }
    }

    /// The modules, sorted, each with its components in the order of the description.
    pub(crate) fn modules(&self) -> BTreeMap<&str, Vec<&Component>> {
        let mut modules: BTreeMap<&str, Vec<&Component>> = BTreeMap::new();
        for component in self.components.values() {
            modules
                .entry(&component.module)
                .or_default()
                .push(component);
        }
        modules
    }
}

impl Notes {
    pub(crate) fn of(schema: &Schema) -> Self {
        let SchemaData {
            description,
            deprecated,
            extensions,
            ..
        } = &schema.schema_data;
        Self {
            description: description.clone().unwrap_or_default(),
            deprecated: *deprecated,
            status: text(extensions.get("x-status")),
            unsupported: is_true(extensions.get("x-unsupported")),
            server_default: extensions.get("x-server-default").cloned(),
            evidence: texts(extensions.get("x-evidence")),
            range: range(&schema.schema_kind),
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(|item| text(Some(item))).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn is_true(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}

/// What the description allows, as a sentence, for the documentation.
fn range(kind: &SchemaKind) -> Option<String> {
    match kind {
        SchemaKind::Type(Type::Integer(IntegerType {
            minimum,
            maximum,
            enumeration,
            ..
        })) => {
            let values: Vec<String> = enumeration
                .iter()
                .flatten()
                .map(|value| format!("`{value}`"))
                .collect();
            if !values.is_empty() {
                return Some(format!("One of {}.", values.join(", ")));
            }
            // That a count is not negative goes without saying: its type is unsigned.
            bounds(
                minimum.filter(|least| *least != 0 || maximum.is_some()),
                *maximum,
                "",
            )
        }
        SchemaKind::Type(Type::Number(NumberType {
            minimum, maximum, ..
        })) => bounds(*minimum, *maximum, ""),
        SchemaKind::Type(Type::String(StringType {
            min_length,
            max_length,
            ..
        })) => bounds(
            min_length.filter(|least| *least > 0),
            *max_length,
            " characters",
        ),
        SchemaKind::Type(Type::Array(array)) => bounds(
            array.min_items.filter(|least| *least > 0),
            array.max_items,
            " items",
        ),
        _ => None,
    }
}

fn bounds<T: std::fmt::Display>(
    least: Option<T>,
    most: Option<T>,
    unit: &'static str,
) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}.")),
        (Some(least), None) => Some(format!("At least {least}{}.", counted(&least, unit))),
        (None, Some(most)) => Some(format!("At most {most}{}.", counted(&most, unit))),
        (None, None) => None,
    }
}

fn counted<T: std::fmt::Display>(number: &T, unit: &'static str) -> &'static str {
    if number.to_string() == "1" {
        unit.trim_end_matches('s')
    } else {
        unit
    }
}

/// The component schemas; a component that is only a reference has no meaning of its own.
fn schemas(api: &OpenAPI) -> Result<IndexMap<String, Schema>, Vec<Problem>> {
    let mut schemas = IndexMap::new();
    let mut problems = Vec::new();
    for (name, schema) in api
        .components
        .iter()
        .flat_map(|components| &components.schemas)
    {
        match schema {
            ReferenceOr::Item(schema) => {
                schemas.insert(name.clone(), schema.clone());
            }
            ReferenceOr::Reference { .. } => problems.push(Problem::new(
                format!("/components/schemas{}", step(name)),
                "a component that is only a reference",
                "use the schema that it names",
            )),
        }
    }
    if problems.is_empty() {
        Ok(schemas)
    } else {
        Err(problems)
    }
}

/// Whether an enum or a union keeps what it does not know though only requests carry it.
fn says_open(schema: &Schema) -> bool {
    let extensions = &schema.schema_data.extensions;
    is_true(extensions.get("x-open-enum")) || is_true(extensions.get("x-open-union"))
}

/// For each object that is a variant of a tagged union: the tag and its values.
fn tags_of_variants(schemas: &IndexMap<String, Schema>) -> BTreeMap<&str, Tag<'_>> {
    let mut tags: BTreeMap<&str, Tag<'_>> = BTreeMap::new();
    for schema in schemas.values() {
        if let Some(discriminator) = &schema.schema_data.discriminator {
            for (value, target) in &discriminator.mapping {
                let target = target.trim_start_matches(SCHEMAS);
                let tag = tags.entry(target).or_default();
                tag.name = &discriminator.property_name;
                tag.values.insert(value);
            }
        }
    }
    tags
}

/// What says in an object which variant of a union it is.
#[derive(Default)]
struct Tag<'a> {
    name: &'a str,
    values: BTreeSet<&'a str>,
}

/// An object that stands under several tags does not say by itself which one it is, so only its union may name it.
fn check_direct_uses(
    schemas: &IndexMap<String, Schema>,
    tags: &BTreeMap<&str, Tag<'_>>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, schema) in schemas {
        if schema.schema_data.discriminator.is_some() {
            continue;
        }
        for used in references(&to_value(schema)) {
            if tags
                .get(used.as_str())
                .is_some_and(|tag| tag.values.len() > 1)
            {
                problems.push(Problem::new(
                    format!("/components/schemas{}", step(name)),
                    format!("`{used}` stands under several tags and is named outside its union"),
                    "name the union, or make a schema of one tag",
                ));
            }
        }
    }
    problems
}

fn shape(
    name: &str,
    schema: &Schema,
    schemas: &IndexMap<String, Schema>,
    tag: Option<&Tag<'_>>,
    pointer: &str,
) -> Result<Shape, Problem> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            self::object(object, tag, pointer).map(Shape::Object)
        }
        SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => {
            string_enum(string, &schema.schema_data, pointer).map(Shape::StringEnum)
        }
        SchemaKind::OneOf { one_of } if schema.schema_data.discriminator.is_some() => {
            tagged(schema, one_of, pointer).map(Shape::Tagged)
        }
        SchemaKind::OneOf { one_of }
            if schema.schema_data.extensions.contains_key("x-tag-optional") =>
        {
            maybe_tagged(schema, one_of, schemas, pointer).map(Shape::MaybeTagged)
        }
        SchemaKind::OneOf { one_of } => by_type(one_of, schemas, pointer).map(Shape::ByType),
        _ => Err(Problem::new(
            pointer,
            format!("`{name}` is neither an object, nor a string enum, nor a union"),
            "describe it in place where it is used",
        )),
    }
}

fn object(object: &ObjectType, tag: Option<&Tag<'_>>, pointer: &str) -> Result<Object, Problem> {
    let mut fields = Vec::new();
    for (wire, property) in &object.properties {
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
        if is_file(&property.schema_kind) {
            // A file part is no field: it is an argument of the upload.
            continue;
        }
        supported(&property.schema_kind, &pointer)?;
        fields.push(Field {
            wire: wire.clone(),
            required: object.required.contains(wire),
            integer: is_integer(&property.schema_kind),
            notes: Notes::of(property),
        });
    }
    // Required fields come first and in the order of `required`: it is the order of the constructor's arguments.
    let rank = |field: &Field| {
        object
            .required
            .iter()
            .position(|name| *name == field.wire)
            .unwrap_or(usize::MAX)
    };
    fields.sort_by_key(rank);
    let tag = tag.filter(|tag| tag.values.len() == 1);
    let tag = tag.and_then(|tag| Some((tag.name.to_owned(), (*tag.values.first()?).to_owned())));
    Ok(Object { fields, tag })
}

/// Refuses what the emitter would have to guess about.
fn supported(kind: &SchemaKind, pointer: &str) -> Result<(), Problem> {
    match kind {
        SchemaKind::Type(Type::Integer(integer)) => integer_format(integer, pointer).map(drop),
        SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => Err(
            Problem::new(pointer, "an enum without a name", "make it a component"),
        ),
        SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => Err(
            Problem::new(pointer, "an object without a name", "make it a component"),
        ),
        SchemaKind::Type(Type::Object(object)) => match &object.additional_properties {
            Some(AdditionalProperties::Schema(values)) => match values.as_ref() {
                ReferenceOr::Item(value) => supported(&value.schema_kind, pointer),
                ReferenceOr::Reference { .. } => Ok(()),
            },
            _ => Ok(()),
        },
        SchemaKind::Type(Type::Array(array)) => match &array.items {
            Some(ReferenceOr::Item(item)) => {
                supported(&item.schema_kind, &format!("{pointer}/items"))
            }
            Some(ReferenceOr::Reference { .. }) => Ok(()),
            None => Err(Problem::new(
                pointer,
                "a list of unknown items",
                "say what `items` are",
            )),
        },
        SchemaKind::Type(_) => Ok(()),
        kind if single_all_of(kind).and_then(reference).is_some() || is_any(kind) => Ok(()),
        _ => Err(Problem::new(
            pointer,
            "a property that is neither a type, nor a named schema by `allOf`, nor any JSON value",
            "name its schema as a component and refer to it by `allOf: [{$ref: ..}]`",
        )),
    }
}

pub(crate) fn is_file(kind: &SchemaKind) -> bool {
    use openapiv3::StringFormat;
    matches!(
        kind,
        SchemaKind::Type(Type::String(StringType {
            format: VariantOrUnknownOrEmpty::Item(StringFormat::Binary),
            ..
        }))
    )
}

fn is_integer(kind: &SchemaKind) -> bool {
    match kind {
        SchemaKind::Type(Type::Integer(_)) => true,
        SchemaKind::Type(Type::Array(array)) => {
            matches!(&array.items, Some(ReferenceOr::Item(item)) if is_integer(&item.schema_kind))
        }
        SchemaKind::Type(Type::Object(map)) => match &map.additional_properties {
            Some(AdditionalProperties::Schema(values)) => {
                matches!(values.as_ref(), ReferenceOr::Item(value) if is_integer(&value.schema_kind))
            }
            _ => false,
        },
        _ => false,
    }
}

/// The integer type that a format and a minimum stand for.
pub(crate) fn integer_format(
    integer: &IntegerType,
    pointer: &str,
) -> Result<&'static str, Problem> {
    let unsigned = integer.minimum.is_some_and(|least| least >= 0);
    match (&integer.format, unsigned) {
        (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32), true) => Ok("uint32"),
        (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32), false) => Ok("int32"),
        (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64), true) => Ok("uint64"),
        (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64), false) => Ok("int64"),
        _ => Err(Problem::new(
            pointer,
            "an integer without a size",
            "say `format: int32` or `format: int64`",
        )),
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
        let description = text(descriptions.and_then(|all| all.get(wire))).unwrap_or_default();
        values.push(EnumValue {
            wire: wire.clone(),
            variant,
            description,
        });
    }
    Ok(values)
}

fn tagged(
    schema: &Schema,
    one_of: &[ReferenceOr<Schema>],
    pointer: &str,
) -> Result<Tagged, Problem> {
    let Some(discriminator) = &schema.schema_data.discriminator else {
        return Err(Problem::new(
            pointer,
            "a tagged union without a discriminator",
            "add `discriminator`",
        ));
    };
    if discriminator.mapping.is_empty() {
        return Err(Problem::new(
            pointer,
            "a discriminator without a mapping",
            "map each tag to its schema",
        ));
    }
    let branches: BTreeSet<&str> = one_of.iter().filter_map(reference).collect();
    let names = schema.schema_data.extensions.get("x-variant-names");
    let mut variants = Vec::new();
    for (wire, target) in &discriminator.mapping {
        let target = target.trim_start_matches(SCHEMAS);
        if !branches.contains(target) {
            return Err(Problem::new(
                pointer,
                format!("the tag {wire:?} maps to `{target}`, which is no branch of the union"),
                "list it under `oneOf`",
            ));
        }
        let variant =
            text(names.and_then(|names| names.get(wire))).unwrap_or_else(|| variant_name(wire));
        variants.push(TagVariant {
            wire: wire.clone(),
            variant,
            schema: target.to_owned(),
        });
    }
    Ok(Tagged {
        tag: discriminator.property_name.clone(),
        variants,
    })
}

fn maybe_tagged(
    schema: &Schema,
    one_of: &[ReferenceOr<Schema>],
    schemas: &IndexMap<String, Schema>,
    pointer: &str,
) -> Result<MaybeTagged, Problem> {
    let tag = text(schema.schema_data.extensions.get("x-tag-optional")).unwrap_or_default();
    let mut variants = one_of.iter().filter_map(|branch| {
        let ReferenceOr::Item(branch) = branch else {
            return None;
        };
        let target = single_all_of(&branch.schema_kind).and_then(reference)?;
        let has_tag = schemas.get(target)?.schema_data.discriminator.is_some();
        let variant = branch.schema_data.title.clone()?;
        Some((
            has_tag,
            TagVariant {
                wire: String::new(),
                variant,
                schema: target.to_owned(),
            },
        ))
    });
    match (variants.next(), variants.next(), one_of.len()) {
        (Some((true, tagged)), Some((false, untagged)), 2) => Ok(MaybeTagged {
            tag,
            tagged,
            untagged,
        }),
        _ => Err(Problem::new(
            pointer,
            "`x-tag-optional` over something else than a tagged union and an object",
            "give it two branches with titles, each `allOf` one component: the tagged union first, then the object",
        )),
    }
}

fn by_type(
    one_of: &[ReferenceOr<Schema>],
    schemas: &IndexMap<String, Schema>,
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
        let kind = branch_kind(&branch.schema_kind, schemas, &pointer)?;
        branches.push(Branch {
            variant: title.clone(),
            kind,
            notes: Notes::of(branch),
        });
    }
    let kinds: BTreeSet<&str> = branches
        .iter()
        .map(|branch| branch.kind.json_type())
        .collect();
    if kinds.len() != branches.len() {
        return Err(Problem::new(
            pointer,
            "two branches of the same JSON type cannot be told apart",
            "give the union a discriminator, or one branch less",
        ));
    }
    Ok(branches)
}

impl BranchKind {
    pub(crate) fn json_type(&self) -> &'static str {
        match self {
            Self::String | Self::Enum(_) => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object(_) => "object",
            Self::Array(_) => "array",
        }
    }
}

fn branch_kind(
    kind: &SchemaKind,
    schemas: &IndexMap<String, Schema>,
    pointer: &str,
) -> Result<BranchKind, Problem> {
    match kind {
        SchemaKind::Type(Type::String(string)) if string.enumeration.is_empty() => {
            Ok(BranchKind::String)
        }
        SchemaKind::Type(Type::Number(_)) => Ok(BranchKind::Number),
        SchemaKind::Type(Type::Boolean(_)) => Ok(BranchKind::Boolean),
        SchemaKind::Type(Type::Array(array)) => {
            let item = match &array.items {
                Some(ReferenceOr::Reference { reference }) => {
                    component(reference).map(Item::Component)
                }
                Some(ReferenceOr::Item(item)) => match &item.schema_kind {
                    SchemaKind::Type(Type::String(_)) => Some(Item::String),
                    SchemaKind::Type(Type::Number(_)) => Some(Item::Number),
                    SchemaKind::Type(Type::Integer(_)) => Some(Item::Integer),
                    _ => None,
                },
                None => None,
            };
            item.map(BranchKind::Array).ok_or_else(|| {
                Problem::new(
                    pointer,
                    "a list of something without a name",
                    "make its items a component or a scalar",
                )
            })
        }
        SchemaKind::AllOf { all_of } => {
            let name = match all_of.as_slice() {
                [one] => reference(one),
                _ => None,
            };
            let target = name.and_then(|name| schemas.get(name).map(|schema| (name, schema)));
            match target {
                Some((name, schema))
                    if matches!(&schema.schema_kind, SchemaKind::Type(Type::String(_))) =>
                {
                    Ok(BranchKind::Enum(name.to_owned()))
                }
                Some((name, _)) => Ok(BranchKind::Object(name.to_owned())),
                None => Err(Problem::new(
                    pointer,
                    "an `allOf` that is not one known reference",
                    "name one component",
                )),
            }
        }
        _ => Err(Problem::new(
            pointer,
            "a branch that is neither a scalar, nor a list, nor a named component",
            "name it as a component",
        )),
    }
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

/// The component that a reference names.
pub(crate) fn component(reference: &str) -> Option<String> {
    reference.strip_prefix(SCHEMAS).map(str::to_owned)
}

pub(crate) fn reference(schema: &ReferenceOr<Schema>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => reference.strip_prefix(SCHEMAS),
        ReferenceOr::Item(_) => None,
    }
}

/// All operations, with their path and method.
pub(crate) fn operations(api: &OpenAPI) -> Vec<(&str, &str, &Operation)> {
    let mut operations = Vec::new();
    for (path, item) in &api.paths.paths {
        if let ReferenceOr::Item(item) = item {
            operations.extend(
                item.iter()
                    .map(|(method, operation)| (path.as_str(), method, operation)),
            );
        }
    }
    operations
}

/// Which components requests and responses reach, and under which tag first.
struct Uses {
    responses: BTreeSet<String>,
    /// What the shared responses reach: errors.
    shared: BTreeSet<String>,
    /// The tags, in the order of the description, each with what its operations reach.
    tags: Vec<(String, BTreeSet<String>)>,
}

impl Uses {
    fn of(api: &OpenAPI, schemas: &IndexMap<String, Schema>) -> Self {
        let edges: BTreeMap<&str, BTreeSet<String>> = schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), references(&to_value(schema))))
            .collect();
        let shared = to_value(
            &api.components
                .as_ref()
                .map(|components| (&components.responses, &components.headers)),
        );
        let shared = closure(references(&shared), &edges);
        let mut responses = shared.clone();
        let mut tags: Vec<(String, BTreeSet<String>)> = api
            .tags
            .iter()
            .map(|tag| (tag.name.clone(), BTreeSet::new()))
            .collect();
        for (_, _, operation) in operations(api) {
            let reached = closure(references(&to_value(&operation.responses)), &edges);
            let sent = closure(references(&to_value(&operation.request_body)), &edges);
            if let Some((_, names)) = tags
                .iter_mut()
                .find(|(tag, _)| operation.tags.contains(tag))
            {
                names.extend(reached.iter().chain(&sent).cloned());
            }
            responses.extend(reached);
        }
        Self {
            responses,
            shared,
            tags,
        }
    }

    fn module(&self, name: &str, schema: &Schema) -> String {
        if let Some(module) = text(schema.schema_data.extensions.get("x-module")) {
            return module;
        }
        let tag = self.tags.iter().find(|(_, names)| names.contains(name));
        match tag {
            Some((tag, _)) if !self.shared.contains(name) => tag.clone(),
            _ => "error".to_owned(),
        }
    }
}

fn to_value<T: serde::Serialize>(part: &T) -> Value {
    // Every part of the description came from data, so it goes back to data.
    serde_json::to_value(part).unwrap_or_default()
}

/// The components that any `$ref` or mapping below a value names, those in extensions included.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => component(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(entries) => entries.values().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

pub(crate) fn closure(
    mut reached: BTreeSet<String>,
    edges: &BTreeMap<&str, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for next in edges.get(name.as_str()).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

/// The parts of an `allOf` over one reference: a named schema with a description of its own.
pub(crate) fn single_all_of(kind: &SchemaKind) -> Option<&ReferenceOr<Schema>> {
    match kind {
        SchemaKind::AllOf { all_of } if all_of.len() == 1 => all_of.first(),
        _ => None,
    }
}

/// Whether a schema says nothing: any JSON value.
pub(crate) fn is_any(kind: &SchemaKind) -> bool {
    match kind {
        SchemaKind::Any(AnySchema {
            typ,
            properties,
            one_of,
            any_of,
            all_of,
            ..
        }) => {
            typ.is_none()
                && properties.is_empty()
                && one_of.is_empty()
                && any_of.is_empty()
                && all_of.is_empty()
        }
        _ => false,
    }
}
