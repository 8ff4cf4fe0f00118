//! A conversation at a terminal.

mod history;

use std::io;

use groq_core::{
    Client, Conversation,
    types::{ChatCompletionRequest, Message},
};
use rustyline::{
    Behavior, ColorMode, Config, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::Highlighter,
    hint::Hinter,
    history::MemHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{reply, save, with_images};
use crate::{
    failure::{Failure, Status},
    input::off_thread,
    interrupt,
    session::Session,
    settings,
    style::Style,
    terminal,
};
use history::History;

const HELP: &str = "\
/model [ID]    ask another model from now on; without one, say which it is
/image FILE    show the model an image with the next question
/save FILE     write the conversation to a file: Markdown, or JSON with the extension json
/save! FILE    the same, in place of a file that is there
/clear         begin anew; the instructions stay
/quit          leave, as Ctrl-D does
A line that ends with \\ goes on in the next one, and so does all between two lines of \"\"\".
Ctrl-C breaks off a reply; the arrow keys bring back earlier questions.";

/// Converses until the user leaves.
pub(super) async fn run(
    session: &Session,
    client: &Client,
    beginning: ChatCompletionRequest,
    images: Vec<String>,
    thoughts: bool,
) -> Result<(), Failure> {
    let style = session.talk.style();
    session.talk.note(format!(
        "A conversation with {}. /help tells what else there is, Ctrl-D leaves.",
        beginning.model
    ));
    let mut repl = Repl {
        session,
        client,
        beginning: beginning.clone(),
        conversation: Conversation::new(beginning),
        images,
        thoughts,
    };
    let mut keyboard = Keyboard::open(style)?;
    while let Some(line) = keyboard.ask().await? {
        match Said::of(&line) {
            Said::Nothing => {}
            Said::Quit => break,
            Said::Question(question) => repl.ask(question).await?,
            Said::Command(name, rest) => repl.command(name, rest)?,
        }
        if session.global.dry_run {
            break;
        }
    }
    Ok(())
}

struct Repl<'a> {
    session: &'a Session,
    client: &'a Client,
    /// The conversation before anything was said.
    beginning: ChatCompletionRequest,
    conversation: Conversation,
    /// Images for the next question.
    images: Vec<String>,
    /// Whether thoughts are shown.
    thoughts: bool,
}

impl Repl<'_> {
    /// Asks; a reply that fails or is broken off leaves the conversation as it was.
    async fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let content = match with_images(question.to_owned(), &self.images).await {
            Ok(content) => content,
            Err(failure) => {
                self.images.clear();
                return self.complain(failure);
            }
        };
        let mut next = self.conversation.clone();
        next.push(Message::user(content));
        let request = next.request().clone();
        let outcome = tokio::select! {
            // Asked to end by the system, it does; by Ctrl-C only the reply does.
            ended = interrupt::ended() => return ended.and(Err(Failure::interrupted())),
            outcome = reply(self.session, self.client, request, self.thoughts) => outcome,
            _ = tokio::signal::ctrl_c() => {
                self.session.out.line("")?;
                self.session.talk.note("Broken off; the question is forgotten.");
                return Ok(());
            }
        };
        match outcome {
            Ok(reply) => {
                if let Some(message) = reply.into_message() {
                    next.push(message);
                }
                self.conversation = next;
                self.images.clear();
                Ok(())
            }
            Err(failure) => self.complain(failure),
        }
    }

    fn command(&mut self, name: &str, rest: &str) -> Result<(), Failure> {
        match (name, rest) {
            ("help", "") => self.session.talk.note(HELP),
            ("model", "") => self.session.talk.note(&self.conversation.request().model),
            ("model", id) => {
                id.clone_into(&mut self.beginning.model);
                let mut request = self.conversation.request().clone();
                id.clone_into(&mut request.model);
                self.conversation = Conversation::new(request);
                self.session.talk.note(format!("Now with {id}."));
            }
            ("image", "") => {
                return self.complain(Failure::usage("/image needs a file or an address"));
            }
            ("image", file) => {
                self.images.push(file.to_owned());
                self.session.talk.note("It goes with the next question.");
            }
            ("clear", "") => {
                self.conversation = Conversation::new(self.beginning.clone());
                self.images.clear();
                self.session.talk.note("Begun anew.");
            }
            ("save" | "save!", "") => return self.complain(Failure::usage("/save needs a file")),
            ("save" | "save!", file) => {
                match save::write(self.conversation.messages(), file, name == "save!") {
                    Ok(()) => self.session.talk.note(format!("Saved as {file}.")),
                    Err(failure) => return self.complain(failure),
                }
            }
            _ => {
                return self.complain(Failure::usage(format!(
                    "there is no /{name}{}; /help lists what there is",
                    if rest.is_empty() {
                        ""
                    } else {
                        " with something after it"
                    }
                )));
            }
        }
        Ok(())
    }

    /// Tells of a failure and goes on, unless there is nobody left to go on for, or it will fail every time.
    fn complain(&self, failure: Failure) -> Result<(), Failure> {
        let hopeless = matches!(
            failure.status(),
            Status::ClosedPipe | Status::Internal | Status::KeyRefused
        );
        if hopeless || self.session.global.dry_run {
            return Err(failure);
        }
        if self.session.global.json {
            self.session
                .talk
                .always(&terminal::json(&failure.to_json()));
        } else {
            let style = self.session.talk.style();
            self.session
                .talk
                .always(&format!("{} {failure}", style.error("groq:")));
        }
        Ok(())
    }
}

/// What a line means.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    Nothing,
    Quit,
    /// Its name without the slash, and what follows it.
    Command(&'a str, &'a str),
    Question(&'a str),
}

impl<'a> Said<'a> {
    fn of(line: &'a str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Nothing;
        }
        match line.strip_prefix('/') {
            // A path, or a comment of some language, is a question.
            Some(command)
                if command.starts_with(|c: char| c.is_ascii_lowercase())
                    && !command.contains('\n') =>
            {
                let (name, rest) = command
                    .split_once(char::is_whitespace)
                    .unwrap_or((command, ""));
                match name {
                    _ if name.contains('/') => Self::Question(line),
                    "quit" | "exit" => Self::Quit,
                    _ => Self::Command(name, rest.trim()),
                }
            }
            _ => Self::Question(line),
        }
    }
}

/// Lines from the terminal, with editing and history.
struct Keyboard {
    editor: Option<Editor<Multiline, MemHistory>>,
    history: Option<History>,
    prompt: (String, String),
    terminal: Before,
}

impl Keyboard {
    fn open(style: Style) -> Result<Self, Failure> {
        let colour = match style.is_coloured() {
            true => ColorMode::Enabled,
            false => ColorMode::Disabled,
        };
        let config = Config::builder()
            .max_history_size(history::MOST)
            .map_err(unusable)?
            .history_ignore_space(true)
            .color_mode(colour)
            // Standard output may be a file.
            .behavior(Behavior::PreferTerm)
            .auto_add_history(false)
            .build();
        let memory = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, memory).map_err(unusable)?;
        editor.set_helper(Some(Multiline));
        let history = settings::state_folder().map(|folder| History::new(folder.join("history")));
        // Without a file there is no past, and that is all.
        for line in history.iter().flat_map(History::read) {
            let _ = editor.add_history_entry(line);
        }
        Ok(Self {
            editor: Some(editor),
            history,
            prompt: ("> ".to_owned(), format!("{} ", style.accent(">"))),
            terminal: Before::look(),
        })
    }

    /// The next input; none at the end.
    async fn ask(&mut self) -> Result<Option<String>, Failure> {
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
                // Listened for before the prompt is there.
                biased;
                // Ctrl-C is a key while a line is typed; this comes from another program.
                told = interrupt::told() => {
                    self.terminal.restore();
                    return told.and(Err(Failure::interrupted()));
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

/// The terminal as it was before the first line: an editor that is left in the middle of one cannot put it back.
struct Before {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl Before {
    fn look() -> Self {
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
            // What is pasted comes without marks again, and on a line of its own.
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

/// Says when an input is complete, and nothing else.
struct Multiline;

impl Helper for Multiline {}

impl Completer for Multiline {
    type Candidate = String;
}

impl Hinter for Multiline {
    type Hint = String;
}

impl Highlighter for Multiline {}

impl Validator for Multiline {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_open(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

/// Whether more is to come: after a backslash, or between two lines of three quotes.
fn is_open(input: &str) -> bool {
    let fences = input.lines().filter(|line| line.trim() == FENCE).count();
    fences % 2 == 1 || input.ends_with('\\')
}

const FENCE: &str = "\"\"\"";

/// An input without what only kept it open.
fn unwrapped(input: &str) -> String {
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
        assert_eq!(Said::of("  "), Said::Nothing);
        assert_eq!(Said::of("/quit"), Said::Quit);
        assert_eq!(
            Said::of("/save  my file.md "),
            Said::Command("save", "my file.md")
        );
        assert_eq!(Said::of("/model"), Said::Command("model", ""));
        for question in [
            "/usr/bin is what?",
            "// a comment",
            "/ alone",
            "what is /quit",
        ] {
            assert_eq!(Said::of(question), Said::Question(question));
        }
    }
}
