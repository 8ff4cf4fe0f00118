//! Comments that say that something was left out: those with an ellipsis, or with one of these words or phrases.

/// One too many costs a question; one too few costs data.
const PHRASES: &str = "abbreviated|add|additional|and the|another|as above|as before|brevity|continue|continued|continues|\
    cut for|cut here|cut off|elided|etc|existing|fill|left out|missing|more|not shown|omit|omits|omitted|omitting|other|\
    others|placeholder|previous|remainder|remaining|repeat|repeated|repeats|rest|same as|same for|shortened|similar|\
    similarly|skip|skipped|snip|so forth|so on|to do|todo|truncated|unchanged";

/// Returns whether a comment says that something was left out.
pub(crate) fn says_so(comment: &str) -> bool {
    let text = comment.to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let words = format!(" {} ", words.join(" "));
    let mut phrases = PHRASES.split('|');
    text.contains("...")
        || text.contains('…')
        || phrases.any(|phrase| words.contains(&format!(" {phrase} ")))
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
