//! `groq json`: a question whose answer is JSON that fits a schema.

mod example;

use std::path::{Path, PathBuf};

use groq_core::models::DefaultModel;
use groq_core::types::Message;
use groq_json::{Extract, ExtractAttempt, GroqJson, Mode, Repair};
use serde_json::{Value, json};

use crate::{
    blocking::off_thread,
    defaults,
    failure::{Failure, Status, in_one_line},
    input,
    options::{self, Values, apply},
    session::Session,
    terminal,
};

/// Ask a model for JSON that fits a schema, and print only that.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("form").required(true).args(["schema", "example"]),
    after_help = include_str!("../help/json.txt")
)]
pub(crate) struct Args {
    /// Prompt; several arguments are joined by spaces. Standard input is used as in `groq chat`.
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    /// JSON Schema of the answer.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Example answer, as a file or as JSON: the answer has the same keys and types.
    #[arg(long, value_name = "FILE|JSON")]
    example: Option<PathBuf>,
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Chat))]
    model: Option<String>,
    /// System prompt: instructions that the model follows.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    /// Sampling temperature, from 0 to 2.
    #[arg(short, long, value_name = "NUMBER", value_parser = options::temperature, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Maximum number of tokens in a reply, including reasoning.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// How many times to ask the model to correct a reply that does not fit.
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    max_corrections: u32,
    /// What may be repaired in a reply.
    #[arg(long, value_name = "LEVEL", value_parser = options::one_of(REPAIRS), default_value = "safe")]
    repair: Repair,
    /// How to ask the model for JSON; by default the best mode that it supports.
    #[arg(long, value_name = "MODE", value_parser = options::one_of(MODES))]
    mode: Option<Mode>,
}

/// `--repair`.
const REPAIRS: Values<Repair> = &[
    ("off", Repair::Off, "Nothing: the reply must be JSON"),
    ("safe", Repair::Safe, "Fences, commas, quotes, comments"),
    ("lossless", Repair::Lossless, "Also \"42\" for a number"),
];

/// `--mode`.
const MODES: Values<Mode> = &[
    ("strict", Mode::Strict, "A schema that constrains the model"),
    ("schema", Mode::Schema, "A schema that the service checks"),
    ("object", Mode::Object, "Any object; schema in the prompt"),
    ("tool", Mode::Tool, "A tool call"),
    ("prompt", Mode::Prompt, "The prompt alone"),
];

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let client = session.connect().await?;
        let model = session.model(DefaultModel::Chat, self.model.as_ref())?;
        let (schema, example) = self.schema().await?;
        let prompt = input::prompt(&self.prompt, &session.stderr).await?;
        // A schema may take long to prepare.
        let prepared = off_thread(move || client.extract_value(schema)).await?;
        let mut question = prepared?.model(&model).user(prompt);
        if let Some(example) = &example {
            question = question.example(example);
        }
        let outcome = self.configure(question).await;
        let (attempts, usage) = match &outcome {
            Ok(answer) => (answer.attempts.as_slice(), answer.usage),
            Err(error) => (error.attempts(), error.usage()),
        };
        report_attempts(session, attempts);
        session.report_usage(&model, Some(usage).filter(|usage| usage.total_tokens() > 0));
        print(session, &outcome?.value)
    }

    /// The schema, and the example that it was made of.
    async fn schema(&self) -> Result<(Value, Option<Value>), Failure> {
        match (&self.schema, &self.example) {
            (Some(path), _) => Ok((read("schema", path).await?, None)),
            (None, Some(path)) => {
                let example = read("example", path).await?;
                Ok((example::schema(&example), Some(example)))
            }
            (None, None) => Err(Failure::usage("--schema or --example is needed")),
        }
    }

    fn configure(self, question: Extract<Value>) -> Extract<Value> {
        let mut question = question
            .max_corrections(self.max_corrections)
            .repair(self.repair);
        question = apply(question, self.mode, Extract::mode);
        question = apply(question, self.max_tokens, Extract::max_completion_tokens);
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

/// Reads a file of JSON, or JSON itself: an argument that begins like an object, a list or a string, or that is a value and
/// not the name of a file.
async fn read(what: &str, path: &Path) -> Result<Value, Failure> {
    let is_value = |text: &str| serde_json::from_str::<Value>(text).is_ok() && !path.exists();
    let inline = path
        .to_str()
        .filter(|text| text.trim_start().starts_with(['{', '[', '"']) || is_value(text));
    let (text, name) = if let Some(text) = inline {
        (text.to_owned(), what.to_owned())
    } else {
        let name = format!("{what} '{}'", path.display());
        (input::text_file(path).await?, name)
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::bad_input(format!("{name} is not JSON: {error}")))
}

/// Prints the value: over several lines on a terminal, else on one.
fn print(session: &Session, value: &Value) -> Result<(), Failure> {
    if session.out.is_terminal && !session.global.json {
        session.out.styled(&terminal::json_in_lines(value))
    } else {
        session.out.json(value)
    }
}

/// With `--verbose`, prints the outcome of each attempt.
fn report_attempts(session: &Session, attempts: &[ExtractAttempt]) {
    if !session.global.verbose {
        return;
    }
    for (number, attempt) in attempts.iter().enumerate() {
        let reason = attempt.reason.as_ref().map(|reason| format!(" ({reason})"));
        let failure = attempt.failure.as_ref().map(ToString::to_string);
        let repairs = attempt.repairs.iter();
        let repairs: Vec<_> = repairs
            .map(|repair| format!(", repaired: {repair}"))
            .collect();
        let repairs = repairs.concat();
        session.stderr.note(format!(
            "attempt {} by {}{}: {}{repairs}",
            number + 1,
            attempt.mode,
            reason.unwrap_or_default(),
            failure.as_deref().unwrap_or("it fits"),
        ));
    }
}

impl From<groq_json::Error> for Failure {
    fn from(error: groq_json::Error) -> Self {
        if let Some(api) = error.api() {
            return api.into();
        }
        let status = match &error {
            error if error.is_schema() => Status::BadInput,
            error if error.is_unsupported() => Status::Usage,
            _ => Status::BadAnswer,
        };
        let issues = error.issues().iter();
        let issues = issues.map(|issue| json!({"path": issue.path, "message": issue.message}));
        Self::new(status, in_one_line(&error))
            .with("attempts", error.attempts().len())
            .with("issues", issues.collect::<Vec<_>>())
            .with("reply", error.raw())
    }
}
