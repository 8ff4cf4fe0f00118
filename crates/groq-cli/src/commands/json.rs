//! `groq json`: a question whose answer is JSON of a known form.

mod example;

use std::path::{Path, PathBuf};

use groq_core::types::{CompletionUsage, Message};
use groq_json::{Attempt, Extract, GroqJson, Mode, Repair};
use serde_json::{Value, json};

use crate::{
    defaults,
    failure::{Failure, Status, in_one_line},
    input,
    session::Session,
    terminal,
};

/// Ask a model for JSON that fits a schema, and print nothing else.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("form").required(true).args(["schema", "example"]),
    after_help = "\
What is printed fits the schema. A reply that does not goes back to the model with what is wrong
with it, as often as --retries allows; if none fits, nothing is printed and the status is 8.

Examples:
  groq json --schema recipe.json \"A recipe for chocolate chip cookies\"
  groq json --example '{\"name\": \"Ada\", \"born\": 1815}' \"Who wrote the first program?\"
  cat mail.txt | groq json --example ticket.json \"Make a ticket of this mail\" | jq .title"
)]
pub(crate) struct Args {
    /// The prompt; its words are joined. Standard input is read as `groq chat` reads it.
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    /// A JSON Schema that the answer must fit.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// An example of an answer, as a file or as JSON: the answer has the same keys, with values of the same types.
    #[arg(long, value_name = "FILE|JSON")]
    example: Option<PathBuf>,
    #[arg(short, long, value_name = "ID", help = defaults::help("The model", "GROQ_MODEL", defaults::CHAT_MODEL))]
    model: Option<String>,
    /// Instructions that the model follows.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    /// How random the answer is, 0 to 2.
    #[arg(short, long, value_name = "NUMBER", value_parser = super::chat::temperature, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// The most tokens that a reply may have, reasoning included.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// How often the model is asked again when its reply does not fit.
    #[arg(long, value_name = "TIMES", default_value_t = 2)]
    retries: u32,
    /// What may be repaired in a reply: nothing, its form, or also values that have one reading only.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    repair: Level,
    /// How the model is asked for JSON; the best way that it offers, unless this is set.
    #[arg(long, value_name = "MODE", value_enum, default_value_t)]
    mode: Way,
}

/// `--repair`.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Level {
    /// Nothing: what is not JSON does not fit.
    Off,
    /// Fences, text around the value, commas, quotes, comments.
    #[default]
    Safe,
    /// Also values of another type that have exactly one reading, such as "42" for a number.
    Lossless,
}

/// `--mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, clap::ValueEnum)]
enum Way {
    /// The best that the model offers.
    #[default]
    Auto,
    /// A schema that the model cannot but follow.
    Strict,
    /// A schema that the service checks.
    Schema,
    /// Any JSON object, with the form in the prompt.
    Object,
    /// A call of a tool.
    Tool,
    /// Only the prompt.
    Prompt,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let client = session.connect().await?;
        let model = session.settings.model(self.model.as_deref())?;
        let (schema, example) = self.form().await?;
        let prompt = input::prompt(&self.prompt, &session.talk).await?;
        let mut question = client.extract_value(schema)?.model(&model).user(prompt);
        if let Some(example) = &example {
            question = question.example(example);
        }
        let outcome = self.set(question).await;
        let (attempts, usage) = match &outcome {
            Ok(answer) => (answer.attempts.as_slice(), answer.usage),
            Err(error) => (error.attempts(), error.usage()),
        };
        tell_attempts(session, attempts);
        let usage = CompletionUsage::new(
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens,
        );
        session.tell_usage(&model, Some(&usage).filter(|usage| usage.total_tokens > 0));
        print(session, &outcome?.value)
    }

    /// The schema, and the example it was made of.
    async fn form(&self) -> Result<(Value, Option<Value>), Failure> {
        match (&self.schema, &self.example) {
            (Some(path), _) => Ok((read("schema", path).await?, None)),
            (None, Some(path)) => {
                let example = read("example", path).await?;
                Ok((example::schema(&example), Some(example)))
            }
            (None, None) => Err(Failure::usage("--schema or --example is needed")),
        }
    }

    fn set(self, mut question: Extract<Value>) -> Extract<Value> {
        question = question.retries(self.retries).repair(match self.repair {
            Level::Off => Repair::Off,
            Level::Safe => Repair::Safe,
            Level::Lossless => Repair::Lossless,
        });
        let mode = match self.mode {
            Way::Auto => None,
            Way::Strict => Some(Mode::Strict),
            Way::Schema => Some(Mode::Schema),
            Way::Object => Some(Mode::Object),
            Way::Tool => Some(Mode::Tool),
            Way::Prompt => Some(Mode::Prompt),
        };
        if let Some(mode) = mode {
            question = question.mode(mode);
        }
        if let Some(tokens) = self.max_tokens {
            question = question.max_completion_tokens(tokens);
        }
        let (system, temperature) = (self.system, self.temperature);
        question.configure(move |mut request| {
            if let Some(system) = &system {
                request.messages.insert(0, Message::system(system.as_str()));
            }
            if temperature.is_some() {
                request.temperature = temperature;
            }
            request
        })
    }
}

/// A file of JSON, or JSON itself: what begins as objects, lists and strings do, or is a value and no file.
async fn read(what: &str, path: &Path) -> Result<Value, Failure> {
    let is_value = |text: &str| serde_json::from_str::<Value>(text).is_ok() && !path.exists();
    let inline = path
        .to_str()
        .filter(|text| text.trim_start().starts_with(['{', '[', '"']) || is_value(text));
    let (text, name) = match inline {
        Some(text) => (text.to_owned(), what.to_owned()),
        None => (
            input::text_file(path).await?,
            format!("{what} '{}'", path.display()),
        ),
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::bad_input(format!("{name} is not JSON: {error}")))
}

/// On a terminal over several lines, for a person; into a pipe on one.
fn print(session: &Session, value: &Value) -> Result<(), Failure> {
    if session.out.is_terminal() && !session.global.json {
        session.out.styled(&terminal::json_in_lines(value))
    } else {
        session.out.json(value)
    }
}

/// With `--verbose`, tells what each attempt came to.
fn tell_attempts(session: &Session, attempts: &[Attempt]) {
    if !session.global.verbose {
        return;
    }
    for (number, attempt) in attempts.iter().enumerate() {
        let mut line = format!("attempt {} by {}", number + 1, attempt.mode);
        if let Some(reason) = &attempt.reason {
            line.push_str(&format!(" ({reason})"));
        }
        line.push_str(&match &attempt.failure {
            Some(failure) => format!(": {failure}"),
            None => ": it fits".to_owned(),
        });
        for repair in &attempt.repairs {
            line.push_str(&format!(", repaired: {repair}"));
        }
        session.talk.note(line);
    }
}

impl From<groq_json::Error> for Failure {
    fn from(error: groq_json::Error) -> Self {
        if let Some(api) = error.api() {
            return api.into();
        }
        let status = if error.is_schema() {
            Status::BadInput
        } else if error.is_unsupported() {
            Status::Usage
        } else {
            Status::BadAnswer
        };
        let issues: Vec<Value> = error
            .issues()
            .iter()
            .map(|issue| json!({"path": issue.path, "message": issue.message}))
            .collect();
        Self::new(status, in_one_line(&error))
            .with("attempts", error.attempts().len())
            .with("issues", issues)
            .with("reply", error.raw())
    }
}
