//! A cut answer is never taken for a whole one.

use groq_json::{Finish, Format};
use proptest::prelude::*;
use serde_json::{Value, json};

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

/// Any JSON value with a container at its root.
fn answers() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z ]{0,8}",
        Just("\\ \" \n é😀 {\"a\": [1".to_owned()),
        Just("</think> ```json".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::vec(inner, 0..5).prop_map(|items| json!({"items": items, "n": 7}))
}

/// All paths into a value.
fn paths(value: &Value, path: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                paths(value, format!("{path}/{key}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                paths(value, format!("{path}/{index}"), all);
            }
        }
        _ => {}
    }
    all.push(path);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn partials_grow_into_the_value(value in answers(), pretty in any::<bool>(), size in 1_usize..6) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let format = Format::<Value>::new().unwrap();
        let whole = format.parse(&text, Finish::Stop).unwrap().value;
        let mut all = Vec::new();
        paths(&whole, String::new(), &mut all);
        let mut done: Vec<&String> = Vec::new();
        let mut reader = format.reader();
        let letters: Vec<char> = text.chars().collect();
        let mut read = String::new();
        for piece in letters.chunks(size) {
            let piece: String = piece.iter().collect();
            reader.feed(&piece).unwrap();
            read.push_str(&piece);
            let partial = reader.partial();
            prop_assert!(partial.is_empty() || is_prefix(&partial.to_value(), &whole), "{read}");
            for path in done.iter().copied() {
                prop_assert!(partial.is_done(path), "{path} was done before {read}");
            }
            done = all.iter().filter(|path| partial.is_done(path)).collect();
            for path in &done {
                prop_assert_eq!(partial.value_at(path), whole.pointer(path).cloned(), "{} in {}", path, &read);
            }
            if read.len() < text.len() {
                prop_assert!(format.parse(&read, Finish::Stop).is_err(), "{}", read);
                prop_assert!(format.parse(&read, Finish::Length).is_err(), "{}", read);
            }
        }
        prop_assert_eq!(done.len(), all.len());
        prop_assert_eq!(&reader.partial().to_value(), &whole);
        prop_assert_eq!(reader.finish(Finish::Stop).unwrap().value, whole);
    }
}
