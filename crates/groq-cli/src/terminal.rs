//! Text from elsewhere, made safe to print.

use std::{borrow::Cow, sync::OnceLock};

use serde_json::Value;

/// The API key, which is never printed.
static SECRET: OnceLock<String> = OnceLock::new();

/// Secrets shorter than this are not hidden: they would be found in ordinary words.
const MIN_SECRET: usize = 8;

/// Hides a secret in everything that is printed from now on.
pub(crate) fn hide(secret: &str) {
    if secret.len() >= MIN_SECRET {
        let _ = SECRET.set(secret.to_owned());
    }
}

/// Text with everything escaped that could control a terminal, reverse the direction of writing, or hide.
///
/// Line feeds and tabs stay, and so do joiners within words of other scripts and within emoji.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let text = without_secret(text);
    let harmless = |c: char| !is_unsafe(c) || c == '\n' || c == '\t';
    if text.chars().all(harmless) {
        return text;
    }
    let joins = |c: char| !c.is_ascii() && !is_unsafe(c);
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let is_joiner = matches!(c, '\u{200c}' | '\u{200d}')
            && joins(last)
            && chars.peek().copied().is_some_and(joins);
        if harmless(c) || is_joiner {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
        last = c;
    }
    Cow::Owned(safe)
}

/// A value as one line of JSON in which nothing unsafe stands as itself.
pub(crate) fn json(value: &Value) -> String {
    escaped(&value.to_string())
}

/// The same over several lines, for people.
pub(crate) fn json_in_lines(value: &Value) -> String {
    escaped(&format!("{value:#}"))
}

/// Unsafe characters can stand only in the strings of a JSON text, where they can be escaped.
fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in without_secret(json).chars() {
        if is_unsafe(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

fn without_secret(text: &str) -> Cow<'_, str> {
    match SECRET.get() {
        Some(secret) if text.contains(secret.as_str()) => text.replace(secret, "[key]").into(),
        _ => Cow::Borrowed(text),
    }
}

/// Control and format characters, separators of lines, and what has no width by default. Variation selectors are
/// left out: they belong to emoji, and change nothing but their look.
fn is_unsafe(c: char) -> bool {
    let is_unseen = |range: &[u32]| (range[0]..=range[1]).contains(&u32::from(c));
    c.is_control() || !c.is_ascii() && UNSEEN.chunks_exact(2).any(is_unseen)
}

/// The first and the last character of each range of format characters and the like.
const UNSEEN: [u32; 50] = [
    0xad, 0xad, 0x34f, 0x34f, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890, 0x891,
    0x8e2, 0x8e2, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x180e, 0x200b, 0x200f, 0x2028, 0x202e,
    0x2060, 0x206f, 0x3164, 0x3164, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffb, 0x110bd,
    0x110bd, 0x110cd, 0x110cd, 0x13430, 0x1343f, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000,
    0xe00ff, 0xe01f0, 0xe0fff,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The categories Cf, Zl and Zp, as Python's `unicodedata` lists them.
    const FORMAT: [(u32, u32); 21] = [
        (0xad, 0xad),
        (0x600, 0x605),
        (0x61c, 0x61c),
        (0x6dd, 0x6dd),
        (0x70f, 0x70f),
        (0x890, 0x891),
        (0x8e2, 0x8e2),
        (0x180e, 0x180e),
        (0x200b, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x2064),
        (0x2066, 0x206f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0x110bd, 0x110bd),
        (0x110cd, 0x110cd),
        (0x13430, 0x13438),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0001, 0xe0001),
        (0xe0020, 0xe007f),
    ];

    fn in_category(c: char) -> bool {
        let code = u32::from(c);
        FORMAT
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&code))
    }

    #[test]
    fn no_character_of_unicode_controls_a_terminal_or_hides() {
        for c in '\0'..=char::MAX {
            let text = format!("a{c}b");
            let is_shown = shown(&text) == text;
            if c.is_control() || in_category(c) {
                assert_eq!(is_shown, c == '\n' || c == '\t', "{c:?}");
                let value = Value::from(text.as_str());
                let line = json(&value);
                assert!(!line.contains(c), "{c:?}: {line}");
                assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
            } else if !is_shown {
                // The standard library's own table says that it cannot be seen, or it has no width.
                let is_filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
                assert!(is_filler || c.escape_debug().len() > 1, "{c:?}");
            }
        }
    }

    #[test]
    fn text_is_left_alone() {
        for text in [
            "größe\n\tok",
            "日本語\u{3000}と\u{a0}空白",
            "می\u{200c}خواهم",
            "❤\u{fe0f}\u{200d}🔥 👨\u{200d}👩\u{200d}👧",
            "e\u{301}",
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(
            shown("\u{1b}[31mred\u{7}\r\u{9b}\u{7f}\u{202e}"),
            "\\u{1b}[31mred\\u{7}\\r\\u{9b}\\u{7f}\\u{202e}"
        );
    }

    #[test]
    fn json_stays_json() {
        let value = Value::from("a\u{1b}\u{9b}\u{7f}\u{e0041}\nö");
        let lines = json_in_lines(&serde_json::json!([value]));
        assert!(!lines.contains('\u{9b}') && lines.lines().count() == 3);
        assert_eq!(serde_json::from_str::<Value>(&lines).unwrap()[0], value);
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        hide("short");
        hide("gsk_canary-0123456789");
        assert_eq!(shown("id gsk_canary-0123456789! short"), "id [key]! short");
        let line = json(&serde_json::json!({"gsk_canary-0123456789": "gsk_canary-0123456789"}));
        assert_eq!(line, r#"{"[key]":"[key]"}"#);
    }
}
