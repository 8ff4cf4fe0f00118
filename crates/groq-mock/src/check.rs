//! Checks of a request body against a table, in the words that Groq uses.
//!
//! A [`Rule`] says what a value must be; tables of [`Field`]s say which keys an object may have. Nothing is
//! allocated unless a check fails.

use serde_json::{Map, Value};

use crate::api_error::{ApiError, Outcome};
use crate::request::Request;

/// A key of an object.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    rule: Rule,
    required: bool,
    nullable: bool,
}

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Rule {
    Any,
    Bool,
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A whole number within bounds.
    Integer(i64, i64),
    /// A number within bounds.
    Number(f64, f64),
    /// An array with at least and at most so many items.
    List(usize, usize, &'static Rule),
    /// An object with any keys, whose values follow a rule.
    Map(&'static Rule),
    /// An object with these keys and no others.
    Object(&'static [Field]),
    /// An object with at least these keys.
    Open(&'static [Field]),
    /// An object whose keys depend on the text under one of them.
    Tagged(&'static str, &'static [(&'static str, &'static [Field])]),
    /// A value that follows one of several rules, told apart by their JSON type.
    Either(&'static [Rule]),
}

impl Field {
    pub(crate) const fn required(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            required: true,
            nullable: false,
        }
    }

    /// May be left out, and may be null.
    pub(crate) const fn optional(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            required: false,
            nullable: true,
        }
    }

    /// Must be there, but may be null.
    pub(crate) const fn nullable(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            required: true,
            nullable: true,
        }
    }

    /// May be left out, but not null.
    pub(crate) const fn plain(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            rule,
            required: false,
            nullable: false,
        }
    }
}

/// The body of a request as JSON.
pub(crate) fn body(request: &Request) -> Outcome<&Value> {
    let parsed = request.parsed();
    parsed.map_err(|why| {
        ApiError::invalid(format!("could not parse the request body as JSON: {why}"))
    })
}

/// Checks a body, which must be an object with these keys.
pub(crate) fn object<'a>(body: &'a Value, fields: &[Field]) -> Outcome<&'a Map<String, Value>> {
    let Some(object) = body.as_object() else {
        return Err(ApiError::invalid("the request body must be a JSON object"));
    };
    check_object(object, fields, true).map_err(Problem::into_error)?;
    Ok(object)
}

/// What is wrong, and the way to it, innermost step first.
#[derive(Debug)]
struct Problem {
    steps: Vec<String>,
    message: String,
    /// Set where the steps up to here are a union's member: `role:user`.
    within: Vec<(usize, String)>,
}

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
            let path = self.path(self.steps.len() - depth);
            text = located(
                &path,
                &format!("for '{member}' the following must be satisfied[({text})]"),
            );
        }
        ApiError::invalid(text)
    }

    /// The first `count` steps of the way, from the root.
    fn path(&self, count: usize) -> String {
        self.steps
            .iter()
            .rev()
            .take(count)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(".")
    }
}

fn located(path: &str, message: &str) -> String {
    if path.is_empty() {
        message.to_owned()
    } else {
        format!("'{path}' : {message}")
    }
}

fn check(value: &Value, rule: &Rule) -> Result<(), Problem> {
    let fits = |fits: bool, message: &str| {
        if fits {
            Ok(())
        } else {
            Err(Problem::new(message))
        }
    };
    match rule {
        Rule::Any => Ok(()),
        Rule::Bool => fits(value.is_boolean(), "value must be a boolean"),
        Rule::Text => fits(value.is_string(), "value must be a string"),
        Rule::OneOf(texts) => one_of(value, texts),
        Rule::Integer(low, high) => integer(value, *low, *high),
        Rule::Number(low, high) => number(value, *low, *high),
        Rule::List(least, most, rule) => list(value, *least, *most, rule),
        Rule::Map(rule) => map(value, rule),
        Rule::Object(fields) => check_object(as_object(value)?, fields, true),
        Rule::Open(fields) => check_object(as_object(value)?, fields, false),
        Rule::Tagged(tag, members) => tagged(value, tag, members),
        Rule::Either(rules) => either(value, rules),
    }
}

fn check_object(
    object: &Map<String, Value>,
    fields: &[Field],
    closed: bool,
) -> Result<(), Problem> {
    if closed
        && let Some(unknown) = object
            .keys()
            .find(|key| fields.iter().all(|field| field.name != key.as_str()))
    {
        return Err(Problem::new(format!("property '{unknown}' is unsupported")));
    }
    if let Some(missing) = fields
        .iter()
        .find(|field| field.required && !object.contains_key(field.name))
    {
        return Err(Problem::new(format!(
            "property '{}' is missing",
            missing.name
        )));
    }
    // A request has few of the keys that it could have, and comparing with those is less work than hashing all.
    let given = |field: &&Field| object.keys().any(|key| key == field.name);
    for field in fields.iter().filter(given) {
        match object.get(field.name) {
            None => {}
            Some(Value::Null) if field.nullable => {}
            Some(value) => check(value, &field.rule).map_err(|problem| problem.at(field.name))?,
        }
    }
    Ok(())
}

fn as_object(value: &Value) -> Result<&Map<String, Value>, Problem> {
    value
        .as_object()
        .ok_or_else(|| Problem::new("value must be an object"))
}

fn one_of(value: &Value, texts: &[&str]) -> Result<(), Problem> {
    let text = value
        .as_str()
        .ok_or_else(|| Problem::new("value must be a string"))?;
    if texts.contains(&text) {
        return Ok(());
    }
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    Err(Problem::new(format!(
        "value is not one of the allowed values [{}]",
        quoted.join(",")
    )))
}

fn integer(value: &Value, low: i64, high: i64) -> Result<(), Problem> {
    // `7.0` is a whole number, however it is spelled.
    let whole = value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    });
    let beyond = value.as_u64().is_some();
    match whole {
        Some(number) if number < low => Err(Problem::new(format!("number must be at least {low}"))),
        Some(number) if number > high => {
            Err(Problem::new(format!("number must be at most {high}")))
        }
        Some(_) => Ok(()),
        None if beyond => Err(Problem::new(format!("number must be at most {high}"))),
        None => Err(Problem::new("value must be an integer")),
    }
}

fn number(value: &Value, low: f64, high: f64) -> Result<(), Problem> {
    match value.as_f64() {
        Some(number) if number < low => Err(Problem::new(format!("number must be at least {low}"))),
        Some(number) if number > high => {
            Err(Problem::new(format!("number must be at most {high}")))
        }
        Some(_) => Ok(()),
        None => Err(Problem::new("value must be a number")),
    }
}

fn list(value: &Value, least: usize, most: usize, rule: &Rule) -> Result<(), Problem> {
    let items = value
        .as_array()
        .ok_or_else(|| Problem::new("value must be an array"))?;
    if items.len() < least {
        return Err(Problem::new(format!("minimum number of items is {least}")));
    }
    if items.len() > most {
        return Err(Problem::new(format!("maximum number of items is {most}")));
    }
    let mut items = items.iter().enumerate();
    items.try_for_each(|(index, item)| {
        check(item, rule).map_err(|problem| problem.at(index.to_string()))
    })
}

fn map(value: &Value, rule: &Rule) -> Result<(), Problem> {
    let mut entries = as_object(value)?.iter();
    entries.try_for_each(|(key, value)| check(value, rule).map_err(|problem| problem.at(key)))
}

fn tagged(value: &Value, tag: &str, members: &[(&str, &[Field])]) -> Result<(), Problem> {
    let object = as_object(value)?;
    let Some(name) = object.get(tag) else {
        return Err(Problem::new(format!(
            "discriminator property '{tag}' has invalid value"
        )));
    };
    let Some((name, fields)) = name
        .as_str()
        .and_then(|name| members.iter().find(|(member, _)| *member == name))
    else {
        let names: Vec<String> = members
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        return Err(Problem::new(format!(
            "discriminator property '{tag}' has invalid value; it must be one of [{}]",
            names.join(",")
        )));
    };
    check_object(object, fields, true).map_err(|mut problem| {
        problem
            .within
            .push((problem.steps.len(), format!("{tag}:{name}")));
        problem
    })
}

fn either(value: &Value, rules: &[Rule]) -> Result<(), Problem> {
    if let Some(rule) = rules.iter().find(|rule| rule.is_for(value)) {
        return check(value, rule);
    }
    let kinds: Vec<&str> = rules.iter().map(Rule::kind).collect();
    Err(Problem::new(format!(
        "value must be {}",
        kinds.join(" or ")
    )))
}

impl Rule {
    /// Whether the value has the JSON type that the rule is about.
    fn is_for(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Bool => value.is_boolean(),
            Self::Text | Self::OneOf(_) => value.is_string(),
            Self::Integer(..) | Self::Number(..) => value.is_number(),
            Self::List(..) => value.is_array(),
            Self::Map(_) | Self::Object(_) | Self::Open(_) | Self::Tagged(..) => value.is_object(),
            Self::Either(rules) => rules.iter().any(|rule| rule.is_for(value)),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Any | Self::Either(_) => "a value",
            Self::Bool => "a boolean",
            Self::Text | Self::OneOf(_) => "a string",
            Self::Integer(..) => "an integer",
            Self::Number(..) => "a number",
            Self::List(..) => "an array",
            Self::Map(_) | Self::Object(_) | Self::Open(_) | Self::Tagged(..) => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[
        Field::required(
            "list",
            Rule::List(
                1,
                2,
                &Rule::Tagged("role", &[("user", USER), ("tool", &[])]),
            ),
        ),
        Field::optional("size", Rule::Integer(1, 10)),
        Field::optional("share", Rule::Number(0.0, 2.0)),
        Field::plain(
            "mode",
            Rule::Either(&[Rule::OneOf(&["a", "b"]), Rule::Object(&[])]),
        ),
        Field::optional("tags", Rule::Map(&Rule::Text)),
    ];
    const USER: &[Field] = &[
        Field::required("role", Rule::Any),
        Field::required("content", Rule::Text),
        Field::nullable("name", Rule::Text),
    ];

    fn message(body: &Value) -> Option<String> {
        object(body, FIELDS).err().map(|error| error.message)
    }

    #[test]
    fn what_passes() {
        let user = json!({"role": "user", "content": "x", "name": null});
        for body in [
            json!({"list": [user]}),
            json!({"list": [user], "size": 10, "share": 0, "mode": "a", "tags": {"x": "y"}}),
            json!({"list": [user], "size": 7.0, "share": null, "mode": {}, "tags": null}),
        ] {
            assert_eq!(message(&body), None, "{body}");
        }
    }

    #[test]
    fn what_is_refused_and_how_it_is_said() {
        let user = json!({"role": "user", "content": "x", "name": null});
        let with = |key: &str, value: Value| {
            let mut body = json!({"list": [user]});
            body[key] = value;
            body
        };
        let table = [
            (json!([]), "the request body must be a JSON object"),
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
                with("size", json!("1")),
                "'size' : value must be an integer",
            ),
            (
                with("share", json!(2.1)),
                "'share' : number must be at most 2",
            ),
            (
                with("mode", json!("c")),
                "'mode' : value is not one of the allowed values [`a`,`b`]",
            ),
            (
                with("mode", json!(null)),
                "'mode' : value must be a string or an object",
            ),
            (
                with("tags", json!({"x": 1})),
                "'tags.x' : value must be a string",
            ),
        ];
        for (body, expected) in table {
            assert_eq!(message(&body).as_deref(), Some(expected), "{body}");
        }
    }
}
