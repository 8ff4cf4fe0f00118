//! What models write, and what becomes of it: accepted, repaired (with the list), or refused (with kind and path).
//!
//! The cases are data: a type, a level, the reply, and the outcome as
//! `value | repairs + defaults`, or `! kind path`.

mod cases;
mod others;

use std::collections::BTreeMap;

use groq_json::{Error, ErrorKind, Finish, Format, JsonSchema, Parsed, Repair};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize, JsonSchema)]
struct One {
    a: i64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Person {
    name: String,
    age: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mood: Option<Mood>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Good,
    Bad,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64, corners: Option<Corners> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Corners {
    round: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nest {
    inner: Option<Box<Nest>>,
    #[serde(default)]
    list: Vec<Nest>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Text {
    s: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Price {
    p: f64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Settings {
    name: Option<String>,
    #[serde(default = "three")]
    size: u8,
    title: Option<String>,
}

fn three() -> u8 {
    3
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Closed {
    n: i64,
    b: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Big {
    n: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Number(i64),
    One(One),
}

/// What a case is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum On {
    One,
    Person,
    Shape,
    Nest,
    Text,
    Price,
    Bytes,
    Strings,
    Scalar,
    Number,
    People,
    Any,
    Settings,
    Closed,
    Big,
    Untagged,
    Map,
    Rows,
}

pub(crate) struct Case {
    pub(crate) on: On,
    pub(crate) level: Repair,
    pub(crate) finish: Finish,
    pub(crate) reply: &'static str,
    pub(crate) outcome: &'static str,
}

fn outcome<T: JsonSchema + DeserializeOwned + Serialize + 'static>(case: &Case) -> String {
    let format = Format::<T>::new().unwrap().repair(case.level);
    match format.parse(case.reply, case.finish) {
        Ok(parsed) => shown(&parsed),
        Err(error) => refused(&error),
    }
}

fn shown<T: Serialize>(parsed: &Parsed<T>) -> String {
    let value = serde_json::to_string(&parsed.value).unwrap();
    let repairs: Vec<String> = parsed
        .repairs
        .iter()
        .map(|repair| format!("{:?}@{}", repair.kind, repair.offset))
        .collect();
    let mut shown = value;
    for (mark, all) in [(" | ", &repairs), (" + ", &parsed.defaults)] {
        if !all.is_empty() {
            shown += mark;
            shown += &all.join(" ");
        }
    }
    shown
}

fn refused(error: &Error) -> String {
    format!("! {} {}", kind(error), place(error))
        .trim_end()
        .to_owned()
}

fn kind(error: &Error) -> String {
    format!("{:?}", error.kind())
}

fn place(error: &Error) -> String {
    let path = error.path().unwrap_or_default();
    let offset = error.offset().unwrap_or_default();
    match error.kind() {
        ErrorKind::Invalid => {
            let paths = error.issues().iter().map(|issue| issue.path.as_str());
            paths.collect::<Vec<_>>().join(" ")
        }
        ErrorKind::DuplicateKey | ErrorKind::NumberRange => path.to_owned(),
        ErrorKind::Syntax => format!("{path}@{offset}"),
        ErrorKind::Elided => format!("@{offset}"),
        _ => String::new(),
    }
}

fn run(case: &Case) -> String {
    match case.on {
        On::One => outcome::<One>(case),
        On::Person => outcome::<Person>(case),
        On::Shape => outcome::<Shape>(case),
        On::Nest => outcome::<Nest>(case),
        On::Text => outcome::<Text>(case),
        On::Price => outcome::<Price>(case),
        On::Bytes => outcome::<Vec<u8>>(case),
        On::Strings => outcome::<Vec<String>>(case),
        On::Scalar => outcome::<String>(case),
        On::Number => outcome::<f64>(case),
        On::People => outcome::<Vec<Person>>(case),
        On::Any => outcome::<Value>(case),
        On::Settings => outcome::<Settings>(case),
        On::Closed => outcome::<Closed>(case),
        On::Big => outcome::<Big>(case),
        On::Untagged => outcome::<Untagged>(case),
        On::Map => outcome::<BTreeMap<String, u8>>(case),
        On::Rows => outcome::<Vec<(String, f64)>>(case),
    }
}

fn all() -> impl Iterator<Item = &'static Case> {
    cases::CASES.iter().chain(others::CASES)
}

#[test]
fn every_reply_has_its_outcome() {
    let mut wrong = Vec::new();
    for (index, case) in all().enumerate() {
        let outcome = run(case);
        if outcome != case.outcome {
            wrong.push(format!(
                "{index}: {:?} {:?}\n  expected {}\n  got      {outcome}",
                case.on, case.reply, case.outcome
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        all().count(),
        wrong.join("\n")
    );
}

/// The same by way of a reader, letter by letter.
fn streamed<T: JsonSchema + DeserializeOwned + Serialize + 'static>(case: &Case) -> String {
    let format = Format::<T>::new().unwrap().repair(case.level);
    let mut reader = format.reader();
    for letter in case.reply.chars() {
        if let Err(error) = reader.feed(letter.encode_utf8(&mut [0; 4])) {
            assert!(
                error.is_invalid() && !error.issues().is_empty(),
                "{error:?}"
            );
            return "broken off".to_owned();
        }
    }
    let partial = reader.partial().clone();
    match reader.finish(case.finish) {
        Ok(parsed) => {
            // What is shown at the end is the value, unless there is more to it than the form of the text.
            let value = serde_json::to_value(&parsed.value).unwrap();
            let plain = parsed.repairs.is_empty() && parsed.defaults.is_empty();
            if plain && std::any::TypeId::of::<T>() == std::any::TypeId::of::<Value>() {
                assert!(
                    partial.is_empty() || partial.to_value() == value,
                    "{}",
                    case.reply
                );
            }
            shown(&parsed)
        }
        Err(error) => refused(&error),
    }
}

#[test]
fn streams_come_to_the_same() {
    for case in all() {
        let streamed = match case.on {
            On::One => streamed::<One>(case),
            On::Person => streamed::<Person>(case),
            On::Shape => streamed::<Shape>(case),
            On::Nest => streamed::<Nest>(case),
            On::Text => streamed::<Text>(case),
            On::Price => streamed::<Price>(case),
            On::Bytes => streamed::<Vec<u8>>(case),
            On::Strings => streamed::<Vec<String>>(case),
            On::Scalar => streamed::<String>(case),
            On::Number => streamed::<f64>(case),
            On::People => streamed::<Vec<Person>>(case),
            On::Any => streamed::<Value>(case),
            On::Settings => streamed::<Settings>(case),
            On::Closed => streamed::<Closed>(case),
            On::Big => streamed::<Big>(case),
            On::Untagged => streamed::<Untagged>(case),
            On::Map => streamed::<BTreeMap<String, u8>>(case),
            On::Rows => streamed::<Vec<(String, f64)>>(case),
        };
        // What a schema rules out ends a stream before the end of the text can tell more.
        let broken_off = streamed == "broken off"
            && (case.outcome.starts_with('!')
                || case.outcome.contains("Prose")
                || case.outcome.contains("Thoughts"));
        assert!(
            broken_off || streamed == case.outcome,
            "{:?}: {streamed}",
            case.reply
        );
    }
}

#[test]
fn errors_never_show_the_reply() {
    for case in all() {
        let format = Format::<Person>::new().unwrap();
        if let Err(error) = format.parse(case.reply, case.finish) {
            let text = format!("{error} {error:?}");
            assert!(!text.contains("Ada") && !text.contains('\n'), "{text}");
        }
    }
}

#[test]
fn depth_is_capped_without_recursion() {
    let format = Format::<Nest>::new().unwrap();
    let nested =
        |depth: usize| format!("{}null{}", r#"{"inner":"#.repeat(depth), "}".repeat(depth));
    assert!(format.parse(&nested(256), Finish::Stop).is_ok());
    assert_eq!(
        kind(&format.parse(&nested(257), Finish::Stop).unwrap_err()),
        "TooDeep"
    );
    assert_eq!(
        kind(&format.parse(&nested(1_000_000), Finish::Stop).unwrap_err()),
        "TooDeep"
    );
    let shallow = format.max_depth(3);
    assert_eq!(
        kind(&shallow.parse(&nested(4), Finish::Stop).unwrap_err()),
        "TooDeep"
    );
}

#[test]
fn odd_texts_take_linear_time_and_do_no_harm() {
    let format = Format::<Person>::new().unwrap();
    for unit in [
        "{", "[", "}", "{ ", "[x", "<think>", "</think>", "```", "{\"a\":", "\"", "\\", "{'", "/*",
        "{a:", ",", "{}", "{\"", "<",
    ] {
        let text = unit.repeat(30_000);
        assert!(format.parse(&text, Finish::Stop).is_err(), "{unit}");
        assert!(
            format.parse(&format!("x {text}"), Finish::Stop).is_err(),
            "{unit}"
        );
    }
}

#[test]
fn strict_encodings_are_undone_and_nulls_listed() {
    let format = Format::<Person>::new().unwrap();
    let wire = format.wire_schema(groq_json::Mode::Strict).unwrap();
    let parsed = format
        .parse_wire(
            wire,
            r#"{"name":"Ada","age":36,"mood":null,"tags":null}"#,
            Finish::Stop,
        )
        .unwrap();
    assert!(parsed.tags.is_empty() && parsed.mood.is_none());
    assert_eq!(parsed.defaults, ["/tags"]);
    let repairs: Vec<String> = parsed.repairs.iter().map(ToString::to_string).collect();
    assert_eq!(repairs, ["null for an absent member at byte 42"]);
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Ages {
    ages: BTreeMap<String, Vec<u8>>,
}

#[test]
fn the_model_is_told_paths_that_it_knows() {
    let format = Format::<Ages>::new().unwrap();
    let wire = format.wire_schema(groq_json::Mode::Strict).unwrap();
    let reply = r#"{"ages":[{"key":"Ada","value":[36]},{"key":"Bob","value":[1,300]}]}"#;
    let error = format.parse_wire(wire, reply, Finish::Stop).unwrap_err();
    assert_eq!(error.path(), Some("/ages/Bob/1"), "the caller's path");
    let question = format.correction(&error);
    assert!(
        question.contains("/ages/1/value/1: must be at most 255, got 300"),
        "{question}"
    );
    let reply = r#"{"ages":[{"key":"Ada","value":[36.0]}]}"#;
    let parsed = format.parse_wire(wire, reply, Finish::Stop).unwrap();
    assert_eq!(parsed.repairs[0].to_string(), "integer as float at byte 31");
}

#[test]
fn defaults_are_filled_in_after_validation() {
    let schema = serde_json::json!({
        "type": "object",
        "properties": {
            "q": {"type": "string", "default": "x"},
            "limit": {"type": "integer", "default": null},
        },
        "required": ["q"],
    });
    let format = Format::from_schema("query", schema).unwrap();
    let parsed = format.parse(r#"{"q": "x"}"#, Finish::Stop).unwrap();
    assert_eq!(parsed.value, serde_json::json!({"q": "x", "limit": null}));
    let error = format.parse(r#"{"limit": 1}"#, Finish::Stop).unwrap_err();
    assert_eq!(error.issues()[0].to_string(), "/q: is missing");
}

#[test]
fn many_repairs_take_linear_time() {
    // A second reading for each of them would take hours.
    let format = Format::<Vec<u8>>::new().unwrap();
    let text = format!("[{}1.0]", "1.0,".repeat(250_000));
    let parsed = format.parse(&text, Finish::Stop).unwrap();
    assert_eq!((parsed.len(), parsed.repairs.len()), (250_001, 250_001));
    let format = Format::<Vec<String>>::new()
        .unwrap()
        .repair(Repair::Lossless);
    let text = format!("[{}1.50]", "1.50,".repeat(200_000));
    let parsed = format.parse(&text, Finish::Stop).unwrap();
    assert_eq!(
        (parsed[7].as_str(), parsed.repairs.len()),
        ("1.50", 200_001)
    );
}
