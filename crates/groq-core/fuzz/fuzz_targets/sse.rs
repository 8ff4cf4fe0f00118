//! The same bytes give the same events, wherever they are cut.
#![no_main]

use groq_core::sse::{Decoder, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, Vec<u8>)| {
    let (cut, limit, bytes) = input;
    let limits = Limits::default()
        .with_max_line(1 + usize::from(limit))
        .with_max_event(1 + usize::from(limit) * 2);
    let cut = usize::from(cut).min(bytes.len());
    assert_eq!(decode(limits, &[&bytes]), decode(limits, &[&bytes[..cut], &bytes[cut..]]));
});

fn decode(limits: Limits, pieces: &[&[u8]]) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = Decoder::new(limits);
    let mut events = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        loop {
            match decoder.next(&mut input) {
                Ok(Some(event)) => events.push(event.data.to_vec()),
                Ok(None) => break,
                Err(_) => return (events, false),
            }
        }
    }
    match decoder.finish() {
        Ok(last) => events.extend(last.map(|event| event.data.to_vec())),
        Err(_) => return (events, false),
    }
    (events, true)
}
