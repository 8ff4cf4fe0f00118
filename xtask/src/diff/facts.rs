//! What a description states, one fact by subject.

use std::{collections::BTreeMap, fmt};

use crate::codegen::model::{
    Component, Field, Model, Object, Shape,
    operation::{Body, Operation, Parameter, ReplyKind},
};

pub(super) type Facts = BTreeMap<String, Fact>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What code in Rust depends on.
    pub(super) rust: String,
    /// What else is stated, as sentences about the wire.
    wire: Vec<String>,
}

impl Fact {
    fn new(rust: impl Into<String>) -> Self {
        Self {
            rust: rust.into(),
            wire: Vec::new(),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rust)?;
        for fact in &self.wire {
            write!(f, ", {fact}")?;
        }
        Ok(())
    }
}

pub(super) fn of(model: &Model) -> Facts {
    let mut facts = Facts::new();
    for operation in &model.operations {
        facts.insert(
            format!("operation `{}`", operation.id),
            self::operation(operation),
        );
    }
    for component in model.components.values() {
        self::component(component, &mut facts);
    }
    facts
}

fn operation(operation: &Operation) -> Fact {
    let mut fact = Fact::new(if operation.handwritten {
        "not in the raw client"
    } else {
        "in the raw client"
    });
    let method = operation.method.to_uppercase();
    fact.wire.push(format!("`{method} {}`", operation.path));
    if !operation.idempotent {
        fact.wire.push("not idempotent".to_owned());
    }
    for Parameter { place, wire } in &operation.parameters {
        let place = format!("{place:?}").to_lowercase();
        fact.wire.push(format!("`{wire}` in the {place}"));
    }
    match &operation.body {
        Body::None => {}
        Body::Json(name) => fact.wire.push(format!("takes `{name}`")),
        Body::Multipart(name, files) => {
            let files = files.join(", ");
            fact.wire
                .push(format!("takes `{name}` as a form with {files}"));
        }
    }
    for reply in &operation.replies {
        let kind = match &reply.kind {
            ReplyKind::Json(name) | ReplyKind::Events(name) => format!("`{name}` as "),
            ReplyKind::Text | ReplyKind::Bytes => String::new(),
        };
        fact.wire.push(format!("answers {kind}{}", reply.media));
    }
    fact
}

fn component(component: &Component, facts: &mut Facts) {
    let name = &component.name;
    let openness = if component.open { "open" } else { "closed" };
    let mut insert = |subject: String, rust: String| facts.insert(subject, Fact::new(rust));
    let kind = match &component.shape {
        Shape::Object(object) => {
            let required = object.fields.iter().filter(|field| field.required);
            let required: Vec<&str> = required.map(|field| field.ident.as_str()).collect();
            format!("struct with `new({})`", required.join(", "))
        }
        Shape::StringEnum(values) => {
            for value in values {
                let subject = format!("value `{}` of `{name}`", value.wire);
                insert(subject, format!("`{}`", value.variant));
            }
            "enum".to_owned()
        }
        Shape::Tagged(union) => {
            for variant in &union.variants {
                let subject = format!("variant `{}` of `{name}`", variant.wire);
                insert(
                    subject,
                    format!("`{}({})`", variant.variant, variant.schema),
                );
            }
            format!("union by `{}`", union.tag)
        }
        Shape::ByType(branches) => {
            for branch in branches {
                let subject = format!("variant for {} of `{name}`", branch.json_type);
                insert(subject, format!("`{}({})`", branch.variant, branch.ty));
            }
            "union by JSON type".to_owned()
        }
        Shape::ByHand => "type written by hand".to_owned(),
    };
    if let Shape::Object(object) = &component.shape {
        fields(component, object, facts);
    }
    facts.insert(
        format!("type `{name}`"),
        Fact::new(format!("{openness} {kind}")),
    );
}

fn fields(component: &Component, object: &Object, facts: &mut Facts) {
    for field in &object.fields {
        let subject = format!("field `{}.{}`", component.name, field.wire);
        facts.insert(subject, self::field(component, field));
    }
}

fn field(component: &Component, field: &Field) -> Fact {
    let need = if field.required {
        "required"
    } else {
        "optional"
    };
    let mut fact = Fact::new(format!("{need} `{}`", field.ty));
    if let Some(range) = &field.notes.range {
        let range = range.trim_end_matches('.');
        fact.wire
            .push(format!("{}{}", range[..1].to_lowercase(), &range[1..]));
    }
    let property = &component.schema["properties"][&field.wire];
    let is_nullable = property["nullable"] == true || property["x-nullable"] == true;
    if is_nullable {
        fact.wire.push("may be null".to_owned());
    }
    if field.notes.unsupported {
        fact.wire.push("refused by the service".to_owned());
    }
    fact
}
