//! Takes secrets out of what is recorded: the keys of the request by their value, other ones by their looks.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::file;
use crate::request::Request;

const REDACTED: &[u8] = b"REDACTED";
/// What secrets and ids of organizations begin with.
const BEGINNINGS: [&[u8]; 3] = [b"gsk_", b"org_", b"sk-"];
/// Characters that such a thing has at least, after that; and that the value of a secret has.
const SHORTEST: usize = 8;
const SHORTEST_VALUE: usize = 5;
/// Headers whose values are secrets.
const HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "api-key",
    "x-api-key",
    "cookie",
];

/// Words that say of a parameter that it is a secret.
const SECRET_WORDS: &str = "key apikey token secret password passwd pwd auth authorization signature sig credential credentials";

/// The secrets of one request, in all the spellings that are looked for.
pub(super) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    pub(super) fn of(request: &Request) -> Self {
        let mut spellings = Vec::new();
        let headers = HEADERS
            .iter()
            .flat_map(|name| request.headers().get_all(*name));
        for value in headers {
            let value = value.as_bytes().trim_ascii();
            // `Bearer KEY`: the scheme is no secret.
            let space = value.iter().position(|byte| *byte == b' ');
            let secret = space.map_or(value, |at| &value[at + 1..]).trim_ascii();
            spellings.extend(self::spellings(secret));
        }
        let query = file::query(request.query().unwrap_or_default());
        for pair in query.iter().filter(|pair| is_secret(&pair.name)) {
            spellings.extend(self::spellings(pair.value.as_bytes()));
        }
        // Of two that begin alike the longer one is taken out.
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        spellings.dedup();
        Self(spellings)
    }

    pub(super) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    pub(super) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let longest = |rest: &[u8]| self.0.iter().find_map(|spelling| matched(rest, spelling));
        let mut clean = Vec::new();
        let (mut from, mut at) = (0, 0);
        while at < bytes.len() {
            if let Some(length) = longest(&bytes[at..]) {
                clean.extend_from_slice(&bytes[from..at]);
                clean.extend_from_slice(REDACTED);
                at += length;
                from = at;
            } else if let Some((keep, length)) = looks_secret(&bytes[from..], at - from) {
                clean.extend_from_slice(&bytes[from..at + keep]);
                clean.extend_from_slice(REDACTED);
                at += length;
                from = at;
            } else {
                at += 1;
            }
        }
        if from == 0 {
            return Cow::Borrowed(bytes);
        }
        clean.extend_from_slice(&bytes[from..]);
        Cow::Owned(clean)
    }
}

/// Whether a parameter of a query is a secret by its name: `key`, `api_key`, `access-token`.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| SECRET_WORDS.split(' ').any(|secret| secret == word))
}

/// A secret as it is, in hexadecimal digits, and in Base64, where it may stand inside a longer text.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    if secret.len() < SHORTEST_VALUE {
        return Vec::new();
    }
    let digits = |byte: &u8| {
        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
    };
    let hex: String = secret.iter().flat_map(digits).collect();
    let mut spellings = vec![
        secret.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    for before in 0..3 {
        let text = [vec![0; before], secret.to_vec()].concat();
        // Characters that depend on the neighbors as well are left out at either end.
        let (start, end) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            spellings.extend(
                engine
                    .encode(&text)
                    .as_bytes()
                    .get(start..end)
                    .map(<[u8]>::to_vec),
            );
        }
    }
    spellings.retain(|spelling| spelling.len() >= SHORTEST_VALUE);
    spellings
}

/// The length of a text's beginning that is the secret, however its bytes are escaped.
fn matched(text: &[u8], secret: &[u8]) -> Option<usize> {
    let first = text.first()?;
    if *first != secret[0] && !matches!(first, b'%' | b'\\') {
        return None;
    }
    let mut at = 0;
    for byte in secret {
        let (found, length) = unescaped(&text[at..], *byte)?;
        if found != *byte {
            return None;
        }
        at += length;
    }
    Some(at)
}

/// The first byte of a text, and how long it is: as it is, `%41`, `\u0041`, `\/`; escaped several times over, too.
fn unescaped(text: &[u8], wanted: u8) -> Option<(u8, usize)> {
    let digits = |range: std::ops::Range<usize>| {
        let digits = std::str::from_utf8(text.get(range)?).ok()?;
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(|code| u8::try_from(code).ok())
    };
    let first = *text.first()?;
    if first == wanted {
        return Some((first, 1));
    }
    match first {
        b'%' => {
            let mut at = 1;
            while digits(at..at + 2) == Some(b'%') {
                at += 2;
            }
            digits(at..at + 2).map(|byte| (byte, at + 2))
        }
        b'\\' => {
            let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
            match text.get(slashes)? {
                b'u' if wanted != b'u' => {
                    digits(slashes + 1..slashes + 5).map(|byte| (byte, slashes + 5))
                }
                byte => Some((*byte, slashes + 1)),
            }
        }
        _ => Some((first, 1)),
    }
}

/// Where a text has at this place what looks like a key or an id: the length of its beginning, and of all of it.
fn looks_secret(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    let beginning = BEGINNINGS
        .iter()
        .find(|beginning| rest.starts_with(beginning))?;
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = rest[beginning.len()..].iter().take_while(is_part).count();
    let starts = at == 0 || !text[at - 1].is_ascii_alphanumeric();
    (starts && length >= SHORTEST).then_some((beginning.len(), beginning.len() + length))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;
    use crate::request::Head;

    fn secrets(authorization: &str) -> Secrets {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            HeaderValue::from_str(authorization).unwrap(),
        );
        let head = Head {
            method: Method::GET,
            path: "/".into(),
            query: None,
            authority: None,
            headers,
        };
        Secrets::of(&Request::new(head, Bytes::new(), 0, 0))
    }

    #[test]
    fn keys_and_organizations_by_their_looks() {
        for (given, expected) in [
            ("key gsk_abcDEF1234567890!", "key gsk_REDACTED!"),
            (
                "in organization `org_01hxyz7890abc` on",
                "in organization `org_REDACTED` on",
            ),
            (
                "org_short, ask-questions-politely",
                "org_short, ask-questions-politely",
            ),
            ("gsk_", "gsk_"),
            ("日本 sk-proj-1234567890", "日本 sk-REDACTED"),
            ("gsk_REDACTED", "gsk_REDACTED"),
        ] {
            assert_eq!(Secrets(Vec::new()).text(given), expected);
        }
    }

    #[test]
    fn the_own_key_in_every_spelling() {
        let key = "Canary+key/42=\"";
        let secrets = secrets(&format!("Bearer {key}"));
        let raw = key.as_bytes();
        let escaped = |each: &dyn Fn(u8) -> String| {
            raw.iter()
                .map(|byte| each(*byte))
                .collect::<String>()
                .into_bytes()
        };
        let mut spelled = vec![
            raw.to_vec(),
            escaped(&|byte| format!("%{byte:02x}")),
            escaped(&|byte| format!("%{byte:02X}")),
            escaped(&|byte| format!("%25{byte:02X}")),
            escaped(&|byte| format!("\\u{byte:04x}")),
            escaped(&|byte| format!("\\\\u{byte:04X}")),
            escaped(&|byte| format!("{byte:02x}")),
            br#"Canary%2Bkey\/42%3D\""#.to_vec(),
        ];
        for before in ["", "a", "ab", "user:"] {
            for after in ["", "x", ":tail"] {
                let whole = [before.as_bytes(), raw, after.as_bytes()].concat();
                spelled.push(STANDARD_NO_PAD.encode(&whole).into_bytes());
                spelled.push(URL_SAFE_NO_PAD.encode(&whole).into_bytes());
            }
        }
        for text in spelled {
            let around = [b"<".as_slice(), &text, b">"].concat();
            let clean = secrets.bytes(&around);
            let clean = String::from_utf8_lossy(&clean);
            assert!(
                clean.contains("REDACTED"),
                "{}",
                String::from_utf8_lossy(&text)
            );
            assert!(!clean.contains("Canary") && clean.starts_with('<') && clean.ends_with('>'));
        }
        assert_eq!(secrets.text("a canary, 42"), "a canary, 42");
    }
}
