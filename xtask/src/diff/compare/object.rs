//! Compares the fields of objects.

use super::{Change, Kind, pairs, schema};
use crate::diff::{
    facts::{Component, Field, Object, Range},
    ty::Ty,
};

type Side<'a> = (&'a Component, &'a Object);

pub(super) fn changes(name: &str, before: Side<'_>, after: Side<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (wire, sides) in pairs(&before.1.fields, &after.1.fields) {
        let subject = format!("field `{name}.{wire}`");
        let first = changes.len();
        match sides {
            (None, Some(field)) => changes.push(added(subject, field, after.0)),
            (Some(field), None) => changes.push(removed(subject, field, after.0)),
            (Some(old), Some(new)) => changes.extend(both(&subject, old, new, after.0)),
            (None, None) => {}
        }
        // A file is no field of the type, but an argument of the upload.
        if [sides.0, sides.1]
            .into_iter()
            .flatten()
            .all(|field| field.ty == Ty::Binary)
        {
            changes[first..]
                .iter_mut()
                .for_each(|change| change.rust = None);
        }
    }
    changes.extend(order(name, before.1, after.1));
    changes
}

fn added(subject: String, field: &Field, schema: &Component) -> Change {
    let change = Change::new(Kind::Added, subject, described(field));
    if !field.required {
        return change;
    }
    let change = change.breaks_rust("`new` takes it");
    wire(
        change,
        schema,
        "requests without it are refused",
        "replies without it no longer decode",
    )
}

fn removed(subject: String, field: &Field, schema: &Component) -> Change {
    Change::new(Kind::Removed, subject, described(field))
        .breaks_rust("the field and its setter are gone")
        // An open object keeps the key as one that it does not know.
        .breaks_wire_if(!schema.open, "requests with it are refused")
}

fn both(subject: &str, before: &Field, after: &Field, schema: &Component) -> Vec<Change> {
    let noted = |detail: String| Change::new(Kind::Changed, subject, detail);
    let mut changes = Vec::new();
    if before.ty != after.ty {
        let change = noted(format!("`{}` became `{}`", before.ty, after.ty))
            .breaks_rust("its type is another one");
        changes.push(if before.ty.fits(&after.ty) {
            change
        } else {
            wire(
                change,
                schema,
                "requests with what it was are refused",
                "replies with what it was no longer decode",
            )
        });
    }
    match (before.required, after.required) {
        (false, true) => {
            let change = noted("optional became required".to_owned());
            let change = change.breaks_rust("`new` takes it, and it is no `Option` any more");
            changes.push(wire(
                change,
                schema,
                "requests without it are refused",
                "replies without it no longer decode",
            ));
        }
        (true, false) => {
            let change = noted("required became optional".to_owned());
            changes.push(change.breaks_rust("`new` no longer takes it, and it is an `Option`"));
        }
        _ => {}
    }
    match (before.nullable, after.nullable) {
        (false, true) => changes.push(noted("may be null".to_owned())),
        // A reader takes null for absent in any case.
        (true, false) => {
            let change = noted("may no longer be null".to_owned());
            changes.push(change.breaks_wire_if(schema.sent, "requests with null are refused"));
        }
        _ => {}
    }
    if before.range != after.range {
        let narrower = schema.sent && !contains(&after.range, &before.range);
        let change = noted(format!(
            "allows {}, allowed {}",
            says(&after.range),
            says(&before.range)
        ));
        changes.push(change.breaks_wire_if(
            narrower,
            "requests with what is no longer allowed are refused",
        ));
    }
    if before.status != after.status {
        changes.push(noted(schema::status(
            before.status.as_deref(),
            after.status.as_deref(),
        )));
    }
    match (before.unsupported, after.unsupported) {
        (false, true) => {
            changes.push(
                noted("is refused by the service now".to_owned())
                    .breaks_wire("requests with it are refused"),
            );
        }
        (true, false) => changes.push(noted("is no longer refused by the service".to_owned())),
        _ => {}
    }
    changes
}

/// The order of what is required is the order of the constructor's arguments.
fn order(name: &str, before: &Object, after: &Object) -> Option<Change> {
    let common = |one: &Object, two: &Object| -> Vec<String> {
        one.required
            .iter()
            .filter(|field| two.required.contains(field))
            .cloned()
            .collect()
    };
    let order = common(after, before);
    (common(before, after) != order).then(|| {
        let detail = format!("required in another order: {}", order.join(", "));
        Change::new(Kind::Changed, format!("schema `{name}`"), detail)
            .breaks_rust("`new` takes its arguments in another order")
    })
}

/// What breaks on the wire depends on what carries the object.
fn wire(change: Change, schema: &Component, sent: &str, received: &str) -> Change {
    match (schema.sent, schema.received) {
        (true, true) => change.breaks_wire(format!("{sent}, {received}")),
        (true, false) => change.breaks_wire(sent),
        (false, _) => change.breaks_wire(received),
    }
}

fn described(field: &Field) -> String {
    let need = if field.required {
        "required"
    } else {
        "optional"
    };
    format!("{need} `{}`", field.ty)
}

/// Whether everything that `inner` allows is allowed by `outer`.
fn contains(outer: &Range, inner: &Range) -> bool {
    let least =
        outer.least.unwrap_or(f64::NEG_INFINITY) <= inner.least.unwrap_or(f64::NEG_INFINITY);
    let most = outer.most.unwrap_or(f64::INFINITY) >= inner.most.unwrap_or(f64::INFINITY);
    let values = match (&outer.values, &inner.values) {
        (Some(outer), Some(inner)) => outer.is_superset(inner),
        (Some(_), None) => false,
        (None, _) => true,
    };
    least && most && values
}

fn says(range: &Range) -> String {
    let text = range
        .text
        .as_deref()
        .unwrap_or("anything")
        .trim_end_matches('.');
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .collect();
    format!("{first}{}", letters.as_str())
}
