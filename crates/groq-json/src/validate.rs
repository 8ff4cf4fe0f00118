//! Validation by `jsonschema`, with errors that point into the variant that was meant.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::issue::Issue;
use crate::pointer;

/// The largest number of issues of one reply.
const MAX_ISSUES: usize = 200;

/// Compiles a schema. Formats are checked; nothing is fetched.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    let options = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .offline();
    options
        .build(schema)
        .map_err(|error| error.masked().to_string())
}

/// Returns everything that is wrong with a value.
pub(crate) fn issues(validator: &Validator, value: &Value) -> Vec<Issue> {
    let mut issues = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&error, &mut issues);
        if issues.len() >= MAX_ISSUES {
            break;
        }
    }
    issues.truncate(MAX_ISSUES);
    issues
}

fn collect(error: &ValidationError<'_>, issues: &mut Vec<Issue>) {
    let path = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            union(error, &path, context, issues);
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for key in unexpected {
                push(issues, Issue::unknown_member(pointer::child(&path, key)));
            }
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            push(issues, Issue::new(pointer::child(&path, key), "is missing"));
        }
        kind => {
            let got = Some(glimpse(error.instance()));
            push(issues, Issue::new(path, expected(kind)).with_got(got));
        }
    }
}

/// Adds the errors of the branch that the value is closest to.
fn union(
    error: &ValidationError<'_>,
    path: &str,
    context: &[Vec<ValidationError<'static>>],
    issues: &mut Vec<Issue>,
) {
    let scores: Vec<usize> = context
        .iter()
        .map(|branch| distance(path, branch))
        .collect();
    let best = scores.iter().min().copied().unwrap_or(OTHER_TYPE);
    let mut closest = context
        .iter()
        .zip(&scores)
        .filter(|(_, score)| **score == best)
        .map(|(branch, _)| branch);
    let got = Some(glimpse(error.instance()));
    if best >= OTHER_TYPE {
        let types = context
            .iter()
            .flatten()
            .filter(|error| at(path, error))
            .filter_map(|error| wanted_type(error.kind()));
        let message = format!("expected {}", either(types));
        return push(issues, Issue::new(path, message).with_got(got));
    }
    if best >= OTHER_TAG {
        return other_tag(path, context, got, issues);
    }
    match (closest.next(), closest.next()) {
        (Some(branch), other) if other.is_none() || branch.iter().all(|error| !at(path, error)) => {
            for error in branch {
                collect(error, issues);
            }
        }
        _ => push(
            issues,
            Issue::new(path, "fits none of the alternatives").with_got(got),
        ),
    }
}

/// Adds an error for a tag that is unknown or missing.
fn other_tag(
    path: &str,
    context: &[Vec<ValidationError<'static>>],
    got: Option<String>,
    issues: &mut Vec<Issue>,
) {
    let mut place = path.to_owned();
    let mut got = got;
    let mut values = Vec::new();
    for error in context.iter().flatten() {
        match error.kind() {
            ValidationErrorKind::Constant { expected_value } => {
                values.push(expected_value.to_string());
            }
            ValidationErrorKind::Enum { options } => values.extend(
                options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(Value::to_string),
            ),
            _ => continue,
        }
        place = error.instance_path().to_string();
        got = Some(glimpse(error.instance()));
    }
    values.dedup();
    push(
        issues,
        Issue::new(place, format!("expected one of {}", values.join(", "))).with_got(got),
    );
}

const OTHER_TYPE: usize = 100_000;
const OTHER_TAG: usize = 10_000;
const OTHER_KEYS: usize = 100;

/// Returns how far a value is from a branch, by its errors there.
fn distance(path: &str, branch: &[ValidationError<'static>]) -> usize {
    let mut distance = 0;
    let mut has_other_tag = false;
    for error in branch {
        let here = at(path, error);
        distance += match error.kind() {
            ValidationErrorKind::Type { .. } if here => return OTHER_TYPE,
            ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. }
                if here || is_child(path, error) =>
            {
                has_other_tag = true;
                0
            }
            ValidationErrorKind::Required { .. }
            | ValidationErrorKind::AdditionalProperties { .. }
                if here =>
            {
                OTHER_KEYS
            }
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context }
                if here =>
            {
                context
                    .iter()
                    .map(|branch| self::distance(path, branch))
                    .min()
                    .unwrap_or(0)
            }
            _ => 1,
        };
    }
    if has_other_tag {
        OTHER_TAG + distance.min(OTHER_TAG)
    } else {
        distance.min(OTHER_TAG - 1)
    }
}

fn at(path: &str, error: &ValidationError<'_>) -> bool {
    error.instance_path().as_str() == path
}

fn is_child(path: &str, error: &ValidationError<'_>) -> bool {
    let place = error.instance_path().as_str();
    place
        .strip_prefix(path)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|rest| !rest.contains('/'))
}

fn wanted_type(kind: &ValidationErrorKind) -> Option<String> {
    match kind {
        ValidationErrorKind::Type { kind } => Some(type_names(kind)),
        _ => None,
    }
}

fn type_names(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(name) => name.to_string(),
        TypeKind::Multiple(names) => either(names.iter().map(|name| name.to_string())),
    }
}

fn either(names: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    if all.is_empty() {
        "another value".to_owned()
    } else {
        all.join(" or ")
    }
}

/// Says what was expected, without the value.
fn expected(kind: &ValidationErrorKind) -> String {
    match kind {
        ValidationErrorKind::Type { kind } => format!("expected {}", type_names(kind)),
        ValidationErrorKind::Constant { expected_value } => format!("expected {expected_value}"),
        ValidationErrorKind::Enum { options } => {
            let values = options
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string);
            format!("expected one of {}", values.collect::<Vec<_>>().join(", "))
        }
        ValidationErrorKind::Minimum { limit } => format!("must be at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("must be at most {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        ValidationErrorKind::MultipleOf { multiple_of } => {
            format!("must be a multiple of {multiple_of}")
        }
        ValidationErrorKind::MinLength { limit } => {
            format!("must have at least {limit} characters")
        }
        ValidationErrorKind::MaxLength { limit } => format!("must have at most {limit} characters"),
        ValidationErrorKind::MinItems { limit } => format!("must have at least {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("must have at most {limit} items"),
        ValidationErrorKind::AdditionalItems { limit } => {
            format!("must have at most {limit} items")
        }
        ValidationErrorKind::MinProperties { limit } => {
            format!("must have at least {limit} members")
        }
        ValidationErrorKind::MaxProperties { limit } => {
            format!("must have at most {limit} members")
        }
        ValidationErrorKind::Pattern { pattern } => format!("must match {pattern}"),
        ValidationErrorKind::Format { format } => format!("must have the format {format}"),
        ValidationErrorKind::UniqueItems => "must not have two equal items".to_owned(),
        ValidationErrorKind::FalseSchema => "must be absent".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            "fits more than one of the alternatives".to_owned()
        }
        ValidationErrorKind::Contains => "lacks a required item".to_owned(),
        other => format!("breaks the rule `{}`", other.keyword()),
    }
}

fn push(issues: &mut Vec<Issue>, issue: Issue) {
    if issues.len() < MAX_ISSUES && !issues.contains(&issue) {
        issues.push(issue);
    }
}

/// Shows a value in a few characters.
pub(crate) fn glimpse(value: &Value) -> String {
    const MAX: usize = 60;
    match value {
        Value::Object(members) => format!("an object with {} members", members.len()),
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::String(text) if text.chars().count() > MAX => {
            let start: String = text.chars().take(MAX).collect();
            format!("{}…", Value::from(start))
        }
        other => other.to_string(),
    }
}
