//! The output of the tour.

use std::cell::Cell;

use crate::{failure::Failure, output::Bar, session::Session, style::Style};

/// The widest line.
const WIDTH: usize = 78;

/// Prints the tour; nothing with `--json`.
pub(super) struct Screen<'a> {
    session: &'a Session,
    shown: bool,
    /// The current step, from 1.
    step: Cell<usize>,
    /// The column of the next character of streamed text.
    column: Cell<usize>,
}

impl<'a> Screen<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self {
            session,
            shown: !session.global.json,
            step: Cell::new(0),
            column: Cell::new(0),
        }
    }

    pub(super) fn style(&self) -> Style {
        self.session.out.style()
    }

    /// Begins a step.
    pub(super) fn heading(&self, title: &str, by: &str) -> Result<(), Failure> {
        self.step.set(self.step.get() + 1);
        let begin = format!("━━ {} ", self.step.get());
        let used = begin.chars().count() + title.chars().count() + by.chars().count() + 5;
        let rule = "━".repeat(WIDTH.saturating_sub(used));
        let style = self.style();
        self.styled(&format!(
            "\n{}{} {} {} {}\n",
            style.accent(begin),
            style.bold(title),
            style.accent(rule),
            style.dim(by),
            style.accent("━━"),
        ))
    }

    /// Prints a question.
    pub(super) fn question(&self, text: &str) -> Result<(), Failure> {
        self.styled(&format!("{} {text}\n", self.style().accent(">")))
    }

    /// Prints text as it arrives, wrapped at words.
    pub(super) fn piece(&self, text: &str) -> Result<(), Failure> {
        if !self.shown {
            return Ok(());
        }
        for word in text.split_inclusive(char::is_whitespace) {
            let width = word.trim_end().chars().count();
            if self.column.get() > 0 && self.column.get() + width > WIDTH {
                self.session.out.line("")?;
                self.column.set(0);
            }
            self.session.out.text(word)?;
            let next = if word.ends_with('\n') {
                0
            } else {
                self.column.get() + word.chars().count()
            };
            self.column.set(next);
        }
        Ok(())
    }

    /// Prints the last piece of a text.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        self.piece(text)?;
        self.column.set(0);
        self.styled("")
    }

    /// Prints the figures of a step.
    pub(super) fn figures(&self, text: &str) -> Result<(), Failure> {
        self.styled(&format!(
            "\n{} {}",
            self.style().good("✓"),
            self.style().dim(text)
        ))
    }

    pub(super) fn end(&self, text: &str) -> Result<(), Failure> {
        let style = self.style();
        self.styled(&format!("\n{}\n\n{text}", style.accent("━".repeat(WIDTH))))?;
        self.styled(&format!(
            "With a key in GROQ_API_KEY, the same works on Groq: {}; {} has more.",
            style.bold("groq chat"),
            style.bold("groq --help"),
        ))
    }

    pub(super) fn styled(&self, line: &str) -> Result<(), Failure> {
        if self.shown {
            self.session.out.styled(line)?;
        }
        Ok(())
    }

    pub(super) fn bar(&self, prefix: &str) -> Bar {
        self.session
            .stderr
            .bar(prefix, Some(0), "{prefix:12} {bar:40} {pos} of {len}")
    }
}
