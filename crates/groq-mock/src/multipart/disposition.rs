//! The header that names a part, and the parameters of headers like it.

use crate::percent;

const MAX_PARAMETERS: usize = 16;

/// `form-data; name="file"; filename="talk.wav"`.
#[derive(Debug, PartialEq)]
pub(super) struct Disposition {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
}

impl Disposition {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (kind, rest) = value.split_once(';')?;
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return None;
        }
        let parameters = parameters(rest)?;
        let find = |wanted: &str| {
            let found = parameters.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value)
        };
        let extended = find("filename*").and_then(|value| extended(value));
        Some(Self {
            name: unescaped(find("name")?),
            file_name: extended.or_else(|| find("filename").map(|name| unescaped(name))),
        })
    }
}

/// `a=b; c="d e"`, names in lower case.
pub(super) fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if parameters.len() == MAX_PARAMETERS {
            return None;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        parameters.push((name.trim().to_ascii_lowercase(), value));
        let after = after.trim_start();
        rest = match after.strip_prefix(';') {
            Some(more) => more.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(parameters)
}

/// A token, or a text in quotes; and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t', '"']).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return Some((token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            // Other backslashes belong to the name: some browsers do not escape them.
            '\\' if matches!(chars.peek(), Some((_, '"' | '\\'))) => {
                value.extend(chars.next().map(|(_, c)| c));
            }
            _ => value.push(c),
        }
    }
    None
}

/// The three characters that browsers write with a percent sign.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// `UTF-8''na%C3%AFve.wav`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, name) = rest.split_once('\'')?;
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| percent::decoded(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Option<(String, Option<String>)> {
        Disposition::parse(value).map(|found| (found.name, found.file_name))
    }

    #[test]
    fn names_in_all_spellings() {
        for (value, name, file_name) in [
            ("form-data; name=a", "a", None),
            (" form-data;name=\"a b\";", "a b", None),
            (
                "form-data; name=\"a\"; filename=\"x.wav\"",
                "a",
                Some("x.wav"),
            ),
            (
                "form-data; name=\"a\"; filename=\"C:\\dir\\x.wav\"",
                "a",
                Some("C:\\dir\\x.wav"),
            ),
            (
                "form-data; name=\"a\"; filename=\"q\\\"\\\\.wav\"",
                "a",
                Some("q\"\\.wav"),
            ),
            (
                "form-data; name=a; filename=x; filename*=UTF-8''na%C3%AFve.wav",
                "a",
                Some("naïve.wav"),
            ),
            ("form-data; name=\"%22\"", "\"", None),
        ] {
            let expected = (name.to_owned(), file_name.map(str::to_owned));
            assert_eq!(names(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_names_nothing() {
        for value in [
            "",
            "form-data",
            "form-data; filename=x",
            "form-data; name=\"a",
            "form-data; name=\"a\" b",
            "inline; name=a",
            "form-data; name",
        ] {
            assert_eq!(names(value), None, "{value}");
        }
        assert_eq!(names(&format!("form-data{}", "; a=b".repeat(17))), None);
    }
}
