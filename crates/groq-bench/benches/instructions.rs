//! Decodes one payload a number of times, for callgrind to count: `instructions groq chunk 1000`. Or reads a stream of chunks of
//! text: `instructions stream alike 1000`, where they differ in their text alone, or `instructions stream odd 1000`, where each
//! has another time of creation, so that it is parsed in full.
//!
//! What two numbers of times cost, less one another, is free of the start-up; `instructions.sh` does that.

mod support;

use std::env;

use groq_core::{ChatStream, Client};

use crate::support::PAYLOADS;

fn main() {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.as_slice() {
        [whose, kind, times] if whose == "stream" => {
            stream(kind == "odd", times.parse().expect("a number of chunks"));
        }
        [whose, name, times] => repeat(whose, name, times.parse().expect("a number of times")),
        _ => eprintln!("usage: instructions groq|plain PAYLOAD TIMES"),
    }
}

fn repeat(whose: &str, name: &str, times: u64) {
    let payload = PAYLOADS
        .iter()
        .find(|payload| payload.name == name)
        .expect("a payload's name");
    let decode = if whose == "groq" {
        payload.groq
    } else {
        payload.plain
    };
    decode(payload.json, times);
}

fn stream(odd: bool, chunks: u64) {
    let events = (0..chunks).map(|number| {
        let created = if odd { number } else { 0 };
        format!(
            "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":{created},\"model\":\"openai/gpt-oss-20b\",\"system_fingerprint\":\"fp_1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" word{number}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}\n\n"
        )
    });
    let events: Vec<String> = events.chain(["data: [DONE]\n\n".to_owned()]).collect();
    let client = Client::builder().api_key("gsk_unused").build();
    let client = client.expect("a client");
    let read = async {
        let stream = ChatStream::recorded(&client, events).await;
        stream.expect("a stream").finish().await.expect("a reply")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let reply = runtime.expect("a runtime").block_on(read);
    assert!(reply.text().is_some());
}
