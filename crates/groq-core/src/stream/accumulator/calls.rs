//! Calls of tools while they are being written.

use groq_types::{
    Choice, Delta, FinishReason, FunctionCall, FunctionCallDelta, ToolCall, ToolCallDelta, ToolType,
};
use serde::de::IgnoredAny;

use super::keep_unknown;

/// The calls of all choices, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<OpenCall>);

/// A call that may still be going on.
#[derive(Debug)]
struct OpenCall {
    /// The position of its choice.
    choice: usize,
    /// Its index; none for a function in the deprecated style.
    index: Option<u32>,
    call: ToolCall,
    /// Whether it began in an event with others.
    together: bool,
}

/// What a piece of a call says of where it belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::stream) struct Piece<'a> {
    pub(in crate::stream) index: Option<u32>,
    pub(in crate::stream) id: &'a str,
    pub(in crate::stream) name: &'a str,
    pub(in crate::stream) arguments: &'a str,
}

/// Whether a choice ended so that its calls are made.
pub(super) fn is_for_calls(reason: Option<&FinishReason>) -> bool {
    let word = reason.map_or("", FinishReason::as_str);
    word.contains("tool") || word.contains("function")
}

impl Calls {
    pub(super) fn add(&mut self, choice: usize, delta: &Delta) {
        let known = self.0.len();
        for piece in delta.tool_calls.iter().flatten() {
            let position = self.position(choice, piece);
            self.0[position].add(piece);
        }
        if let Some(function) = &delta.function_call {
            let open = self.last(|open| open.choice == choice && open.index.is_none());
            let position = open.unwrap_or_else(|| self.begin(choice, None));
            self.0[position].add_function(function);
        }
        if let Some(begun @ [_, _, ..]) = self.0.get_mut(known..) {
            for open in begun {
                open.together = true;
            }
        }
    }

    pub(super) fn are_none(&self, choice: usize) -> bool {
        self.of(choice).all(OpenCall::is_empty)
    }

    /// The indices that pieces belong to. One without an index goes by its id, by its name, which begins a call, or by the order.
    pub(super) fn indices(&self, choice: usize, pieces: &[Piece<'_>]) -> Option<Vec<u32>> {
        let known: Vec<&OpenCall> = self
            .of(choice)
            .filter(|open| open.index.is_some())
            .collect();
        let mut next = known
            .iter()
            .filter_map(|open| open.index)
            .max()
            .map_or(0, |last| last + 1);
        let all_anonymous = pieces
            .iter()
            .all(|piece| piece.index.is_none() && piece.id.is_empty() && piece.name.is_empty());
        let mut begun: Vec<(&str, u32)> = Vec::new();
        let mut indices = Vec::new();
        for (place, piece) in pieces.iter().enumerate() {
            let by_id = || {
                let known = known.iter().rev().find(|open| open.call.id == piece.id);
                let begun = begun.iter().rev().find(|(id, _)| *id == piece.id);
                known
                    .and_then(|open| open.index)
                    .or(begun.map(|(_, index)| *index))
            };
            let index = if let Some(index) = piece.index {
                index
            } else if !piece.id.is_empty()
                && let Some(index) = by_id()
            {
                index
            } else if !piece.id.is_empty() || !piece.name.is_empty() {
                if let [.., last] = known[..]
                    && pieces.len() == 1
                    && last.goes_on_with(piece)?
                {
                    last.index?
                } else {
                    next
                }
            } else if all_anonymous && pieces.len() > 1 {
                if known.len() != pieces.len() {
                    return None;
                }
                known[place].index?
            } else if known.is_empty() {
                next
            } else {
                only_open(&known, piece)?.index?
            };
            next = next.max(index.checked_add(1)?);
            begun.push((piece.id, index));
            indices.push(index);
        }
        Some(indices)
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
            together: false,
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

/// The call that a piece without any mark belongs to: the only one, or the only one that is still open, or the last one, where each
/// began when the one before it was over. None if it could be several.
fn only_open<'a>(known: &[&'a OpenCall], piece: &Piece<'_>) -> Option<&'a OpenCall> {
    let (last, others) = match known {
        [] => return None,
        [only] => return Some(only),
        [others @ .., last] => (last, others),
    };
    let mut open = known.iter().filter(|open| !open.is_closed());
    match (open.next(), open.next()) {
        (Some(only), None) => Some(only),
        (None, _) => piece.arguments.is_empty().then_some(last),
        (Some(_), Some(_)) => {
            let over = |open: &&OpenCall| open.is_closed() || open.has_no_arguments();
            (!last.together && others.iter().all(over)).then_some(last)
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

    /// Whether a piece with an id or a name, and without an index, goes on with this call, which is the last one. `None` if it might.
    fn goes_on_with(&self, piece: &Piece<'_>) -> Option<bool> {
        if self.is_closed() {
            return Some(false);
        }
        if piece.name.is_empty() {
            // Its id comes late.
            return Some(self.call.id.is_empty());
        }
        if !piece.id.is_empty() || piece.name != self.call.function.name {
            return Some(false);
        }
        // Some servers repeat the name with each piece; or it is called again.
        (!self.has_no_arguments()).then_some(true)
    }

    fn is_closed(&self) -> bool {
        is_closed_json(&self.call.function.arguments)
    }

    fn has_no_arguments(&self) -> bool {
        self.call.function.arguments.trim().is_empty()
    }

    fn has_name(&self) -> bool {
        !self.call.function.name.trim().is_empty()
    }

    /// Whether its pieces have said nothing: some servers end with such a one.
    fn is_empty(&self) -> bool {
        !self.has_name() && self.call.id.is_empty() && self.has_no_arguments()
    }

    /// Whether it says something, and not which tool it is for.
    fn is_stray(&self) -> bool {
        !self.has_name() && !self.is_empty()
    }

    /// Whether nothing of it is missing: it has a name, and its arguments are as they were meant, or JSON that cannot go on.
    fn is_whole(&self, as_written: bool) -> bool {
        self.has_name() && (as_written || self.is_closed())
    }
}

/// Whether a text is JSON, and of a kind that more characters would break: `1` may become `12`, `{}` becomes nothing else.
fn is_closed_json(text: &str) -> bool {
    let number = text.trim().ends_with(|last: char| last.is_ascii_digit());
    !number && serde_json::from_str::<IgnoredAny>(text).is_ok()
}
