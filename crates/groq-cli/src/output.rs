//! Writing for people and for programs.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

/// Standard output: data, flushed as it comes.
pub(crate) struct Output {
    terminal: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self {
            terminal: io::stdout().is_terminal(),
        }
    }

    /// Writes text of the service: as it is into a pipe; on a terminal, with control characters made visible.
    pub(crate) fn text(&self, text: &str) -> io::Result<()> {
        let text = if self.terminal {
            shown(text)
        } else {
            Cow::Borrowed(text)
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Writes a line of text.
    pub(crate) fn line(&self, text: &str) -> io::Result<()> {
        self.text(text)?;
        let mut out = io::stdout().lock();
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// Text with every control character but line feed and tab made visible, so that it cannot drive a terminal.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| !c.is_control() || c == '\n' || c == '\t';
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if harmless(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_text_is_left_alone() {
        assert_eq!(shown("größe\n\tok"), "größe\n\tok");
        assert_eq!(
            shown("\u{1b}[31mred\u{7}\r\u{9b}"),
            "\\u{1b}[31mred\\u{7}\\r\\u{9b}"
        );
    }
}
