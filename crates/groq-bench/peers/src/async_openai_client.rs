//! async-openai, as its documentation says to use it.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt;

use crate::latency::Latencies;
use crate::recording::{Cut, Kind};

pub(crate) async fn request(server: &str, n: usize) -> usize {
    // It refuses `"service_tier":"on_demand"` in a reply, so it is served one without.
    let client = client(&format!("{server}/untiered"));
    let mut length = 0;
    for _ in 0..n {
        let reply = client.chat().create(question()).await.expect("a reply");
        let text = reply.choices[0].message.content.as_ref();
        length += text.map_or(0, String::len);
    }
    length
}

pub(crate) async fn stream(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    let client = client(&format!("{server}{}", kind.path(cut, n)));
    let mut stream = client
        .chat()
        .create_stream(question())
        .await
        .expect("a stream");
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            length += choice.delta.content.map_or(0, |text| text.len());
        }
    }
    length
}

pub(crate) async fn latencies(server: &str, n: usize) -> Latencies {
    let client = client(&format!("{server}/timed/{n}"));
    let mut stream = client
        .chat()
        .create_stream(question())
        .await
        .expect("a stream");
    let mut latencies = Latencies::default();
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            latencies.came(choice.delta.content.as_deref());
        }
    }
    latencies
}

fn question() -> CreateChatCompletionRequest {
    CreateChatCompletionRequestArgs::default()
        .model("openai/gpt-oss-20b")
        .temperature(0.5)
        .messages([
            ChatCompletionRequestSystemMessage::from("You answer in two sentences, without lists.")
                .into(),
            ChatCompletionRequestUserMessage::from(
                "Explain to a child why the sky is blue, and why sunsets are not.",
            )
            .into(),
        ])
        .build()
        .expect("a request")
}

fn client(base: &str) -> Client<OpenAIConfig> {
    crate::choose_cryptography();
    Client::with_config(
        OpenAIConfig::new()
            .with_api_base(base)
            .with_api_key("gsk_unused"),
    )
}
