//! A conversation at a terminal.

mod history;
mod keyboard;
mod line;

use groq_core::{
    Conversation,
    types::{ChatCompletionRequest, Message},
};

use super::{images::with_images, reply::Printer, save};
use crate::{
    failure::{Failure, Status},
    files::Overwrite,
    interrupt,
};
use keyboard::Keyboard;
use line::Line;

const HELP: &str = "\
/model [ID]    use another model from now on; without an id, print the current one
/image FILE    send an image with the next question
/save FILE     save the conversation: as JSON if the extension is json, else as Markdown
/save! FILE    the same, and replace an existing file
/clear         start again; the system prompt stays
/quit          leave, as Ctrl-D does
A line that ends with \\ continues on the next one, and so does everything between two lines of \"\"\".
Ctrl-C stops a reply; the arrow keys recall earlier questions, Tab completes commands,
models and names of files.";

/// Converses until the user leaves.
pub(super) async fn run(
    printer: Printer<'_>,
    beginning: ChatCompletionRequest,
    images: Vec<String>,
) -> Result<(), Failure> {
    let session = printer.session;
    session.stderr.note(format!(
        "Conversation with {}. /help lists the commands; Ctrl-D leaves.",
        beginning.model
    ));
    let mut repl = Repl {
        printer,
        beginning: beginning.clone(),
        conversation: Conversation::new(beginning),
        images,
    };
    let mut keyboard = Keyboard::open(session.stderr.style)?;
    while let Some(line) = keyboard.read_line().await? {
        let outcome = match Line::parse(&line) {
            Line::Empty => Ok(()),
            Line::Quit => break,
            Line::Question(question) => repl.ask(question).await,
            Line::Command(name, rest) => repl.command(&name, rest).await,
        };
        if let Err(failure) = outcome {
            repl.report(failure)?;
        }
        if session.global.dry_run {
            break;
        }
    }
    Ok(())
}

struct Repl<'a> {
    printer: Printer<'a>,
    /// The conversation before the first question.
    beginning: ChatCompletionRequest,
    conversation: Conversation,
    /// Images for the next question.
    images: Vec<String>,
}

impl Repl<'_> {
    /// Asks. A reply that fails leaves the conversation as it was; one that is stopped stays in it, marked as such.
    async fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let images = std::mem::take(&mut self.images);
        let content = with_images(question.to_owned(), &images).await?;
        let mut next = self.conversation.clone();
        next.push(Message::user(content));
        let (request, mut text) = (next.request().clone(), String::new());
        let outcome = tokio::select! {
            // A request to terminate ends the conversation; Ctrl-C only the reply.
            ended = interrupt::terminated() => return ended.and(Err(Failure::interrupted(""))),
            outcome = self.printer.reply(request, &mut text) => Some(outcome),
            pressed = interrupt::pressed() => pressed.map(|()| None)?,
        };
        match outcome {
            Some(Ok(reply)) => {
                if let Some(message) = reply.into_message() {
                    next.push(message);
                }
                self.conversation = next;
            }
            Some(Err(failure)) => {
                self.images = images;
                return Err(failure);
            }
            None => {
                self.printer.session.out.line("")?;
                if text.is_empty() {
                    self.note("Stopped; the question is forgotten.");
                } else {
                    next.push(Message::assistant(format!("{text} [stopped by the user]")));
                    self.conversation = next;
                    self.note("Stopped; the conversation keeps what there is of the reply.");
                }
            }
        }
        Ok(())
    }

    async fn command(&mut self, name: &str, rest: &str) -> Result<(), Failure> {
        match (name, rest) {
            ("help", "") => self.note(HELP),
            ("model", "") => self.note(&self.conversation.request().model),
            ("model", id) => {
                id.clone_into(&mut self.beginning.model);
                let mut request = self.conversation.request().clone();
                id.clone_into(&mut request.model);
                self.conversation = Conversation::new(request);
                self.note(format!("The model is now {id}."));
            }
            ("image", "") => return Err(Failure::usage("/image needs a file or a URL")),
            ("image", file) => {
                let file = file.to_owned();
                with_images(String::new(), std::slice::from_ref(&file)).await?;
                self.images.push(file);
                self.note("The image goes with the next question.");
            }
            ("clear", "") => {
                self.conversation = Conversation::new(self.beginning.clone());
                self.images.clear();
                self.note("Started again.");
            }
            ("save" | "save!", "") => return Err(Failure::usage("/save needs a file")),
            ("save" | "save!", file) => {
                let allowed = name == "save!";
                let overwrite = Overwrite { allowed };
                save::write(self.conversation.messages(), file, overwrite).await?;
                self.note(format!("Saved as {file}."));
            }
            _ => {
                let message = format!("unknown command /{name} {rest}");
                let message = format!("{}; /help lists the commands", message.trim_end());
                return Err(Failure::usage(message));
            }
        }
        Ok(())
    }

    fn note(&self, text: impl AsRef<str>) {
        self.printer.session.stderr.note(text);
    }

    /// Prints a failure and goes on, unless every further question would fail as well.
    fn report(&self, failure: Failure) -> Result<(), Failure> {
        let session = self.printer.session;
        let is_final = matches!(
            failure.status(),
            Status::ClosedPipe | Status::Internal | Status::KeyRejected | Status::Interrupted
        );
        if is_final || session.global.dry_run {
            return Err(failure);
        }
        session.stderr.failure(&failure);
        Ok(())
    }
}
