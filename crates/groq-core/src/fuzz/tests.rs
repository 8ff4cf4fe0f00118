use super::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What inputs are made of: pieces that each parser looks for, and bytes that none expects.
const TOKENS: [&[u8]; 52] = [
    b"data", b"data:", b"data: ", b"event: error", b"id: 1", b": ", b"\n", b"\n\n", b"\r", b"\r\n", b"\r\n\r\n",
    b"\xef\xbb\xbf", b"\xef", b"[DONE]", b"\0", b"\0\0", b" ", b":", b"--groq-", b"\"", b"\\", b"\\u00e4", b"\\ud83d\\ude00",
    b"\\ud800", b"{", b"}", b"[", b"]", b",", b"\xf0\x9f\xa6\x80", b"\xff", b"1", b"59.", b"0.000000001", b"h", b"m", b"s", b"ms",
    b"\xc2\xb5s", b"999999999999999999999", b"Sun, 22 Nov 2026 12:00:0", b" GMT", b"Sunday, 22-Nov-26 ", b"try again in ", b"true",
    br#"data: {"id":"c","created":1,"model":"m","choices":[]}"#,
    br#"data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"hi"}}]}"#,
    br#"data: {"id":"c","created":1,"model":"m","choices":[{"index":1,"delta":{"content":""#,
    br#""},"finish_reason":"stop"}]}"#,
    br#"data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}"#,
    br#"data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    br#"data: {"error":{"message":"no"}}"#,
];

fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        8 => prop::sample::select(&TOKENS[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    let start = prop_oneof![Just(vec![]), prop::collection::vec(any::<u8>(), 2)];
    (start, prop::collection::vec(token, 0..12))
        .prop_map(|(start, tokens)| [start, tokens.concat()].concat())
}

/// Each target over as many inputs as `GROQ_FUZZ` says; `GROQ_FUZZ_TARGET` names one of them.
#[test]
fn any_input_will_do() {
    let number = |name| std::env::var(name).ok()?.parse().ok();
    let cases = number("GROQ_FUZZ").unwrap_or(500);
    let only = std::env::var("GROQ_FUZZ_TARGET").ok();
    for (name, target) in TARGETS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let config = ProptestConfig {
            cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let result = TestRunner::new(config).run(&inputs(), |input| {
            target(&input);
            Ok(())
        });
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

#[test]
fn the_targets_notice_what_is_wrong() {
    let caught = |target: Target, input: &[u8]| {
        let input = input.to_vec();
        std::panic::catch_unwind(move || target(&input)).is_err()
    };
    // A form that somebody else wrote wrongly is not read.
    assert_eq!(
        read_form(
            "multipart/form-data; boundary=b",
            b"--b\r\n\r\nx\r\n--b--\r\n"
        ),
        None
    );
    assert!(read_form("multipart/form-data; boundary=b", b"--b--\r\n").is_some());
    assert!(std::panic::catch_unwind(|| assert_near(Duration::from_secs(2), 1.0)).is_err());
    for (name, target) in TARGETS {
        assert!(!caught(target, b""), "{name}");
    }
}
