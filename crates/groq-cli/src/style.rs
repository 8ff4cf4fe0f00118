//! Colors, where they are wanted.

use std::{fmt::Display, io::IsTerminal};

use clap::builder::styling::{AnsiColor, Effects, Style as Ansi};

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether to color what goes to one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    pub(crate) colored: bool,
}

impl Style {
    pub(crate) fn new(when: When, stream: &impl IsTerminal) -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let colored = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                stream.is_terminal()
                    && set("NO_COLOR").is_none()
                    && set("TERM").is_none_or(|term| term != "dumb")
            }
        };
        Self { colored }
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.paint(Ansi::new().effects(Effects::DIMMED), text)
    }

    pub(crate) fn error(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub(crate) fn accent(self, text: impl Display) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    fn paint(self, style: Ansi, text: impl Display) -> String {
        if self.colored {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}
