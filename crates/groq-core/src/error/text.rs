//! Text that is safe to print.

use std::fmt::{self, Write};

use bytes::Bytes;
use memchr::memmem;

/// Writes foreign text as one bounded line, with everything that could steer a terminal escaped.
pub(super) fn write_line(f: &mut fmt::Formatter<'_>, text: &str, max: usize) -> fmt::Result {
    for (count, char) in text.trim().chars().enumerate() {
        if count == max {
            return f.write_char('…');
        }
        match char {
            '\n' | '\r' | '\t' => f.write_char(' ')?,
            _ if is_unsafe(char) => write!(f, "{}", char.escape_unicode())?,
            _ => f.write_char(char)?,
        }
    }
    Ok(())
}

/// Takes keys out of a text: this one, and whatever looks like one of Groq's.
pub(crate) fn without_keys(text: &str, key: &str) -> String {
    const LONG_ENOUGH: usize = 4;
    let text = if key.len() >= LONG_ENOUGH {
        text.replace(key, "[key]")
    } else {
        text.to_owned()
    };
    without_groq_keys(&text)
}

/// The beginning of a body, to be kept for inspection, with stars in place of the key.
pub(crate) fn kept(body: &Bytes, max: usize, key: &str) -> Bytes {
    let beginning = body.slice(..body.len().min(max));
    let places: Vec<usize> = memmem::find_iter(&beginning, key).collect();
    if places.is_empty() || key.is_empty() {
        return beginning;
    }
    let mut beginning = beginning.to_vec();
    for place in places {
        beginning[place..place + key.len()].fill(b'*');
    }
    beginning.into()
}

/// JSON may begin with a byte order mark; `serde_json` does not take one.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn without_groq_keys(text: &str) -> String {
    const PREFIX: &str = "gsk_";
    let mut parts = text.split(PREFIX);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if end >= 8 {
            clean.push_str("[key]");
            clean.push_str(&part[end..]);
        } else {
            clean.push_str(PREFIX);
            clean.push_str(part);
        }
    }
    clean
}

/// Control characters, and those that turn the direction of writing.
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line<'a>(&'a str, usize);

    impl fmt::Display for Line<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_line(f, self.0, self.1)
        }
    }

    #[test]
    fn foreign_text_is_one_bounded_harmless_line() {
        assert_eq!(Line("two\nlines\r\n", 99).to_string(), "two lines");
        assert_eq!(
            Line("\u{1b}[31mred\u{202e}", 99).to_string(),
            "\\u{1b}[31mred\\u{202e}"
        );
        assert_eq!(Line("äöüß", 2).to_string(), "äö…");
    }

    #[test]
    fn keys_are_taken_out() {
        assert_eq!(
            without_keys("a secret-key b secret-key", "secret-key"),
            "a [key] b [key]"
        );
        assert_eq!(
            without_keys("gsk_abcdefgh12345. And gsk_x", "zzzz"),
            "[key]. And gsk_x"
        );
        assert_eq!(without_keys("nothing here", "x"), "nothing here");
    }

    #[test]
    fn what_is_kept_is_bounded_and_without_the_key() {
        let body = Bytes::from_static(b"--key--key-");
        assert_eq!(kept(&body, 99, "key"), "--***--***-");
        assert_eq!(kept(&body, 6, "key"), "--***-");
        assert_eq!(kept(&body, 99, ""), body);
        assert_eq!(
            kept(&body, 99, "other").as_ptr(),
            body.as_ptr(),
            "not copied"
        );
    }
}
