//! Event streams, as the API writes them.

use serde::Serialize;
use serde_json::Value;

/// Events without a name, and `[DONE]`: how conversations are streamed.
pub(crate) fn unnamed<'a, T: Serialize + 'a>(events: impl IntoIterator<Item = &'a T>) -> String {
    let mut text = String::new();
    for event in events {
        text.push_str(&format!("data: {}\n\n", json(event)));
    }
    text.push_str("data: [DONE]\n\n");
    text
}

/// Events with what their tag says as a name: how responses are streamed. Their last event says itself that it is.
pub(crate) fn named<'a, T: Serialize + 'a>(
    events: impl IntoIterator<Item = &'a T>,
    tag: &str,
) -> String {
    let mut text = String::new();
    for event in events {
        let event = json(event);
        if let Some(name) = event.get(tag).and_then(Value::as_str) {
            text.push_str(&format!("event: {name}\n"));
        }
        text.push_str(&format!("data: {event}\n\n"));
    }
    text
}

fn json(event: &impl Serialize) -> Value {
    serde_json::to_value(event).expect("a wire type has string keys only, so it is always JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_without_a_name_end_with_done() {
        assert_eq!(
            unnamed(&[json!({"a": 1}), json!({})]),
            "data: {\"a\":1}\n\ndata: {}\n\ndata: [DONE]\n\n"
        );
        assert_eq!(unnamed::<Value>(&[]), "data: [DONE]\n\n");
    }

    #[test]
    fn events_with_a_tag_have_it_as_their_name() {
        assert_eq!(
            named(&[json!({"type": "x.y"}), json!({"error": 1})], "type"),
            "event: x.y\ndata: {\"type\":\"x.y\"}\n\ndata: {\"error\":1}\n\n"
        );
    }

    #[test]
    fn a_line_break_in_a_text_stays_inside_its_event() {
        assert_eq!(unnamed(&[json!("a\n\nb")]).matches("\n\n").count(), 2);
    }
}
