use async_openai::Client;
use async_openai::config::Config;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequestArgs, FinishReason, ResponseFormat,
    ResponseFormatJsonSchema,
};
use groq_json::{Finish, Format, Mode, Parsed};

async fn soup(
    client: &Client<impl Config>,
    format: &Format<Recipe>,
) -> Result<Parsed<Recipe>, Box<dyn std::error::Error>> {
    let wire = format.wire_schema(Mode::Strict)?;
    let json_schema = ResponseFormatJsonSchema {
        name: wire.name.clone(),
        schema: wire.schema.clone().into(),
        strict: Some(wire.strict),
        description: None,
    };
    let request = CreateChatCompletionRequestArgs::default()
        .model("openai/gpt-oss-20b")
        .messages([ChatCompletionRequestUserMessage::from("a soup").into()])
        .response_format(ResponseFormat::JsonSchema { json_schema })
        .build()?;
    let reply = client.chat().create(request).await?;
    let choice = reply.choices.first().ok_or("no choice")?;
    let finish = match choice.finish_reason {
        Some(FinishReason::Length) => Finish::Length,
        _ => Finish::Stop,
    };
    let text = choice.message.content.as_deref().unwrap_or_default();
    Ok(format.parse_wire(wire, text, finish)?)
}
