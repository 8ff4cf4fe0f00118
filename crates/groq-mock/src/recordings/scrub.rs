//! What must not get into a recording.

use std::borrow::Cow;

/// What secrets and ids of organisations begin with.
const BEGINNINGS: [&str; 3] = ["gsk_", "org_", "sk-"];
/// Characters that such a thing has at least, after that.
const SHORTEST: usize = 8;

/// The text without keys and ids of organisations.
pub(super) fn text(text: &str) -> String {
    let scrubbed = BEGINNINGS
        .iter()
        .fold(Cow::Borrowed(text), |text, beginning| {
            without(text, beginning)
        });
    scrubbed.into_owned()
}

fn without<'a>(text: Cow<'a, str>, beginning: &str) -> Cow<'a, str> {
    if !text.contains(beginning) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(beginning) {
        let (before, after) = rest.split_at(at + beginning.len());
        clean.push_str(before);
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = after.bytes().take_while(is_part).count();
        let starts = !rest[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        clean.push_str(if starts && length >= SHORTEST {
            "REDACTED"
        } else {
            &after[..length]
        });
        rest = &after[length..];
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_organisations() {
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
            assert_eq!(text(given), expected);
        }
    }
}
