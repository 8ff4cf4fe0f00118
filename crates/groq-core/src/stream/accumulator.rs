//! Puts a reply together from the chunks of its stream.

use std::mem;

use groq_types::{
    Annotation, ChatCompletion, ChatCompletionChunk, Choice, ChunkChoice, CompletionMessage, Delta,
    ExecutedTool, FinishReason, FunctionCall, FunctionCallDelta, Logprobs, Role, StreamXGroq,
    ToolCall, ToolCallDelta, ToolType, UnknownFields, XGroq,
};
use serde::de::IgnoredAny;

use super::template::Part;

/// The reply so far.
///
/// Text and arguments are joined in the order in which they come; a chunk that comes twice is joined twice, since nothing
/// tells it from one that repeats itself. Of what has one value, the last one counts.
#[derive(Debug)]
pub(super) struct Accumulator {
    completion: ChatCompletion,
    /// Calls of tools, with the position of their choice in `completion`.
    calls: Vec<(usize, OpenCall)>,
    begun: bool,
}

/// A tool call that is still being written.
#[derive(Debug)]
struct OpenCall {
    index: Option<u32>,
    call: ToolCall,
}

impl Default for Accumulator {
    fn default() -> Self {
        Self {
            completion: ChatCompletion::new("", [] as [Choice; 0], 0, "")
                .with_object("chat.completion"),
            calls: Vec::new(),
            begun: false,
        }
    }
}

impl Accumulator {
    /// Adds a chunk.
    pub(super) fn add(&mut self, chunk: &ChatCompletionChunk) {
        if !mem::replace(&mut self.begun, true) {
            self.begin(chunk);
        }
        for choice in &chunk.choices {
            self.add_choice(choice);
        }
        let completion = &mut self.completion;
        if let Some(x_groq) = &chunk.x_groq {
            add_x_groq(completion, x_groq);
        }
        keep_last(&mut completion.usage, chunk.usage.as_ref());
        keep_last(&mut completion.service_tier, chunk.service_tier.as_ref());
        keep_unknown(completion.unknown_fields_mut(), chunk.unknown_fields());
    }

    /// Adds a chunk that brings a piece of text and nothing else, and is not the first.
    pub(super) fn add_text(&mut self, choice: u32, part: Part, text: &str) {
        let position = self.position(choice);
        let message = &mut self.completion.choices[position].message;
        match part {
            Part::Content => append(&mut message.content, Some(text)),
            Part::Reasoning => append(&mut message.reasoning, Some(text)),
        }
    }

    /// Whether each choice that was seen, and there was one, has its finish reason.
    pub(super) fn is_finished(&self) -> bool {
        let choices = &self.completion.choices;
        !choices.is_empty() && choices.iter().all(|choice| choice.finish_reason.is_some())
    }

    /// Takes in the tool calls that are whole, because nothing more will come.
    pub(super) fn finalize(&mut self) {
        for position in 0..self.completion.choices.len() {
            self.settle_choice(position);
        }
    }

    pub(super) fn completion(&self) -> &ChatCompletion {
        &self.completion
    }

    pub(super) fn into_completion(self) -> ChatCompletion {
        self.completion
    }

    fn begin(&mut self, chunk: &ChatCompletionChunk) {
        self.completion.id.clone_from(&chunk.id);
        self.completion.created = chunk.created;
        self.completion.model.clone_from(&chunk.model);
        self.completion
            .system_fingerprint
            .clone_from(&chunk.system_fingerprint);
    }

    fn add_choice(&mut self, chunk: &ChunkChoice) {
        let position = self.position(chunk.index);
        self.add_tool_calls(position, &chunk.delta);
        let choice = &mut self.completion.choices[position];
        add_delta(&mut choice.message, &chunk.delta);
        keep_unknown(choice.unknown_fields_mut(), chunk.unknown_fields());
        if let Some(logprobs) = &chunk.logprobs {
            add_logprobs(&mut choice.logprobs, logprobs);
        }
        if let Some(reason) = &chunk.finish_reason {
            choice.finish_reason = Some(reason.clone());
            self.settle_choice(position);
        }
    }

    /// The place of a choice, which is made where there is none; they stand in the order of their indices.
    fn position(&mut self, index: u32) -> usize {
        let choices = &mut self.completion.choices;
        match choices.binary_search_by_key(&index, |choice| choice.index) {
            Ok(position) => position,
            Err(position) => {
                let message = CompletionMessage::new().with_role(Role::Assistant);
                choices.insert(position, Choice::new(index, message));
                for (choice, _) in &mut self.calls {
                    *choice += usize::from(*choice >= position);
                }
                position
            }
        }
    }

    fn add_tool_calls(&mut self, choice: usize, delta: &Delta) {
        for call in delta.tool_calls.iter().flatten() {
            self.open_call(choice, Some(call.index), call.id.as_deref())
                .add(call);
        }
    }

    /// The call that a delta belongs to: the last one with its index, unless it brings another id. Some models
    /// give all their calls the same index.
    fn open_call(&mut self, choice: usize, index: Option<u32>, id: Option<&str>) -> &mut OpenCall {
        let id = id.unwrap_or_default();
        let found = self
            .calls
            .iter()
            .rposition(|(at, open)| *at == choice && open.index == index);
        let position = match found {
            Some(position) if self.calls[position].1.continues(id) => position,
            _ => {
                self.calls.push((choice, OpenCall::new(index)));
                self.calls.len() - 1
            }
        };
        &mut self.calls[position].1
    }

    /// Writes the whole calls of a choice into its message, in the order of their indices.
    fn settle_choice(&mut self, position: usize) {
        let choice = &mut self.completion.choices[position];
        let mut whole: Vec<&OpenCall> = self
            .calls
            .iter()
            .filter(|(at, open)| *at == position && open.is_whole(choice.finish_reason.as_ref()))
            .map(|(_, open)| open)
            .collect();
        if whole.is_empty() {
            return;
        }
        whole.sort_by_key(|open| open.index);
        choice.message.tool_calls = Some(whole.into_iter().map(|open| open.call.clone()).collect());
        // A reply in one piece has no content beside its calls, where a stream begins with an empty one.
        if choice.message.content.as_deref() == Some("") {
            choice.message.content = None;
        }
    }
}

impl OpenCall {
    fn new(index: Option<u32>) -> Self {
        Self {
            index,
            call: ToolCall::new("", ToolType::Function, FunctionCall::new("", "")),
        }
    }

    fn continues(&self, id: &str) -> bool {
        id.is_empty() || self.call.id.is_empty() || self.call.id == id
    }

    fn add(&mut self, delta: &ToolCallDelta) {
        if let Some(id) = &delta.id
            && self.call.id.is_empty()
        {
            self.call.id.clone_from(id);
        }
        if let Some(type_) = &delta.type_ {
            self.call.type_ = type_.clone();
        }
        if let Some(function) = &delta.function {
            add_function(&mut self.call.function, function);
        }
        keep_unknown(self.call.unknown_fields_mut(), delta.unknown_fields());
    }

    /// Whether nothing of it is missing.
    ///
    /// Once its choice is finished, a call is as the model wanted it, even if its arguments are not JSON. Before that, and where
    /// the token limit cut the choice off, its arguments must be JSON that cannot go on.
    fn is_whole(&self, reason: Option<&FinishReason>) -> bool {
        match reason {
            None | Some(FinishReason::Length) => is_closed_json(&self.call.function.arguments),
            Some(_) => true,
        }
    }
}

/// Whether a text is JSON, and of a kind that more characters would break: `1` may become `12`, `{}` becomes nothing else.
fn is_closed_json(text: &str) -> bool {
    let number = text.trim().ends_with(|last: char| last.is_ascii_digit());
    !number && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn add_delta(message: &mut CompletionMessage, delta: &Delta) {
    append(&mut message.content, delta.content.as_deref());
    append(&mut message.reasoning, delta.reasoning.as_deref());
    keep_last(&mut message.role, delta.role.as_ref());
    if let Some(function) = &delta.function_call {
        let call = message
            .function_call
            .get_or_insert_with(|| FunctionCall::new("", ""));
        add_function(call, function);
    }
    if let Some(tools) = &delta.executed_tools {
        let all = message.executed_tools.get_or_insert_default();
        for tool in tools {
            add_executed_tool(all, tool);
        }
    }
    if let Some(annotations) = &delta.annotations {
        let all: &mut Vec<Annotation> = message.annotations.get_or_insert_default();
        all.extend_from_slice(annotations);
    }
    keep_unknown(message.unknown_fields_mut(), delta.unknown_fields());
}

fn add_function(call: &mut FunctionCall, delta: &FunctionCallDelta) {
    if let Some(name) = &delta.name
        && call.name != *name
    {
        call.name.push_str(name);
    }
    if let Some(arguments) = &delta.arguments {
        call.arguments.push_str(arguments);
    }
    keep_unknown(call.unknown_fields_mut(), delta.unknown_fields());
}

/// Executed tools come as they begin, and again, with the same index, when they have their results.
fn add_executed_tool(all: &mut Vec<ExecutedTool>, tool: &ExecutedTool) {
    let known = all
        .iter_mut()
        .find(|known| tool.index.is_some() && known.index == tool.index);
    let Some(known) = known else {
        all.push(tool.clone());
        return;
    };
    known.type_.clone_from(&tool.type_);
    keep_last(&mut known.arguments, tool.arguments.as_ref());
    keep_last(&mut known.output, tool.output.as_ref());
    keep_last(&mut known.search_results, tool.search_results.as_ref());
    keep_last(&mut known.code_results, tool.code_results.as_ref());
    keep_last(&mut known.browser_results, tool.browser_results.as_ref());
    keep_unknown(known.unknown_fields_mut(), tool.unknown_fields());
}

fn add_logprobs(all: &mut Option<Logprobs>, more: &Logprobs) {
    let all = all.get_or_insert_with(Logprobs::new);
    if let Some(content) = &more.content {
        all.content
            .get_or_insert_default()
            .extend_from_slice(content);
    }
    keep_unknown(all.unknown_fields_mut(), more.unknown_fields());
}

/// `usage` stands here always, and at the top only if it was asked for.
fn add_x_groq(completion: &mut ChatCompletion, delta: &StreamXGroq) {
    keep_last(&mut completion.usage, delta.usage.as_ref());
    keep_last(
        &mut completion.usage_breakdown,
        delta.usage_breakdown.as_ref(),
    );
    let x_groq = completion.x_groq.get_or_insert_with(XGroq::new);
    keep_last(&mut x_groq.id, delta.id.as_ref());
    keep_last(&mut x_groq.seed, delta.seed.as_ref());
    keep_last(&mut x_groq.debug, delta.debug.as_ref());
    keep_unknown(x_groq.unknown_fields_mut(), delta.unknown_fields());
}

fn append(text: &mut Option<String>, more: Option<&str>) {
    if let Some(more) = more {
        text.get_or_insert_default().push_str(more);
    }
}

fn keep_last<T: Clone>(value: &mut Option<T>, newer: Option<&T>) {
    if let Some(newer) = newer {
        *value = Some(newer.clone());
    }
}

fn keep_unknown(all: &mut UnknownFields, more: &UnknownFields) {
    if more.is_empty() {
        return;
    }
    for (key, value) in more.as_map() {
        all.insert(key.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests;
