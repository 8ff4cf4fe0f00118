//! A tool that the model calls: its arguments are read, and its result goes back.

#[path = "support/service.rs"]
mod service;

use groq_core::Conversation;
use groq_core::types::{ChatCompletionRequest, FunctionDefinition, Message, Tool, ToolChoice};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let weather = FunctionDefinition::new("get_weather")
        .with_description("The weather in a city")
        .with_parameters(
            json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        );
    let beginning = [Message::system("You know the weather by your tools.")];
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", beginning)
        .with_tools([Tool::function(weather)])
        .with_tool_choice(ToolChoice::auto());
    let mut conversation = Conversation::new(request);
    let mut reply = conversation
        .say(
            &groq,
            Message::user("What is the weather in Lima? city=Lima"),
        )
        .await?;

    // At most three rounds: a model can go on calling tools for ever.
    for _ in 0..3 {
        let results = reply.tool_calls().iter().map(|call| {
            println!("{} {}", call.function.name, call.function.arguments);
            Message::tool(&call.id, r#"{"celsius": 19, "sky": "overcast"}"#)
        });
        let results: Vec<_> = results.collect();
        if results.is_empty() {
            break;
        }
        reply = conversation.say_all(&groq, results).await?;
    }
    println!("{}", reply.text().unwrap_or_default());
    Ok(())
}
