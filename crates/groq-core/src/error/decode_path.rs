//! Where in a JSON text a reader stopped.

use memchr::memchr_iter;
use serde_json::Error;

/// The value at which decoding failed, like `choices[0].message`; empty for the whole text, none where the error names no place.
///
/// The error says how far it had read, and the text says what stands there: so nothing has to be decoded again, and no type has to
/// keep its path while it is decoded.
pub(super) fn of(json: &[u8], error: &Error) -> Option<String> {
    let end = offset(json, error)?;
    Some(path(&levels(&json[..end])))
}

/// How many bytes were read; `serde_json` counts lines from 1, and columns in bytes.
fn offset(json: &[u8], error: &Error) -> Option<usize> {
    let line = error.line().checked_sub(1)?;
    let start = match line.checked_sub(1) {
        None => 0,
        Some(newline) => memchr_iter(b'\n', json).nth(newline)? + 1,
    };
    Some((start + error.column()).min(json.len()))
}

/// What is open at some place in a text.
#[derive(Debug, PartialEq)]
enum Level<'a> {
    /// With the key whose value stands there, in quotes.
    Object(Option<&'a [u8]>),
    /// With the number of the element.
    Array(usize),
}

/// What is open at the end of the beginning of a text, which needs not be valid.
fn levels(mut json: &[u8]) -> Vec<Level<'_>> {
    let mut levels = Vec::new();
    while let Some(first) = json.first() {
        let (token, rest) = json.split_at(match first {
            b'"' => string_length(json),
            _ => 1,
        });
        match (first, levels.last_mut()) {
            (b'{', _) => levels.push(Level::Object(None)),
            (b'[', _) => levels.push(Level::Array(0)),
            (b'}' | b']', _) => drop(levels.pop()),
            (b',', Some(Level::Array(index))) => *index += 1,
            (b',', Some(Level::Object(key))) => *key = None,
            (b'"', Some(Level::Object(key @ None))) => *key = Some(token),
            _ => {}
        }
        json = rest;
    }
    levels
}

/// How long the string at the beginning is, its quotes included.
fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match json.get(at) {
            None => return json.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

fn path(levels: &[Level<'_>]) -> String {
    /// More than any answer of Groq's needs; only foreign values go deeper.
    const MOST: usize = 32;
    let mut path = String::new();
    for level in levels.iter().take(MOST) {
        match level {
            Level::Object(None) => {}
            Level::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                // A key that is cut or broken has no name.
                path.push_str(&serde_json::from_slice::<String>(key).unwrap_or_default());
            }
            Level::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    if levels.len() > MOST {
        path.push('…');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(json: &str) -> String {
        path(&levels(json.as_bytes()))
    }

    #[test]
    fn a_beginning_leads_to_the_value_that_stands_at_its_end() {
        for (json, expected) in [
            ("", ""),
            ("{", ""),
            (r#"{"a":"#, "a"),
            (r#"{"a":1"#, "a"),
            (r#"{"a":1,"#, ""),
            (r#"{"a": [1, {"b"#, "a[1]."),
            (r#"{"a": [1, {"b": "x,{[", "c": tr"#, "a[1].c"),
            (r#"{"a": [1, {"b": 2}"#, "a[1]"),
            (r#"{"a": [1, {"b": 2}]"#, "a"),
            (r#"{"a": [[], [0,0]], "b\"\u0021": -"#, "b\"!"),
            (r#"{"a\\":1"#, r"a\"),
            ("]]}}", ""),
            (r#""\"#, ""),
        ] {
            assert_eq!(at(json), expected, "{json}");
        }
        assert_eq!(at(&"[".repeat(100_000)), format!("{}…", "[0]".repeat(32)));
    }

    #[test]
    fn lines_are_counted_as_the_reader_counts_them() {
        let json = b"{\n\n\"a\":\n [true, \n\tfalse, 3]}";
        let error = serde_json::from_slice::<std::collections::HashMap<String, Vec<bool>>>(json)
            .unwrap_err();
        assert_eq!(of(json, &error).as_deref(), Some("a[2]"));
        let placeless = serde_json::from_value::<bool>(serde_json::json!(1)).unwrap_err();
        assert_eq!(of(b"1", &placeless), None);
    }
}
