//! The output of the tour.

use indicatif::ProgressBar;

use crate::{failure::Failure, session::Session, style::Style};

/// Prints the tour; nothing with `--json`.
pub(super) struct Screen<'a> {
    session: &'a Session,
    pub(super) style: Style,
}

impl<'a> Screen<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self {
            session,
            style: session.out.style,
        }
    }

    /// Begins a step.
    pub(super) fn heading(&self, step: u8, title: &str, by: &str) -> Result<(), Failure> {
        let (style, begin) = (self.style, format!("━━ {step}"));
        let (begin, title, by) = (style.accent(begin), style.bold(title), style.dim(by));
        self.styled(&format!("\n{begin} {title} ({by})\n"))
    }

    /// Prints a question.
    pub(super) fn question(&self, text: &str) -> Result<(), Failure> {
        self.styled(&format!("{} {text}\n", self.style.accent(">")))
    }

    /// Prints text as it arrives.
    pub(super) fn piece(&self, text: &str) -> Result<(), Failure> {
        if self.session.global.json {
            return Ok(());
        }
        self.session.out.text(text)
    }

    /// Prints the last piece of a text.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        self.piece(text)?;
        self.styled("")
    }

    /// Prints the figures of a step.
    pub(super) fn figures(&self, text: &str) -> Result<(), Failure> {
        let style = self.style;
        self.styled(&format!("\n{} {}", style.good("✓"), style.dim(text)))
    }

    pub(super) fn styled(&self, line: &str) -> Result<(), Failure> {
        if self.session.global.json {
            return Ok(());
        }
        self.session.out.styled(line)
    }

    pub(super) fn bar(&self, prefix: &str, length: usize) -> ProgressBar {
        let template = "{prefix:12} {bar:40} {pos} of {len}";
        let length = Some(length as u64);
        self.session.stderr.bar(prefix, length, template)
    }
}
