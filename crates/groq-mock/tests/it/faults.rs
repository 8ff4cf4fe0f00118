//! Every fault, as a client meets it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use groq_mock::{Fault, Mock, Reply, When};
use serde_json::{Value, json};

use crate::chat::{ask, with};
use crate::client::{Answer, CHAT, Client, End, chat, head};

fn streamed() -> Value {
    with(
        ask("Reply with exactly: one two three"),
        "stream",
        json!(true),
    )
}

async fn faulty(body: &Value, fault: Fault) -> Answer {
    let mock = Mock::start().await.unwrap();
    mock.enqueue(Reply::generated().fault(fault));
    chat(&mock, body).await
}

#[tokio::test]
async fn connections_that_end_before_an_answer() {
    for (fault, end) in [(Fault::Reset, End::Reset), (Fault::Close, End::Closed)] {
        let answer = faulty(&ask("x"), fault).await;
        assert_eq!((answer.status, answer.end), (0, end));
    }
}

#[tokio::test]
async fn bodies_that_break_off() {
    for (fault, end, length) in [
        (Fault::ResetAfterBytes(10), End::Reset, 10),
        (Fault::ResetAfterBytes(0), End::Reset, 0),
        (Fault::AbortAfterBytes(10), End::Closed, 10),
        (Fault::CutAfterBytes(10), End::Complete, 10),
        (Fault::CutAfterEvents(0), End::Complete, 0),
    ] {
        let answer = faulty(&ask("x"), fault.clone()).await;
        assert_eq!((answer.status, answer.end), (200, end), "{fault:?}");
        // A reset may overtake bytes on their way.
        assert!(
            answer.body.len() == length || end == End::Reset,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn streams_that_break_off() {
    for (fault, end, events) in [
        (Fault::AbortAfterEvents(2), End::Closed, 2),
        (Fault::CutAfterEvents(2), End::Complete, 2),
        (Fault::CutAfterEvents(0), End::Complete, 0),
        (Fault::OmitDone, End::Complete, 5),
        (Fault::Drop(1), End::Complete, 5),
        (Fault::Duplicate(1), End::Complete, 7),
        (
            Fault::Insert {
                before: 1,
                bytes: Bytes::from_static(b"data: extra\n\n"),
            },
            End::Complete,
            7,
        ),
    ] {
        let answer = faulty(&streamed(), fault.clone()).await;
        assert_eq!(
            (answer.status, answer.end, answer.data().len()),
            (200, end, events),
            "{fault:?}"
        );
    }
    let inside = faulty(&streamed(), Fault::CutAfterBytes(400)).await;
    assert_eq!((inside.end, inside.body.len()), (End::Complete, 400));
    let reset = faulty(&streamed(), Fault::ResetAfterBytes(400)).await;
    assert_eq!(reset.end, End::Reset);
}

#[tokio::test]
async fn events_that_are_wrong() {
    let garbled = faulty(&streamed(), Fault::Garble(1)).await;
    let data = garbled.data();
    assert_eq!(data.len(), 6);
    assert!(
        serde_json::from_str::<Value>(&data[1]).is_err()
            && serde_json::from_str::<Value>(&data[2]).is_ok()
    );
    for named in [false, true] {
        let fault = Fault::ErrorEvent {
            events: 2,
            message: "out of memory".into(),
            named,
        };
        let answer = faulty(&streamed(), fault).await;
        let data = answer.data();
        assert_eq!((data.len(), answer.end), (3, End::Complete));
        let error: Value = serde_json::from_str(&data[2]).unwrap();
        assert_eq!(error["error"]["message"], "out of memory");
        assert_eq!(answer.text().contains("event: error\n"), named);
    }
}

#[tokio::test]
async fn answers_that_take_their_time() {
    let pause = Duration::from_millis(120);
    for fault in [
        Fault::Delay(pause),
        Fault::StallAfterEvents { events: 1, pause },
        Fault::StallAfterBytes { bytes: 30, pause },
        Fault::Pings {
            events: 1,
            count: 4,
            every: pause / 4,
        },
        Fault::HoldOpen(pause),
    ] {
        let start = Instant::now();
        let answer = faulty(&streamed(), fault.clone()).await;
        assert!(start.elapsed() >= pause, "{fault:?}: {:?}", start.elapsed());
        assert_eq!(
            (answer.end, answer.events().len()),
            (End::Complete, 5),
            "{fault:?}"
        );
        assert_eq!(
            answer.text().matches(": ping\n\n").count(),
            if matches!(fault, Fault::Pings { .. }) {
                4
            } else {
                0
            }
        );
    }
}

#[tokio::test]
async fn writes_of_any_size_carry_the_same_bytes() {
    let mock = Mock::builder().created(0).start().await.unwrap();
    let whole = chat(&mock, &streamed()).await.data();
    for fault in [
        Fault::Pieces {
            size: 1,
            pause: Duration::ZERO,
        },
        Fault::Pieces {
            size: 7,
            pause: Duration::from_micros(50),
        },
        Fault::Coalesce(16 * 1024),
    ] {
        mock.enqueue(Reply::generated().fault(fault.clone()));
        let answer = chat(&mock, &streamed()).await;
        assert_eq!(
            (answer.end, answer.data().len()),
            (End::Complete, whole.len()),
            "{fault:?}"
        );
        assert_eq!(
            answer.data()[1].split_once("choices"),
            answer.data()[1].split_once("choices")
        );
    }
}

#[tokio::test]
async fn headers_that_are_wrong() {
    let answer = faulty(&ask("x"), Fault::ContentType(None)).await;
    assert_eq!(answer.header("content-type"), None);
    let answer = faulty(&ask("x"), Fault::ContentType(Some("text/html".into()))).await;
    assert_eq!(answer.header("content-type"), Some("text/html"));
    let fault = Fault::Header {
        name: "retry-after".into(),
        value: b"\xff nan".to_vec(),
    };
    let answer = faulty(&ask("x"), fault).await;
    assert!(answer.header("retry-after").unwrap().ends_with(" nan"));
    let longer = faulty(&ask("x"), Fault::ContentLengthOff(5)).await;
    assert_eq!(longer.end, End::Closed);
    let shorter = faulty(&ask("x"), Fault::ContentLengthOff(-5)).await;
    assert_eq!(shorter.end, End::Complete);
    assert!(serde_json::from_slice::<Value>(&shorter.body).is_err());
}

#[tokio::test]
async fn a_connection_may_die_unannounced_after_an_answer() {
    let mock = Mock::start().await.unwrap();
    mock.enqueue(Reply::generated().fault(Fault::CloseAfterReply));
    let mut client = Client::connect(&mock).await;
    let body = ask("x").to_string();
    let first = client.request("POST", CHAT, body.as_bytes()).await;
    assert_eq!(
        (first.status, first.end, first.header("connection")),
        (200, End::Complete, None)
    );
    assert_eq!(client.rest().await, b"");
}

#[tokio::test]
async fn stalls_end_when_the_client_gives_up() {
    let mock = Mock::start().await.unwrap();
    for fault in [
        Fault::Delay(Duration::MAX),
        Fault::StallAfterEvents {
            events: 1,
            pause: Duration::MAX,
        },
        Fault::Pings {
            events: 1,
            count: usize::MAX,
            every: Duration::from_millis(5),
        },
        Fault::HoldOpen(Duration::MAX),
        Fault::NeverRead,
    ] {
        mock.enqueue(Reply::generated().fault(fault.clone()));
        let mut client = Client::connect(&mock).await;
        client
            .write(head("POST", CHAT, streamed().to_string().len()))
            .await;
        client.write(streamed().to_string()).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert_eq!(mock.open_connections(), 1, "{fault:?}");
        drop(client);
        // No answer would ever end by itself, so that the time it takes proves nothing: a minute is for a busy machine.
        let closed = async {
            while mock.open_connections() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let closed = tokio::time::timeout(Duration::from_secs(60), closed).await;
        assert!(closed.is_ok(), "{fault:?}");
        mock.clear_script();
    }
}

#[tokio::test]
async fn an_answer_may_come_before_the_upload_has_ended() {
    let mock = Mock::start().await.unwrap();
    mock.script(
        When::post("/openai/v1/files"),
        [Reply::error(413, "too large").fault(Fault::AnswerEarly)],
    );
    let mut client = Client::connect(&mock).await;
    client
        .write(head("POST", "/openai/v1/files", 50_000_000))
        .await;
    client.write([b'x'; 1000]).await;
    let answer = client.answer().await;
    assert_eq!(
        (answer.status, answer.header("connection")),
        (413, Some("close"))
    );
}

#[tokio::test]
async fn faults_compose() {
    let mock = Mock::start().await.unwrap();
    let reply = Reply::generated()
        .fault(Fault::Duplicate(0))
        .fault(Fault::CutAfterEvents(3))
        .delay(Duration::from_millis(30));
    mock.always(When::post(CHAT), reply);
    let start = Instant::now();
    let answer = chat(&mock, &streamed()).await;
    assert_eq!((answer.data().len(), answer.end), (4, End::Complete));
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn scripted_replies_have_faults_too() {
    let mock = Mock::start().await.unwrap();
    mock.enqueue(Reply::events(["a", "b", "c"]).fault(Fault::AbortAfterEvents(2)));
    let answer = chat(&mock, &ask("x")).await;
    assert_eq!(
        (answer.data(), answer.end),
        (vec!["a".to_owned(), "b".to_owned()], End::Closed)
    );
}
