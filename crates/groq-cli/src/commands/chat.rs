//! `groq chat`: one question and its reply, or a conversation.

mod images;
mod repl;
mod reply;
mod save;

use std::io::IsTerminal as _;

use groq_core::models::{Catalog, DefaultModel};
use groq_core::types::{ChatCompletionRequest, Message, ReasoningFormat, StopSequences};

use crate::{
    defaults,
    failure::Failure,
    input,
    options::{self, Values},
    session::Session,
};

/// Ask a model and print its reply as it arrives; without a prompt, at a terminal, start a conversation.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/chat.txt"))]
pub(crate) struct Args {
    /// Prompt; several arguments are joined by spaces.
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Chat))]
    model: Option<String>,
    /// System prompt: instructions that the model follows.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    /// Sampling temperature, from 0 to 2.
    #[arg(short, long, value_name = "NUMBER", value_parser = options::temperature, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Maximum number of tokens in the reply, including reasoning.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// Text that ends the reply; may be given up to four times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// Image to send: a PNG, JPEG, GIF or WebP file, or a URL; may be given up to five times.
    #[arg(short, long, value_name = "FILE|URL")]
    image: Vec<String>,
    /// Reasoning effort: none, default, low, medium or high; models differ in what they accept.
    #[arg(long, value_name = "EFFORT")]
    reasoning: Option<String>,
    /// What to do with the model's reasoning.
    #[arg(long, value_name = "FORMAT", value_parser = options::one_of(FORMATS))]
    reasoning_format: Option<ReasoningFormat>,
    /// Seed for sampling: the same seed makes similar replies likely.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<i64>,
    /// With --json, print each chunk of the reply as it arrives.
    #[arg(long, requires = "json")]
    stream: bool,
}

/// `--reasoning-format`.
const FORMATS: Values<ReasoningFormat> = &[
    ("hidden", ReasoningFormat::Hidden, "Leave it out"),
    ("parsed", ReasoningFormat::Parsed, "On standard error"),
    ("raw", ReasoningFormat::Raw, "Leave it in the reply"),
];

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        // The connection first: a missing key should be reported before a prompt is typed.
        let client = session.connect().await?;
        let printer = reply::Printer {
            session,
            client: &client,
            reasoning: self.reasoning_format.is_some(),
        };
        let mut request = self.request(session)?;
        if self.is_conversation() {
            return Box::pin(repl::run(printer, request, self.image)).await;
        }
        let prompt = input::prompt(&self.prompt, &session.stderr).await?;
        let content = images::with_images(prompt, &self.image).await?;
        request.messages.push(Message::user(content));
        if self.stream {
            printer.chunks(request).await
        } else {
            printer.reply(request, &mut String::new()).await.map(drop)
        }
    }

    /// Whether it goes on until the user leaves.
    pub(crate) fn is_conversation(&self) -> bool {
        self.prompt.is_empty() && std::io::stdin().is_terminal()
    }

    /// Everything but the prompt.
    fn request(&self, session: &Session) -> Result<ChatCompletionRequest, Failure> {
        let model = session.model(DefaultModel::Chat, self.model.as_ref())?;
        let system = self.system.as_deref().map(Message::system);
        let mut request = ChatCompletionRequest::new(model, system.into_iter().collect::<Vec<_>>());
        request.temperature = self.temperature;
        request.max_completion_tokens = self.max_tokens;
        request.seed = self.seed;
        request.reasoning_effort = self.reasoning.as_deref().map(Into::into);
        self.place_reasoning(session, &mut request);
        request.stop = match self.stop.as_slice() {
            [] => None,
            [one] => Some(StopSequences::One(one.clone())),
            many => Some(StopSequences::Many(many.to_vec())),
        };
        Ok(request)
    }

    /// Some models have no reasoning format: they return reasoning apart, or not at all. The others mix it with the reply
    /// by default, which is not what a person wants to read.
    fn place_reasoning(&self, session: &Session, request: &mut ChatCompletionRequest) {
        let catalog = Catalog::shipped();
        let info = catalog.get(&request.model);
        let has_format = info.and_then(|info| info.reasoning_format);
        match &self.reasoning_format {
            None if has_format == Some(true) && !session.global.json => {
                request.reasoning_format = Some(ReasoningFormat::Parsed);
            }
            Some(ReasoningFormat::Parsed) if has_format == Some(false) => {}
            Some(ReasoningFormat::Hidden) if has_format == Some(false) => {
                request.include_reasoning = Some(false);
            }
            format => request.reasoning_format.clone_from(format),
        }
    }
}
