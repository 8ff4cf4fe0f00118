//! What makes two words the same.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A word as it is compared: compatibility form, lower case, letters and digits only.
pub(super) fn key(word: &str) -> String {
    if word.is_ascii() {
        return word
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase() as char)
            .collect();
    }
    word.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// Whether a letter belongs to a script that is written without spaces.
pub(super) fn is_spaceless(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF       // Thai, Lao
        | 0x1000..=0x109F     // Myanmar
        | 0x1780..=0x17FF     // Khmer
        | 0x0F00..=0x0FFF     // Tibetan
        | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x31F0..=0x31FF // Kana
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF // Han
        | 0xFF66..=0xFF9F     // half-width Kana
        | 0x2_0000..=0x3_FFFF // Han, beyond
    )
}

/// Splits text into what is compared: words, or characters where words have no spaces between them.
///
/// Each comes as its range in bytes; marks without a letter or digit belong to what is before them.
pub(super) fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut tokens: Vec<(usize, usize)> = Vec::new();
    let mut open = false;
    for (at, piece) in text.grapheme_indices(true) {
        let end = at + piece.len();
        if piece.chars().all(char::is_whitespace) {
            open = false;
        } else if piece.chars().any(is_spaceless) && piece.chars().any(char::is_alphanumeric) {
            tokens.push((at, end));
            open = false;
        } else if open || !piece.chars().any(char::is_alphanumeric) && !tokens.is_empty() {
            extend(&mut tokens, at, end, text, &mut open);
        } else {
            tokens.push((at, end));
            open = true;
        }
    }
    tokens
}

/// Adds a character to the word that is open, or a lone mark to what is before it.
fn extend(tokens: &mut Vec<(usize, usize)>, at: usize, end: usize, text: &str, open: &mut bool) {
    let follows = tokens.last().is_some_and(|last| last.1 == at);
    let lone_mark = !*open && !text[at..end].chars().any(char::is_alphanumeric);
    // A mark right before a word, such as an opening quote, belongs to that word.
    if lone_mark
        && !follows
        && text[end..]
            .chars()
            .next()
            .is_some_and(char::is_alphanumeric)
    {
        tokens.push((at, end));
        *open = true;
    } else if let Some(last) = tokens.last_mut() {
        last.1 = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        tokens(text)
            .into_iter()
            .map(|(from, to)| &text[from..to])
            .collect()
    }

    #[test]
    fn words_are_the_same_whatever_their_case_and_marks() {
        assert_eq!(key("Don't,"), key("don’t"));
        assert_eq!(key("ＦＵＬＬ"), "full");
        assert_eq!(key("--"), "");
    }

    #[test]
    fn text_falls_into_words_and_characters() {
        assert_eq!(
            split(" Hello,  world -- \"yes\" 3.5%"),
            ["Hello,", "world --", "\"yes\"", "3.5%"]
        );
        assert_eq!(
            split("東京、大阪 and Kyoto。"),
            ["東", "京、", "大", "阪", "and", "Kyoto。"]
        );
        assert_eq!(split("สวัสดี").len(), "สวัสดี".graphemes(true).count());
        assert_eq!(split("  "), Vec::<&str>::new());
        assert_eq!(split("..."), ["..."]);
    }
}
