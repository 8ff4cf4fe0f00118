//! Text in pieces that a model can speak, split where a speaker pauses.

use unicode_segmentation::UnicodeSegmentation;

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextPiece {
    /// The text, without space around it.
    pub text: String,
    /// Whether a paragraph ends with it.
    pub ends_paragraph: bool,
}

/// Splits text into pieces of at most `most` characters: at paragraphs and sentences, else at commas, else at spaces.
///
/// The first piece is a single sentence where there is one, so that the first sound comes early.
///
/// ```
/// let pieces = groq_audio::speak::split("One. Two. Three, and then four.", 12);
/// let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
/// assert_eq!(texts, ["One.", "Two. Three,", "and then", "four."]);
/// ```
pub fn split(text: &str, most: usize) -> Vec<TextPiece> {
    let most = most.max(1);
    let mut pieces: Vec<TextPiece> = Vec::new();
    for paragraph in paragraphs(text) {
        let mut open = String::new();
        for sentence in paragraph.split_sentence_bounds() {
            for part in parts(sentence, most) {
                let fits = chars(&open) + chars(part) <= most;
                let first = pieces.is_empty() && ends_sentence(&open);
                if !open.trim().is_empty() && (!fits || first) {
                    push(&mut pieces, &open);
                    open.clear();
                }
                let part = if open.is_empty() {
                    part.trim_start()
                } else {
                    part
                };
                open.push_str(part);
            }
        }
        push(&mut pieces, &open);
        if let Some(last) = pieces.last_mut() {
            last.ends_paragraph = true;
        }
    }
    pieces
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").flat_map(|part| part.split("\r\n\r\n"))
}

fn push(pieces: &mut Vec<TextPiece>, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        pieces.push(TextPiece {
            text: text.to_owned(),
            ends_paragraph: false,
        });
    }
}

/// The sentence, or pieces of it that fit.
fn parts(sentence: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    while chars(rest.trim()) > most {
        let (now, later) = rest.split_at(break_at(rest, most));
        parts.push(now);
        rest = later;
    }
    parts.push(rest);
    parts
}

/// The byte after which a sentence that is too long is broken.
fn break_at(text: &str, most: usize) -> usize {
    let lead = text.len() - text.trim_start().len();
    let limit = text[lead..]
        .char_indices()
        .nth(most)
        .map_or(text.len(), |(at, _)| lead + at);
    let window = &text[lead..limit];
    let pause = |letter: char| {
        matches!(
            letter,
            ',' | ';' | ':' | '—' | '–' | '،' | '、' | '，' | ')'
        )
    };
    let after = |(at, letter): (usize, char)| at + letter.len_utf8();
    let mut marks = window
        .char_indices()
        .filter(|&(_, letter)| pause(letter))
        .map(after);
    // A mark inside a number or a name is no pause: white space must follow.
    let mark = marks.rfind(|&at| text[lead + at..].starts_with(char::is_whitespace));
    let space = window
        .char_indices()
        .filter(|&(_, letter)| letter.is_whitespace())
        .map(after)
        .next_back();
    let whole = window.grapheme_indices(true).map(|(at, _)| at).next_back();
    // The last character of the window may go on behind it, unless it is all there is.
    let whole = whole.filter(|&at| at > 0 && !is_boundary(text, limit));
    let found = mark.or(space).or(whole).unwrap_or(window.len());
    lead + found.max(first_char(window))
}

fn is_boundary(text: &str, at: usize) -> bool {
    at == text.len() || text.grapheme_indices(true).any(|(start, _)| start == at)
}

fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end()
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟'])
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, most: usize) -> Vec<String> {
        split(text, most)
            .into_iter()
            .map(|piece| piece.text)
            .collect()
    }

    #[test]
    fn paragraphs_end_pieces() {
        let pieces = split("One. Two.\n\nThree.", 200);
        let ends: Vec<bool> = pieces.iter().map(|piece| piece.ends_paragraph).collect();
        assert_eq!(
            texts("One. Two.\n\nThree.", 200),
            ["One.", "Two.", "Three."]
        );
        assert_eq!(ends, [false, true, true]);
    }

    #[test]
    fn words_without_end_are_cut() {
        assert_eq!(texts("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(texts("  \n\n ", 3), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(text in "[a-dé東. ,;!\n\u{301}]{0,200}", most in 1usize..40) {
            let pieces = texts(&text, most);
            prop_assert!(pieces.iter().all(|piece| chars(piece) <= most && !piece.is_empty()));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
        }
    }
}
