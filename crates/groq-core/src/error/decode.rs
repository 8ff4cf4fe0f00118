//! Why a response could not be decoded, told without its content.

use std::str;

use serde::de::DeserializeOwned;

use super::{decode_path, text};

/// Says what is wrong with a body that did not decode as `T`: where, and what, but not the value that stands there.
///
/// This decodes a second time: it costs nothing as long as nothing fails.
pub(crate) fn explain<T: DeserializeOwned>(body: &[u8]) -> String {
    let json = text::without_byte_order_mark(body);
    match serde_json::from_slice::<T>(json) {
        Err(error) => explain_error(json, &error),
        Ok(_) => "it decodes after all".to_owned(),
    }
}

/// The same, with the error at hand.
pub(crate) fn explain_error(json: &[u8], error: &serde_json::Error) -> String {
    if let Some(reason) = not_json_at_all(json) {
        return reason;
    }
    let message = without_values(&error.to_string());
    match decode_path::of(json, error) {
        Some(path) if !path.is_empty() => format!("at `{path}`: {message}"),
        _ => message,
    }
}

/// Says where bytes that should be text are not UTF-8.
pub(crate) fn explain_bytes(error: str::Utf8Error) -> String {
    format!("invalid UTF-8 at byte {}", error.valid_up_to())
}

fn not_json_at_all(body: &[u8]) -> Option<String> {
    match body.trim_ascii_start() {
        [] => return Some("the body is empty".to_owned()),
        [b'<', ..] => return Some("the body is HTML or XML".to_owned()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
            return Some("the body is UTF-16 or UTF-32; JSON is UTF-8".to_owned());
        }
        _ => {}
    }
    str::from_utf8(body).err().map(explain_bytes)
}

/// serde's messages quote the value that is at fault, which may be a part of a reply: `invalid type: string "...", expected ...`.
fn without_values(message: &str) -> String {
    let mut clean = String::with_capacity(message.len());
    let mut chars = message.chars();
    while let Some(char) = chars.next() {
        clean.push(char);
        if char == '"' {
            skip_quoted(&mut chars);
            clean.push_str("…\"");
        }
    }
    clean
}

fn skip_quoted(chars: &mut str::Chars<'_>) {
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only decoding matters")]
    struct Outer {
        items: Vec<Inner>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only decoding matters")]
    struct Inner {
        count: u32,
    }

    #[test]
    fn the_path_is_named_and_the_value_is_not() {
        let table: [(&[u8], &str); 12] = [
            (
                br#"{"items":[{"count":1},{}]}"#,
                "at `items[1]`: missing field `count`",
            ),
            (
                br#"{"items":[{"count":"my \" secret"}]}"#,
                r#"at `items[0].count`: invalid type: string "…", expected u32"#,
            ),
            (
                br#"{"items":[{"count":-5}]}"#,
                "at `items[0].count`: invalid value",
            ),
            (
                br#"{"items":[{"count":NaN}]}"#,
                "at `items[0].count`: expected value",
            ),
            (br#"{"items":[]} x"#, "trailing characters"),
            (br#"{"items":["#, "EOF while parsing"),
            (b"", "the body is empty"),
            (b"  \n", "the body is empty"),
            (b"<html></html>", "HTML"),
            (b"\xff\xfe{\0", "UTF-16"),
            (b"{\0\"\0", "UTF-16"),
            (b"{\"items\":\"\xff\"}", "invalid UTF-8 at byte 10"),
        ];
        for (body, expected) in table {
            let explanation = explain::<Outer>(body);
            assert!(
                explanation.contains(expected),
                "{explanation:?} should contain {expected:?}"
            );
            assert!(!explanation.contains("secret"));
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_an_overflow() {
        let body = format!("{{\"items\":{}", "[".repeat(200_000));
        assert!(!explain::<Outer>(body.as_bytes()).is_empty());
        assert!(explain::<serde_json::Value>(body.as_bytes()).contains("recursion limit"));
    }
}
