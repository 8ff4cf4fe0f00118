//! Text that cannot drive a terminal.

use std::borrow::Cow;

use serde_json::Value;

/// Text with every control character but line feed and tab made visible.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| !c.is_control() || c == '\n' || c == '\t';
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if harmless(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
    }
    Cow::Owned(safe)
}

/// A value as one line of JSON in which no control character stands as itself.
pub(crate) fn json(value: &Value) -> String {
    escaped(value.to_string())
}

/// The same over several lines, for people.
pub(crate) fn json_in_lines(value: &Value) -> String {
    escaped(format!("{value:#}"))
}

/// JSON escapes the first 32 by itself; DEL and the C1 controls may stand only in strings.
fn escaped(json: String) -> String {
    let harmless = |c: char| !c.is_control() || c == '\n';
    if json.chars().all(harmless) {
        return json;
    }
    let escaped = |c: char| match harmless(c) {
        true => c.to_string(),
        false => format!("\\u{:04x}", u32::from(c)),
    };
    json.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_text_is_left_alone() {
        assert_eq!(shown("größe\n\tok"), "größe\n\tok");
        assert_eq!(
            shown("\u{1b}[31mred\u{7}\r\u{9b}\u{7f}"),
            "\\u{1b}[31mred\\u{7}\\r\\u{9b}\\u{7f}"
        );
    }

    #[test]
    fn json_stays_json_and_has_no_control_character() {
        let value = Value::from("a\u{1b}\u{9b}\u{7f}\nö");
        let line = json(&value);
        assert!(!line.chars().any(char::is_control), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        let lines = json_in_lines(&serde_json::json!([value]));
        assert!(!lines.contains('\u{9b}') && lines.lines().count() == 3);
        assert_eq!(serde_json::from_str::<Value>(&lines).unwrap()[0], value);
    }
}
