//! An answer as server-sent events of `chat.completion.chunk`, made one by one as they are sent.

use bytes::Bytes;
use groq_types::{CompletionUsage, ExecutedTool, UsageBreakdown};
use serde::Serialize;

use super::answer::Answer;
use super::complete::Frame;
use crate::api_error::ApiError;
use crate::text::tokens;

/// The events of an answer.
///
/// The role comes first, then what was run, thought and said, then the calls, then why it ended. Usage is in the
/// last choice's `x_groq`; where it was asked for, also beside it and in a chunk of its own.
pub(crate) struct Events {
    answer: Answer,
    frame: Frame,
    settings: StreamSettings,
    stage: Stage,
    /// What every chunk begins with: `data: {"id":…,`.
    head: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamSettings {
    pub(crate) include_usage: bool,
    /// Whether the arguments of a call come in pieces.
    pub(crate) split_arguments: bool,
    /// Whether reasoning says that it is the channel `analysis`, as gpt-oss does.
    pub(crate) names_channel: bool,
}

/// What comes next; a number is a place in a text or a list.
#[derive(Clone, Copy)]
enum Stage {
    Opening,
    Executed(usize),
    Reasoning(usize),
    Content(usize),
    Call(usize, Option<usize>),
    Finish,
    Usage,
    Done,
    End,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    delta: Delta<'a>,
    logprobs: (),
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[Call<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_tools: Option<[&'a ExecutedTool; 1]>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    /// Opens a message that consists of calls.
    Null,
}

#[derive(Serialize)]
struct Call<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

/// What stands beside `choices` in some of the chunks.
#[derive(Default, Serialize)]
struct Extra<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a CompletionUsage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_groq: Option<XGroq<'a>>,
}

#[derive(Serialize)]
struct XGroq<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a CompletionUsage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_breakdown: Option<&'a UsageBreakdown>,
}

impl Events {
    pub(crate) fn new(answer: Answer, frame: Frame, settings: StreamSettings) -> Self {
        let head = format!(
            "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{},\"system_fingerprint\":{},\"choices\":",
            quoted(&frame.id),
            frame.created,
            quoted(&frame.model),
            quoted(&frame.fingerprint),
        );
        Self {
            answer,
            frame,
            settings,
            stage: Stage::Opening,
            head,
        }
    }

    fn opening(&mut self) -> Bytes {
        self.stage = Stage::Executed(0);
        let content = if self.answer.calls.is_empty() {
            Content::Text("")
        } else {
            Content::Null
        };
        let delta = Delta {
            role: Some("assistant"),
            content: Some(content),
            ..Delta::default()
        };
        let extra = Extra {
            x_groq: Some(XGroq {
                id: &self.frame.request_id,
                seed: Some(self.frame.seed),
                usage: None,
                usage_breakdown: None,
            }),
            ..Extra::default()
        };
        self.chunk(Some((delta, None)), &extra)
    }

    fn executed(&mut self, index: usize) -> Option<Bytes> {
        let Some(tool) = self.answer.executed.get(index) else {
            self.stage = Stage::Reasoning(0);
            return None;
        };
        let delta = Delta {
            executed_tools: Some([tool]),
            ..Delta::default()
        };
        let event = self.delta(delta);
        self.stage = Stage::Executed(index + 1);
        Some(event)
    }

    fn reasoning(&mut self, at: usize) -> Option<Bytes> {
        let Some(token) = next_token(self.answer.reasoning.as_deref(), at) else {
            self.stage = Stage::Content(0);
            return None;
        };
        let channel = self.settings.names_channel.then_some("analysis");
        let event = self.delta(Delta {
            reasoning: Some(token),
            channel,
            ..Delta::default()
        });
        self.stage = Stage::Reasoning(at + token.len());
        Some(event)
    }

    fn content(&mut self, at: usize) -> Option<Bytes> {
        let Some(token) = next_token(self.answer.content.as_deref(), at) else {
            self.stage = Stage::Call(0, None);
            return None;
        };
        let event = self.delta(Delta {
            content: Some(Content::Text(token)),
            ..Delta::default()
        });
        self.stage = Stage::Content(at + token.len());
        Some(event)
    }

    /// A call whole; or its name, and then its arguments from a place on.
    fn call(&mut self, index: usize, at: Option<usize>) -> Option<Bytes> {
        let Some(call) = self.answer.calls.get(index) else {
            self.stage = Stage::Finish;
            return None;
        };
        let arguments = call.function.arguments.as_str();
        if let Some(at) = at {
            let Some(piece) = next_token(Some(arguments), at) else {
                self.stage = Stage::Call(index + 1, None);
                return None;
            };
            let function = Function {
                name: None,
                arguments: piece,
            };
            let event = self.calls(Call {
                index,
                id: None,
                kind: None,
                function,
            });
            self.stage = Stage::Call(index, Some(at + piece.len()));
            return Some(event);
        }
        let split = self.settings.split_arguments;
        let function = Function {
            name: Some(&call.function.name),
            arguments: if split { "" } else { arguments },
        };
        let event = self.calls(Call {
            index,
            id: Some(&call.id),
            kind: Some("function"),
            function,
        });
        self.stage = if split {
            Stage::Call(index, Some(0))
        } else {
            Stage::Call(index + 1, None)
        };
        Some(event)
    }

    fn finish(&mut self) -> Bytes {
        if let Some(failure) = &self.answer.failure {
            let event = error_event(failure);
            self.stage = Stage::Done;
            return event;
        }
        let usage = &self.frame.usage;
        let extra = Extra {
            usage: self.settings.include_usage.then_some(usage),
            x_groq: Some(XGroq {
                id: &self.frame.request_id,
                seed: None,
                usage: Some(usage),
                usage_breakdown: self.frame.breakdown.as_ref(),
            }),
            ..Extra::default()
        };
        let event = self.chunk(Some((Delta::default(), Some(self.answer.finish))), &extra);
        self.stage = if self.settings.include_usage {
            Stage::Usage
        } else {
            Stage::Done
        };
        event
    }

    fn usage(&mut self) -> Bytes {
        let extra = Extra {
            service_tier: Some(self.frame.tier),
            usage: Some(&self.frame.usage),
            ..Extra::default()
        };
        let event = self.chunk(None, &extra);
        self.stage = Stage::Done;
        event
    }

    fn calls(&self, call: Call<'_>) -> Bytes {
        self.delta(Delta {
            tool_calls: Some([call]),
            ..Delta::default()
        })
    }

    fn delta(&self, delta: Delta<'_>) -> Bytes {
        self.chunk(Some((delta, None)), &Extra::default())
    }

    /// One event: the head that all share, the choice, and what stands beside it.
    fn chunk(&self, choice: Option<(Delta<'_>, Option<&'static str>)>, extra: &Extra<'_>) -> Bytes {
        let mut text = Vec::with_capacity(self.head.len() + 160);
        text.extend_from_slice(self.head.as_bytes());
        let choices = choice.map(|(delta, finish_reason)| {
            [Choice {
                index: 0,
                delta,
                logprobs: (),
                finish_reason,
            }]
        });
        let choices: &[Choice<'_>] = choices.as_ref().map_or(&[], |choices| choices);
        // Writing to memory what consists of texts and numbers does not fail.
        let _ = serde_json::to_writer(&mut text, choices);
        let start = text.len();
        let _ = serde_json::to_writer(&mut text, extra);
        // The object of the rest continues the one that the head began.
        if text.get(start..) == Some(b"{}") {
            text.remove(start);
        } else if let Some(brace) = text.get_mut(start) {
            *brace = b',';
        }
        text.extend_from_slice(b"\n\n");
        Bytes::from(text)
    }
}

impl Iterator for Events {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            let event = match self.stage {
                Stage::Opening => Some(self.opening()),
                Stage::Executed(index) => self.executed(index),
                Stage::Reasoning(at) => self.reasoning(at),
                Stage::Content(at) => self.content(at),
                Stage::Call(index, at) => self.call(index, at),
                Stage::Finish => Some(self.finish()),
                Stage::Usage => Some(self.usage()),
                Stage::Done => {
                    self.stage = Stage::End;
                    Some(Bytes::from_static(b"data: [DONE]\n\n"))
                }
                Stage::End => return None,
            };
            if event.is_some() {
                return event;
            }
        }
    }
}

/// The token at a place of a text.
fn next_token(text: Option<&str>, at: usize) -> Option<&str> {
    tokens::tokens(text?.get(at..)?).next()
}

/// A failure after the status has been sent can only be told in the stream.
fn error_event(error: &ApiError) -> Bytes {
    let mut text = b"event: error\ndata: ".to_vec();
    text.extend_from_slice(&error.body());
    text.extend_from_slice(b"\n\n");
    Bytes::from(text)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
