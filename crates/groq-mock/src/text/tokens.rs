//! A tokeniser: word-like pieces whose sum is the text.
//!
//! It has no vocabulary. Counts have the right order of magnitude, and streams the right rhythm.

/// Letters in one token at most, so that long words come in pieces as they do from real models.
const MAX_LETTERS: usize = 8;
const MAX_DIGITS: usize = 3;
const MAX_SPACES: usize = 4;

/// The tokens of a text, in order and without a gap.
pub(crate) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { rest: text }
}

/// How many tokens a text has.
pub(crate) fn count(text: &str) -> u64 {
    u64::try_from(tokens(text).count()).unwrap_or(u64::MAX)
}

/// The first `max` tokens of a text, how many there are, and whether that is all of it.
pub(crate) fn truncate(text: &str, max: u64) -> (&str, u64, bool) {
    let mut left = tokens(text);
    let mut taken = 0;
    while taken < max && left.next().is_some() {
        taken += 1;
    }
    (
        &text[..text.len() - left.rest.len()],
        taken,
        left.rest.is_empty(),
    )
}

#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let length = first_token(self.rest)?;
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(token)
    }
}

/// The length of the first token in bytes: a word with the space before it, up to three digits, or a sign.
fn first_token(text: &str) -> Option<usize> {
    let after = text.strip_prefix(' ').unwrap_or_default();
    if after.starts_with(|c: char| !c.is_whitespace()) {
        return Some(1 + first_token(after)?);
    }
    let class = Class::of(text.chars().next()?);
    let most = match class {
        Class::Letter => MAX_LETTERS,
        Class::Digit => MAX_DIGITS,
        Class::Space => MAX_SPACES,
        Class::Sign => 1,
    };
    let run = text.chars().take(most);
    let run = run.take_while(|c| Class::of(*c) == class);
    Some(run.map(char::len_utf8).sum())
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    Space,
    Sign,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            ' ' | '\n' | '\t' | '\r' => Self::Space,
            // Scripts without spaces have about a token for each character.
            '\u{80}'..'\u{2e80}' if c.is_alphabetic() => Self::Letter,
            _ => Self::Sign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_signs_digits_spaces() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("The sea.", &["The", " sea", "."]),
            ("crimson-harbor", &["crimson", "-", "harbor"]),
            ("internationalisation", &["internat", "ionalisa", "tion"]),
            ("12345 67", &["123", "45", " 67"]),
            ("a  b\n\n c", &["a", "  ", "b", "\n\n ", "c"]),
            ("日本", &["日", "本"]),
            ("naïve café", &["naïve", " café"]),
            (" ", &[" "]),
            ("{\"a\": 1}", &["{", "\"", "a", "\"", ":", " 1", "}"]),
            (" 🙂!", &[" 🙂", "!"]),
        ];
        for (text, expected) in table {
            assert_eq!(tokens(text).collect::<Vec<_>>(), *expected);
            assert_eq!(count(text), u64::try_from(expected.len()).unwrap());
        }
    }

    #[test]
    fn tokens_sum_up_to_the_text() {
        for text in [
            "a\u{0301}\u{200d}b",
            "\r\n\r\n\r\n\r\n",
            "  x  ",
            "ÅÄÖ 123abc",
            "\u{0}\u{feff}é",
        ] {
            assert_eq!(tokens(text).collect::<String>(), text);
        }
    }

    #[test]
    fn truncation_counts_tokens() {
        assert_eq!(truncate("The sea is", 2), ("The sea", 2, false));
        assert_eq!(truncate("The sea is", 3), ("The sea is", 3, true));
        assert_eq!(truncate("The sea is", 9), ("The sea is", 3, true));
        assert_eq!(truncate("The sea is", 0), ("", 0, false));
        assert_eq!(truncate("", 0), ("", 0, true));
    }
}
