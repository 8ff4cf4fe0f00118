//! Takes forms apart (RFC 7578).

/// A part of a form.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content: Vec<u8>,
}

/// What separates the parts, by the header `content-type`.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary")
}

/// The parts; none where the body is not such a form, or is cut short.
pub(super) fn parts(boundary: &str, body: &[u8]) -> Option<Vec<Part>> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line break in front of it where nothing else is.
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => rest,
        None => split(body, delimiter.as_bytes())?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (_, after) = split(rest, b"\r\n")?;
        let (part, next) = split(after, delimiter.as_bytes())?;
        parts.push(self::part(part)?);
        rest = next;
    }
    Some(parts)
}

fn part(bytes: &[u8]) -> Option<Part> {
    let (head, content) = split(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim()
            .eq_ignore_ascii_case("content-disposition")
            .then_some(value)
    })?;
    let (_, parameters) = disposition.split_once(';')?;
    Some(Part {
        name: parameter(parameters, "name").map(|name| unescaped(&name))?,
        file_name: file_name(parameters),
        content: content.to_vec(),
    })
}

/// `filename*` says in ASCII what `filename` could not say.
fn file_name(parameters: &str) -> Option<String> {
    let extended = parameter(parameters, "filename*").and_then(|value| {
        let value = value.splitn(3, '\'').nth(2)?.to_owned();
        Some(percent_decoded(&value))
    });
    extended.or_else(|| parameter(parameters, "filename").map(|name| unescaped(&name)))
}

/// Browsers, and so clients, escape these and nothing else in a quoted name.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// The value of `name` in `; name=value; other="quoted"`.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters.trim_start_matches([' ', ';']);
    while let Some((key, after)) = rest.split_once('=') {
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let (value, after) = after.split_at(after.find(';').unwrap_or(after.len()));
            (value.trim().to_owned(), after)
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.trim_start_matches([' ', ';']);
    }
    None
}

/// The text up to the closing quote, and what follows.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((text, &quoted[place + 1..])),
            '\\' => text.push(characters.next()?.1),
            character => text.push(character),
        }
    }
    None
}

/// The text that is meant; one that decodes to no text stays as it is, so that no two names become the same.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits
            .filter(|digits| first == b'%' && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// What stands before and after the first occurrence.
fn split<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes
        .windows(separator.len())
        .position(|window| window == separator)?;
    Some((&bytes[..place], &bytes[place + separator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, file_name: Option<&str>, content: &[u8]) -> Part {
        Part {
            name: name.to_owned(),
            file_name: file_name.map(str::to_owned),
            content: content.to_vec(),
        }
    }

    #[test]
    fn percent_encoding_is_undone_only_where_it_is_one() {
        for (text, meant) in [
            ("a%20b", "a b"),
            ("gr%C3%B6%C3%9Fe", "gr\u{f6}\u{df}e"),
            ("100%", "100%"),
            ("%+1%g0", "%+1%g0"),
            ("%ff.mp3", "%ff.mp3"),
        ] {
            assert_eq!(percent_decoded(text), meant);
        }
    }

    #[test]
    fn boundaries() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            (
                "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"",
                Some("a b"),
            ),
            ("multipart/mixed; boundary=abc", None),
            ("multipart/form-data", None),
            ("application/json", None),
        ] {
            assert_eq!(
                boundary(content_type).as_deref(),
                expected,
                "{content_type}"
            );
        }
    }

    #[test]
    fn parts_keep_their_bytes() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n\
            --x\r\ncontent-type: audio/wav\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n\
            \r\n\0--x\r\n\r\n--x--\r\n";
        let expected = vec![
            part("model", None, b"whisper"),
            part("file", Some("a.wav"), b"\r\n\0--x\r\n"),
        ];
        assert_eq!(parts("x", body), Some(expected));
    }

    #[test]
    fn what_is_cut_short_has_no_parts() {
        for body in [
            "",
            "--x",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x",
            "--x\r\n\r\nb\r\n--x--",
        ] {
            assert_eq!(parts("x", body.as_bytes()), None, "{body:?}");
        }
    }

    #[test]
    fn names_of_files() {
        for (parameters, expected) in [
            (
                r#" name="file"; filename="a; b=\"c\".wav""#,
                Some("a; b=\"c\".wav"),
            ),
            (r#" name="file"; filename="a%22b.wav""#, Some("a\"b.wav")),
            (r"name=file; filename=a.wav", Some("a.wav")),
            (
                r#"name="file"; filename*=UTF-8''%C3%A9%20x.wav"#,
                Some("é x.wav"),
            ),
            (r#"name="file""#, None),
        ] {
            assert_eq!(file_name(parameters).as_deref(), expected, "{parameters}");
        }
    }
}
