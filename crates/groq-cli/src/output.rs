//! Standard output is for data; standard error is for messages and progress.

use std::io::{self, IsTerminal, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use crate::{
    failure::{Failure, Form},
    global::Global,
    style::Style,
    terminal::{self, shown},
};

/// Standard output, flushed as it comes.
pub(crate) struct Output {
    pub(crate) is_terminal: bool,
    pub(crate) style: Style,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            is_terminal: io::stdout().is_terminal(),
            style: Style::new(global.color, &io::stdout()),
        }
    }

    /// The width of the terminal; none for a pipe.
    pub(crate) fn columns(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0)).filter(|_| self.is_terminal)
    }

    /// Writes text from the service: unchanged to a pipe, with unsafe characters escaped on a terminal.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        if self.is_terminal {
            self.raw(shown(text).as_bytes())
        } else {
            self.raw(text.as_bytes())
        }
    }

    /// Writes a line of text.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.text(text)?;
        self.raw(b"\n")
    }

    /// Writes a line of our own, which may have colors.
    pub(crate) fn styled(&self, line: &str) -> Result<(), Failure> {
        self.raw(line.as_bytes())?;
        self.raw(b"\n")
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        self.styled(&terminal::json(&serde_json::to_value(value)?))
    }

    /// Writes bytes.
    #[expect(
        clippy::unused_self,
        reason = "a method, so that only an owner of the output writes"
    )]
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }
}

/// Standard error: notes and progress. Both are silent with `--quiet` and `--json`.
#[derive(Clone, Debug)]
pub(crate) struct Stderr {
    silent: bool,
    pub(crate) style: Style,
    failures: Form,
    /// Hidden, unless standard error is a terminal.
    bars: MultiProgress,
}

impl Stderr {
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
            style: Style::new(global.color, &io::stderr()),
            failures: global.failures(),
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// Prints a note: a decision, or something unusual.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        if !self.silent {
            self.always(&shown(text.as_ref()));
        }
    }

    /// Prints text beside the data, dimmed, such as a model's reasoning.
    pub(crate) fn aside(&self, text: &str) {
        if !self.silent {
            let _ = write!(io::stderr(), "{}", self.style.dim(shown(text)));
        }
    }

    /// Prints a line in any case, above the progress bars.
    pub(crate) fn always(&self, line: &str) {
        self.bars.suspend(|| {
            // A closed standard error is not a failure.
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    /// Prints a failure after which the command goes on.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.always(&failure.line(self.failures));
    }

    /// Prints what `--verbose` adds: JSON, or else words, dimmed.
    pub(crate) fn detail(&self, json: &Value, words: impl FnOnce() -> String) {
        match self.failures {
            Form::Json => self.always(&terminal::json(json)),
            Form::Text(style) => self.always(&style.dim(shown(&words()))),
        }
    }

    /// Makes a progress bar; it shows on a terminal only, and is removed when it is dropped.
    ///
    /// `template` is indicatif's: `{prefix:12} {bar:30} {pos}/{len}`.
    pub(crate) fn bar(&self, prefix: &str, length: Option<u64>, template: &str) -> ProgressBar {
        let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let bar = bar.with_prefix(prefix.to_owned());
        let bar = self.bars.add(bar.with_finish(ProgressFinish::AndClear));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar
    }
}
