//! Calls of tools while they are being written.

use groq_types::{
    Choice, Delta, FinishReason, FunctionCall, FunctionCallDelta, ToolCall, ToolCallDelta, ToolType,
};
use serde::de::IgnoredAny;

use super::keep_unknown;

/// The calls of all choices, in the order in which they began.
#[derive(Debug, Default)]
pub(in crate::stream) struct Calls(Vec<OpenCall>);

/// A call that may still be going on.
#[derive(Debug)]
struct OpenCall {
    /// The position of its choice.
    choice: usize,
    /// Its index; none for a function in the deprecated style.
    index: Option<u32>,
    call: ToolCall,
}

impl Calls {
    pub(super) fn add(&mut self, choice: usize, delta: &Delta) {
        for piece in delta.tool_calls.iter().flatten() {
            let position = self.position(choice, piece);
            self.0[position].add(piece);
        }
        if let Some(function) = &delta.function_call {
            let open = self.last(|open| open.choice == choice && open.index.is_none());
            let position = open.unwrap_or_else(|| self.begin(choice, None));
            self.0[position].add_function(function);
        }
    }

    /// Moves the calls of this choice and of all behind it by one.
    pub(super) fn make_room(&mut self, position: usize) {
        for open in &mut self.0 {
            open.choice += usize::from(open.choice >= position);
        }
    }

    /// The call that a piece belongs to: the last one with its index, unless it brings another id (some models give all their
    /// calls the same index); or else the one with its id, unless it brings a name, too.
    fn position(&mut self, choice: usize, piece: &ToolCallDelta) -> usize {
        let index = Some(piece.index);
        let id = piece.id.as_deref().unwrap_or_default();
        let by_index = self
            .last(|open| open.choice == choice && open.index == index)
            .filter(|position| self.0[*position].continues(id));
        let by_id = || {
            let named = piece.function.as_ref().is_some_and(|function| {
                let name = function.name.as_deref();
                name.is_some_and(|name| !name.trim().is_empty())
            });
            let known = |open: &OpenCall| open.choice == choice && open.call.id == id;
            if id.is_empty() || named {
                None
            } else {
                self.last(known)
            }
        };
        by_index
            .or_else(by_id)
            .unwrap_or_else(|| self.begin(choice, index))
    }

    fn last(&self, which: impl Fn(&OpenCall) -> bool) -> Option<usize> {
        self.0.iter().rposition(which)
    }

    fn begin(&mut self, choice: usize, index: Option<u32>) -> usize {
        self.0.push(OpenCall {
            choice,
            index,
            call: ToolCall::new("", ToolType::Function, FunctionCall::new("", "")),
        });
        self.0.len() - 1
    }

    fn of(&self, choice: usize) -> impl Iterator<Item = &OpenCall> {
        self.0.iter().filter(move |open| open.choice == choice)
    }

    /// Whether a piece has come that belongs to no call: then no call of the choice can be trusted to have all of its own.
    fn has_stray(&self, choice: usize) -> bool {
        self.of(choice).any(OpenCall::is_stray)
    }

    /// Writes the whole calls of a choice into its message, in the order of their indices.
    pub(super) fn settle(&self, choice: usize, of: &mut Choice) {
        if self.of(choice).next().is_none() {
            return;
        }
        let as_written = is_as_written(of.finish_reason.as_ref()) && !self.has_stray(choice);
        let mut whole: Vec<&OpenCall> = self
            .of(choice)
            .filter(|open| open.is_whole(as_written))
            .collect();
        whole.sort_by_key(|open| open.index);
        let function = whole.iter().find(|open| open.index.is_none());
        of.message.function_call = function.map(|open| open.call.function.clone());
        let tools = whole.iter().filter(|open| open.index.is_some());
        let tools: Vec<ToolCall> = tools.map(|open| open.call.clone()).collect();
        of.message.tool_calls = (!tools.is_empty()).then_some(tools);
        // A reply in one piece has no content beside its calls, where a stream begins with an empty one.
        if !whole.is_empty() && of.message.content.as_deref() == Some("") {
            of.message.content = None;
        }
    }

    /// What is missing of the calls of a choice that should be over.
    pub(super) fn flaw(
        &self,
        choice: usize,
        reason: Option<&FinishReason>,
    ) -> Option<&'static str> {
        match reason {
            // Nobody said that the calls are over, as they are.
            None => self
                .of(choice)
                .any(|open| !open.is_empty() && !open.is_whole(false))
                .then_some("before a tool call was finished"),
            Some(_) if is_as_written(reason) => self
                .has_stray(choice)
                .then_some("with a piece of a tool call that has no name"),
            Some(_) => None,
        }
    }
}

/// Whether the calls of a choice are as the model wanted them once it ended so, be their arguments JSON or not.
fn is_as_written(reason: Option<&FinishReason>) -> bool {
    match reason {
        Some(FinishReason::Stop | FinishReason::ToolCalls | FinishReason::FunctionCall) => true,
        // Other words for the same; still others mean that something cut the choice off.
        Some(FinishReason::Other(word)) => {
            let word = word.to_ascii_lowercase();
            ["tool", "function"].iter().any(|part| word.contains(part))
                || ["stop", "end", "eos"]
                    .iter()
                    .any(|part| word.starts_with(part))
        }
        Some(FinishReason::Length | FinishReason::ContentFilter | _) | None => false,
    }
}

impl OpenCall {
    fn continues(&self, id: &str) -> bool {
        id.is_empty() || self.call.id.is_empty() || self.call.id == id
    }

    fn add(&mut self, piece: &ToolCallDelta) {
        if let Some(id) = &piece.id
            && self.call.id.is_empty()
        {
            self.call.id.clone_from(id);
        }
        if let Some(type_) = &piece.type_ {
            self.call.type_ = type_.clone();
        }
        if let Some(function) = &piece.function {
            self.add_function(function);
        }
        keep_unknown(self.call.unknown_fields_mut(), piece.unknown_fields());
    }

    fn add_function(&mut self, piece: &FunctionCallDelta) {
        let call = &mut self.call.function;
        if let Some(name) = &piece.name
            && call.name != *name
        {
            call.name.push_str(name);
        }
        if let Some(arguments) = &piece.arguments {
            call.arguments.push_str(arguments);
        }
        keep_unknown(call.unknown_fields_mut(), piece.unknown_fields());
    }

    fn has_name(&self) -> bool {
        !self.call.function.name.trim().is_empty()
    }

    /// Whether its pieces have said nothing: some servers end with such a one.
    fn is_empty(&self) -> bool {
        !self.has_name()
            && self.call.id.is_empty()
            && self.call.function.arguments.trim().is_empty()
    }

    /// Whether it says something, and not which tool it is for.
    fn is_stray(&self) -> bool {
        !self.has_name() && !self.is_empty()
    }

    /// Whether nothing of it is missing: it has a name, and its arguments are as they were meant, or JSON that cannot go on.
    fn is_whole(&self, as_written: bool) -> bool {
        self.has_name() && (as_written || is_closed_json(&self.call.function.arguments))
    }
}

/// Whether a text is JSON, and of a kind that more characters would break: `1` may become `12`, `{}` becomes nothing else.
fn is_closed_json(text: &str) -> bool {
    let number = text.trim().ends_with(|last: char| last.is_ascii_digit());
    !number && serde_json::from_str::<IgnoredAny>(text).is_ok()
}
