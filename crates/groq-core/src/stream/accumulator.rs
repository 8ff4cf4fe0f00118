//! Puts a reply together from the chunks of its stream.

mod calls;

use groq_types::{
    Annotation, ChatCompletion, ChatCompletionChunk, Choice, ChunkChoice, CompletionMessage, Delta,
    ExecutedTool, Logprobs, Role, StreamXGroq, UnknownFields, XGroq,
};

use self::calls::Calls;
pub(super) use self::calls::Piece;
use super::template::Part;

/// The reply so far.
///
/// Text and arguments are joined in the order in which they come; a chunk that comes twice is joined twice, since nothing
/// tells it from one that repeats itself. Of what has one value, the last one counts.
#[derive(Debug)]
pub(super) struct Accumulator {
    completion: ChatCompletion,
    calls: Calls,
    begun: bool,
}

impl Default for Accumulator {
    fn default() -> Self {
        Self {
            completion: ChatCompletion::new("", [] as [Choice; 0], 0, "")
                .with_object("chat.completion"),
            calls: Calls::default(),
            begun: false,
        }
    }
}

impl Accumulator {
    /// Adds a chunk.
    pub(super) fn add(&mut self, chunk: &ChatCompletionChunk) {
        if !self.begun {
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

    /// The index of the choice, if there is only one; the first, if there is none yet.
    pub(super) fn only_choice(&self) -> Option<usize> {
        match &self.completion.choices[..] {
            [] => Some(0),
            [choice] => usize::try_from(choice.index).ok(),
            _ => None,
        }
    }

    /// The message of a choice, so far.
    pub(super) fn message(&self, index: u32) -> Option<&CompletionMessage> {
        let position = self.known(index)?;
        Some(&self.completion.choices[position].message)
    }

    /// Whether calls have begun in a choice.
    pub(super) fn has_calls(&self, index: u32) -> bool {
        self.known(index)
            .is_some_and(|choice| !self.calls.are_none(choice))
    }

    /// Whether there are calls, or a choice that ended for them.
    pub(super) fn is_about_calls(&self) -> bool {
        let choices = self.completion.choices.iter().enumerate();
        choices.into_iter().any(|(position, choice)| {
            !self.calls.are_none(position) || calls::is_for_calls(choice.finish_reason.as_ref())
        })
    }

    /// The indices of pieces of calls, also of those that come without; none, where they could be several.
    pub(super) fn indices(&self, choice: u32, pieces: &[Piece<'_>]) -> Option<Vec<u32>> {
        // A choice that is not there has no calls.
        let position = self.known(choice).unwrap_or(usize::MAX);
        self.calls.indices(position, pieces)
    }

    fn known(&self, index: u32) -> Option<usize> {
        let choices = &self.completion.choices;
        choices
            .binary_search_by_key(&index, |choice| choice.index)
            .ok()
    }

    /// Takes in the tool calls that are whole, because nothing more will come.
    pub(super) fn finalize(&mut self) {
        for choice in 0..self.completion.choices.len() {
            self.calls
                .settle(choice, &mut self.completion.choices[choice]);
        }
    }

    /// Why this is not a complete reply, although the server says that it is over.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        let mut choices = self.completion.choices.iter().enumerate();
        choices.find_map(|(choice, ended)| self.calls.flaw(choice, ended.finish_reason.as_ref()))
    }

    pub(super) fn completion(&self) -> &ChatCompletion {
        &self.completion
    }

    pub(super) fn into_completion(self) -> ChatCompletion {
        self.completion
    }

    /// Keeps what all chunks have in common, once one has it: gateways send a first chunk without.
    fn begin(&mut self, chunk: &ChatCompletionChunk) {
        let completion = &mut self.completion;
        keep_first(&mut completion.id, &chunk.id);
        keep_first(&mut completion.model, &chunk.model);
        if completion.created == 0 {
            completion.created = chunk.created;
        }
        if completion.system_fingerprint.is_none() {
            completion
                .system_fingerprint
                .clone_from(&chunk.system_fingerprint);
        }
        self.begun = !completion.id.is_empty() && !completion.model.is_empty();
    }

    fn add_choice(&mut self, chunk: &ChunkChoice) {
        let position = self.position(chunk.index);
        self.calls.add(position, &chunk.delta);
        let choice = &mut self.completion.choices[position];
        add_delta(&mut choice.message, &chunk.delta);
        keep_unknown(choice.unknown_fields_mut(), chunk.unknown_fields());
        if let Some(logprobs) = &chunk.logprobs {
            add_logprobs(&mut choice.logprobs, logprobs);
        }
        if let Some(reason) = &chunk.finish_reason {
            choice.finish_reason = Some(reason.clone());
            self.calls.settle(position, choice);
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
                self.calls.make_room(position);
                position
            }
        }
    }
}

fn add_delta(message: &mut CompletionMessage, delta: &Delta) {
    append(&mut message.content, delta.content.as_deref());
    append(&mut message.reasoning, delta.reasoning.as_deref());
    keep_last(&mut message.role, delta.role.as_ref());
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

fn keep_first(text: &mut String, newer: &str) {
    if text.is_empty() {
        newer.clone_into(text);
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
