//! What makes conversations easier: growing them, and the flex tier.

use groq_core::Conversation;
use groq_core::types::{Message, ServiceTier};
use serde_json::json;

use crate::support::{COMPLETION, Reply, Server, request, stop, text};

#[tokio::test]
async fn a_conversation_grows_by_what_requests_accept() {
    let rich = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",
        "message":{"role":"assistant","content":"canary reply","reasoning":"canary thought","executed_tools":[{"index":0,"type":"search","arguments":"{}"}],"annotations":[]}}]}"#;
    let server = Server::start([
        Reply::json(200, rich),
        Reply::error(400, &[]),
        Reply::json(200, COMPLETION),
    ])
    .await;
    let (client, _) = server.client();
    let mut conversation = Conversation::new(request().with_temperature(0.5)).max_messages(5);
    let reply = conversation
        .say(&client, Message::user("one"))
        .await
        .expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));
    assert!(
        conversation
            .say(&client, Message::user("refused"))
            .await
            .is_err()
    );
    assert_eq!(conversation.messages().len(), 3, "what failed was not said");
    conversation
        .say(&client, Message::user("two"))
        .await
        .expect("a reply");
    let sent = server.requests().pop().expect("a request").json();
    assert_eq!(
        sent,
        json!({"model": "m", "temperature": 0.5, "messages": [
            {"role": "user", "content": "canary prompt"},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "canary reply"},
            {"role": "user", "content": "two"},
        ]})
    );
    let error = conversation
        .say(&client, Message::user("three"))
        .await
        .expect_err("too many");
    assert!(error.is_limit_exceeded());
    assert_eq!(server.count(), 3);
    assert!(!format!("{conversation:?}").contains("canary"));
}

#[tokio::test]
async fn a_reply_of_calls_or_of_nothing_does_not_break_a_conversation() {
    let reply = |message: &str| {
        let body = format!(
            r#"{{"id":"c","created":1,"model":"m","choices":[{{"index":0,"message":{message},"finish_reason":"stop"}}]}}"#
        );
        Reply::json(200, body)
    };
    let server = Server::start([
        reply(r#"{"role":"assistant","reasoning":"Hm","tool_calls":[{"id":"c1","type":"function","index":0,"function":{"name":"f","arguments":"{}"}}]}"#),
        reply(r#"{"role":"assistant","content":null,"reasoning":"Hm"}"#),
        Reply::json(200, COMPLETION),
    ])
    .await;
    let (client, _) = server.client();
    let mut conversation = Conversation::new(request().with_messages([Message::system("s")]));
    let say = [
        Message::user("one"),
        Message::tool("c1", "19"),
        Message::user("two"),
    ];
    for message in say {
        conversation.say(&client, message).await.expect("a reply");
    }
    let sent = server.requests().pop().expect("a request").json();
    assert_eq!(
        sent["messages"],
        json!([
            {"role": "system", "content": "s"},
            {"role": "user", "content": "one"},
            {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "19"},
            {"role": "assistant", "content": ""},
            {"role": "user", "content": "two"},
        ])
    );
}

#[tokio::test]
async fn the_flex_tier_gives_way_when_it_is_full() {
    let full = || Reply::error(498, &[]);
    let server = Server::start([full(), full(), full(), Reply::json(200, COMPLETION)]).await;
    let (client, waits) = server.client();
    let reply = client
        .chat()
        .create_with_flex_fallback(request(), Some(ServiceTier::OnDemand))
        .await
        .expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));
    assert_eq!(waits.all().len(), 2, "it was tried again before");
    let tiers: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.json()["service_tier"].clone())
        .collect();
    assert_eq!(tiers, ["flex", "flex", "flex", "on_demand"]);
}

#[tokio::test]
async fn a_stream_gives_way_too() {
    let full = || Reply::error(498, &[]);
    let stream = Reply::events(&[&text("canary reply"), &stop(), "[DONE]"]);
    let server = Server::start([full(), full(), full(), stream, full(), full(), full()]).await;
    let (client, _) = server.client();
    let tier = Some(ServiceTier::OnDemand);
    let stream = client
        .chat()
        .stream_with_flex_fallback(request(), tier)
        .await;
    let reply = stream.expect("a stream").finish().await.expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));
    let error = client
        .chat()
        .stream_with_flex_fallback(request(), None)
        .await;
    assert!(error.expect_err("full").is_flex_capacity());
    let sent = server.requests();
    let tiers: Vec<_> = sent
        .iter()
        .map(|sent| sent.json()["service_tier"].clone())
        .collect();
    assert_eq!(
        tiers,
        ["flex", "flex", "flex", "on_demand", "flex", "flex", "flex"]
    );
}

#[tokio::test]
async fn without_another_tier_or_with_another_error_there_is_no_other_call() {
    let server = Server::start([Reply::error(498, &[]), Reply::error(401, &[])]).await;
    let client = server.builder().max_retries(0).build().expect("a client");
    let error = client
        .chat()
        .create_with_flex_fallback(request(), None)
        .await
        .expect_err("full");
    assert!(error.is_flex_capacity());
    let tier = Some(ServiceTier::OnDemand);
    let error = client
        .chat()
        .create_with_flex_fallback(request(), tier)
        .await
        .expect_err("no key");
    assert!(error.is_authentication());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_empty_reason_is_none_in_a_whole_reply() {
    for (reason, expected) in [
        ("\"\"", None),
        ("\"null\"", None),
        ("null", None),
        ("\"stop\"", Some("stop")),
    ] {
        let body = format!(
            r#"{{"id":"c","created":1,"model":"m","choices":[{{"index":0,"message":{{"content":"a"}},"finish_reason":{reason}}}]}}"#
        );
        let server = Server::start([Reply::json(200, body)]).await;
        let (client, _) = server.client();
        let reply = client.chat().create(request()).await.expect("a reply");
        let read = reply.choices[0].finish_reason.as_ref();
        assert_eq!(
            read.map(groq_core::types::FinishReason::as_str),
            expected,
            "{reason}"
        );
    }
}
