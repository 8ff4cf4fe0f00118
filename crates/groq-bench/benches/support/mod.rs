//! What the benches decode, and into what.

#![allow(dead_code, reason = "each bench uses a part of it")]

pub(crate) mod plain;

/// A reply of the service, as it comes, without a key that the API description does not know.
pub(crate) struct Payload {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
    /// Decodes it a number of times, by groq-types and by a plain derive.
    pub(crate) groq: fn(&str, u64),
    pub(crate) plain: fn(&str, u64),
}

/// One piece of text; tool calls; the last piece, with usage; a whole reply.
pub(crate) const PAYLOADS: [Payload; 4] = [
    Payload {
        name: "chunk",
        json: include_str!("../../data/chunk.json"),
        groq: decode::<groq_types::ChatCompletionChunk>,
        plain: decode::<plain::ChatCompletionChunk>,
    },
    Payload {
        name: "tool_chunk",
        json: include_str!("../../data/tool_chunk.json"),
        groq: decode::<groq_types::ChatCompletionChunk>,
        plain: decode::<plain::ChatCompletionChunk>,
    },
    Payload {
        name: "last_chunk",
        json: include_str!("../../data/last_chunk.json"),
        groq: decode::<groq_types::ChatCompletionChunk>,
        plain: decode::<plain::ChatCompletionChunk>,
    },
    Payload {
        name: "completion",
        json: include_str!("../../data/completion.json"),
        groq: decode::<groq_types::ChatCompletion>,
        plain: decode::<plain::ChatCompletion>,
    },
];

/// Decodes from bytes, as they come from the network, and drops the value.
fn decode<T: serde::de::DeserializeOwned>(json: &str, times: u64) {
    for _ in 0..times {
        let value: T = serde_json::from_slice(std::hint::black_box(json.as_bytes()))
            .expect("the payload is valid");
        std::hint::black_box(value);
    }
}
