//! A whole stream: decoder, chunks, templates and the reply that is put together. Where it is cut changes nothing.
#![no_main]

use groq_core::types::ChatCompletion;
use groq_core::{ChatStream, Client};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (cut, bytes) = input;
    let cut = usize::from(cut).min(bytes.len());
    let whole = read(vec![bytes.clone()]);
    assert_eq!(whole, read(vec![bytes[..cut].to_vec(), bytes[cut..].to_vec()]));
});

fn read(frames: Vec<Vec<u8>>) -> Option<ChatCompletion> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let client = Client::builder().api_key("gsk_fuzz").base_url("http://127.0.0.1:1").build().expect("a client");
        // What begins like a document is told by its first piece.
        let frames = frames.into_iter().filter(|frame| !frame.is_empty());
        ChatStream::recorded(&client, frames).await.ok()?.finish().await.ok()
    })
}
