//! Responses.

use groq_types::{
    InputContent, InputContentPart, InputItem, ResponseInput, ResponseRequest, ResponseTool,
    TextFormat, Truncation, TypedInputItem,
};

use super::content::Contents;
use super::rules::{self, Asked};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Validate};
use crate::service::ServiceLimits;

const MAX_METADATA: usize = 16;

impl Validate for ResponseRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let model = diagnostics.model(catalog, &self.model, &rules::CONVERSES, "converse");
        unsupported(self, &mut diagnostics);
        rules::sampling(self.temperature, self.top_p, &mut diagnostics);
        tools(self, catalog.service(), &mut diagnostics);
        if let Some(TextFormat::JsonSchema(format)) = format(self) {
            rules::name("text", &format.name, &mut diagnostics);
        }
        let contents = contents(self, &mut diagnostics);
        contents.check("input", catalog.service(), &mut diagnostics);
        diagnostics.error_if(
            matches!(format(self), Some(TextFormat::JsonObject(_))) && !contents.says_json,
            "input",
            "JSON mode needs the word JSON in the input or the instructions",
        );
        rules::asked(model, &asked(self, &contents), &mut diagnostics);
        diagnostics
    }
}

fn unsupported(request: &ResponseRequest, diagnostics: &mut Diagnostics) {
    let truncation = request.truncation.as_ref();
    let truncated = truncation.is_some_and(|truncation| *truncation != Truncation::Disabled);
    let metadata = request.metadata.as_ref();
    let many = metadata.is_some_and(|metadata| metadata.len() > MAX_METADATA);
    let truncation = "the service does not support it: leave out old items yourself";
    diagnostics.errors_if([
        (
            request.store == Some(true),
            "store",
            "the service stores nothing",
        ),
        (truncated, "truncation", truncation),
        (many, "metadata", "at most 16 entries are possible"),
    ]);
}

fn tools(request: &ResponseRequest, service: &ServiceLimits, diagnostics: &mut Diagnostics) {
    let tools: &[ResponseTool] = request.tools.as_deref().unwrap_or_default();
    let names = tools.iter().map(|tool| match tool {
        ResponseTool::Function(function) => Some(function.name.as_str()),
        _ => None,
    });
    rules::tools("tools", names, diagnostics);
    let excluded = match format(request) {
        Some(TextFormat::JsonObject(_)) => &service.json_object_excludes,
        Some(TextFormat::JsonSchema(_)) => &service.json_schema_excludes,
        _ => return,
    };
    rules::json_excludes(excluded, &[("tools", !tools.is_empty())], diagnostics);
}

fn asked<'a>(request: &'a ResponseRequest, contents: &'a Contents) -> Asked<'a> {
    let schema = match format(request) {
        Some(TextFormat::JsonSchema(format)) => Some(format.strict == Some(true)),
        _ => None,
    };
    let tools = request.tools.as_ref();
    let reasoning = request.reasoning.as_ref();
    let effort = reasoning.and_then(|reasoning| reasoning.effort.as_ref());
    Asked {
        contents: ("input", contents),
        tools: tools.is_some_and(|tools| !tools.is_empty()),
        parallel_tools: request.parallel_tool_calls,
        schema: ("text", schema),
        output: ("max_output_tokens", request.max_output_tokens),
        effort: ("reasoning", effort),
    }
}

fn format(request: &ResponseRequest) -> Option<&TextFormat> {
    request.text.as_ref()?.format.as_ref()
}

fn contents(request: &ResponseRequest, diagnostics: &mut Diagnostics) -> Contents {
    let mut contents = Contents::default();
    contents.text(request.instructions.as_deref().unwrap_or_default());
    match &request.input {
        ResponseInput::Text(text) => {
            diagnostics.error_if(text.is_empty(), "input", "it is empty");
            contents.text(text);
        }
        ResponseInput::Items(items) => {
            diagnostics.error_if(items.is_empty(), "input", "there is none");
            for item in items {
                input(item, &mut contents);
            }
        }
        _ => {}
    }
    contents
}

fn input(item: &InputItem, contents: &mut Contents) {
    match item {
        InputItem::Easy(message) => match &message.content {
            InputContent::Text(text) => contents.text(text),
            InputContent::Parts(all) => parts(all, contents),
            _ => {}
        },
        InputItem::Typed(TypedInputItem::Message(message)) => parts(&message.content, contents),
        InputItem::Typed(TypedInputItem::FunctionCallOutput(item)) => contents.text(&item.output),
        _ => {}
    }
}

fn parts(parts: &[InputContentPart], contents: &mut Contents) {
    for part in parts {
        match part {
            InputContentPart::InputText(part) => contents.text(&part.text),
            InputContentPart::OutputText(part) => contents.text(&part.text),
            InputContentPart::InputImage(part) => contents.image(&part.image_url),
            _ => {}
        }
    }
}
