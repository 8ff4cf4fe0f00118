//! Comments that say that something was left out.

/// Words by which a comment may say so. One too many costs a question; one too few costs data.
const SIGNS: &[&str] = &[
    "...",
    "…",
    "etc",
    "omit",
    "rest",
    "remain",
    "truncat",
    "more ",
    "similar",
    "same as",
    "repeat",
    "continu",
    "so on",
    "so forth",
    "existing",
    "unchanged",
    "snip",
    "abbreviat",
    "elided",
    "placeholder",
    "todo",
    "to do",
    "add ",
    "other ",
    "others",
    "skip",
    "left out",
    "brevity",
    "shortened",
    "fill",
    "additional",
    "and the ",
    "previous",
    "as above",
    "as before",
    "not shown",
    "missing",
    "cut ",
];

/// Whether a comment says that something is missing.
pub(crate) fn says_so(comment: &str) -> bool {
    let mut text = comment.to_lowercase();
    // So that a sign which ends in a blank is found at the end too.
    text.push(' ');
    SIGNS.iter().any(|sign| text.contains(sign))
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
        ] {
            assert!(!says_so(comment), "{comment}");
        }
    }
}
