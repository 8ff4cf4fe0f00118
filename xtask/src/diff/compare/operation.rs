//! Compares operations.

use super::{Change, Kind, pairs};
use crate::diff::{
    facts::{Argument, Body, Operation},
    ty::Ty,
};

const ARGUMENTS: &str = "the raw client's method takes other arguments";
const RESULT: &str = "the raw client's method returns another type";

pub(super) fn changes(
    id: &str,
    before: Option<&Operation>,
    after: Option<&Operation>,
) -> Vec<Change> {
    let subject = format!("operation `{id}`");
    match (before, after) {
        (None, Some(after)) => vec![Change::new(
            Kind::Added,
            subject,
            format!("`{}`", after.route),
        )],
        (Some(before), None) => vec![
            Change::new(Kind::Removed, subject, format!("`{}`", before.route))
                .breaks_rust_if(!before.handwritten, "the raw client's method is gone")
                .breaks_wire("requests to it are no longer described"),
        ],
        (Some(before), Some(after)) => both(&subject, before, after),
        (None, None) => Vec::new(),
    }
}

fn both(subject: &str, before: &Operation, after: &Operation) -> Vec<Change> {
    let noted = |detail: String| Change::new(Kind::Changed, subject, detail);
    // Without a method of the raw client on both sides, its signature breaks nobody.
    let raw = !before.handwritten && !after.handwritten;
    let mut changes = Vec::new();
    if before.route != after.route {
        let detail = format!("`{}` became `{}`", before.route, after.route);
        changes.push(noted(detail).breaks_wire("requests go elsewhere"));
    }
    if before.module != after.module {
        changes.push(noted(format!(
            "moved from `{}` to `{}`",
            before.module, after.module
        )));
    }
    if before.status != after.status {
        changes.push(noted(super::schema::status(
            before.status.as_deref(),
            after.status.as_deref(),
        )));
    }
    if before.handwritten != after.handwritten {
        let detail = if after.handwritten {
            "left the raw client"
        } else {
            "joined the raw client"
        };
        let change = noted(detail.to_owned());
        changes.push(change.breaks_rust_if(after.handwritten, "the raw client's method is gone"));
    }
    changes.extend(arguments(
        subject,
        &before.parameters,
        &after.parameters,
        raw,
    ));
    changes.extend(body(
        subject,
        before.body.as_ref(),
        after.body.as_ref(),
        raw,
    ));
    for (media, sides) in pairs(&before.replies, &after.replies) {
        changes.extend(reply(subject, media, sides, raw));
    }
    changes
}

fn arguments(subject: &str, before: &[Argument], after: &[Argument], raw: bool) -> Vec<Change> {
    let find = |list: &[Argument], wanted: &Argument| {
        let mut found = list
            .iter()
            .filter(|one| (&one.name, one.place) == (&wanted.name, wanted.place));
        found.next().cloned()
    };
    let name = |argument: &Argument| {
        format!(
            "parameter `{}` in {} of {subject}",
            argument.name, argument.place
        )
    };
    let need = |argument: &Argument| {
        if argument.required {
            "required"
        } else {
            "optional"
        }
    };
    let mut changes = Vec::new();
    for new in after {
        let Some(old) = find(before, new) else {
            let change = Change::new(
                Kind::Added,
                name(new),
                format!("{} `{}`", need(new), new.ty),
            );
            let change = change.breaks_rust_if(raw, ARGUMENTS);
            changes.push(change.breaks_wire_if(new.required, "requests without it are refused"));
            continue;
        };
        if (old.required, &old.ty) != (new.required, &new.ty) {
            let detail = format!(
                "{} `{}` became {} `{}`",
                need(&old),
                old.ty,
                need(new),
                new.ty
            );
            let change =
                Change::new(Kind::Changed, name(new), detail).breaks_rust_if(raw, ARGUMENTS);
            let narrower = new.required && !old.required || !old.ty.fits(&new.ty);
            changes.push(change.breaks_wire_if(
                narrower,
                "requests without it, or with what it was, are refused",
            ));
        }
    }
    for old in before.iter().filter(|old| find(after, old).is_none()) {
        let change = Change::new(
            Kind::Removed,
            name(old),
            format!("{} `{}`", need(old), old.ty),
        );
        changes.push(change.breaks_rust_if(raw, ARGUMENTS));
    }
    let order = |list: &[Argument], other: &[Argument]| -> Vec<String> {
        let common = list.iter().filter(|one| find(other, one).is_some());
        common.map(|one| one.name.clone()).collect()
    };
    if order(before, after) != order(after, before) {
        let change = Change::new(Kind::Changed, subject, "parameters in another order");
        changes.push(change.breaks_rust_if(raw, ARGUMENTS));
    }
    changes
}

fn body(subject: &str, before: Option<&Body>, after: Option<&Body>, raw: bool) -> Option<Change> {
    let subject = format!("body of {subject}");
    let says = |body: &Body| {
        let need = if body.required {
            "required"
        } else {
            "optional"
        };
        format!("{need} `{}` as `{}`", body.ty, body.media)
    };
    match (before, after) {
        (None, Some(after)) => Some(
            Change::new(Kind::Added, subject, says(after))
                .breaks_rust_if(raw, ARGUMENTS)
                .breaks_wire_if(after.required, "requests without it are refused"),
        ),
        (Some(before), None) => Some(
            Change::new(Kind::Removed, subject, says(before))
                .breaks_rust_if(raw, ARGUMENTS)
                .breaks_wire("requests with it are no longer described"),
        ),
        (Some(before), Some(after)) if before != after => {
            let narrower = before.media != after.media
                || !before.ty.fits(&after.ty)
                || after.required && !before.required;
            let change = Change::new(
                Kind::Changed,
                subject,
                format!("{} became {}", says(before), says(after)),
            );
            Some(
                change
                    .breaks_rust_if(raw && before.ty != after.ty, ARGUMENTS)
                    .breaks_wire_if(narrower, "requests as they were are refused"),
            )
        }
        _ => None,
    }
}

fn reply(
    subject: &str,
    media: &str,
    sides: (Option<&Ty>, Option<&Ty>),
    raw: bool,
) -> Option<Change> {
    let raw = raw && media.ends_with(" application/json");
    let subject = format!("reply `{media}` of {subject}");
    match sides {
        (None, Some(after)) => Some(Change::new(Kind::Added, subject, format!("`{after}`"))),
        (Some(before), None) => Some(
            Change::new(Kind::Removed, subject, format!("`{before}`"))
                .breaks_rust_if(raw, RESULT)
                .breaks_wire("such replies are no longer described"),
        ),
        (Some(before), Some(after)) if before != after => Some(
            Change::new(
                Kind::Changed,
                subject,
                format!("`{before}` became `{after}`"),
            )
            .breaks_rust_if(raw, RESULT)
            .breaks_wire_if(!before.fits(after), "replies as they were no longer decode"),
        ),
        _ => None,
    }
}
