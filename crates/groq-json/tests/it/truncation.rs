//! A cut answer is never taken for a whole one.

use groq_json::{Finish, Format};
use serde_json::Value;

const ANSWERS: &[&str] = &[
    r#"{"inner":{"inner":{"list":[]}},"list":[{},{"inner":{}}],"text":"a\n\u00e9\ud83d\ude00 {\"x\":1}","n":-1.5e3,"t":true}"#,
    r#"[[1,2,{"a":[]}],"{}",null,[[],{}]]"#,
    "{'a': [1, 2,], b: None, // note\n \"c\": \"x\"\n \"d\": 1.0}",
];

#[test]
fn no_prefix_of_an_answer_is_a_value() {
    let format = Format::<Value>::new().unwrap();
    for answer in ANSWERS {
        assert!(format.parse(answer, Finish::Stop).is_ok(), "{answer}");
        for end in (0..answer.len()).filter(|end| answer.is_char_boundary(*end)) {
            for finish in [Finish::Stop, Finish::Length] {
                for text in [
                    answer[..end].to_owned(),
                    format!("Sure:\n```json\n{}", &answer[..end]),
                ] {
                    let result = format.parse(&text, finish);
                    assert!(result.is_err(), "{text:?} gave {:?}", result.unwrap().value);
                }
            }
        }
    }
}

#[test]
fn what_came_agrees_with_the_whole() {
    let format = Format::<Value>::new().unwrap();
    let whole = format.parse(ANSWERS[0], Finish::Stop).unwrap().value;
    for end in 1..ANSWERS[0].len() {
        let error = format
            .parse(&ANSWERS[0][..end], Finish::Length)
            .unwrap_err();
        assert!(error.is_truncated(), "{end}");
        let partial = error.partial().expect("what came").to_value();
        assert!(is_prefix(&partial, &whole), "{partial} of {whole}");
    }
}

fn is_prefix(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|whole| is_prefix(value, whole))),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_prefix(part, whole))
        }
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        _ => part == whole,
    }
}
