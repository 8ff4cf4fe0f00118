//! Matchers of paths: parameters are matched as they are sent, percent-encoded.

use groq_types::operations::Operation;
use httpmock::When;

/// Any request of an operation.
pub(crate) fn operation(when: When, operation: &Operation) -> When {
    let when = when.method(operation.method.as_str());
    if operation.path_parameters.is_empty() {
        // The plain matcher says more where a request does not match.
        when.path(operation.path)
    } else {
        when.path_matches(pattern(operation.path, |_| "[^/]+".to_owned()).as_str())
    }
}

/// The paths of an operation in which one parameter has one value.
pub(crate) fn parameter(when: When, operation: &Operation, name: &str, value: &str) -> When {
    let segment = |parameter: &str| {
        if parameter == name {
            encoded(value)
        } else {
            "[^/]+".to_owned()
        }
    };
    when.path_matches(pattern(operation.path, segment).as_str())
}

/// The regular expression of a template.
fn pattern(template: &str, parameter: impl Fn(&str) -> String) -> String {
    let mut pattern = "^".to_owned();
    let mut rest = template;
    while let Some((constant, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        pattern.push_str(&bare(constant));
        pattern.push_str(&parameter(name));
        rest = after;
    }
    pattern.push_str(&bare(rest));
    pattern.push('$');
    pattern
}

/// A constant part: these bytes and no others.
fn bare(text: &str) -> String {
    let mut pattern = String::new();
    for byte in text.bytes() {
        pattern.push_str(&format!(r"\x{byte:02x}"));
    }
    pattern
}

/// A value as clients may encode it: what a path gives a meaning to must be encoded, other punctuation may be.
fn encoded(value: &str) -> String {
    let mut pattern = String::new();
    for byte in value.bytes() {
        pattern.push_str(&match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
            b'/' | b'?' | b'#' | b'%' | b' ' | 0x80.. | ..0x20 | 0x7f => {
                format!("%(?i:{byte:02x})")
            }
            _ => format!(r"(?:\x{byte:02x}|%(?i:{byte:02x}))"),
        });
    }
    pattern
}

#[cfg(test)]
mod tests {
    use httpmock::Regex;

    use super::*;

    const TEMPLATE: &str = "/openai/v1/files/{file_id}/content";

    fn matches(pattern: &str, path: &str) -> bool {
        Regex::from(pattern).0.is_match(path)
    }

    #[test]
    fn a_template_matches_any_value_that_is_one_segment() {
        let pattern = pattern(TEMPLATE, |_| "[^/]+".to_owned());
        for (path, expected) in [
            ("/openai/v1/files/file_1/content", true),
            ("/openai/v1/files/a%2Fb/content", true),
            ("/openai/v1/files/a/b/content", false),
            ("/openai/v1/files//content", false),
            ("/openai/v1/files/file_1/content/", false),
            ("/x/openai/v1/files/file_1/content", false),
        ] {
            assert_eq!(matches(&pattern, path), expected, "{path}");
        }
    }

    #[test]
    fn a_value_is_matched_in_every_encoding_that_is_one() {
        for (value, path, expected) in [
            ("openai/gpt-oss-20b", "openai%2Fgpt-oss-20b", true),
            ("openai/gpt-oss-20b", "openai%2fgpt%2Doss-20b", true),
            ("openai/gpt-oss-20b", "openai/gpt-oss-20b", false),
            ("llama-3.3", "llama-3.3", true),
            ("llama-3.3", "llama-3x3", false),
            ("a b", "a%20b", true),
            ("a b", "a b", false),
            ("é", "%C3%A9", true),
            ("50%", "50%25", true),
            ("50%", "50%", false),
            ("a(b", "a(b", true),
            ("", "", true),
        ] {
            let pattern = format!("^{}$", encoded(value));
            assert_eq!(matches(&pattern, path), expected, "{value} {path}");
        }
    }
}
