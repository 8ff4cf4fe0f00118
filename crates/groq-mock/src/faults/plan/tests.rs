//! Every fault, as steps.

use super::*;

const FRAMING: Framing = Framing {
    chunked: true,
    keep_alive: true,
    head_only: false,
};

fn steps(body: Body, faults: &[Fault]) -> Vec<String> {
    let mut steps: Vec<String> = Plan::new(Response::new(200, body), faults.to_vec(), FRAMING)
        .map(show)
        .collect();
    steps.remove(0);
    steps
}

fn events(faults: &[Fault]) -> Vec<String> {
    let frames = ["a", "b", "c"].map(|frame| Bytes::from_static(frame.as_bytes()));
    steps(Body::Frames(Box::new(frames.into_iter())), faults)
}

fn show(step: Step) -> String {
    match step {
        Step::Write(bytes) => String::from_utf8_lossy(&bytes).replace("\r\n", "|"),
        Step::Sleep(time) => format!("sleep {}", time.as_millis()),
        Step::Until(time) => format!("until {}", time.as_millis()),
        Step::Reset => "reset".into(),
        Step::Close => "close".into(),
    }
}

#[test]
fn a_whole_reply_is_one_write() {
    let plan = Plan::new(Response::json(200, "{}"), Vec::new(), FRAMING);
    assert!(plan.keeps_alive());
    let steps: Vec<String> = plan.map(show).collect();
    assert_eq!(steps.len(), 1);
    assert!(
        steps[0].starts_with("HTTP/1.1 200 OK|date: "),
        "{}",
        steps[0]
    );
    assert!(
        steps[0].ends_with("|content-type: application/json|content-length: 2||{}"),
        "{}",
        steps[0]
    );
}

#[test]
fn every_fault_on_a_stream() {
    let second = Duration::from_secs(1);
    let table: &[(Fault, &[&str])] = &[
        (
            Fault::Delay(Duration::ZERO),
            &["1|a|", "1|b|", "1|c|", "0||"],
        ),
        (Fault::ResetAfterBytes(2), &["1|a|", "1|b|", "reset"]),
        (Fault::ResetAfterBytes(0), &["reset"]),
        (Fault::AbortAfterBytes(1), &["1|a|", "close"]),
        (Fault::AbortAfterEvents(1), &["1|a|", "close"]),
        (Fault::CutAfterBytes(2), &["1|a|", "1|b|", "0||"]),
        (Fault::CutAfterEvents(2), &["1|a|", "1|b|", "0||"]),
        (Fault::CutAfterEvents(9), &["1|a|", "1|b|", "1|c|", "0||"]),
        (
            Fault::StallAfterEvents {
                events: 1,
                pause: second,
            },
            &["1|a|", "sleep 1000", "1|b|", "1|c|", "0||"],
        ),
        (
            Fault::StallAfterBytes {
                bytes: 1,
                pause: second,
            },
            &["1|a|", "sleep 1000", "1|b|", "1|c|", "0||"],
        ),
        (
            Fault::Pings {
                events: 2,
                count: 1,
                every: second,
            },
            &["1|a|", "1|b|", "sleep 1000", "8|: ping\n\n|", "1|c|", "0||"],
        ),
        (Fault::Coalesce(12), &["1|a|1|b|", "1|c|0||"]),
        (Fault::Garble(0), &["1|b|", "1|c|", "0||"]),
        (
            Fault::Duplicate(1),
            &["1|a|", "1|b|", "1|b|", "1|c|", "0||"],
        ),
        (Fault::Drop(1), &["1|a|", "1|c|", "0||"]),
        (
            Fault::Insert {
                before: 1,
                bytes: Bytes::from_static(b"xy"),
            },
            &["1|a|", "2|xy|", "1|b|", "1|c|", "0||"],
        ),
        (
            Fault::AbortAfterBytes(3),
            &["1|a|", "1|b|", "1|c|", "close"],
        ),
        (
            Fault::AbortAfterEvents(3),
            &["1|a|", "1|b|", "1|c|", "close"],
        ),
        (
            Fault::HoldOpen(second),
            &["1|a|", "1|b|", "1|c|", "sleep 1000", "0||"],
        ),
        (
            Fault::CloseAfterReply,
            &["1|a|", "1|b|", "1|c|", "0||", "close"],
        ),
    ];
    for (fault, expected) in table {
        let found = events(std::slice::from_ref(fault));
        // A coalesced head goes out with the first events.
        let found: Vec<&str> = found
            .iter()
            .map(|step| step.rsplit("||1|").next().unwrap_or(step))
            .collect();
        if matches!(fault, Fault::Coalesce(_)) {
            assert_eq!(found.concat(), expected.concat(), "{fault:?}");
        } else {
            assert_eq!(found, *expected, "{fault:?}");
        }
    }
}

#[test]
fn faults_that_send_no_byte() {
    for (fault, expected) in [(Fault::Reset, Step::Reset), (Fault::Close, Step::Close)] {
        let plan = Plan::new(Response::json(200, "{}"), vec![fault], FRAMING);
        assert_eq!(plan.collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn faults_compose() {
    let faults = [
        Fault::Duplicate(0),
        Fault::CutAfterEvents(1),
        Fault::CloseAfterReply,
    ];
    assert_eq!(events(&faults), ["1|a|", "1|a|", "0||", "close"]);
}

#[test]
fn an_error_event_ends_the_stream() {
    let fault = Fault::ErrorEvent {
        events: 1,
        message: "gone".into(),
        named: true,
    };
    let steps = events(&[fault]);
    assert_eq!(steps.len(), 3);
    assert!(
        steps[1].contains("event: error\ndata: {\"error\":{\"message\":\"gone\""),
        "{}",
        steps[1]
    );
    assert_eq!(steps[2], "0||");
}

#[test]
fn pieces_split_everything() {
    let fault = Fault::Pieces {
        size: 1,
        pause: Duration::ZERO,
    };
    let plan = Plan::new(Response::json(200, "{}"), vec![fault], FRAMING);
    let writes: Vec<Step> = plan.filter(|step| matches!(step, Step::Write(_))).collect();
    assert!(writes.len() > 60);
    assert!(
        writes
            .iter()
            .all(|step| matches!(step, Step::Write(bytes) if bytes.len() == 1))
    );
}

#[test]
fn endless_pings_never_end() {
    let fault = Fault::Pings {
        events: 1,
        count: usize::MAX,
        every: Duration::from_millis(5),
    };
    let frames = ["a", "b"].map(|frame| Bytes::from_static(frame.as_bytes()));
    let plan = Plan::new(
        Response::new(200, Body::Frames(Box::new(frames.into_iter()))),
        vec![fault],
        FRAMING,
    );
    assert_eq!(plan.take(5000).count(), 5000);
}

#[test]
fn http_1_0_ends_a_stream_by_closing() {
    let framing = Framing {
        chunked: false,
        ..FRAMING
    };
    let frames: Frames = Box::new(std::iter::once(Bytes::from_static(b"a")));
    let steps: Vec<String> = Plan::new(Response::events(frames), Vec::new(), framing)
        .map(show)
        .collect();
    assert!(steps[0].contains("connection: close"));
    assert_eq!(steps[1..], ["a", "close"]);
}

#[test]
fn a_lying_length_closes_the_connection() {
    let plan = Plan::new(
        Response::json(200, "{}"),
        vec![Fault::ContentLengthOff(5)],
        FRAMING,
    );
    let steps: Vec<String> = plan.map(show).collect();
    assert!(steps[0].contains("content-length: 7|"), "{}", steps[0]);
    assert_eq!(steps[1..], ["{}", "close"]);
}

#[test]
fn paced_frames_are_due_one_after_the_other() {
    let mut response = Response::events(Box::new(
        ["a", "b"]
            .into_iter()
            .map(|text| Bytes::from_static(text.as_bytes())),
    ));
    response.pace = Duration::from_millis(20);
    let steps: Vec<String> = Plan::new(response, Vec::new(), FRAMING)
        .skip(1)
        .map(show)
        .collect();
    assert_eq!(steps, ["until 0", "1|a|", "until 20", "1|b|", "0||"]);
}

#[test]
fn headers_of_the_reply_stand_in_for_the_usual_ones() {
    let response = Response::json(200, "{}")
        .with("Date", "yesterday")
        .with("content-length", "7");
    let fault = Fault::Header {
        name: "Connection".into(),
        value: b"close".to_vec(),
    };
    let framing = Framing {
        keep_alive: false,
        ..FRAMING
    };
    let steps: Vec<String> = Plan::new(response, vec![fault], framing)
        .map(show)
        .collect();
    let expected = "HTTP/1.1 200 OK|content-type: application/json|Date: yesterday|content-length: 7|Connection: close||";
    assert_eq!(steps[0], expected);
}
