//! The Responses API (beta): two turns, of which the second is streamed. The service keeps nothing, so all of it is sent again.

#[path = "support/service.rs"]
mod service;

use groq_core::ResponseExt as _;
use groq_core::types::{
    EasyInputMessage, InputItem, InputRole, ResponseRequest, ResponseStreamEvent,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let say = |text: &str| InputItem::from(EasyInputMessage::new(InputRole::User, text));
    let model = "openai/gpt-oss-20b";
    let mut input = vec![say("Explain the importance of fast language models")];
    let response = groq
        .responses()
        .create(ResponseRequest::new(model, input.clone()))
        .await?;
    println!("{}", response.output_text());

    input.extend(response.into_inner().into_input());
    input.push(say("And in one sentence?"));
    let mut stream = groq
        .responses()
        .stream(ResponseRequest::new(model, input))
        .await?;
    while let Some(event) = stream.next().await {
        if let ResponseStreamEvent::OutputTextDelta(delta) = event? {
            print!("{}", delta.delta);
        }
    }
    println!();
    Ok(())
}
