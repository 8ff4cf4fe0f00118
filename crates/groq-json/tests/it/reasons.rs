//! What the type's own code says, and replies that are not the answer.

use groq_json::{ErrorKind, Finish, Format, JsonSchema};
use serde::{Deserialize, Deserializer};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
struct Code(String);

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        if code.len() == 3 {
            Ok(Self(code))
        } else {
            Err("a code has 3 letters".to_owned())
        }
    }
}

fn even<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(deserializer)?;
    if number.is_multiple_of(2) {
        Ok(number)
    } else {
        Err(serde::de::Error::custom("must be even"))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Order {
    codes: Vec<Code>,
    #[serde(deserialize_with = "even")]
    pairs: u8,
}

#[test]
fn reasons_of_the_type_have_their_path() {
    let format = Format::<Order>::new().unwrap();
    for (reply, shown) in [
        (
            r#"{"codes":["abc","ab"],"pairs":2}"#,
            "/codes/1: a code has 3 letters",
        ),
        (r#"{"codes":[],"pairs":3}"#, "/pairs: must be even"),
    ] {
        let error = format.parse(reply, Finish::Stop).unwrap_err();
        assert_eq!(error.issues()[0].to_string(), shown);
        assert!(error.to_string().contains(shown));
        assert!(
            format.correction(&error).contains(shown),
            "{}",
            format.correction(&error)
        );
    }
    let order = format
        .parse(r#"{"codes":["abc"],"pairs":2}"#, Finish::Stop)
        .unwrap();
    assert_eq!((order.codes[0].0.as_str(), order.pairs), ("abc", 2));
}

#[expect(clippy::option_option, reason = "absent and null differ")]
fn double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u8>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, clippy::option_option, reason = "only its schema is used")]
struct Patch {
    plain: Option<u8>,
    #[serde(default, deserialize_with = "double")]
    changed: Option<Option<u8>>,
}

#[test]
fn the_usual_function_for_double_options_is_no_strict_type() {
    let format = Format::<Patch>::new().unwrap();
    let paths: Vec<&str> = format
        .incompatibilities()
        .iter()
        .map(|found| found.path.as_str())
        .collect();
    assert_eq!(paths, ["/changed"]);
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Named {
    name: String,
}

#[test]
fn channels_and_calls() {
    let format = Format::<Named>::new().unwrap();
    let answer = r#"{"name":"x"}"#;
    for (reply, expected) in [
        (
            format!("<|channel|>analysis<|message|>{answer}"),
            Err(ErrorKind::NoJson),
        ),
        (
            format!(
                "<|channel|>analysis<|message|>{{\"name\":\"y\"}}<|end|><|start|>assistant<|channel|>final<|message|>{answer}"
            ),
            Ok("x"),
        ),
        (
            format!("<|channel|>final<|message|>{answer}<|end|>"),
            Ok("x"),
        ),
        (
            format!(r#"{{"name":"Named<|channel|>json","arguments":{answer}}}"#),
            Ok("x"),
        ),
        (
            r#"{"name":"functions.Named","arguments":"{\"name\":\"x\"}"}"#.to_owned(),
            Ok("x"),
        ),
        (
            r#"{"name":"repo_browser.open_file","arguments":{"path":"a"}}"#.to_owned(),
            Err(ErrorKind::Invalid),
        ),
    ] {
        let parsed = format.parse(&reply, Finish::Stop);
        let found = parsed
            .as_ref()
            .map(|parsed| parsed.name.as_str())
            .map_err(groq_json::Error::kind);
        assert_eq!(found, expected, "{reply}");
        let mut reader = format.reader();
        for letter in reply.chars() {
            reader.feed(letter.encode_utf8(&mut [0; 4])).unwrap();
        }
        let found = reader.finish(Finish::Stop);
        assert_eq!(
            found
                .as_ref()
                .map(|read| read.name.as_str())
                .map_err(groq_json::Error::kind),
            expected,
            "{reply}"
        );
    }
}
