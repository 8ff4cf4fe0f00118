//! What the tour looks like.

use std::cell::Cell;

use crate::{failure::Failure, output::Bar, session::Session, style::Style};

/// The widest line.
const WIDTH: usize = 78;

/// Where the tour is shown; nowhere with `--json`.
pub(super) struct Stage<'a> {
    session: &'a Session,
    shown: bool,
    /// The step that is shown, from 1.
    step: Cell<usize>,
    /// The column in which text that is coming in stands.
    column: Cell<usize>,
}

impl<'a> Stage<'a> {
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

    /// What is asked.
    pub(super) fn question(&self, text: &str) -> Result<(), Failure> {
        self.styled(&format!("{} {text}\n", self.style().accent(">")))
    }

    /// Text as it comes in, broken between words.
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

    /// Ends text that came in.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        self.piece(text)?;
        self.column.set(0);
        self.styled("")
    }

    /// What there is to know about it.
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
            "With a key in GROQ_API_KEY it is Groq itself: {}; {} has more.",
            style.bold("groq chat"),
            style.bold("groq --help"),
        ))
    }

    pub(super) fn styled(&self, line: &str) -> Result<(), Failure> {
        match self.shown {
            true => self.session.out.styled(line),
            false => Ok(()),
        }
    }

    pub(super) fn bar(&self, prefix: &str) -> Bar {
        self.session
            .talk
            .bar(prefix, Some(0), "{prefix:12} {bar:40} {pos} of {len}")
    }
}
