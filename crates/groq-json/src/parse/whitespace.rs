//! Whitespace: that of JSON, and other kinds that occur in texts.

/// Whether a character is whitespace of JSON.
pub(crate) fn is_json(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// Whether a character is other whitespace: a no-break space, a zero-width space, a form feed.
pub(crate) fn is_odd(character: char) -> bool {
    let without_width = matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}');
    without_width || (character.is_whitespace() && !is_json(character))
}

/// Whether a character is whitespace of any kind.
pub(crate) fn is_any(character: char) -> bool {
    is_json(character) || is_odd(character)
}

/// Returns the length of the JSON whitespace at the beginning of `text`.
pub(crate) fn json_length(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_json).len()
}
