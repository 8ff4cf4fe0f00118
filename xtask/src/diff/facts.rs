//! What a description states, without its words.

mod read;

use std::collections::{BTreeMap, BTreeSet};

use super::ty::Ty;

/// All facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// By operation id.
    pub(super) operations: BTreeMap<String, Operation>,
    /// By name.
    pub(super) schemas: BTreeMap<String, Component>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operation {
    /// Method and path.
    pub(super) route: String,
    pub(super) module: String,
    pub(super) status: Option<String>,
    /// Whether the raw client leaves it out.
    pub(super) handwritten: bool,
    /// In the order of the raw client's arguments.
    pub(super) parameters: Vec<Argument>,
    pub(super) body: Option<Body>,
    /// By status and media type.
    pub(super) replies: BTreeMap<String, Ty>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Argument {
    pub(super) name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub(super) place: &'static str,
    pub(super) required: bool,
    pub(super) ty: Ty,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) media: String,
    pub(super) ty: Ty,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Component {
    pub(super) module: String,
    pub(super) status: Option<String>,
    /// Whether a request can carry it.
    pub(super) sent: bool,
    /// Whether a reply can carry it.
    pub(super) received: bool,
    pub(super) open: bool,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Object(Object),
    /// The values.
    Enum(BTreeSet<String>),
    Tagged {
        tag: String,
        /// By the tag's value.
        variants: BTreeMap<String, Variant>,
    },
    /// By JSON type.
    ByType(BTreeMap<String, Variant>),
    MaybeTagged {
        tag: String,
        tagged: Variant,
        untagged: Variant,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    /// The constructor's arguments.
    pub(super) required: Vec<String>,
    /// By name on the wire.
    pub(super) fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) ty: Ty,
    pub(super) status: Option<String>,
    pub(super) unsupported: bool,
    pub(super) range: Range,
}

/// What values are allowed: the bounds of a number, a length or a count, or a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Range {
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) values: Option<BTreeSet<i64>>,
    /// As a sentence.
    pub(super) text: Option<String>,
}

/// An arm of an enum: its name, and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) ty: Ty,
}

impl Facts {
    /// Gives a schema another name wherever it is used.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(component) = self.schemas.remove(from) {
            self.schemas.insert(to.to_owned(), component);
        }
        for operation in self.operations.values_mut() {
            let arguments = operation
                .parameters
                .iter_mut()
                .map(|argument| &mut argument.ty);
            let body = operation.body.iter_mut().map(|body| &mut body.ty);
            arguments
                .chain(body)
                .chain(operation.replies.values_mut())
                .for_each(|ty| ty.rename(from, to));
        }
        for component in self.schemas.values_mut() {
            component.shape.rename(from, to);
        }
    }
}

impl Shape {
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        for ty in self.types() {
            ty.rename(from, to);
        }
    }

    fn types(&mut self) -> Vec<&mut Ty> {
        match self {
            Self::Object(object) => object
                .fields
                .values_mut()
                .map(|field| &mut field.ty)
                .collect(),
            Self::Enum(_) => Vec::new(),
            Self::Tagged { variants, .. } | Self::ByType(variants) => variants
                .values_mut()
                .map(|variant| &mut variant.ty)
                .collect(),
            Self::MaybeTagged {
                tagged, untagged, ..
            } => vec![&mut tagged.ty, &mut untagged.ty],
        }
    }
}
