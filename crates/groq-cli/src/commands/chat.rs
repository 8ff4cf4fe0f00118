//! `groq chat`: one question, one reply.

use std::io::{self, IsTerminal, Read};

use groq_core::types::{ChatCompletionRequest, Message, StopSequences};

use crate::{
    args::{ChatArgs, Common},
    connect::connect,
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(common: &Common, args: ChatArgs) -> Result<(), Failure> {
    // The connection first: whoever has no key should not type a prompt to learn it.
    let connection = connect(common).await?;
    let prompt = prompt(&args.prompt).await?;
    let request = request(args, prompt);
    let output = Output::new();
    if common.json {
        let reply = connection.client.chat().create(request).await?;
        let document =
            serde_json::to_string(&*reply).map_err(|error| Failure::internal(error.to_string()))?;
        return Ok(output.line(&document)?);
    }
    let mut stream = connection.client.chat().stream(request).await?;
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        output.text(&piece?)?;
    }
    Ok(output.line("")?)
}

fn request(args: ChatArgs, prompt: String) -> ChatCompletionRequest {
    let mut messages = Vec::new();
    messages.extend(args.system.map(Message::system));
    messages.push(Message::user(prompt));
    let mut request = ChatCompletionRequest::new(args.model, messages);
    request.temperature = args.temperature;
    request.max_completion_tokens = args.max_tokens;
    request.stop = match args.stop.len() {
        0 => None,
        1 => args.stop.into_iter().next().map(StopSequences::One),
        _ => Some(StopSequences::Many(args.stop)),
    };
    request
}

/// The words of the command line; standard input where there are none, and in the place of each `-`.
async fn prompt(words: &[String]) -> Result<String, Failure> {
    let reads_input = words.is_empty() || words.iter().any(|word| word == "-");
    let input = if reads_input {
        standard_input().await?
    } else {
        String::new()
    };
    let prompt = if words.is_empty() {
        input
    } else {
        let words = words
            .iter()
            .map(|word| if word == "-" { input.trim_end() } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    if prompt.trim().is_empty() {
        return Err(Failure::usage(
            "no prompt: give one as an argument or on standard input",
        ));
    }
    Ok(prompt)
}

async fn standard_input() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        eprintln!("groq: reading the prompt from the terminal; end it with Ctrl-D");
    }
    // On a thread of its own, so that an interrupt is heard meanwhile.
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    });
    match read.await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(Failure::usage(format!(
            "read the prompt from standard input: {error}"
        ))),
        Err(error) => Err(Failure::internal(format!("read the prompt: {error}"))),
    }
}
