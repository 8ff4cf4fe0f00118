//! Which words of a prompt it is about.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that say how something is asked, not what is asked about.
const STOPWORDS: &str = "a about above after again all also am an and answer any are as ask assistant at be because been before \
    being below between both briefly but by call can compare could create define describe detail did \
    difference discuss do does doing done down during each essay exactly example examples explain \
    explanation facts few find five for four from function further generate get give had has have having he \
    hello help her here hey hi him his how i ideas if implement in into is it its itself json just kind know \
    least let like line lines list long make many me mean more most much must my name need no not now object \
    of off on once one only or other our out over own paragraph paragraphs please points provide question \
    reply respond return same say sentence sentences she short should show simple so some something steps \
    story such summarise summarize tell text than that the their them then there these they thing things \
    think this those three through tips to too two under until up us use used user using value very want was \
    way ways we were what when where which while who why will with word words would write you your";

static STOPWORD_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| STOPWORDS.split(' ').collect());

/// Whether a word, in lower case, says something about the matter.
pub(crate) fn is_content(word: &str) -> bool {
    word.chars().count() > 1 && number(word).is_none() && !STOPWORD_SET.contains(word)
}

/// What a prompt is about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Topic {
    /// The longest run of words that matter: `fast language models`.
    pub(crate) phrase: String,
    /// All words that matter, each once. Never empty.
    pub(crate) words: Vec<String>,
}

/// As many words as a sentence bears.
const MAX_PHRASE: usize = 4;
/// Words of a long prompt that are looked at.
const MAX_WORDS: usize = 48;

impl Topic {
    pub(crate) fn of(prompt: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let (mut best, mut run): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for (word, ends_run) in pieces(prompt) {
            if is_content(&word.to_lowercase()) && words.len() < MAX_WORDS {
                run.push(word);
                if words.iter().all(|known| !known.eq_ignore_ascii_case(word)) {
                    words.push(word.to_owned());
                }
                if run.len() > best.len() && run.len() <= MAX_PHRASE {
                    best.clone_from(&run);
                }
                if ends_run {
                    run.clear();
                }
            } else {
                run.clear();
            }
        }
        if words.is_empty() {
            words.push("the question".to_owned());
        }
        let phrase = if best.is_empty() {
            words[0].clone()
        } else {
            best.join(" ")
        };
        Self { phrase, words }
    }
}

/// The words of a text, and whether punctuation follows.
fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split_whitespace().filter_map(|piece| {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let ends = piece.ends_with(|c: char| !c.is_alphanumeric());
        // Addresses, JSON and code make bad English.
        let is_word = word.chars().count() <= 32
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '_' | '.' | '+' | '#'));
        (!word.is_empty() && is_word).then_some((word, ends))
    })
}

/// `7` or `seven`.
pub(crate) fn number(word: &str) -> Option<usize> {
    const NAMES: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return word.parse().ok();
    }
    NAMES.iter().position(|name| *name == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics() {
        let table: &[(&str, &str, &[&str])] = &[
            ("Explain TLS in one line", "TLS", &["TLS"]),
            (
                "Explain the importance of fast language models.",
                "fast language models",
                &["importance", "fast", "language", "models"],
            ),
            (
                "What is the weather in Paris, and in Rome?",
                "weather",
                &["weather", "Paris", "Rome"],
            ),
            ("Hi!", "the question", &["the question"]),
            ("Rust rust RUST", "Rust rust RUST", &["Rust"]),
        ];
        for (prompt, phrase, words) in table {
            let topic = Topic::of(prompt);
            assert_eq!(
                (
                    topic.phrase.as_str(),
                    topic
                        .words
                        .iter()
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .as_slice()
                ),
                (*phrase, *words),
                "{prompt}"
            );
        }
    }

    #[test]
    fn numbers() {
        for (word, expected) in [
            ("7", Some(7)),
            ("seven", Some(7)),
            ("sev", None),
            ("+7", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(number(word), expected);
        }
    }
}
