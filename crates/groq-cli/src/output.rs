//! Standard output is data; standard error is talk.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::{
    args::Global,
    failure::Failure,
    style::Style,
    terminal::{self, shown},
};

/// Standard output, flushed as it comes.
pub(crate) struct Output {
    terminal: bool,
    style: Style,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            terminal: io::stdout().is_terminal(),
            style: Style::of(global.color, &io::stdout()),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// How many columns the terminal has; none for a pipe.
    pub(crate) fn columns(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0)).filter(|_| self.terminal)
    }

    /// Writes text of the service: as it is into a pipe; on a terminal, with control characters made visible.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        let text = if self.terminal {
            shown(text)
        } else {
            Cow::Borrowed(text)
        };
        self.raw(text.as_bytes())
    }

    /// Writes a line of text.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.text(text)?;
        self.raw(b"\n")
    }

    /// Writes a line of our own, colours and all.
    pub(crate) fn styled(&self, line: &str) -> Result<(), Failure> {
        self.raw(line.as_bytes())?;
        self.raw(b"\n")
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let value = serde_json::to_value(value)
            .map_err(|error| Failure::internal(format!("write JSON: {error}")))?;
        self.styled(&terminal::json(&value))
    }

    /// Writes bytes.
    #[expect(clippy::unused_self, reason = "whoever writes has an output")]
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }
}

/// Standard error: notes and progress, for whoever watches. Nothing of it with `--quiet` or `--json`.
#[derive(Clone)]
pub(crate) struct Talk {
    silent: bool,
    style: Style,
    /// Hidden, unless standard error is a terminal.
    bars: MultiProgress,
}

impl Talk {
    pub(crate) fn new(global: &Global) -> Self {
        let silent = global.quiet || global.json;
        let watched = io::stderr().is_terminal() && !silent && !global.dry_run;
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            silent,
            style: Style::of(global.color, &io::stderr()),
            bars: MultiProgress::with_draw_target(target),
        }
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// A line that is worth knowing: what was decided, what is odd.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        if !self.silent {
            self.always(&shown(text.as_ref()));
        }
    }

    /// A piece of text beside the data, dimmed: what a model thinks, for example.
    pub(crate) fn aside(&self, text: &str) {
        if !self.silent {
            let _ = write!(io::stderr(), "{}", self.style.dim(shown(text)));
        }
    }

    /// A line whatever was asked for; above the bars, if there are any.
    pub(crate) fn always(&self, line: &str) {
        self.bars.suspend(|| {
            // Where nobody listens, nothing is lost.
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    /// A bar for work of known or unknown length; it shows only on a terminal, and is gone when it is dropped.
    ///
    /// `template` is indicatif's: `{prefix:12} {bar:30} {pos}/{len}`.
    pub(crate) fn bar(&self, prefix: &str, length: Option<u64>, template: &str) -> Bar {
        let bar = match length {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::no_length(),
        };
        let bar = self.bars.add(bar.with_prefix(prefix.to_owned()));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Bar(bar)
    }
}

/// A progress bar that leaves nothing behind.
pub(crate) struct Bar(ProgressBar);

impl std::ops::Deref for Bar {
    type Target = ProgressBar;

    fn deref(&self) -> &ProgressBar {
        &self.0
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
