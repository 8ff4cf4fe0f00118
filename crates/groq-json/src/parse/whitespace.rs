//! Blanks: the four of JSON, and those that find their way into texts besides.

/// Whether a character is a blank of JSON.
pub(crate) fn is_json(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// Whether a character is a blank, but none of JSON: a no-break space, one without width, a form feed.
pub(crate) fn is_odd(character: char) -> bool {
    let without_width = matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}');
    without_width || (character.is_whitespace() && !is_json(character))
}

/// Whether a character is a blank of any kind.
pub(crate) fn is_any(character: char) -> bool {
    is_json(character) || is_odd(character)
}

/// The length of the blanks of JSON that `text` begins with.
pub(crate) fn json_length(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_json).len()
}
