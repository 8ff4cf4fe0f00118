//! Responses, whole and as streams.

use groq_core::types::{
    EasyInputMessage, InputRole, ResponseRequest, ResponseStatus, ResponseStreamEvent,
};
use groq_core::{Error, ErrorKind, ResponseExt as _, ResponseStream};
use serde_json::{Value, json};

use crate::support::{Reply, Server};

fn request() -> ResponseRequest {
    ResponseRequest::new("m", "canary input")
}

fn response(status: &str, text: &str) -> Value {
    let message = json!({"type": "message", "id": "m1", "role": "assistant", "status": status,
        "content": [{"type": "output_text", "text": text, "annotations": []}]});
    let output = if text.is_empty() {
        json!([])
    } else {
        json!([message])
    };
    json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": status, "output": output,
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}})
}

/// An event with its name, as the service writes it.
fn event(kind: &str, mut data: Value) -> String {
    data["type"] = json!(kind);
    format!("event: {kind}\ndata: {data}\n\n")
}

fn beginning() -> Reply {
    Reply::stream()
        .write(event("response.created", json!({"response": response("in_progress", ""), "sequence_number": 0})))
        .write(event("response.output_item.added", json!({"output_index": 0, "item": {"type": "message", "id": "m1", "role": "assistant", "content": []}})))
        .write(event("response.output_text.delta", json!({"output_index": 0, "content_index": 0, "item_id": "m1", "delta": "canary "})))
        .write(event("response.output_text.delta", json!({"output_index": 0, "content_index": 0, "item_id": "m1", "delta": "text"})))
        .write(event("response.brand_new", json!({"x": 1})))
}

fn end() -> String {
    event(
        "response.completed",
        json!({"response": response("completed", "canary text")}),
    )
}

async fn stream(reply: Reply) -> ResponseStream {
    let server = Server::start([reply]).await;
    let (client, _) = server.client();
    client
        .responses()
        .stream(request())
        .await
        .expect("a stream")
}

/// Reads to the end; the events, and the error if there is one.
async fn read(mut stream: ResponseStream) -> (Vec<ResponseStreamEvent>, Option<Error>) {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (events, Some(error));
            }
        }
    }
    (events, None)
}

#[tokio::test]
async fn a_response_comes_whole_and_goes_back_as_input() {
    let server = Server::repeating(Reply::json(
        200,
        response("completed", "canary text").to_string(),
    ))
    .await;
    let (client, _) = server.client();
    let reply = client
        .responses()
        .create(request())
        .await
        .expect("a response");
    assert_eq!(reply.output_text(), "canary text");
    let mut input = reply.into_inner().into_input();
    input.push(EasyInputMessage::new(InputRole::User, "more").into());
    client
        .responses()
        .create(ResponseRequest::new("m", input))
        .await
        .expect("a response");
    let requests = server.requests();
    assert_eq!(requests[0].line(), "POST /openai/v1/responses");
    assert_eq!(
        requests[0].json(),
        json!({"model": "m", "input": "canary input"})
    );
    assert_eq!(
        requests[1].json()["input"][0],
        response("completed", "canary text")["output"][0]
    );
    assert_eq!(
        requests[1].json()["input"][1],
        json!({"role": "user", "content": "more"})
    );
    let error = client
        .responses()
        .create(request().with_stream(true))
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("responses().stream"));
}

#[tokio::test]
async fn a_failed_dependency_is_told_apart() {
    let server = Server::start([Reply::error(424, &[])]).await;
    let (client, _) = server.client();
    let error = client
        .responses()
        .create(request())
        .await
        .expect_err("no MCP server");
    assert!(error.is_failed_dependency() && !error.is_retryable());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_stream_gives_every_event_and_the_response() {
    let server = Server::start([beginning().write(end()).close()]).await;
    let (client, _) = server.client();
    let mut stream = client
        .responses()
        .stream(request())
        .await
        .expect("a stream");
    assert!(stream.snapshot().is_none());
    let mut text = String::new();
    let mut unknown = 0;
    while let Some(event) = stream.next().await {
        match event.expect("an event") {
            ResponseStreamEvent::OutputTextDelta(delta) => {
                text.push_str(&delta.delta);
                assert_eq!(stream.snapshot().expect("a response").output_text(), text);
            }
            ResponseStreamEvent::Other(_) => unknown += 1,
            _ => {}
        }
    }
    assert_eq!((text.as_str(), unknown), ("canary text", 1));
    assert_eq!(stream.request_id(), Some("req_stream"));
    assert!(!format!("{stream:?}").contains("canary"));
    let whole = stream.finish().await.expect("a response");
    assert_eq!(
        (whole.output_text().as_str(), whole.status),
        ("canary text", ResponseStatus::Completed)
    );
    let sent = server.requests().remove(0);
    assert_eq!(sent.header("accept"), Some("text/event-stream"));
    assert_eq!(
        sent.json(),
        json!({"model": "m", "input": "canary input", "stream": true})
    );
}

#[tokio::test]
async fn the_last_event_ends_the_stream_though_the_connection_stays_open() {
    for reply in [
        beginning().write(end()).hang(),
        beginning().write(end()).event("[DONE]").hang(),
        beginning()
            .write(event(
                "response.incomplete",
                json!({"response": response("incomplete", "canary")}),
            ))
            .hang(),
    ] {
        let whole = stream(reply).await.finish().await.expect("a response");
        assert!(whole.output_text().starts_with("canary"));
    }
}

#[tokio::test]
async fn a_cut_stream_is_an_error_with_the_response_so_far() {
    for reply in [
        beginning().close(),
        beginning()
            .write("event: response.completed\ndata: {")
            .close(),
        beginning().reset(),
    ] {
        let (events, error) = read(stream(reply).await).await;
        let error = error.expect("an error");
        assert!(error.is_incomplete_stream(), "{error}");
        assert_eq!(events.len(), 5);
        assert_eq!(
            error.partial_response().expect("a part").output_text(),
            "canary text"
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_marker_does_not_make_a_response_whole() {
    for reply in [
        Reply::events(&["[DONE]"]),
        beginning().event("[DONE]").close(),
        beginning().write("data: [DONE]").close(),
    ] {
        let (_, error) = read(stream(reply.clone()).await).await;
        let error = error.expect("it was not over");
        assert_eq!(error.kind(), ErrorKind::IncompleteStream, "{error}");
        let error = stream(reply).await.finish().await;
        assert!(error.expect_err("not over").is_incomplete_stream());
    }
}

#[tokio::test]
async fn what_came_is_kept_though_the_response_was_announced_by_its_id_alone() {
    let announced = event(
        "response.created",
        json!({"response": {"id": "resp_1", "model": "m"}}),
    );
    let message = json!({"type": "message", "id": "m1", "role": "assistant", "content": []});
    let reply = Reply::stream()
        .write(announced)
        .write(event(
            "response.output_item.added",
            json!({"output_index": 0, "item": message}),
        ))
        .write(event(
            "response.output_text.delta",
            json!({"output_index": 0, "content_index": 0, "item_id": "m1", "delta": "canary"}),
        ));
    let (events, error) = read(stream(reply.clone().close()).await).await;
    assert!(matches!(events[0], ResponseStreamEvent::Other(_)));
    let error = error.expect("it is cut");
    let partial = error.partial_response().expect("what came");
    assert_eq!(
        (
            partial.id.as_str(),
            partial.model.as_str(),
            partial.output_text().as_str()
        ),
        ("resp_1", "m", "canary")
    );
    let whole = stream(reply.write(end()).close()).await.finish().await;
    assert_eq!(whole.expect("a response").output_text(), "canary text");
}

#[tokio::test]
async fn errors_inside_a_stream_are_errors() {
    let failed = {
        let mut failed = response("failed", "");
        failed["error"] = json!({"code": "some_code", "message": "told you so"});
        event("response.failed", json!({"response": failed}))
    };
    for bad in [
        failed,
        "data: {\"type\":\"error\",\"code\":\"some_code\",\"message\":\"told you so\"}\n\n"
            .to_owned(),
        "event: error\ndata: {\"error\":{\"code\":\"some_code\",\"message\":\"told you so\"}}\n\n"
            .to_owned(),
        "data: {\"error\":{\"code\":\"some_code\",\"message\":\"told you so\"}}\n\n".to_owned(),
    ] {
        let (events, error) = read(stream(beginning().write(&bad).close()).await).await;
        let error = error.expect("an error");
        assert_eq!(
            (error.code(), error.message()),
            (Some("some_code"), "told you so"),
            "{bad}"
        );
        assert_eq!(events.len(), 5);
        assert!(error.partial_response().is_some());
    }
    let (_, error) = read(stream(beginning().event("{\"type\":7}").close()).await).await;
    assert!(error.expect("an error").is_decode());
}

#[tokio::test]
async fn a_failed_response_is_an_error_whole_or_streamed() {
    let mut failed = response("failed", "canary");
    failed["error"] = json!({"code": "server_error", "message": "told you so"});
    let server = Server::start([Reply::json(200, failed.to_string())]).await;
    let (client, _) = server.client();
    let whole = client.responses().create(request()).await;
    let streamed = beginning().write(event("response.completed", json!({"response": failed})));
    let streamed = stream(streamed.close()).await.finish().await;
    for error in [
        whole.expect_err("it failed"),
        streamed.expect_err("it failed"),
    ] {
        assert_eq!(
            (error.code(), error.message()),
            (Some("server_error"), "told you so")
        );
        assert!(error.is_server_error(), "{error:?}");
        let partial = error.partial_response().expect("the response");
        assert_eq!(partial.output_text(), "canary");
    }
}

#[tokio::test]
async fn an_unknown_event_with_an_empty_error_is_an_unknown_event() {
    for empty in [json!(null), json!(""), json!(false)] {
        let unknown = event("response.brand_new", json!({"error": empty}));
        let reply = beginning().write(unknown).write(end()).close();
        let (events, error) = read(stream(reply).await).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(events.len(), 7);
    }
}

#[tokio::test]
async fn a_skipped_call_is_no_success() {
    let bad =
        "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"function_call\"}}\n\n";
    let empty = event(
        "response.completed",
        json!({"response": response("completed", "")}),
    );
    for (last, whole) in [(empty, false), (end(), true)] {
        let server = Server::start([beginning().write(bad).write(last).close()]).await;
        let (client, _) = server.client();
        let options = groq_core::RequestOptions::new().skip_undecodable_events(true);
        let client = client.with_options(options);
        let stream = client
            .responses()
            .stream(request())
            .await
            .expect("a stream");
        assert_eq!(stream.finish().await.is_ok(), whole);
    }
}

#[tokio::test]
async fn a_response_in_one_piece_is_kept() {
    let server = Server::start([Reply::json(
        200,
        response("completed", "canary text").to_string(),
    )])
    .await;
    let (client, _) = server.client();
    let error = client
        .responses()
        .stream(request())
        .await
        .expect_err("no stream");
    assert!(
        error.is_unexpected_response() && error.to_string().contains("responses().create"),
        "{error}"
    );
    assert_eq!(
        error
            .partial_response()
            .expect("the response")
            .output_text(),
        "canary text"
    );
}

#[tokio::test]
async fn what_does_not_decode_is_left_out_and_counted_where_that_is_asked_for() {
    let reply = || {
        beginning()
            .write("data: {\"no\": \n\n")
            .write(end())
            .close()
    };
    let (_, error) = read(stream(reply()).await).await;
    assert!(error.is_some_and(|error| error.is_decode()));

    let server = Server::start([reply()]).await;
    let (client, _) = server.client();
    let options = groq_core::RequestOptions::new().skip_undecodable_events(true);
    let client = client.with_options(options);
    let mut stream = client
        .responses()
        .stream(request())
        .await
        .expect("a stream");
    while let Some(event) = stream.next().await {
        event.expect("an event");
    }
    assert_eq!(stream.skipped_events(), 1);
    assert!(stream.snapshot().is_some());
}
