//! Streams as Groq sends them: shape and field order follow recordings, the text is made up.

use bytes::Bytes;

/// What the events bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pieces of text.
    Text,
    /// Reasoning for a half, then tool calls in pieces.
    Tools,
}

/// Where the bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A frame for each event, as while a model writes.
    Events,
    /// Frames of 16 KiB, as behind a proxy that collects.
    Coalesced,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Tools => "tools",
        }
    }

    /// The path on which the server serves it.
    pub(crate) fn path(self, cut: Cut, n: usize) -> String {
        format!("/{}/{}/{n}", self.name(), cut.name())
    }

    /// Reads such a path, wherever it stands in a target.
    pub(crate) fn of_path(path: &str) -> Option<(Self, Cut, usize)> {
        let mut parts = path.trim_start_matches('/').split('/');
        let (kind, cut, n) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = [Self::Text, Self::Tools]
            .into_iter()
            .find(|it| it.name() == kind)?;
        let cut = [Cut::Events, Cut::Coalesced]
            .into_iter()
            .find(|it| it.name() == cut)?;
        Some((kind, cut, n.parse().ok()?))
    }
}

impl Cut {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Coalesced => "coalesced",
        }
    }
}

/// A recording of about `n` events, in pieces.
pub(crate) fn frames(kind: Kind, cut: Cut, n: usize) -> Vec<Bytes> {
    let events = events(kind, n);
    match cut {
        Cut::Events => events.into_iter().map(Bytes::from).collect(),
        Cut::Coalesced => {
            let whole = Bytes::from(events.concat());
            (0..whole.len())
                .step_by(16 << 10)
                .map(|start| whole.slice(start..whole.len().min(start + (16 << 10))))
                .collect()
        }
    }
}

fn events(kind: Kind, n: usize) -> Vec<String> {
    let mut events = vec![event(
        r#"{"role":"assistant","content":""}"#,
        "null",
        r#","x_groq":{"id":"req_01k0000000fake0000000000000"}"#,
    )];
    for number in 0..n {
        events.push(match kind {
            Kind::Text => event(&format!(r#"{{"content":"{}"}}"#, word(number)), "null", ""),
            Kind::Tools if number < n / 2 => event(
                &format!(r#"{{"reasoning":"{}","channel":"analysis"}}"#, word(number)),
                "null",
                "",
            ),
            Kind::Tools => event(&tool_call(number - n / 2), "null", ""),
        });
    }
    events.push(event(
        "{}",
        "\"stop\"",
        r#","x_groq":{"id":"req_01k0000000fake0000000000000","usage":{"queue_time":0.05,"prompt_tokens":48,"prompt_time":0.002,"completion_tokens":400,"completion_time":0.5,"total_tokens":448,"total_time":0.502}}"#,
    ));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn event(delta: &str, reason: &str, more: &str) -> String {
    format!(
        r#"data: {{"id":"chatcmpl-0fake000-0000-4000-8000-000000000000","object":"chat.completion.chunk","created":1756000000,"model":"openai/gpt-oss-20b","system_fingerprint":"fp_0fake00000","choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]{more}}}"#
    ) + "\n\n"
}

/// A word as models write them; one in sixteen needs an escape.
fn word(number: usize) -> &'static str {
    const WORDS: [&str; 16] = [
        " the", " model", " writes", " words", ",", " one", " after", " another", " and", " some",
        " are", " länger", " than", " others", ".", "\\n\\n",
    ];
    WORDS[number % WORDS.len()]
}

/// Calls of twenty pieces each.
fn tool_call(number: usize) -> String {
    let (call, piece) = (number / 20, number % 20);
    match piece {
        0 => format!(
            r#"{{"tool_calls":[{{"index":{call},"id":"call_{call}","type":"function","function":{{"name":"look_up","arguments":"{{\"a\":["}}}}]}}"#
        ),
        19 => format!(r#"{{"tool_calls":[{{"index":{call},"function":{{"arguments":"0]}}"}}}}]}}"#),
        _ => format!(
            r#"{{"tool_calls":[{{"index":{call},"function":{{"arguments":"{piece},"}}}}]}}"#
        ),
    }
}

/// An event that brings the time.
pub(crate) fn timed(nanoseconds: u64) -> String {
    event(&format!(r#"{{"content":"{nanoseconds}"}}"#), "null", "")
}

/// The end of a stream.
pub(crate) fn end() -> String {
    event("{}", "\"stop\"", "") + "data: [DONE]\n\n"
}

/// A whole reply, with or without its service tier.
pub(crate) fn completion(tiered: bool) -> String {
    let tier = if tiered {
        r#","service_tier":"on_demand""#
    } else {
        ""
    };
    let text = "A sentence of a reply that is neither short nor long. ".repeat(20);
    format!(
        r#"{{"id":"chatcmpl-0fake000-0000-4000-8000-000000000000","object":"chat.completion","created":1756000000,"model":"openai/gpt-oss-20b","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"queue_time":0.05,"prompt_tokens":48,"prompt_time":0.002,"completion_tokens":400,"completion_time":0.5,"total_tokens":448,"total_time":0.502}},"usage_breakdown":null,"system_fingerprint":"fp_0fake00000","x_groq":{{"id":"req_01k0000000fake0000000000000"}}{tier}}}"#
    )
}
