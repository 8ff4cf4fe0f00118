//! Compares schemas.

use std::collections::BTreeSet;

use super::{Change, Kind, object, union};
use crate::diff::facts::{Component, Shape};

pub(super) fn changes(
    name: &str,
    before: Option<&Component>,
    after: Option<&Component>,
) -> Vec<Change> {
    let subject = format!("schema `{name}`");
    match (before, after) {
        (None, Some(after)) => vec![Change::new(Kind::Added, subject, described(after))],
        // What carried it has changed as well, and says what that means on the wire.
        (Some(before), None) => {
            vec![
                Change::new(Kind::Removed, subject, described(before))
                    .breaks_rust("the type is gone"),
            ]
        }
        (Some(before), Some(after)) => both(name, &subject, before, after),
        (None, None) => Vec::new(),
    }
}

fn both(name: &str, subject: &str, before: &Component, after: &Component) -> Vec<Change> {
    let noted = |detail: String| Change::new(Kind::Changed, subject, detail);
    let mut changes = Vec::new();
    if before.module != after.module {
        // Every type is re-exported by name at the root, so that its module is nobody's business.
        changes.push(noted(format!(
            "moved from `{}` to `{}`",
            before.module, after.module
        )));
    }
    if before.status != after.status {
        changes.push(noted(status(
            before.status.as_deref(),
            after.status.as_deref(),
        )));
    }
    if (before.sent, before.received) != (after.sent, after.received) {
        changes.push(noted(format!(
            "was in {}, is in {}",
            carriers(before),
            carriers(after)
        )));
    }
    if before.open != after.open && keeps_unknown(&before.shape) && keeps_unknown(&after.shape) {
        changes.push(openness(subject, before, after));
    }
    changes.extend(shapes(name, subject, before, after));
    changes
}

fn openness(subject: &str, before: &Component, after: &Component) -> Change {
    let detail = if after.open {
        "was closed, is open"
    } else {
        "was open, is closed"
    };
    let change = Change::new(Kind::Changed, subject, detail);
    match (after.open, &before.shape) {
        (false, _) => change
            .breaks_rust("what kept the unknown is gone")
            .breaks_wire("what it does not know is refused"),
        (true, Shape::Enum(_)) => {
            change.breaks_rust("it is no longer `Copy`, and parsing it no longer fails")
        }
        (true, _) => change,
    }
}

/// Whether being open means something: a union told apart by type is what its branches are.
fn keeps_unknown(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Object(_) | Shape::Enum(_) | Shape::Tagged { .. }
    )
}

fn shapes(name: &str, subject: &str, before: &Component, after: &Component) -> Vec<Change> {
    match (&before.shape, &after.shape) {
        (Shape::Object(one), Shape::Object(two)) => {
            object::changes(name, (before, one), (after, two))
        }
        (Shape::Enum(one), Shape::Enum(two)) => values(name, one, two, after),
        (
            Shape::Tagged { tag, variants },
            Shape::Tagged {
                tag: new_tag,
                variants: new_variants,
            },
        ) => {
            let mut changes: Vec<Change> = union::tag(subject, tag, new_tag).into_iter().collect();
            changes.extend(union::tagged(name, variants, new_variants, after));
            changes
        }
        (Shape::ByType(one), Shape::ByType(two)) => union::by_type(name, one, two),
        (one, two) if one == two => Vec::new(),
        (one, two) => vec![
            Change::new(
                Kind::Changed,
                subject,
                format!("{} became {}", kind(one), kind(two)),
            )
            .breaks_rust("the type is another one")
            .breaks_wire("values of the old shape no longer fit"),
        ],
    }
}

fn values(
    name: &str,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    schema: &Component,
) -> Vec<Change> {
    let value = |kind: Kind, value: &String| {
        Change::new(
            kind,
            format!("value `{value}` of `{name}`"),
            openness_of(schema),
        )
    };
    let added = after.difference(before).map(|new| value(Kind::Added, new));
    let removed = before.difference(after).map(|old| {
        value(Kind::Removed, old)
            .breaks_rust("its variant is gone")
            .breaks_wire_if(!schema.open, "what says it is refused")
    });
    added.chain(removed).collect()
}

fn openness_of(schema: &Component) -> &'static str {
    if schema.open {
        "in an open enum"
    } else {
        "in a closed enum"
    }
}

/// How a status changed, in words.
pub(super) fn status(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("was {before}, is {after}"),
        (Some(before), None) => format!("is no longer {before}"),
        (None, after) => format!("is now {}", after.unwrap_or("plain")),
    }
}

fn described(schema: &Component) -> String {
    format!("{} in {}", kind(&schema.shape), carriers(schema))
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Object(_) => "an object",
        Shape::Enum(_) => "an enum",
        Shape::Tagged { .. } | Shape::ByType(_) | Shape::MaybeTagged { .. } => "a union",
    }
}

fn carriers(schema: &Component) -> &'static str {
    match (schema.sent, schema.received) {
        (true, true) => "requests and replies",
        (true, false) => "requests",
        (false, true) => "replies",
        // Such as the lines of a file.
        (false, false) => "neither requests nor replies",
    }
}
