//! Lines from the terminal, with editing and history.

use std::io;

use rustyline::{
    Behavior, ColorMode, Config, Context, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::Highlighter,
    hint::Hinter,
    history::MemHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{
    history::{self, History},
    line::{COMMANDS, is_open, unwrapped},
};
use crate::{blocking::off_thread, failure::Failure, interrupt, settings, style::Style};

pub(super) struct Keyboard {
    editor: Option<Editor<Rules, MemHistory>>,
    history: Option<History>,
    prompt: (String, String),
    terminal: TerminalState,
}

impl Keyboard {
    pub(super) fn open(style: Style) -> Result<Self, Failure> {
        let colors = if style.colored {
            ColorMode::Enabled
        } else {
            ColorMode::Disabled
        };
        let config = Config::builder()
            .max_history_size(history::MAX_QUESTIONS)
            .map_err(unusable)?
            .history_ignore_space(true)
            .color_mode(colors)
            // Standard output may be a file.
            .behavior(Behavior::PreferTerm)
            .auto_add_history(false)
            .build();
        let memory = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, memory).map_err(unusable)?;
        editor.set_helper(Some(Rules));
        let history = settings::state_folder().map(|folder| History::new(folder.join("history")));
        // The conversation works without a history file.
        for line in history.iter().flat_map(History::read) {
            let _ = editor.add_history_entry(line);
        }
        Ok(Self {
            editor: Some(editor),
            history,
            prompt: ("> ".to_owned(), format!("{} ", style.accent(">"))),
            terminal: TerminalState::read(),
        })
    }

    /// Reads the next input; `None` at the end.
    pub(super) async fn read_line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            let mut editor = self
                .editor
                .take()
                .ok_or_else(|| Failure::internal("the line editor is gone"))?;
            let prompt = self.prompt.clone();
            let typed = off_thread(move || {
                let line = editor.readline(&prompt);
                (editor, line)
            });
            let (editor, line) = tokio::select! {
                // Listened for before the prompt is shown.
                biased;
                // Ctrl-C is a key while a line is typed; this comes from another program.
                signal = interrupt::requested() => {
                    self.terminal.restore();
                    return signal.and(Err(Failure::interrupted("")));
                }
                typed = typed => typed?,
            };
            self.editor = Some(editor);
            match line {
                Ok(line) => {
                    self.remember(&line);
                    return Ok(Some(unwrapped(&line)));
                }
                Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(error) => return Err(unusable(error)),
            }
        }
    }

    fn remember(&mut self, line: &str) {
        let Some(editor) = &mut self.editor else {
            return;
        };
        if editor.add_history_entry(line).unwrap_or(false)
            && let Some(history) = &self.history
        {
            let _ = history.append(line);
        }
    }
}

/// The terminal as it was before the first line: an editor that is left within a line cannot restore it.
struct TerminalState {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl TerminalState {
    fn read() -> Self {
        Self {
            #[cfg(unix)]
            settings: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }

    fn restore(&self) {
        #[cfg(unix)]
        if let Some(settings) = &self.settings {
            use std::io::Write as _;

            use rustix::termios::{OptionalActions, tcsetattr};

            let _ = tcsetattr(io::stdin(), OptionalActions::Now, settings);
            // Ends bracketed paste and the line.
            let _ = io::stderr().write_all(b"\x1b[?2004l\n");
        }
    }
}

fn unusable(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Failure::from(error)
        }
        error => Failure::internal(format!("read from the terminal: {error}")),
    }
}

/// When an input is complete, and which commands there are.
struct Rules;

impl Helper for Rules {}

impl Completer for Rules {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let commands = COMMANDS
            .iter()
            .filter(|command| !typed.is_empty() && command.starts_with(typed));
        Ok((0, commands.map(ToString::to_string).collect()))
    }
}

impl Hinter for Rules {
    type Hint = String;
}

impl Highlighter for Rules {}

impl Validator for Rules {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_open(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}
