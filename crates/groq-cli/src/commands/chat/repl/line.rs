//! The lines of a conversation.

/// The commands, for completion.
pub(super) const COMMANDS: [&str; 7] = [
    "/clear", "/help", "/image ", "/model ", "/quit", "/save ", "/save! ",
];

/// What a line means.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    Empty,
    Quit,
    /// The name in lower case without the slash, and what follows it.
    Command(String, &'a str),
    Question(&'a str),
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Empty;
        }
        let Some(command) = line.strip_prefix('/') else {
            return Self::Question(line);
        };
        let (name, rest) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        // A path, a comment of some language, or several lines are a question.
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('/');
        match name.to_ascii_lowercase().as_str() {
            _ if !is_name || command.contains('\n') => Self::Question(line),
            "quit" | "exit" => Self::Quit,
            name => Self::Command(name.to_owned(), rest.trim()),
        }
    }
}

const FENCE: &str = "\"\"\"";

/// Whether more is to come: after a backslash, or between two lines of three quotes.
pub(super) fn is_open(input: &str) -> bool {
    let fences = input.lines().filter(|line| line.trim() == FENCE).count();
    fences % 2 == 1 || input.ends_with('\\')
}

/// An input without the marks that kept it open.
pub(super) fn unwrapped(input: &str) -> String {
    let lines = input.lines().filter(|line| line.trim() != FENCE);
    let lines: Vec<&str> = lines
        .map(|line| line.strip_suffix('\\').unwrap_or(line))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_open_until_it_is_closed() {
        for (input, open) in [
            ("a", false),
            ("a\\", true),
            ("a\\\nb", false),
            ("\"\"\"", true),
            ("\"\"\"\na\n", true),
            ("\"\"\"\na\nb\n\"\"\"", false),
        ] {
            assert_eq!(is_open(input), open, "{input:?}");
        }
        assert_eq!(unwrapped("\"\"\"\na\nb\n\"\"\""), "a\nb");
        assert_eq!(unwrapped("a\\\nb"), "a\nb");
    }

    #[test]
    fn commands_begin_with_a_slash_and_paths_are_questions() {
        let command = |name: &str, rest| Line::Command(name.to_owned(), rest);
        assert_eq!(Line::parse("  "), Line::Empty);
        assert_eq!(Line::parse("/quit"), Line::Quit);
        assert_eq!(Line::parse("/QUIT"), Line::Quit);
        assert_eq!(
            Line::parse("/save  my file.md "),
            command("save", "my file.md")
        );
        assert_eq!(Line::parse("/save! a"), command("save!", "a"));
        assert_eq!(Line::parse("/Model A/b"), command("model", "A/b"));
        for question in [
            "/usr/bin is what?",
            "// a comment",
            "/ alone",
            "what is /quit",
            "/save a\nb",
        ] {
            assert_eq!(Line::parse(question), Line::Question(question));
        }
    }
}
