//! Rules of chat completions and responses alike.

use crate::diagnostic::{Diagnostics, Severity};

const MAX_TOOLS: usize = 128;
const MAX_NAME: usize = 64;

pub(super) fn sampling(
    temperature: Option<f64>,
    top_p: Option<f64>,
    diagnostics: &mut Diagnostics,
) {
    let beyond =
        |value: Option<f64>, most: f64| value.is_some_and(|it| !(0.0..=most).contains(&it));
    diagnostics.errors_if([
        (
            beyond(temperature, 2.0),
            "temperature",
            "it must be from 0 to 2",
        ),
        (beyond(top_p, 1.0), "top_p", "it must be from 0 to 1"),
    ]);
    if temperature == Some(0.0) {
        let message = "the service changes 0 to 1e-8";
        diagnostics.add("temperature", Severity::Note, message);
    }
}

pub(super) fn tool_count(field: &'static str, count: usize, diagnostics: &mut Diagnostics) {
    diagnostics.error_if(count > MAX_TOOLS, field, "at most 128 are possible");
}

/// Names of tools and schemas.
pub(super) fn name(field: &'static str, name: &str, diagnostics: &mut Diagnostics) {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    if !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(allowed) {
        let rule = "at most 64 letters, digits, _ and - are possible";
        diagnostics.error(field, format!("{name:?} is not a valid name: {rule}"));
    }
}

/// Reports the fields that exclude JSON as the format of the reply. `present` has the fields of the request.
pub(super) fn json_excludes(
    excluded: &[String],
    present: &[(&'static str, bool)],
    diagnostics: &mut Diagnostics,
) {
    for (field, is_present) in present {
        if *is_present && excluded.iter().any(|one| one == field) {
            diagnostics.error(
                field,
                "it cannot be combined with JSON as the format of the reply",
            );
        }
    }
}
