use groq_json::{Finish, Format, Parsed};
use rig_core::DynModel;
use rig_core::completion::{CompletionRequest, FinishReason};
use rig_core::operation::Completion;

async fn soup(
    model: &DynModel<Completion>,
    format: &Format<Recipe>,
) -> Result<Parsed<Recipe>, Box<dyn std::error::Error>> {
    let question = CompletionRequest::new("a soup").preamble(format.prompt().to_string());
    let reply = model.call(question).await?;
    let finish = match reply.finish_reason() {
        Some(FinishReason::Length) => Finish::Length,
        _ => Finish::Stop,
    };
    Ok(format.parse(&reply.text(), finish)?)
}
