//! `groq chat`: one question and its reply, or a conversation.

mod repl;
mod save;

use groq_core::{
    Client, Images,
    types::{
        ChatCompletion, ChatCompletionRequest, Content, ContentPart, FinishReason, Message,
        ReasoningFormat, StopSequences,
    },
};

use crate::{
    defaults,
    failure::{Failure, in_one_line},
    input,
    session::Session,
};

/// Ask a model, and print its reply as it comes; without a prompt, at a terminal, have a conversation.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without words, standard input is the prompt. What is piped in beside words comes after them, and in
the place of a lone - if there is one. With --json the reply is one document, or, with --stream, a
line for each chunk. In a conversation Ctrl-C breaks off a reply, and does nothing where a line is
typed; an interrupt that another program sends then ends it, with status 130.

Examples:
  groq chat \"Why is the sky blue?\"
  cat question.txt | groq chat --model openai/gpt-oss-120b
  git diff | groq chat \"Write a commit message for this diff\"
  groq chat --image cat.png --model qwen/qwen3.8-27b \"What is this?\"
  groq chat --mock --json hello
  groq chat                                     # a conversation; /help tells how")]
pub(crate) struct Args {
    /// The prompt; its words are joined.
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[arg(short, long, value_name = "ID", help = defaults::help("The model", "GROQ_MODEL", defaults::CHAT_MODEL))]
    model: Option<String>,
    /// Instructions that the model follows.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    /// How random the reply is, 0 to 2.
    #[arg(short, long, value_name = "NUMBER", value_parser = temperature, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// The most tokens that the reply may have, reasoning included.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// A text that ends the reply where it would come; up to four.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// An image for the model to look at: a PNG, JPEG, GIF or WebP file, or an address; up to five.
    #[arg(short, long, value_name = "FILE|URL")]
    image: Vec<String>,
    /// How much the model thinks first: none, default, low, medium, high; what a model takes differs.
    #[arg(long, value_name = "EFFORT")]
    reasoning: Option<String>,
    /// Where the thoughts go: parsed are apart from the reply, shown dimmed on standard error.
    #[arg(long, value_name = "FORMAT", value_enum)]
    reasoning_format: Option<Thoughts>,
    /// What is said to make replies alike from run to run.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<i64>,
    /// With --json, print each chunk of the reply as it comes.
    #[arg(long, requires = "json")]
    stream: bool,
}

/// `--reasoning-format`.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Thoughts {
    Hidden,
    Parsed,
    Raw,
}

impl From<Thoughts> for ReasoningFormat {
    fn from(thoughts: Thoughts) -> Self {
        match thoughts {
            Thoughts::Hidden => Self::Hidden,
            Thoughts::Parsed => Self::Parsed,
            Thoughts::Raw => Self::Raw,
        }
    }
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        // The connection first: whoever has no key should not type a prompt to learn it.
        let client = session.connect().await?;
        if self.is_conversation() {
            let beginning = self.request(session)?;
            let thoughts = self.reasoning_format.is_some();
            return Box::pin(repl::run(session, &client, beginning, self.image, thoughts)).await;
        }
        let prompt = input::prompt(&self.prompt, &session.talk).await?;
        let mut request = self.request(session)?;
        let content = with_images(prompt, &self.image).await?;
        request.messages.push(Message::user(content));
        match self.stream {
            true => chunks(session, &client, request).await,
            false => {
                let thoughts = self.reasoning_format.is_some();
                reply(session, &client, request, thoughts).await.map(drop)
            }
        }
    }

    /// Whether it goes on until the user leaves.
    pub(crate) fn is_conversation(&self) -> bool {
        self.prompt.is_empty() && input::is_terminal()
    }

    /// Everything but what the user says.
    fn request(&self, session: &Session) -> Result<ChatCompletionRequest, Failure> {
        let model = session.settings.model(self.model.as_deref())?;
        let system = self.system.as_deref().map(Message::system);
        let mut request = ChatCompletionRequest::new(model, system.into_iter().collect::<Vec<_>>());
        request.temperature = self.temperature;
        request.max_completion_tokens = self.max_tokens;
        request.seed = self.seed;
        request.reasoning_effort = self.reasoning.as_deref().map(Into::into);
        self.place_thoughts(&mut request);
        request.stop = match self.stop.as_slice() {
            [] => None,
            [one] => Some(StopSequences::One(one.clone())),
            many => Some(StopSequences::Many(many.to_vec())),
        };
        Ok(request)
    }
}

impl Args {
    /// The gpt-oss models know no format of reasoning: they have it apart, or not at all.
    fn place_thoughts(&self, request: &mut ChatCompletionRequest) {
        match self.reasoning_format {
            Some(Thoughts::Parsed) if is_gpt_oss(&request.model) => {}
            Some(Thoughts::Hidden) if is_gpt_oss(&request.model) => {
                request.include_reasoning = Some(false);
            }
            format => request.reasoning_format = format.map(Into::into),
        }
    }
}

fn is_gpt_oss(model: &str) -> bool {
    model.starts_with("openai/gpt-oss")
}

/// A prompt with images beside it.
async fn with_images(prompt: String, images: &[String]) -> Result<Content, Failure> {
    if images.is_empty() {
        return Ok(prompt.into());
    }
    let mut all = Images::new();
    for image in images {
        let added = match image.starts_with("https://") || image.starts_with("http://") {
            true => all.url(image),
            false => all.path(image).await,
        };
        all = added.map_err(|error| {
            Failure::bad_input(in_one_line(&error)).about(format!("image '{image}'"))
        })?;
    }
    let mut parts = vec![ContentPart::text(prompt)];
    parts.extend(all.into_parts());
    Ok(parts.into())
}

/// Prints a reply as it comes, or with `--json` as one document, and returns it whole.
async fn reply(
    session: &Session,
    client: &Client,
    request: ChatCompletionRequest,
    thoughts: bool,
) -> Result<ChatCompletion, Failure> {
    let model = request.model.clone();
    if session.global.json {
        let reply = client.chat().create(request).await?;
        session.tell_usage(&model, reply.usage.as_ref());
        session.out.json(&*reply)?;
        return Ok(reply.into_inner());
    }
    let mut stream = client.chat().stream(request).await?;
    let (mut at_line_start, mut thinking) = (true, false);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.inspect_err(|_| {
            // What came stands on a line of its own, and the message on the next.
            if !at_line_start {
                let _ = session.out.line("");
            }
        })?;
        if let Some(thought) = chunk
            .delta()
            .and_then(|delta| delta.reasoning.as_deref())
            .filter(|_| thoughts)
        {
            session.talk.aside(thought);
            thinking = true;
        }
        if let Some(text) = chunk.text().filter(|text| !text.is_empty()) {
            if std::mem::take(&mut thinking) {
                session.talk.aside("\n\n");
            }
            session.out.text(text)?;
            at_line_start = text.ends_with('\n');
        }
    }
    if !at_line_start {
        session.out.line("")?;
    }
    if thinking {
        session.talk.aside("\n");
    }
    session.tell_usage(&model, stream.usage());
    let reply = stream.finish().await?;
    if reply.finish_reason() == Some(&FinishReason::Length) {
        session
            .talk
            .note("the reply ends where it reached the limit of tokens; --max-tokens sets it");
    }
    Ok(reply)
}

/// Prints the chunks of a reply, a line each.
async fn chunks(
    session: &Session,
    client: &Client,
    request: ChatCompletionRequest,
) -> Result<(), Failure> {
    let model = request.model.clone();
    let mut stream = client.chat().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        session.out.json(&chunk?)?;
    }
    session.tell_usage(&model, stream.usage());
    Ok(())
}

pub(super) fn temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 2 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_has_its_range() {
        assert_eq!(temperature("0.5"), Ok(0.5));
        for text in ["-1", "2.1", "nan", "warm", ""] {
            assert!(temperature(text).is_err(), "{text}");
        }
    }
}
