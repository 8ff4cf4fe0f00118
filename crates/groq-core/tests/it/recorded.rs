//! The reply that is put together from random streams, cut anywhere.
//!
//! `PROPTEST_CASES=10000000 cargo test -p groq-core --test it recorded` makes it ten million of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use groq_core::types::ChatCompletion;
use groq_core::{ChatStream, Client, Error};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::CANARY;

/// One event, and what a reader should make of it.
#[derive(Clone, Debug)]
enum Piece {
    Content(u32, String),
    Reasoning(u32, String),
    Arguments(u32, u32, String),
    Usage(u32),
    Ping,
}

impl Piece {
    fn event(&self) -> String {
        let chunk = |choices: Value| json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices});
        let delta = |index: &u32, delta: Value| {
            chunk(json!([{"index": index, "delta": delta, "finish_reason": null}]))
        };
        let data = match self {
            Self::Content(index, text) => delta(index, json!({"content": text})),
            Self::Reasoning(index, text) => {
                delta(index, json!({"reasoning": text, "channel": "analysis"}))
            }
            Self::Arguments(index, call, text) => {
                let function = json!({"name": "f", "arguments": text});
                delta(
                    index,
                    json!({"tool_calls": [{"index": call, "id": format!("call_{call}"), "type": "function", "function": function}]}),
                )
            }
            Self::Usage(tokens) => {
                let mut chunk = chunk(json!([]));
                chunk["usage"] = json!({"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1});
                chunk
            }
            Self::Ping => return ": ping\n\n".to_owned(),
        };
        format!("data: {data}\n\n")
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    let index = || 0u32..2;
    let text = || prop_oneof!["[a-z ]{0,6}", "[\"\\\\\n\u{e4}\u{1f980}{}]{0,4}"];
    prop_oneof![
        6 => (index(), text()).prop_map(|(index, text)| Piece::Content(index, text)),
        2 => (index(), text()).prop_map(|(index, text)| Piece::Reasoning(index, text)),
        2 => (index(), 0u32..3, text()).prop_map(|(index, call, text)| Piece::Arguments(index, call, text)),
        1 => (0u32..100).prop_map(Piece::Usage),
        1 => Just(Piece::Ping),
    ]
}

/// What the pieces add up to, done the simple way.
#[derive(Debug, Default, PartialEq)]
struct Sum {
    choices: BTreeMap<u32, (String, String, BTreeMap<u32, String>)>,
    usage: Option<u64>,
}

impl Sum {
    fn of_pieces(pieces: &[Piece]) -> Self {
        let mut sum = Self::default();
        for piece in pieces {
            match piece {
                Piece::Content(index, text) => {
                    sum.choices.entry(*index).or_default().0.push_str(text);
                }
                Piece::Reasoning(index, text) => {
                    sum.choices.entry(*index).or_default().1.push_str(text);
                }
                Piece::Arguments(index, call, text) => {
                    let calls = &mut sum.choices.entry(*index).or_default().2;
                    calls.entry(*call).or_default().push_str(text);
                }
                Piece::Usage(tokens) => sum.usage = Some(u64::from(*tokens)),
                Piece::Ping => {}
            }
        }
        sum
    }

    fn of_reply(reply: &ChatCompletion) -> Self {
        let choices = reply.choices.iter().map(|choice| {
            let message = &choice.message;
            let calls = message.tool_calls.iter().flatten();
            let calls = calls.map(|call| {
                let number = call
                    .id
                    .trim_start_matches("call_")
                    .parse()
                    .expect("a number");
                (number, call.function.arguments.clone())
            });
            let texts =
                [&message.content, &message.reasoning].map(|text| text.clone().unwrap_or_default());
            let [content, reasoning] = texts;
            (choice.index, (content, reasoning, calls.collect()))
        });
        Self {
            choices: choices.collect(),
            usage: reply.usage.as_ref().map(|usage| usage.prompt_tokens),
        }
    }
}

fn stream(pieces: &[Piece], indices: impl Iterator<Item = u32>) -> String {
    let mut stream: String = pieces.iter().map(Piece::event).collect();
    for index in indices {
        let choice = json!({"index": index, "delta": {}, "finish_reason": "tool_calls"});
        let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]});
        stream.push_str(&format!("data: {chunk}\n\n"));
    }
    stream + "data: [DONE]\n\n"
}

/// It sends nothing, and only lends its limits.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().api_key(CANARY);
    let builder = builder.base_url("http://127.0.0.1:1");
    builder.build().expect("a client")
});

/// Reads frames to their end: by chunks, or by text.
fn read(frames: Vec<Vec<u8>>, by_text: bool) -> Result<(ChatCompletion, String), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut stream = ChatStream::recorded(&CLIENT, frames).await?;
        let mut text = String::new();
        if by_text {
            let mut pieces = stream.text();
            while let Some(piece) = pieces.next().await {
                text.push_str(&piece?);
            }
        }
        Ok((stream.finish().await?, text))
    })
}

#[test]
fn every_cut_of_a_stream_gives_the_same_reply() {
    let pieces = [
        Piece::Content(0, "one".to_owned()),
        Piece::Content(0, " \u{1f980}\n\"two\"".to_owned()),
        Piece::Arguments(0, 0, "{}".to_owned()),
        Piece::Content(0, " three".to_owned()),
        Piece::Usage(7),
    ];
    let bytes = stream(&pieces, 0..1).into_bytes();
    let whole = read(vec![bytes.clone()], false).expect("a reply");
    for cut in 1..bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        let reply = read(vec![head.to_vec(), tail.to_vec()], false).expect("a reply");
        assert_eq!(reply, whole, "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_adds_up(
        pieces in prop::collection::vec(piece(), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        by_text in any::<bool>(),
    ) {
        let expected = Sum::of_pieces(&pieces);
        let bytes = stream(&pieces, expected.choices.keys().copied()).into_bytes();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let frames = cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec()).collect();
        let (reply, text) = read(frames, by_text).expect("a reply");
        prop_assert_eq!(Sum::of_reply(&reply), expected);
        if by_text {
            let content = reply.choices.iter().find(|choice| choice.index == 0).and_then(|choice| choice.message.content.clone());
            prop_assert_eq!(text, content.unwrap_or_default());
        }
    }

    #[test]
    fn any_bytes_are_survived(lines in prop::collection::vec("(data: )?[\\[\\]{}\",:a-z0-9DONE ]{0,30}\n{1,2}", 0..20)) {
        let _ = read(lines.into_iter().map(String::into_bytes).collect(), false);
    }
}
