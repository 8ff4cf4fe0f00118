//! A conversation as a file.

use std::path::Path;

use groq_core::types::Message;
use serde_json::Value;

use crate::{
    failure::Failure,
    files::{Overwrite, Place},
};

/// Writes a conversation: as the messages of a request if the extension is `json`, else as Markdown.
pub(super) async fn write(
    messages: &[Message],
    file: &str,
    overwrite: Overwrite,
) -> Result<(), Failure> {
    let place = Place::new(file, overwrite)?;
    let is_json = Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let text = if is_json {
        serde_json::to_string_pretty(messages)? + "\n"
    } else {
        markdown(messages)?
    };
    place.fill(move |out| out.write_all(text.as_bytes())).await
}

fn markdown(messages: &[Message]) -> Result<String, Failure> {
    let section = |message: &Message| {
        let message = serde_json::to_value(message)?;
        let who = match message["role"].as_str() {
            Some("system" | "developer") => "Instructions",
            Some("user") => "Question",
            Some("assistant") => "Reply",
            _ => "Other",
        };
        let text = |part: &Value| part["text"].as_str().unwrap_or("(an image)").to_owned();
        let text = match &message["content"] {
            Value::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join("\n\n"),
            content => content.as_str().unwrap_or_default().to_owned(),
        };
        Ok(format!("## {who}\n\n{}\n", text.trim()))
    };
    let sections = messages.iter().map(section);
    Ok(sections.collect::<Result<Vec<_>, Failure>>()?.join("\n"))
}

#[cfg(test)]
mod tests {
    use groq_core::types::{Content, ContentPart};

    use super::*;

    #[test]
    fn markdown_has_a_section_for_each_message() {
        let question = Content::Parts(vec![
            ContentPart::text("What is this?"),
            ContentPart::image_url("https://e.org/a.png"),
        ]);
        let messages = [
            Message::system("Be brief."),
            Message::user(question),
            Message::assistant("A *cat*.\n"),
        ];
        assert_eq!(
            markdown(&messages).unwrap(),
            "## Instructions\n\nBe brief.\n\n## Question\n\nWhat is this?\n\n(an image)\n\n## Reply\n\nA *cat*.\n"
        );
    }
}
