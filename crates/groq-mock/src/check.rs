//! Checks of request bodies against the generated tables, with Groq's error messages.
//!
//! A [`Rule`] is what a schema of the API description allows; `generated/requests.rs` has one for each schema that a
//! request reaches. What a schema cannot express, such as fields that exclude each other, is checked by the handlers.
//! Nothing is allocated unless a check fails.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::api_error::{ApiError, Outcome};
use crate::request::Request;

/// A property of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) rule: Rule,
    required: bool,
    nullable: bool,
}

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Rule {
    Any,
    Bool,
    /// The content of a part of a form, which is not text.
    File,
    /// A string whose length in characters is within these bounds.
    Text(usize, usize),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A whole number within bounds.
    Integer(i64, i64),
    /// One of these whole numbers.
    OneNumberOf(&'static [i64]),
    /// A number within bounds.
    Number(f64, f64),
    /// An array whose length is within bounds.
    List(usize, usize, &'static Rule),
    /// An object with any keys.
    Map(&'static Rule),
    /// An object with these properties and no others.
    Closed(&'static [Field]),
    /// An object with these properties and any others.
    Open(&'static [Field]),
    /// An object whose rule depends on the string under one of its keys.
    Tagged(&'static str, &'static [(&'static str, &'static Rule)]),
    /// The first of these rules that is for a value of this JSON type.
    Either(&'static [Rule]),
    /// The rule of another schema.
    Named(&'static Rule),
}

impl Field {
    const fn new(name: &'static str, rule: Rule, required: bool, nullable: bool) -> Self {
        Self {
            name,
            rule,
            required,
            nullable,
        }
    }

    pub(crate) const fn required(name: &'static str, rule: Rule) -> Self {
        Self::new(name, rule, true, false)
    }

    pub(crate) const fn required_or_null(name: &'static str, rule: Rule) -> Self {
        Self::new(name, rule, true, true)
    }

    pub(crate) const fn optional(name: &'static str, rule: Rule) -> Self {
        Self::new(name, rule, false, false)
    }

    pub(crate) const fn optional_or_null(name: &'static str, rule: Rule) -> Self {
        Self::new(name, rule, false, true)
    }
}

/// Returns the body of a request, which must be a JSON object that follows the rule.
pub(crate) fn body<'a>(request: &'a Request, rule: &Rule) -> Outcome<&'a Map<String, Value>> {
    let value = request.parsed().map_err(|why| {
        ApiError::invalid(format!("could not parse the request body as JSON: {why}"))
    })?;
    let Some(object) = value.as_object() else {
        return Err(ApiError::invalid("the request body must be a JSON object"));
    };
    self::value(value, rule)?;
    Ok(object)
}

/// Checks a value.
pub(crate) fn value(value: &Value, rule: &Rule) -> Outcome<()> {
    rule.check(value).map_err(Problem::into_error)
}

/// What is wrong, and the path to it, innermost step first.
#[derive(Debug)]
struct Problem {
    steps: Vec<String>,
    message: String,
    /// For each variant of a union on the path: the number of steps below it, and `role:user`.
    within: Vec<(usize, String)>,
}

type Checked = Result<(), Problem>;

impl Problem {
    fn new(message: impl Into<String>) -> Self {
        Self {
            steps: Vec::new(),
            message: message.into(),
            within: Vec::new(),
        }
    }

    fn at(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// `'messages.0' : for 'role:user' the following must be satisfied[('messages.0.content' : value must be a string)]`.
    fn into_error(self) -> Box<ApiError> {
        let mut text = located(&self.path(self.steps.len()), &self.message);
        for (depth, member) in &self.within {
            let message = format!("for '{member}' the following must be satisfied[({text})]");
            text = located(&self.path(self.steps.len() - depth), &message);
        }
        ApiError::invalid(text)
    }

    /// The first `count` steps of the path, from the root.
    fn path(&self, count: usize) -> String {
        let steps: Vec<&str> = self
            .steps
            .iter()
            .rev()
            .take(count)
            .map(String::as_str)
            .collect();
        steps.join(".")
    }
}

fn located(path: &str, message: &str) -> String {
    if path.is_empty() {
        message.to_owned()
    } else {
        format!("'{path}' : {message}")
    }
}

impl Rule {
    fn check(&self, value: &Value) -> Checked {
        let is = |fits: bool| {
            if fits {
                Ok(())
            } else {
                Err(Problem::new(format!("value must be {}", self.kind())))
            }
        };
        if !matches!(self, Self::Either(_) | Self::Tagged(..) | Self::Named(_)) {
            is(self.is_for(value))?;
        }
        match self {
            Self::Any | Self::Bool | Self::File => Ok(()),
            Self::Text(least, most) => text(value, *least, *most),
            Self::OneOf(texts) => one_of(value.as_str(), texts),
            Self::Integer(least, most) => {
                is(whole(value).is_some() || value.is_u64())?;
                // What is too large for `i64` is larger than any bound.
                within(&whole(value).unwrap_or(i64::MAX), least, most)
            }
            Self::OneNumberOf(numbers) => {
                is(whole(value).is_some() || value.is_u64())?;
                one_of(whole(value), numbers)
            }
            Self::Number(least, most) => within(&value.as_f64().unwrap_or(f64::NAN), least, most),
            Self::List(least, most, rule) => list(value, *least, *most, rule),
            Self::Map(rule) => entries(value)
                .try_for_each(|(key, value)| rule.check(value).map_err(|problem| problem.at(key))),
            Self::Closed(fields) => object(value, fields, true),
            Self::Open(fields) => object(value, fields, false),
            Self::Tagged(tag, members) => tagged(value, tag, members),
            Self::Either(rules) => match rules.iter().find(|rule| rule.is_for(value)) {
                Some(rule) => rule.check(value),
                None => is(false),
            },
            Self::Named(rule) => rule.check(value),
        }
    }

    /// Whether the value has the JSON type that the rule is about.
    fn is_for(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Bool => value.is_boolean(),
            Self::File | Self::Text(..) | Self::OneOf(_) => value.is_string(),
            Self::Integer(..) | Self::OneNumberOf(_) | Self::Number(..) => value.is_number(),
            Self::List(..) => value.is_array(),
            Self::Map(_) | Self::Closed(_) | Self::Open(_) => value.is_object(),
            Self::Tagged(tag, _) => value.get(tag).is_some(),
            Self::Either(rules) => rules.iter().any(|rule| rule.is_for(value)),
            Self::Named(rule) => rule.is_for(value),
        }
    }

    fn kind(&self) -> String {
        let kind = match self {
            Self::Any => "a value",
            Self::Bool => "a boolean",
            Self::File | Self::Text(..) | Self::OneOf(_) => "a string",
            Self::Integer(..) | Self::OneNumberOf(_) => "an integer",
            Self::Number(..) => "a number",
            Self::List(..) => "an array",
            Self::Map(_) | Self::Closed(_) | Self::Open(_) | Self::Tagged(..) => "an object",
            Self::Either(rules) => {
                return rules
                    .iter()
                    .map(Self::kind)
                    .collect::<Vec<_>>()
                    .join(" or ");
            }
            Self::Named(rule) => return rule.kind(),
        };
        kind.to_owned()
    }

    /// The properties, where it is an object.
    pub(crate) fn fields(&self) -> &'static [Field] {
        match self {
            Self::Closed(fields) | Self::Open(fields) => fields,
            Self::Named(rule) => rule.fields(),
            _ => &[],
        }
    }

    /// The rule itself, where it is only named.
    pub(crate) fn resolved(&self) -> &Self {
        match self {
            Self::Named(rule) => rule.resolved(),
            rule => rule,
        }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn object(value: &Value, fields: &[Field], closed: bool) -> Checked {
    let is_known = |key: &str| fields.iter().any(|field| field.name == key);
    if closed && let Some((unknown, _)) = entries(value).find(|(key, _)| !is_known(key)) {
        return Err(Problem::new(format!("property '{unknown}' is unsupported")));
    }
    let missing = fields
        .iter()
        .find(|field| field.required && value.get(field.name).is_none());
    if let Some(Field { name, .. }) = missing {
        return Err(Problem::new(format!("property '{name}' is missing")));
    }
    entries(value).try_for_each(|(key, value)| {
        match fields.iter().find(|field| field.name == key) {
            Some(field) if !(value.is_null() && field.nullable) => field
                .rule
                .check(value)
                .map_err(|problem| problem.at(field.name)),
            _ => Ok(()),
        }
    })
}

fn text(value: &Value, least: usize, most: usize) -> Checked {
    // A string has at most as many characters as bytes, so that most strings need not be counted.
    let text = value.as_str().unwrap_or_default();
    if least > 0 && text.chars().take(least).count() < least {
        return Err(Problem::new(format!("minimum string length is {least}")));
    }
    if text.len() > most && text.chars().count() > most {
        return Err(Problem::new(format!("maximum string length is {most}")));
    }
    Ok(())
}

fn one_of<T: PartialEq + Display>(value: Option<T>, allowed: &[T]) -> Checked {
    if value.is_some_and(|value| allowed.contains(&value)) {
        return Ok(());
    }
    let quoted: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
    Err(Problem::new(format!(
        "value is not one of the allowed values [{}]",
        quoted.join(",")
    )))
}

/// A whole number, also where it is spelled `7.0`.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

fn within<T: PartialOrd + Display>(number: &T, least: &T, most: &T) -> Checked {
    if number < least {
        return Err(Problem::new(format!("number must be at least {least}")));
    }
    if number > most {
        return Err(Problem::new(format!("number must be at most {most}")));
    }
    Ok(())
}

fn list(value: &Value, least: usize, most: usize, rule: &Rule) -> Checked {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    if items.len() < least {
        return Err(Problem::new(format!("minimum number of items is {least}")));
    }
    if items.len() > most {
        return Err(Problem::new(format!("maximum number of items is {most}")));
    }
    items.iter().enumerate().try_for_each(|(index, item)| {
        rule.check(item)
            .map_err(|problem| problem.at(index.to_string()))
    })
}

fn tagged(value: &Value, tag: &str, members: &[(&str, &Rule)]) -> Checked {
    if !value.is_object() {
        return Err(Problem::new("value must be an object"));
    }
    let name = value.get(tag);
    let member = members
        .iter()
        .find(|(member, _)| name.is_some_and(|name| name == member));
    let Some((name, rule)) = member else {
        let mut message = format!("discriminator property '{tag}' has invalid value");
        if name.is_some() {
            let names: Vec<String> = members
                .iter()
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            message += &format!("; it must be one of [{}]", names.join(","));
        }
        return Err(Problem::new(message));
    };
    rule.check(value).map_err(|mut problem| {
        problem
            .within
            .push((problem.steps.len(), format!("{tag}:{name}")));
        problem
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static BODY: Rule = Rule::Closed(&[
        Field::required(
            "list",
            Rule::List(
                1,
                2,
                &Rule::Tagged("role", &[("user", &USER), ("tool", &EMPTY)]),
            ),
        ),
        Field::optional_or_null("size", Rule::Integer(1, 10)),
        Field::optional_or_null("share", Rule::Number(0.0, 2.0)),
        Field::optional(
            "mode",
            Rule::Either(&[Rule::OneOf(&["a", "b"]), Rule::Named(&EMPTY)]),
        ),
        Field::optional_or_null("tags", Rule::Map(&Rule::Text(0, usize::MAX))),
        Field::optional("name", Rule::Text(1, 3)),
        Field::optional("rate", Rule::OneNumberOf(&[8, 16])),
    ]);
    static EMPTY: Rule = Rule::Closed(&[]);
    static USER: Rule = Rule::Open(&[
        Field::required("content", Rule::Text(0, usize::MAX)),
        Field::required_or_null("name", Rule::Text(0, usize::MAX)),
    ]);

    #[test]
    fn valid_bodies() {
        let user = json!({"role": "user", "content": "x", "name": null});
        for body in [
            json!({"list": [user]}),
            json!({"list": [user], "size": 10, "share": 0, "mode": "a", "tags": {"x": "y"}}),
            json!({"list": [user], "size": 7.0, "share": null, "mode": {}, "tags": null}),
            json!({"list": [user], "name": "日本語", "rate": 16}),
        ] {
            assert_eq!(value(&body, &BODY), Ok(()), "{body}");
        }
    }

    #[test]
    fn refusals_and_their_messages() {
        let user = json!({"role": "user", "content": "x", "name": null});
        let with = |key: &str, value: Value| {
            let mut body = json!({"list": [user]});
            body[key] = value;
            body
        };
        let table = [
            (json!([]), "value must be an object"),
            (json!({}), "property 'list' is missing"),
            (with("extra", json!(1)), "property 'extra' is unsupported"),
            (
                with("list", json!([])),
                "'list' : minimum number of items is 1",
            ),
            (
                with("list", json!([user, user, user])),
                "'list' : maximum number of items is 2",
            ),
            (with("list", json!({})), "'list' : value must be an array"),
            (
                with("list", json!([1])),
                "'list.0' : value must be an object",
            ),
            (
                with("list", json!([{}])),
                "'list.0' : discriminator property 'role' has invalid value",
            ),
            (
                with("list", json!([{"role": "x"}])),
                "'list.0' : discriminator property 'role' has invalid value; it must be one of [`user`,`tool`]",
            ),
            (
                with(
                    "list",
                    json!([{"role": "user", "content": 1, "name": null}]),
                ),
                "'list.0' : for 'role:user' the following must be satisfied[('list.0.content' : value must be a string)]",
            ),
            (
                with("list", json!([{"role": "user", "content": "x"}])),
                "'list.0' : for 'role:user' the following must be satisfied[('list.0' : property 'name' is missing)]",
            ),
            (
                with("size", json!(11)),
                "'size' : number must be at most 10",
            ),
            (with("size", json!(0)), "'size' : number must be at least 1"),
            (
                with("size", json!(u64::MAX)),
                "'size' : number must be at most 10",
            ),
            (
                with("size", json!(1.5)),
                "'size' : value must be an integer",
            ),
            (
                with("size", json!("x")),
                "'size' : value must be an integer",
            ),
            (
                with("share", json!(2.5)),
                "'share' : number must be at most 2",
            ),
            (
                with("share", json!(true)),
                "'share' : value must be a number",
            ),
            (
                with("mode", json!("c")),
                "'mode' : value is not one of the allowed values [`a`,`b`]",
            ),
            (
                with("mode", Value::Null),
                "'mode' : value must be a string or an object",
            ),
            (
                with("tags", json!({"x": 1})),
                "'tags.x' : value must be a string",
            ),
            (
                with("name", json!("")),
                "'name' : minimum string length is 1",
            ),
            (
                with("name", json!("日本語x")),
                "'name' : maximum string length is 3",
            ),
            (
                with("rate", json!(9)),
                "'rate' : value is not one of the allowed values [`8`,`16`]",
            ),
        ];
        for (body, expected) in table {
            let message = value(&body, &BODY).err().map(|error| error.message);
            assert_eq!(message.as_deref(), Some(expected), "{body}");
        }
    }
}
