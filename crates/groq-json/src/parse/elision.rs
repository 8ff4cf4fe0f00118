//! Comments that say that something was left out.

/// Words by which a comment may say so, as the whole of a word. One too many costs a question; one too few costs data.
const WORDS: &[&str] = &[
    "add",
    "additional",
    "another",
    "brevity",
    "elided",
    "etc",
    "existing",
    "fill",
    "missing",
    "more",
    "other",
    "others",
    "placeholder",
    "previous",
    "rest",
    "similar",
    "similarly",
    "skip",
    "skipped",
    "snip",
    "todo",
    "unchanged",
];

/// How other such words begin.
const STEMS: &[&str] = &[
    "abbreviat",
    "continu",
    "omit",
    "remain",
    "repeat",
    "shorten",
    "truncat",
];

/// What else says so, wherever it stands.
const SIGNS: &[&str] = &[
    "...",
    "…",
    "and the ",
    "as above",
    "as before",
    "cut for",
    "cut here",
    "cut off",
    "left out",
    "not shown",
    "same as",
    "same for",
    "so forth",
    "so on",
    "to do",
];

/// Whether a comment says that something is missing.
pub(crate) fn says_so(comment: &str) -> bool {
    let text = comment.to_lowercase();
    let mut words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty());
    SIGNS.iter().any(|sign| text.contains(sign))
        || words
            .any(|word| WORDS.contains(&word) || STEMS.iter().any(|stem| word.starts_with(stem)))
}

#[cfg(test)]
mod tests {
    use super::says_so;

    #[test]
    fn comments_about_missing_parts() {
        for comment in [
            "...",
            " rest of the items",
            " And so on",
            " remaining 5 omitted",
            " TODO",
            " more",
            " other fields",
            " etc.",
            " repeat for the others",
            " add the rest here",
            " 12 more items",
            " fill in",
            " same as above",
            " (truncated)",
            " to do",
        ] {
            assert!(says_so(comment), "{comment}");
        }
        for comment in [
            "",
            " the name",
            " in minutes",
            " required",
            " unit: grams",
            " ISO 8601",
            " the name of the restaurant",
            " street address",
            " fetched at noon",
            " a shortcut",
            " interest rate in percent",
            " the mother",
        ] {
            assert!(!says_so(comment), "{comment}");
        }
    }
}
