//! Lines from the terminal, with editing and history.

use std::{
    io,
    time::{Duration, Instant},
};

use groq_core::models::{Catalog, ModelKind};
use rustyline::{
    Behavior, ColorMode, Config, Context, Editor, Helper,
    completion::{Completer, FilenameCompleter},
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
        editor.set_helper(Some(Rules::default()));
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
            let (prompt, terminal) = (self.prompt.clone(), self.terminal.clone());
            let typed = off_thread(move || {
                let burst = terminal.burst(&prompt.1);
                if let Some(rules) = editor.helper_mut() {
                    rules.burst = burst;
                }
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
#[derive(Clone)]
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

    /// Shows the prompt, waits for the first key of a line, and counts the bytes that have arrived by then: a terminal without
    /// bracketed paste sends pasted lines at once, and the editor reads them all but takes only the first.
    fn burst(&self, prompt: &str) -> Burst {
        #[cfg(unix)]
        if let Some(settings) = &self.settings {
            use std::io::Write as _;

            use rustix::termios::{OptionalActions, tcsetattr};

            let stdin = io::stdin();
            let mut raw = settings.clone();
            raw.make_raw();
            let _ = tcsetattr(&stdin, OptionalActions::Now, &raw);
            if let Ok(mut terminal) = std::fs::File::options().write(true).open("/dev/tty") {
                let _ = write!(terminal, "\x1b[?2004h{prompt}");
            }
            let mut bytes = 0;
            // Until something has arrived, and nothing more does.
            while let Ok(more) = rustix::io::ioctl_fionread(&stdin)
                && (more == 0 || more > bytes)
            {
                bytes = more;
                std::thread::sleep(Duration::from_millis(10));
            }
            // The editor saves and restores the settings that it finds.
            let _ = tcsetattr(&stdin, OptionalActions::Now, settings);
            return Burst {
                bytes: usize::try_from(bytes).unwrap_or_default(),
                arrived: Some(Instant::now()),
            };
        }
        let _ = prompt;
        Burst::default()
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

/// The bytes that arrived together at the beginning of a line.
#[derive(Default)]
struct Burst {
    bytes: usize,
    arrived: Option<Instant>,
}

impl Burst {
    /// Whether more of it follows an input that ends here. It has an end, because keys that are not text count as well.
    fn goes_on(&self, input: &str) -> bool {
        let is_new = |arrived: Instant| arrived.elapsed() < BURST_TIME;
        self.arrived.is_some_and(is_new) && input.len() + 1 < self.bytes
    }
}

/// How long the editor may take for what has arrived.
const BURST_TIME: Duration = Duration::from_millis(500);

/// When an input is complete, and which commands there are.
#[derive(Default)]
struct Rules {
    burst: Burst,
}

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
        let Some((command, argument)) = typed.split_once(' ') else {
            let commands = COMMANDS.iter().filter(|_| !typed.is_empty());
            return Ok((0, beginning_with(typed, commands.copied())));
        };
        let start = typed.len() - argument.len();
        match command {
            "/model" => {
                let catalog = Catalog::shipped();
                let models = catalog.models().filter(|model| {
                    model.kind == ModelKind::Chat && !catalog.is_retired(&model.id)
                });
                let ids = models.map(|model| model.id.as_str());
                Ok((start, beginning_with(argument, ids)))
            }
            "/image" | "/save" | "/save!" => {
                // As within a quote, names of files are not escaped.
                let quoted = format!("'{argument}");
                let (at, files) = FilenameCompleter::new().complete_path(&quoted, quoted.len())?;
                let files = files.into_iter().map(|file| file.replacement);
                Ok((start + at.saturating_sub(1), files.collect()))
            }
            _ => Ok((start, Vec::new())),
        }
    }
}

fn beginning_with<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let fitting = names.filter(|name| name.starts_with(typed));
    fitting.map(str::to_owned).collect()
}

impl Hinter for Rules {
    type Hint = String;
}

impl Highlighter for Rules {}

impl Validator for Rules {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        if is_open(input) || self.burst.goes_on(input) {
            return Ok(ValidationResult::Incomplete);
        }
        Ok(ValidationResult::Valid(None))
    }
}
