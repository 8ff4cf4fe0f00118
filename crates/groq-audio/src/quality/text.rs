//! Text that repeats itself.

use groq_types::TranscriptionSegment;

use crate::merge::{TimedText, units};

/// Whether the text is one word, said at least `times` times.
pub(super) fn is_one_word(text: &str, times: usize) -> bool {
    let words = words(text);
    words.len() >= times.max(2) && words.windows(2).all(|pair| pair[0] == pair[1])
}

/// Runs of at least `times` segments with the same words.
pub(super) fn runs_of_equals(
    segments: &[TranscriptionSegment],
    times: usize,
) -> Vec<&[TranscriptionSegment]> {
    segments
        .chunk_by(|a, b| words(&a.text) == words(&b.text))
        .filter(|run| run.len() >= times.max(2) && !words(&run[0].text).is_empty())
        .collect()
}

/// How many words, or characters of languages without spaces.
pub(super) fn count(text: &str) -> usize {
    words(text).len()
}

fn words(text: &str) -> Vec<String> {
    let timed = TimedText {
        text,
        start: 0.0,
        end: 0.0,
    };
    units([timed]).into_iter().map(|unit| unit.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_loops() {
        assert!(is_one_word(" No, no. NO!", 3));
        assert!(!is_one_word("no no yes", 3));
        let segment = |text: &str| TranscriptionSegment::new(0.0, 1.0, text);
        let list = [
            segment("Thank you."),
            segment("thank you"),
            segment("Thank you!"),
            segment("Bye"),
        ];
        assert_eq!(runs_of_equals(&list, 3).len(), 1);
    }
}
