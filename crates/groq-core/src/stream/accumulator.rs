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
    pub(super) fn settle(&mut self) {
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
    /// give all their calls the same index (issue reports).
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
        // A reply in one piece has no content beside its calls, where a stream begins with an empty one (wire).
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

/// Executed tools come as they begin, and again, with the same index, when they have their results (docs).
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

/// `usage` stands here always, and at the top only if it was asked for (wire).
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
mod tests {
    #![expect(
        clippy::needless_pass_by_value,
        reason = "JSON literals read better without borrowing"
    )]

    use super::*;
    use serde_json::{Value, json};

    fn chunk(choices: Value) -> Value {
        json!({"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": choices})
    }

    fn delta(delta: Value) -> Value {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": null, "logprobs": null}]))
    }

    fn finish(reason: &str) -> Value {
        chunk(json!([{"index": 0, "delta": {}, "finish_reason": reason}]))
    }

    fn accumulate(chunks: &[Value]) -> Accumulator {
        let mut accumulator = Accumulator::default();
        for chunk in chunks {
            let chunk = serde_json::from_value(chunk.clone()).expect("a chunk");
            accumulator.add(&chunk);
        }
        accumulator
    }

    fn message(chunks: &[Value]) -> Value {
        let mut accumulator = accumulate(chunks);
        accumulator.settle();
        serde_json::to_value(&accumulator.completion().choices[0].message).expect("JSON")
    }

    fn call(index: u32, id: &str, name: &str, arguments: &str) -> Value {
        json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
    }

    fn more(index: u32, arguments: &str) -> Value {
        json!({"index": index, "function": {"arguments": arguments}})
    }

    fn calls(chunks: &[Value]) -> Vec<(String, String, String)> {
        let mut accumulator = accumulate(chunks);
        accumulator.settle();
        let calls = accumulator
            .into_completion()
            .choices
            .remove(0)
            .message
            .tool_calls
            .unwrap_or_default();
        calls
            .into_iter()
            .map(|call| (call.id, call.function.name, call.function.arguments))
            .collect()
    }

    fn expected(calls: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        calls
            .iter()
            .map(|(id, name, arguments)| ((*id).into(), (*name).into(), (*arguments).into()))
            .collect()
    }

    #[test]
    fn text_and_reasoning_are_joined() {
        let chunks = [
            delta(json!({"role": "assistant", "content": ""})),
            delta(json!({"channel": "analysis", "reasoning": "Hm"})),
            delta(json!({"channel": "analysis", "reasoning": "m."})),
            delta(json!({"content": "Hel"})),
            delta(json!({"content": "lo"})),
            finish("stop"),
        ];
        assert_eq!(
            message(&chunks),
            json!({"role": "assistant", "content": "Hello", "reasoning": "Hmm."})
        );
    }

    #[test]
    fn usage_is_found_in_both_places() {
        let usage = json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3});
        let mut with_x_groq = finish("stop");
        with_x_groq["x_groq"] = json!({"id": "req_1", "usage": usage});
        let completion = accumulate(&[with_x_groq]).into_completion();
        assert_eq!(completion.usage.expect("usage").total_tokens, 3);
        assert_eq!(
            completion.x_groq.expect("x_groq").id.as_deref(),
            Some("req_1")
        );

        let mut extra = chunk(json!([]));
        extra["usage"] = usage;
        extra["service_tier"] = json!("on_demand");
        let completion = accumulate(&[finish("stop"), extra]).into_completion();
        assert_eq!(completion.usage.expect("usage").completion_tokens, 2);
        assert_eq!(
            completion.service_tier.expect("a tier").as_str(),
            "on_demand"
        );
    }

    #[test]
    fn identity_comes_from_the_first_chunk_and_the_object_is_that_of_a_whole_reply() {
        let completion = accumulate(&[delta(json!({"content": "x"}))]).into_completion();
        assert_eq!(
            (
                completion.id.as_str(),
                completion.created,
                completion.model.as_str()
            ),
            ("c", 1, "m")
        );
        assert_eq!(completion.object.as_deref(), Some("chat.completion"));
    }

    #[test]
    fn tool_calls_come_whole_in_pieces_and_interleaved() {
        let whole = [
            delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\":1}")]})),
            delta(json!({"tool_calls": [call(1, "b", "g", "null")]})),
            finish("tool_calls"),
        ];
        assert_eq!(
            calls(&whole),
            expected(&[("a", "f", "{\"x\":1}"), ("b", "g", "null")])
        );

        let interleaved = [
            delta(json!({"tool_calls": [call(1, "b", "g", "")]})),
            delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\"")]})),
            delta(json!({"tool_calls": [more(1, "{\"y\":"), more(0, ":1")]})),
            delta(json!({"tool_calls": [more(1, "2}")]})),
            delta(json!({"tool_calls": [more(0, "}")]})),
            finish("tool_calls"),
        ];
        assert_eq!(
            calls(&interleaved),
            expected(&[("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")])
        );
    }

    #[test]
    fn a_new_id_at_the_same_index_is_a_new_call() {
        let chunks = [
            delta(json!({"tool_calls": [call(0, "a", "f", "{}")]})),
            delta(json!({"tool_calls": [call(0, "b", "g", "{\"x\"")]})),
            delta(json!({"tool_calls": [more(0, ":1}")]})),
            finish("tool_calls"),
        ];
        assert_eq!(
            calls(&chunks),
            expected(&[("a", "f", "{}"), ("b", "g", "{\"x\":1}")])
        );
    }

    #[test]
    fn a_call_that_repeats_its_id_and_name_is_one_call() {
        let chunks = [
            delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\"")]})),
            delta(json!({"tool_calls": [call(0, "a", "f", ":1}")]})),
            finish("tool_calls"),
        ];
        assert_eq!(calls(&chunks), expected(&[("a", "f", "{\"x\":1}")]));
    }

    #[test]
    fn a_call_that_was_cut_off_is_not_offered() {
        let cut = [delta(
            json!({"tool_calls": [call(0, "a", "f", "{}"), call(1, "b", "g", "{\"x\":")]}),
        )];
        assert_eq!(calls(&cut), expected(&[("a", "f", "{}")]));
        let length = [cut[0].clone(), finish("length")];
        assert_eq!(calls(&length), expected(&[("a", "f", "{}")]));
        for arguments in ["", "1", "12 ", "{\"x\":1", "tru"] {
            assert_eq!(
                calls(&[delta(json!({"tool_calls": [call(0, "a", "f", arguments)]}))]),
                [],
                "{arguments}"
            );
        }
    }

    #[test]
    fn a_finished_call_is_offered_as_the_model_wrote_it() {
        let chunks = [
            delta(json!({"tool_calls": [call(0, "a", "f", "not JSON")]})),
            finish("tool_calls"),
        ];
        assert_eq!(calls(&chunks), expected(&[("a", "f", "not JSON")]));
    }

    #[test]
    fn no_call_shows_before_its_choice_is_finished() {
        let accumulator = accumulate(&[delta(json!({"tool_calls": [call(0, "a", "f", "{}")]}))]);
        assert!(
            accumulator.completion().choices[0]
                .message
                .tool_calls
                .is_none()
        );
    }

    #[test]
    fn calls_have_no_empty_content_beside_them() {
        let chunks = [
            delta(json!({"role": "assistant", "content": ""})),
            delta(json!({"tool_calls": [call(0, "a", "f", "{}")]})),
            finish("tool_calls"),
        ];
        assert!(message(&chunks).get("content").is_none());
    }

    #[test]
    fn choices_are_kept_apart_and_in_order() {
        let chunks = [
            chunk(json!([{"index": 1, "delta": {"content": "b"}}])),
            chunk(json!([{"index": 1, "delta": {"tool_calls": [call(0, "x", "f", "{}")]}}])),
            chunk(
                json!([{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "B"}}]),
            ),
            chunk(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}])),
        ];
        let mut accumulator = accumulate(&chunks);
        assert!(!accumulator.is_finished(), "choice 1 has no finish reason");
        accumulator.settle();
        let choices = accumulator.into_completion().choices;
        let texts: Vec<_> = choices
            .iter()
            .map(|choice| (choice.index, choice.message.content.as_deref()))
            .collect();
        assert_eq!(texts, [(0, Some("a")), (1, Some("bB"))]);
        assert!(choices[0].message.tool_calls.is_none());
        assert_eq!(
            choices[1].message.tool_calls.as_ref().map(Vec::len),
            Some(1)
        );
    }

    #[test]
    fn executed_tools_are_updated_by_index() {
        let chunks = [
            delta(json!({"executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}]})),
            delta(
                json!({"executed_tools": [{"index": 0, "type": "search", "output": "found"}, {"type": "x"}]}),
            ),
            delta(
                json!({"annotations": [{"type": "document_citation", "document_citation": {"document_id": "d", "start_index": 0, "end_index": 1}}]}),
            ),
            finish("stop"),
        ];
        let message = message(&chunks);
        assert_eq!(
            message["executed_tools"],
            json!([{"index": 0, "type": "search", "arguments": "{}", "output": "found"}, {"type": "x"}])
        );
        assert_eq!(message["annotations"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn unknown_fields_and_finish_reasons_are_kept() {
        let mut last = finish("tired");
        last["novelty"] = json!(7);
        let completion = accumulate(&[
            delta(json!({"content": "x", "mood": "fine"})),
            last,
            finish("tired"),
        ])
        .into_completion();
        assert_eq!(
            completion.choices[0]
                .finish_reason
                .as_ref()
                .map(FinishReason::as_str),
            Some("tired")
        );
        assert_eq!(completion.unknown_fields().get("novelty"), Some(&json!(7)));
        assert_eq!(
            completion.choices[0].message.unknown_fields().get("mood"),
            Some(&json!("fine"))
        );
    }

    #[test]
    fn a_stream_without_choices_is_not_finished() {
        assert!(!accumulate(&[]).is_finished());
        assert!(!accumulate(&[chunk(json!([]))]).is_finished());
        assert!(accumulate(&[finish("stop")]).is_finished());
    }
}
