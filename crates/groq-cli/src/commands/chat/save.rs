//! A conversation as a file.

use std::path::Path;

use groq_core::types::{Content, ContentPart, Message, TextContent};

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
        let text = serde_json::to_string_pretty(messages);
        text.map_err(|error| Failure::internal(format!("write JSON: {error}")))? + "\n"
    } else {
        markdown(messages)
    };
    place.fill(move |out| out.write_all(text.as_bytes())).await
}

fn markdown(messages: &[Message]) -> String {
    let sections = messages.iter().map(|message| {
        let (who, text) = match message {
            Message::System(message) | Message::Developer(message) => {
                ("Instructions", text_of(&message.content))
            }
            Message::User(message) => ("Question", content_of(&message.content)),
            Message::Assistant(message) => (
                "Reply",
                message.content.as_ref().map(text_of).unwrap_or_default(),
            ),
            _ => ("Other", String::new()),
        };
        format!("## {who}\n\n{}\n", text.trim())
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn content_of(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => {
            let parts = parts.iter().map(|part| match part {
                ContentPart::Text(part) => part.text.clone(),
                _ => "(an image)".to_owned(),
            });
            parts.collect::<Vec<_>>().join("\n\n")
        }
        _ => String::new(),
    }
}

fn text_of(content: &TextContent) -> String {
    match content {
        TextContent::Text(text) => text.clone(),
        TextContent::Parts(parts) => parts.iter().map(|part| part.text.as_str()).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
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
            markdown(&messages),
            "## Instructions\n\nBe brief.\n\n## Question\n\nWhat is this?\n\n(an image)\n\n## Reply\n\nA *cat*.\n"
        );
    }
}
