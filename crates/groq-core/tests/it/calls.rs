//! What goes out with a call, and what comes back with its answer.

use std::time::Duration;

use groq_core::{Client, RequestOptions};

use crate::support::{CANARY, COMPLETION, Reply, Server, models, request};

#[tokio::test]
async fn a_call_carries_the_key_and_what_the_user_set_and_nothing_else() {
    let server = Server::start([Reply::json(200, COMPLETION)]).await;
    let (client, _) = server.client();
    let reply = client.chat().create(request()).await.expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));

    let sent = server.requests().remove(0);
    assert_eq!(sent.line(), "POST /openai/v1/chat/completions");
    assert_eq!(
        sent.header("authorization"),
        Some(format!("Bearer {CANARY}").as_str())
    );
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert!(
        sent.header("user-agent")
            .is_some_and(|agent| agent.starts_with("groq-rust/"))
    );
    assert_eq!(sent.header("api-version"), None);
    assert_eq!(
        sent.json(),
        serde_json::json!({"model": "m", "messages": [{"role": "user", "content": "canary prompt"}]})
    );
}

#[tokio::test]
async fn a_stream_sets_stream_and_nothing_else() {
    let server = Server::start([Reply::events(&["[DONE]"])]).await;
    let (client, _) = server.client();
    client
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect("a reply");

    let sent = server.requests().remove(0);
    assert_eq!(sent.line(), "POST /openai/v1/chat/completions");
    assert_eq!(sent.header("accept"), Some("text/event-stream"));
    assert_eq!(
        sent.json(),
        serde_json::json!({"model": "m", "messages": [{"role": "user", "content": "canary prompt"}], "stream": true})
    );
}

#[tokio::test]
async fn a_stream_is_not_asked_for_with_a_flag() {
    let server = Server::start([]).await;
    let (client, _) = server.client();
    let error = client
        .chat()
        .create(request().with_stream(true))
        .await
        .expect_err("refused");
    assert!(error.is_invalid_request() && error.status().is_none());
    assert!(error.to_string().contains("chat().stream"));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_answer_comes_with_its_id_limits_attempts_and_raw_body() {
    let headers = [
        ("x-request-id", "req_1"),
        ("x-ratelimit-remaining-tokens", "5994"),
        ("x-ratelimit-reset-tokens", "7.66s"),
        ("x-other", "kept"),
    ];
    let server = Server::start([Reply::whole(200, &headers, COMPLETION)]).await;
    let (client, _) = server.client();
    let reply = client.chat().create(request()).await.expect("a reply");
    assert_eq!(reply.request_id(), Some("req_1"));
    assert_eq!(reply.rate_limits().tokens.remaining, Some(5994));
    assert_eq!(
        reply.rate_limits().tokens.reset,
        Some(Duration::from_millis(7660))
    );
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["x-other"], "kept");
    assert_eq!(reply.raw_body(), COMPLETION.as_bytes());
    assert_eq!(reply.attempts().len(), 1);
    assert_eq!(reply.attempts()[0].request_id(), Some("req_1"));
    assert_eq!(reply.into_inner().id, "c");
}

#[tokio::test]
async fn models_are_listed_looked_up_and_deleted() {
    let model = r#"{"id":"openai/gpt-oss-120b","object":"model","created":1,"owned_by":"OpenAI"}"#;
    let deleted = r#"{"id":"x","object":"model","deleted":true}"#;
    let list = format!(r#"{{"object":"list","data":[{model}]}}"#);
    let server = Server::start([
        Reply::json(200, list),
        Reply::json(200, model),
        Reply::json(200, deleted),
    ])
    .await;
    let (client, _) = server.client();
    assert_eq!(
        client.models().list().await.expect("a list").data[0].id,
        "openai/gpt-oss-120b"
    );
    assert_eq!(
        client
            .models()
            .get("openai/gpt-oss-120b")
            .await
            .expect("a model")
            .owned_by
            .as_deref(),
        Some("OpenAI")
    );
    assert!(client.models().delete("x").await.expect("deleted").deleted);
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.line().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /openai/v1/models",
            "GET /openai/v1/models/openai%2Fgpt-oss-120b",
            "DELETE /openai/v1/models/x"
        ]
    );
}

/// H16
#[tokio::test]
async fn an_id_never_names_another_operation() {
    let server = Server::repeating(Reply::error(404, &[])).await;
    let (client, _) = server.client();
    for id in ["", ".", ".."] {
        let error = client.models().get(id).await.expect_err("no id");
        assert!(error.is_invalid_request());
        assert!(client.models().delete(id).await.is_err());
    }
    assert_eq!(server.count(), 0);
    for id in [
        "../files",
        "a/../../b",
        "a?b=c",
        "a#b",
        "a%2fb",
        "a b",
        "ä",
        "..%2f",
        "a\r\nb",
        "...",
        "./",
        "%2e%2e",
    ] {
        assert!(
            client
                .models()
                .get(id)
                .await
                .expect_err("not found")
                .is_not_found()
        );
        let line = server
            .requests()
            .pop()
            .expect("a request")
            .line()
            .to_owned();
        let rest = line
            .strip_prefix("GET /openai/v1/models/")
            .unwrap_or_else(|| panic!("{line}"));
        assert!(
            !rest.contains(['/', '?', '#', ' ']) && rest != ".." && rest != ".",
            "{line}"
        );
    }
}

/// H17
#[tokio::test]
async fn the_base_url_may_have_a_path_of_its_own() {
    for (path, expected) in [
        ("", "GET /openai/v1/models"),
        ("/", "GET /openai/v1/models"),
        ("/openai/v1", "GET /openai/v1/models"),
        ("/v1/", "GET /v1/models"),
        ("/proxy/groq", "GET /proxy/groq/models"),
    ] {
        let server = Server::start([models(), Reply::events(&["[DONE]"])]).await;
        let client = Client::builder()
            .api_key(CANARY)
            .base_url(server.url() + path)
            .build()
            .expect("a client");
        client.models().list().await.expect("a list");
        let _stream = client.chat().stream(request()).await.expect("a stream");
        let requests = server.requests();
        assert_eq!(requests[0].line(), expected);
        let prefix = expected
            .strip_prefix("GET ")
            .and_then(|line| line.strip_suffix("/models"))
            .expect("a prefix");
        assert_eq!(
            requests[1].line(),
            format!("POST {prefix}/chat/completions")
        );
    }
    for refused in [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "https://user:canary@api.example.com",
        "https://api.example.com/v1?x=canary",
        "https://api.example.com/v1#canary",
        "ftp://127.0.0.1/",
        "api.example.com",
        "",
    ] {
        let builder = Client::builder().api_key(CANARY).base_url(refused);
        let error = builder.build().expect_err(refused);
        assert!(error.is_config(), "{refused}: {error}");
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
    let plain = Client::builder().api_key(CANARY);
    let plain = plain.base_url("http://api.example.com");
    let plain = plain.allow_plaintext_http().build();
    plain.expect("it was said aloud");
}

/// H16
#[tokio::test]
async fn no_path_becomes_another_one() {
    let server = Server::repeating(models()).await;
    let (client, _) = server.client();
    for path in [
        "/openai/v1/files/../models",
        "/openai/v1/files/%2e%2E/models",
        "/openai/v1/files/.%2e/models",
        "/openai/v1/files\\..\\models",
        "/openai/v1/./models",
        "/openai/v1/models#x",
        "@elsewhere.example/",
        ".elsewhere.example/",
    ] {
        let call = client
            .request(http::Method::GET, path)
            .send_for_bytes()
            .await;
        let error = call.expect_err(path);
        assert!(error.is_invalid_request(), "{path}: {error:?}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn headers_and_options_hold_for_the_calls_they_are_given_to() {
    let server = Server::repeating(models()).await;
    let client = server
        .builder()
        .header("Groq-Model-Version", "latest")
        .header("x-a", "1")
        .header("x-b", "1")
        .header("x-b", "2")
        .build()
        .expect("a client");
    let derived = client.with_options(RequestOptions::new().header("x-a", "2"));
    derived.models().list().await.expect("a list");
    client.models().list().await.expect("a list");
    let requests = server.requests();
    assert_eq!(requests[0].header("groq-model-version"), Some("latest"));
    assert_eq!(requests[0].header("x-a"), Some("2"));
    assert_eq!(requests[1].header("x-a"), Some("1"));
    assert!(requests[1].head.contains("x-b: 1\r\nx-b: 2\r\n"));
    assert_eq!(
        server.connections(),
        1,
        "the derived client uses the same connections"
    );
}

/// H15
#[tokio::test]
async fn headers_that_only_the_client_may_set_are_refused() {
    let server = Server::start([]).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("connection", "close"),
        ("x", "a\r\nb: c"),
        ("authorization", "x"),
    ] {
        let error = server
            .builder()
            .header(name, value)
            .build()
            .expect_err("refused");
        assert!(error.is_config(), "{name}");
        let (client, _) = server.client();
        let error = client
            .with_options(RequestOptions::new().header(name, value))
            .models()
            .list()
            .await
            .expect_err(name);
        assert!(error.is_invalid_request());
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn futures_and_streams_can_be_sent_between_threads() {
    fn is_send<T: Send + 'static>(value: T) -> T {
        value
    }
    let server = Server::start([models(), Reply::events(&["[DONE]"])]).await;
    let (client, _) = server.client();
    let list = {
        let client = client.clone();
        is_send(async move { client.models().list().await })
    };
    tokio::spawn(list).await.expect("a task").expect("a list");
    let stream = is_send(client.chat().stream(request()).await.expect("a stream"));
    tokio::spawn(stream.finish())
        .await
        .expect("a task")
        .expect("a reply");
}
