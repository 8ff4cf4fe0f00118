//! Compares the variants of unions.

use std::collections::BTreeMap;

use super::{Change, Kind, pairs};
use crate::diff::facts::{Component, Variant};

type Variants = BTreeMap<String, Variant>;

pub(super) fn tag(subject: &str, before: &str, after: &str) -> Option<Change> {
    (before != after).then(|| {
        let change = Change::new(
            Kind::Changed,
            subject,
            format!("told apart by `{before}`, now by `{after}`"),
        );
        change.breaks_wire("values with the old tag no longer fit")
    })
}

pub(super) fn tagged(
    name: &str,
    before: &Variants,
    after: &Variants,
    union: &Component,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (wire, sides) in pairs(before, after) {
        let subject = format!("variant `{wire}` of `{name}`");
        changes.extend(match sides {
            (None, Some(new)) => {
                // `From` is there for a schema that stands under one tag only.
                let ambiguous = before.values().filter(|old| old.ty == new.ty).count() == 1;
                let change = Change::new(Kind::Added, subject, format!("`{}`", new.ty));
                Some(change.breaks_rust_if(
                    ambiguous,
                    "what it holds now has two tags, so that `From` is gone",
                ))
            }
            (Some(old), None) => Some(
                Change::new(Kind::Removed, subject, format!("`{}`", old.ty))
                    .breaks_rust("the variant is gone")
                    .breaks_wire_if(!union.open, "what says it is refused"),
            ),
            (Some(old), Some(new)) => changed(&subject, old, new),
            (None, None) => None,
        });
    }
    changes
}

pub(super) fn by_type(name: &str, before: &Variants, after: &Variants) -> Vec<Change> {
    let mut changes = Vec::new();
    for (json, sides) in pairs(before, after) {
        let subject = format!("variant for {json} of `{name}`");
        changes.extend(match sides {
            (None, Some(new)) => Some(Change::new(Kind::Added, subject, described(new))),
            (Some(old), None) => Some(
                Change::new(Kind::Removed, subject, described(old))
                    .breaks_rust("the variant is gone")
                    .breaks_wire("values of that type no longer fit"),
            ),
            (Some(old), Some(new)) => changed(&subject, old, new),
            (None, None) => None,
        });
    }
    changes
}

fn changed(subject: &str, before: &Variant, after: &Variant) -> Option<Change> {
    (before != after).then(|| {
        let change = Change::new(
            Kind::Changed,
            subject,
            format!("{} became {}", described(before), described(after)),
        );
        change
            .breaks_rust("the variant is another one")
            .breaks_wire_if(
                !before.ty.fits(&after.ty),
                "values of the old shape no longer fit",
            )
    })
}

fn described(variant: &Variant) -> String {
    format!("`{}({})`", variant.name, variant.ty)
}
