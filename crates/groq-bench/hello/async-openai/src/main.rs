//! One question, by async-openai.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequestArgs,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), OpenAIError> {
    let client = Client::with_config(OpenAIConfig::new());
    let question = ChatCompletionRequestUserMessage::from("Say hello");
    let request = CreateChatCompletionRequestArgs::default()
        .model("openai/gpt-oss-20b")
        .messages([question.into()])
        .build()?;
    let reply = client.chat().create(request).await?;
    let text = reply.choices[0].message.content.as_deref();
    println!("{}", text.unwrap_or_default());
    Ok(())
}
