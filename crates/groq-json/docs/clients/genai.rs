use genai::Client;
use genai::chat::{ChatOptions, ChatRequest, JsonSpec};
use groq_json::{Finish, Format, Mode, Parsed};

async fn soup(
    client: &Client,
    format: &Format<Recipe>,
) -> Result<Parsed<Recipe>, Box<dyn std::error::Error>> {
    let wire = format.wire_schema(Mode::Strict)?;
    let options = ChatOptions::default()
        .with_response_format(JsonSpec::new(wire.name.clone(), wire.schema.clone()));
    let question = ChatRequest::from_user("a soup");
    let reply = client
        .exec_chat("openai/gpt-oss-20b", question, Some(&options))
        .await?;
    let text = reply.first_text().unwrap_or_default();
    Ok(format.parse_wire(wire, text, Finish::Stop)?)
}
