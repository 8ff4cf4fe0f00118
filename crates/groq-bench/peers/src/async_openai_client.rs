//! async-openai, as its documentation uses it.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt;

pub(crate) async fn request(server: &str, n: usize, each: &mut impl FnMut(&str)) {
    // It refuses `"service_tier":"on_demand"` in a reply, so it is served one without.
    let client = client(&format!("{server}/untiered"));
    for _ in 0..n {
        let reply = client.chat().create(question()).await.expect("a reply");
        each(
            reply.choices[0]
                .message
                .content
                .as_deref()
                .unwrap_or_default(),
        );
    }
}

pub(crate) async fn stream(base: &str, each: &mut impl FnMut(&str)) {
    let stream = client(base).chat().create_stream(question()).await;
    let mut stream = stream.expect("a stream");
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            each(choice.delta.content.as_deref().unwrap_or_default());
        }
    }
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
