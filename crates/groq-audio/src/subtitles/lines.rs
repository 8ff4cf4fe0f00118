//! How wide text is, and where a line breaks.

use unicode_segmentation::UnicodeSegmentation;

/// The columns that a text takes: one a character, two for those of East Asia.
pub(super) fn width(text: &str) -> usize {
    text.graphemes(true).map(columns).sum()
}

fn columns(character: &str) -> usize {
    let first = character.chars().next().map_or(0, u32::from);
    let wide = matches!(first,
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x2_0000..=0x3_FFFD);
    1 + usize::from(wide)
}

/// The pieces of a text that is wider than a line.
pub(super) fn chop(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut taken) = (0, 0);
    for (at, character) in text.grapheme_indices(true) {
        let columns = columns(character);
        if taken + columns > most && at > from {
            pieces.push(&text[from..at]);
            (from, taken) = (at, 0);
        }
        taken += columns;
    }
    pieces.push(&text[from..]);
    pieces
}

/// Lays tokens out on at most `lines` lines, as even as can be, or says that they do not fit.
pub(super) fn lay_out(tokens: &[(&str, bool)], most: usize, lines: usize) -> Option<Vec<String>> {
    let whole = line(tokens);
    if width(&whole) <= most {
        return Some(vec![whole]);
    }
    if lines < 2 {
        return None;
    }
    let fits = |at: &usize| width(&line(&tokens[..*at])) <= most;
    let longest = (1..tokens.len()).take_while(fits).last()?;
    if lines > 2 {
        let mut laid = vec![line(&tokens[..longest])];
        laid.extend(lay_out(&tokens[longest..], most, lines - 1)?);
        return Some(laid);
    }
    let best = (1..=longest)
        .filter(|&at| width(&line(&tokens[at..])) <= most)
        .min_by_key(|&at| unevenness(tokens, at))?;
    Some(vec![line(&tokens[..best]), line(&tokens[best..])])
}

/// How far apart the lines are in width; a break after a mark is worth some columns.
fn unevenness(tokens: &[(&str, bool)], at: usize) -> usize {
    let (first, second) = (width(&line(&tokens[..at])), width(&line(&tokens[at..])));
    let after_mark = tokens[at - 1]
        .0
        .ends_with([',', ';', ':', '.', '?', '!', '、', '。']);
    first.abs_diff(second) + if after_mark { 0 } else { 14 }
}

/// The tokens on one line; each says whether a space goes before it.
fn line(tokens: &[(&str, bool)]) -> String {
    let mut line = String::new();
    for (text, spaced) in tokens {
        if *spaced && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(text);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_even_and_break_after_marks() {
        let words = "When it rains, nobody who lives here ever goes out";
        let tokens: Vec<(&str, bool)> = words.split(' ').map(|word| (word, true)).collect();
        let lines = lay_out(&tokens, 42, 2).expect("it fits");
        assert_eq!(
            lines,
            ["When it rains, nobody who", "lives here ever goes out"]
        );
        assert_eq!(lay_out(&tokens, 10, 2), None);
    }

    #[test]
    fn wide_text_is_chopped() {
        assert_eq!(chop("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(chop("日本語", 4), ["日本", "語"]);
        assert_eq!(chop("", 4), [""]);
    }
}
