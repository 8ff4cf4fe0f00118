#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON literals read better without borrowing"
)]

use super::*;
use groq_types::FinishReason;
use serde_json::{Value, json};

fn chunk(choices: Value) -> Value {
    json!({"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": choices})
}

fn delta(delta: Value) -> Value {
    chunk(json!([{"index": 0, "delta": delta, "finish_reason": null, "logprobs": null}]))
}

fn finish(reason: &str) -> Value {
    chunk(json!([{"index": 0, "delta": {}, "finish_reason": reason}]))
}

fn accumulate(chunks: &[Value]) -> Accumulator {
    let mut accumulator = Accumulator::default();
    for chunk in chunks {
        let chunk = serde_json::from_value(chunk.clone()).expect("a chunk");
        accumulator.add(&chunk);
    }
    accumulator
}

fn message(chunks: &[Value]) -> Value {
    let mut accumulator = accumulate(chunks);
    accumulator.finalize();
    serde_json::to_value(&accumulator.completion().choices[0].message).expect("JSON")
}

fn call(index: u32, id: &str, name: &str, arguments: &str) -> Value {
    json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn more(index: u32, arguments: &str) -> Value {
    json!({"index": index, "function": {"arguments": arguments}})
}

fn calls(chunks: &[Value]) -> Vec<(String, String, String)> {
    let mut accumulator = accumulate(chunks);
    accumulator.finalize();
    let calls = accumulator
        .into_completion()
        .choices
        .remove(0)
        .message
        .tool_calls
        .unwrap_or_default();
    calls
        .into_iter()
        .map(|call| (call.id, call.function.name, call.function.arguments))
        .collect()
}

fn expected(calls: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    calls
        .iter()
        .map(|(id, name, arguments)| ((*id).into(), (*name).into(), (*arguments).into()))
        .collect()
}

#[test]
fn text_and_reasoning_are_joined() {
    let chunks = [
        delta(json!({"role": "assistant", "content": ""})),
        delta(json!({"channel": "analysis", "reasoning": "Hm"})),
        delta(json!({"channel": "analysis", "reasoning": "m."})),
        delta(json!({"content": "Hel"})),
        delta(json!({"content": "lo"})),
        finish("stop"),
    ];
    assert_eq!(
        message(&chunks),
        json!({"role": "assistant", "content": "Hello", "reasoning": "Hmm."})
    );
}

#[test]
fn usage_is_found_in_both_places() {
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3});
    let mut with_x_groq = finish("stop");
    with_x_groq["x_groq"] = json!({"id": "req_1", "usage": usage});
    let completion = accumulate(&[with_x_groq]).into_completion();
    assert_eq!(completion.usage.expect("usage").total_tokens, 3);
    assert_eq!(
        completion.x_groq.expect("x_groq").id.as_deref(),
        Some("req_1")
    );

    let mut extra = chunk(json!([]));
    extra["usage"] = usage;
    extra["service_tier"] = json!("on_demand");
    let completion = accumulate(&[finish("stop"), extra]).into_completion();
    assert_eq!(completion.usage.expect("usage").completion_tokens, 2);
    assert_eq!(
        completion.service_tier.expect("a tier").as_str(),
        "on_demand"
    );
}

#[test]
fn identity_comes_from_the_first_chunk_and_the_object_is_that_of_a_whole_reply() {
    let completion = accumulate(&[delta(json!({"content": "x"}))]).into_completion();
    assert_eq!(
        (
            completion.id.as_str(),
            completion.created,
            completion.model.as_str()
        ),
        ("c", 1, "m")
    );
    assert_eq!(completion.object.as_deref(), Some("chat.completion"));
}

#[test]
fn tool_calls_come_whole_in_pieces_and_interleaved() {
    let whole = [
        delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\":1}")]})),
        delta(json!({"tool_calls": [call(1, "b", "g", "null")]})),
        finish("tool_calls"),
    ];
    assert_eq!(
        calls(&whole),
        expected(&[("a", "f", "{\"x\":1}"), ("b", "g", "null")])
    );

    let interleaved = [
        delta(json!({"tool_calls": [call(1, "b", "g", "")]})),
        delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\"")]})),
        delta(json!({"tool_calls": [more(1, "{\"y\":"), more(0, ":1")]})),
        delta(json!({"tool_calls": [more(1, "2}")]})),
        delta(json!({"tool_calls": [more(0, "}")]})),
        finish("tool_calls"),
    ];
    assert_eq!(
        calls(&interleaved),
        expected(&[("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")])
    );
}

#[test]
fn a_new_id_at_the_same_index_is_a_new_call() {
    let chunks = [
        delta(json!({"tool_calls": [call(0, "a", "f", "{}")]})),
        delta(json!({"tool_calls": [call(0, "b", "g", "{\"x\"")]})),
        delta(json!({"tool_calls": [more(0, ":1}")]})),
        finish("tool_calls"),
    ];
    assert_eq!(
        calls(&chunks),
        expected(&[("a", "f", "{}"), ("b", "g", "{\"x\":1}")])
    );
}

#[test]
fn a_call_that_repeats_its_id_and_name_is_one_call() {
    let chunks = [
        delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\"")]})),
        delta(json!({"tool_calls": [call(0, "a", "f", ":1}")]})),
        finish("tool_calls"),
    ];
    assert_eq!(calls(&chunks), expected(&[("a", "f", "{\"x\":1}")]));
}

#[test]
fn a_call_that_was_cut_off_is_not_offered() {
    let cut = [delta(
        json!({"tool_calls": [call(0, "a", "f", "{}"), call(1, "b", "g", "{\"x\":")]}),
    )];
    assert_eq!(calls(&cut), expected(&[("a", "f", "{}")]));
    let length = [cut[0].clone(), finish("length")];
    assert_eq!(calls(&length), expected(&[("a", "f", "{}")]));
    for arguments in ["", "1", "12 ", "{\"x\":1", "tru"] {
        assert_eq!(
            calls(&[delta(json!({"tool_calls": [call(0, "a", "f", arguments)]}))]),
            [],
            "{arguments}"
        );
    }
}

#[test]
fn a_finished_call_is_offered_as_the_model_wrote_it() {
    let chunks = [
        delta(json!({"tool_calls": [call(0, "a", "f", "not JSON")]})),
        finish("tool_calls"),
    ];
    assert_eq!(calls(&chunks), expected(&[("a", "f", "not JSON")]));
}

/// How pieces go astray: the reply says that it is over, and what came is no whole call.
#[test]
fn a_call_without_a_name_is_never_offered() {
    let nameless =
        |index: u32, id: &str| json!({"index": index, "id": id, "function": {"arguments": "{}"}});
    let table = [
        vec![more(0, "{}")],
        vec![nameless(0, "a")],
        vec![json!({"index": 0, "id": "a"})],
        vec![call(0, "a", "", "{}")],
        vec![call(0, "a", "  ", "{}")],
        // The index jumps: is it the rest of the first, or of another that was lost?
        vec![call(0, "a", "f", "{\"path\":\"/tm"), more(1, "p\"}")],
        vec![call(0, "a", "f", "{\"path\":\"/tm"), nameless(7, "b")],
    ];
    for pieces in table {
        for reason in ["tool_calls", "stop", "tool_use", "function_call"] {
            let mut chunks: Vec<_> = pieces
                .iter()
                .map(|piece| delta(json!({"tool_calls": [piece]})))
                .collect();
            chunks.push(finish(reason));
            assert_eq!(calls(&chunks), [], "{chunks:?}");
            assert!(accumulate(&chunks).flaw().is_some(), "{chunks:?}");
        }
    }
    let whole = delta(json!({"tool_calls": [call(0, "a", "f", "{}")]}));
    let stray = delta(json!({"tool_calls": [more(1, "{")]}));
    let one = [whole.clone(), stray, finish("tool_calls")];
    assert_eq!(calls(&one), expected(&[("a", "f", "{}")]));
    assert!(accumulate(&one).flaw().is_some());
    // An empty piece says nothing, and is none.
    let empty = delta(json!({"tool_calls": [more(1, ""), {"index": 2}]}));
    let one = [whole, empty, finish("tool_calls")];
    assert_eq!(calls(&one), expected(&[("a", "f", "{}")]));
    assert_eq!(accumulate(&one).flaw(), None);
}

#[test]
fn a_piece_with_an_id_goes_where_its_id_is() {
    let mut rest = more(3, ":1}");
    rest["id"] = json!("a");
    let chunks = [
        delta(json!({"tool_calls": [call(0, "a", "f", "{\"x\""), call(1, "b", "g", "{}")]})),
        delta(json!({"tool_calls": [rest]})),
        finish("tool_calls"),
    ];
    assert_eq!(
        calls(&chunks),
        expected(&[("a", "f", "{\"x\":1}"), ("b", "g", "{}")])
    );
    assert_eq!(accumulate(&chunks).flaw(), None);
}

#[test]
fn a_call_that_is_open_when_nobody_finished_it_is_a_flaw() {
    let cut = delta(json!({"tool_calls": [call(0, "a", "f", "{\"path\":\"/tm")]}));
    assert!(accumulate(std::slice::from_ref(&cut)).flaw().is_some());
    for reason in ["length", "content_filter", "max_tokens", "abort"] {
        let chunks = [cut.clone(), finish(reason)];
        assert_eq!(calls(&chunks), [], "{reason}");
        assert_eq!(accumulate(&chunks).flaw(), None, "{reason}");
    }
}

#[test]
fn a_function_in_the_deprecated_style_is_offered_once_it_is_whole() {
    let pieces = [
        delta(json!({"function_call": {"name": "f", "arguments": "{\"x\""}})),
        delta(json!({"function_call": {"arguments": ":1}"}})),
        finish("function_call"),
    ];
    assert_eq!(
        message(&pieces)["function_call"],
        json!({"name": "f", "arguments": "{\"x\":1}"})
    );
    assert!(message(&pieces[..1]).get("function_call").is_none());
    assert!(accumulate(&pieces[..1]).flaw().is_some());
    assert!(accumulate(&pieces[1..]).flaw().is_some());
}

#[test]
fn identity_comes_from_the_first_chunk_that_has_one() {
    let mut blank = chunk(json!([]));
    for (key, value) in [
        ("id", json!("")),
        ("model", json!("")),
        ("created", json!(0)),
    ] {
        blank[key] = value;
    }
    let completion = accumulate(&[blank, delta(json!({"content": "x"}))]).into_completion();
    assert_eq!((completion.id.as_str(), completion.created), ("c", 1));
    assert_eq!(completion.model, "m");
}

#[test]
fn no_call_shows_before_its_choice_is_finished() {
    let accumulator = accumulate(&[delta(json!({"tool_calls": [call(0, "a", "f", "{}")]}))]);
    assert!(
        accumulator.completion().choices[0]
            .message
            .tool_calls
            .is_none()
    );
}

#[test]
fn calls_have_no_empty_content_beside_them() {
    let chunks = [
        delta(json!({"role": "assistant", "content": ""})),
        delta(json!({"tool_calls": [call(0, "a", "f", "{}")]})),
        finish("tool_calls"),
    ];
    assert!(message(&chunks).get("content").is_none());
}

#[test]
fn choices_are_kept_apart_and_in_order() {
    let chunks = [
        chunk(json!([{"index": 1, "delta": {"content": "b"}}])),
        chunk(json!([{"index": 1, "delta": {"tool_calls": [call(0, "x", "f", "{}")]}}])),
        chunk(
            json!([{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "B"}}]),
        ),
        chunk(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}])),
    ];
    let mut accumulator = accumulate(&chunks);
    assert!(!accumulator.is_finished(), "choice 1 has no finish reason");
    accumulator.finalize();
    let choices = accumulator.into_completion().choices;
    let texts: Vec<_> = choices
        .iter()
        .map(|choice| (choice.index, choice.message.content.as_deref()))
        .collect();
    assert_eq!(texts, [(0, Some("a")), (1, Some("bB"))]);
    assert!(choices[0].message.tool_calls.is_none());
    assert_eq!(
        choices[1].message.tool_calls.as_ref().map(Vec::len),
        Some(1)
    );
}

#[test]
fn executed_tools_are_updated_by_index() {
    let chunks = [
        delta(json!({"executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}]})),
        delta(
            json!({"executed_tools": [{"index": 0, "type": "search", "output": "found"}, {"type": "x"}]}),
        ),
        delta(
            json!({"annotations": [{"type": "document_citation", "document_citation": {"document_id": "d", "start_index": 0, "end_index": 1}}]}),
        ),
        finish("stop"),
    ];
    let message = message(&chunks);
    assert_eq!(
        message["executed_tools"],
        json!([{"index": 0, "type": "search", "arguments": "{}", "output": "found"}, {"type": "x"}])
    );
    assert_eq!(message["annotations"].as_array().map(Vec::len), Some(1));
}

#[test]
fn unknown_fields_and_finish_reasons_are_kept() {
    let mut last = finish("tired");
    last["novelty"] = json!(7);
    let completion = accumulate(&[
        delta(json!({"content": "x", "mood": "fine"})),
        last,
        finish("tired"),
    ])
    .into_completion();
    assert_eq!(
        completion.choices[0]
            .finish_reason
            .as_ref()
            .map(FinishReason::as_str),
        Some("tired")
    );
    assert_eq!(completion.unknown_fields().get("novelty"), Some(&json!(7)));
    assert_eq!(
        completion.choices[0].message.unknown_fields().get("mood"),
        Some(&json!("fine"))
    );
}

#[test]
fn a_stream_without_choices_is_not_finished() {
    assert!(!accumulate(&[]).is_finished());
    assert!(!accumulate(&[chunk(json!([]))]).is_finished());
    assert!(accumulate(&[finish("stop")]).is_finished());
}
