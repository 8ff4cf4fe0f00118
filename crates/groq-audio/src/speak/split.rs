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

/// Splits text into pieces of at most `most` characters: at paragraphs and sentences, else at commas, else at spaces, else
/// between characters as a reader sees them.
///
/// The first piece is a single sentence where there is one, so that the first sound comes early.
///
/// ```
/// let pieces = groq_audio::split_text("One. Two. Three, and then four.", 12);
/// let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
/// assert_eq!(texts, ["One.", "Two. Three,", "and then", "four."]);
/// ```
pub fn split_text(text: &str, most: usize) -> Vec<TextPiece> {
    let most = most.max(1);
    let mut pieces: Vec<TextPiece> = Vec::new();
    for paragraph in paragraphs(text) {
        let mut open = String::new();
        for sentence in sentences(paragraph) {
            for part in parts(sentence, most) {
                let fits = chars(&open) + chars(part.trim_end()) <= most;
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

/// What stands between lines without any text.
fn paragraphs(text: &str) -> Vec<&str> {
    let mut paragraphs = Vec::new();
    let mut from = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            paragraphs.push(&text[from..at]);
            from = at + line.len();
        }
        at += line.len();
    }
    paragraphs.push(&text[from..]);
    paragraphs.retain(|paragraph| !paragraph.trim().is_empty());
    paragraphs
}

/// The sentences; a point that only shortens a word ends none.
fn sentences(paragraph: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut from = 0;
    for (at, sentence) in paragraph.split_sentence_bound_indices() {
        let end = at + sentence.len();
        let open = paragraph[from..end].trim_end_matches([' ', '\t']);
        if end < paragraph.len() && is_shortened(open) {
            continue;
        }
        sentences.push(&paragraph[from..end]);
        from = end;
    }
    if from < paragraph.len() {
        sentences.push(&paragraph[from..]);
    }
    sentences
}

/// Whether a text ends with a shortened word, such as "Dr.", "e.g." or "J.".
fn is_shortened(text: &str) -> bool {
    const SHORT: [&str; 24] = [
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "capt", "lt", "sgt",
        "rev", "hon", "vs", "etc", "approx", "no", "fig", "vol", "cf", "bzw", "nr",
    ];
    let Some(text) = text.strip_suffix('.') else {
        return false;
    };
    let mut words = text.rsplit(|letter: char| letter.is_whitespace() || letter == '(');
    let word = words.next().unwrap_or_default();
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    // "No." is a word as often as it is a number: a number must follow, and that is not looked at here.
    let known = SHORT.contains(&word.to_lowercase().as_str()) && word != "No" && word != "no";
    let inner = word.contains('.') && word.split('.').all(|part| part.chars().count() == 1);
    initial && word != "I" || known || inner
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
    let mut marks = window.char_indices().rev();
    let mark = marks.find_map(|(at, letter)| {
        let after = at + letter.len_utf8();
        let follows = text[lead + after..].chars().next();
        is_pause(letter, follows).then_some(after)
    });
    let space = window
        .char_indices()
        .rev()
        .find(|(_, letter)| letter.is_whitespace())
        .map(|(at, letter)| at + letter.len_utf8());
    // What a reader sees as one character stays whole, unless it alone is too long.
    let whole = text[lead..]
        .grapheme_indices(true)
        .map(|(at, character)| at + character.len())
        .take_while(|&end| end <= window.len())
        .last();
    lead + mark.or(space).or(whole).unwrap_or(window.len())
}

/// Whether a speaker pauses after a mark. One inside a number or a name is no pause, so white space must follow, except
/// where the script has none.
fn is_pause(mark: char, follows: Option<char>) -> bool {
    match mark {
        '、' | '，' | '；' | '：' | '」' | '』' | '）' => true,
        ',' | ';' | ':' | '—' | '–' | '،' | '؛' | ')' => {
            follows.is_none_or(char::is_whitespace)
        }
        _ => false,
    }
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end()
        .trim_end_matches(['"', '\'', '”', '’', '»', ')', '」', '』'])
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'])
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, most: usize) -> Vec<String> {
        split_text(text, most)
            .into_iter()
            .map(|piece| piece.text)
            .collect()
    }

    #[test]
    fn paragraphs_end_pieces() {
        for text in ["One. Two.\n\nThree.", "One. Two.\r\n \r\nThree.\n\n\n"] {
            let pieces = split_text(text, 200);
            let ends: Vec<bool> = pieces.iter().map(|piece| piece.ends_paragraph).collect();
            assert_eq!(texts(text, 200), ["One.", "Two.", "Three."]);
            assert_eq!(ends, [false, true, true]);
        }
    }

    #[test]
    fn splits_where_a_speaker_pauses() {
        let table: [(&str, usize, &[&str]); 9] = [
            (
                "Dr. J. Smith came. He left.",
                20,
                &["Dr. J. Smith came.", "He left."],
            ),
            (
                "See e.g. Paris. It rains.",
                16,
                &["See e.g. Paris.", "It rains."],
            ),
            (
                "He said no. I did not. So.",
                12,
                &["He said no.", "I did not.", "So."],
            ),
            (
                "It costs 1,234,567 dollars",
                12,
                &["It costs", "1,234,567", "dollars"],
            ),
            (
                "ذهبت إلى السوق، ثم عدت؟ نعم.",
                16,
                &["ذهبت إلى السوق،", "ثم عدت؟ نعم."],
            ),
            (
                "今日は、天気がいい。散歩に行く。",
                9,
                &["今日は、", "天気がいい。", "散歩に行く。"],
            ),
            (
                "今日は天気がいいから散歩",
                5,
                &["今日は天気", "がいいから", "散歩"],
            ),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("  \n\n ", 3, &[]),
        ];
        for (text, most, expected) in table {
            assert_eq!(texts(text, most), expected, "{text}");
        }
    }

    #[test]
    fn characters_stay_whole() {
        let family = "👩‍👩‍👧‍👦";
        assert_eq!(texts(&family.repeat(3), 10), [family; 3]);
        assert_eq!(
            texts("e\u{301}e\u{301}e\u{301}", 3),
            ["e\u{301}", "e\u{301}", "e\u{301}"]
        );
        // Too long alone.
        assert_eq!(texts(family, 4).concat(), family);
    }

    #[test]
    fn one_endless_word_is_cut() {
        let pieces = texts(&"x".repeat(5_000), 200);
        assert_eq!(pieces.len(), 25);
        assert!(pieces.iter().all(|piece| piece.len() == 200));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(text in "[a-dé東👩 .,;!?\r\n\u{301}\u{200d}]{0,200}", most in 1usize..40) {
            let pieces = texts(&text, most);
            prop_assert!(pieces.iter().all(|piece| chars(piece) <= most && !piece.is_empty()));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
        }
    }
}
