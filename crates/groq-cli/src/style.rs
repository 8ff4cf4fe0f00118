//! Colours, where they are wanted.

use std::{env, fmt::Display, io::IsTerminal};

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether to colour what goes to one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    coloured: bool,
}

impl Style {
    pub(crate) fn of(when: When, stream: &impl IsTerminal) -> Self {
        let coloured = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                stream.is_terminal()
                    && !no_colour()
                    && env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        Self { coloured }
    }

    pub(crate) fn is_coloured(self) -> bool {
        self.coloured
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    pub(crate) fn error(self, text: impl Display) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    pub(crate) fn accent(self, text: impl Display) -> String {
        self.paint("36", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        if self.coloured {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }
}

/// By the convention, any value but an empty one counts.
fn no_colour() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
