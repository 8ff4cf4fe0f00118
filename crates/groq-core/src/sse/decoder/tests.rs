use super::*;
use proptest::prelude::*;

/// The events of the pieces, as name and data, and the error that ended them.
type Decoded = (Vec<(Vec<u8>, Vec<u8>)>, Option<LimitError>);

fn decode(limits: StreamLimits, pieces: &[&[u8]]) -> Decoded {
    let mut decoder = Decoder::new(limits);
    let mut events = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        loop {
            match decoder.next(&mut input) {
                Ok(Some(event)) => events.push((event.name.to_vec(), event.data.to_vec())),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
        assert!(input.is_empty(), "all input is used up");
    }
    match decoder.finish() {
        Ok(tail) => events.extend(tail.map(|event| (event.name.to_vec(), event.data.to_vec()))),
        Err(error) => return (events, Some(error)),
    }
    (events, None)
}

fn data(input: &[u8]) -> Vec<String> {
    let (events, error) = decode(StreamLimits::default(), &[input]);
    assert_eq!(error, None);
    events
        .into_iter()
        .map(|(_, data)| String::from_utf8(data).expect("UTF-8"))
        .collect()
}

fn bytewise(limits: StreamLimits, input: &[u8]) -> Decoded {
    decode(limits, &input.chunks(1).collect::<Vec<_>>())
}

#[test]
fn follows_the_standard() {
    let table: [(&[u8], &[&str]); 22] = [
        (b"data: one\n\ndata: two\n\n", &["one", "two"]),
        (b"data: one\r\n\r\ndata: two\r\n\r\n", &["one", "two"]),
        (b"data: one\r\rdata: two\r\r", &["one", "two"]),
        (b"data: one\r\n\ndata: two\n\r\n", &["one", "two"]),
        (b"\xef\xbb\xbfdata: one\n\n", &["one"]),
        (b"\xef\xbbdata: one\n\ndata: two\n\n", &["two"]),
        (b": comment\n\n:\n\n\n\ndata: one\n\n", &["one"]),
        (
            b"id: 7\nretry: 100\nevent: message\nwhatever: x\ndata: one\n\n",
            &["one"],
        ),
        (
            b"data: one\ndata: two\ndata:\ndata: four\n\n",
            &["one\ntwo\n\nfour"],
        ),
        (b"data:one\n\n", &["one"]),
        (b"data:  one\n\n", &[" one"]),
        (b"data\n\n", &[""]),
        (b"data:\n\n", &[""]),
        (b"data: one", &["one"]),
        (b"data: one\n", &["one"]),
        (b"data: one\ndata: tw", &["one\ntw"]),
        (b"no colon\ndata: one\n\n", &["one"]),
        (b"dat\0a: x\ndata: o\0e\n\n", &["o\0e"]),
        (b"event: only a name\n\ndata: one\n\n", &["one"]),
        (b" data: not a field\ndata: one\n\n", &["one"]),
        (b"Data: not a field\n\n", &[]),
        (b"", &[]),
    ];
    for (input, expected) in table {
        assert_eq!(
            data(input),
            expected,
            "{:?}",
            input.escape_ascii().to_string()
        );
    }
}

#[test]
fn a_name_belongs_to_one_event() {
    let (events, _) = decode(
        StreamLimits::default(),
        &[b"event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n"],
    );
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_slice()).collect();
    assert_eq!(names, [&b"error"[..], b"", b""]);
}

#[test]
fn an_event_in_one_piece_is_not_copied() {
    let piece = b"data: borrowed\n\n".to_vec();
    let mut decoder = Decoder::default();
    let mut input = piece.as_slice();
    let event = decoder
        .next(&mut input)
        .expect("within the limits")
        .expect("an event");
    assert!(piece.as_ptr_range().contains(&event.data.as_ptr()));
}

#[test]
fn each_limit_ends_the_stream() {
    let line = StreamLimits::default().max_line(10);
    let event = StreamLimits::default().max_event(8);
    let stream = StreamLimits::default().max_stream(20);
    let table: [(StreamLimits, &[u8], usize, LimitError); 5] = [
        (line, b"data: a\n\ndata: 56789\n\n", 1, LimitError::Line(10)),
        (
            line,
            b"data: a\n\n:ever so long a comment",
            1,
            LimitError::Line(10),
        ),
        (
            event,
            b"data: 12345678\n\ndata: 123456789\n\n",
            1,
            LimitError::Event(8),
        ),
        (
            event,
            b"data: 1234\ndata: 5678\n\n",
            0,
            LimitError::Event(8),
        ),
        (
            stream,
            b"data: one\n\ndata: two\n\n",
            1,
            LimitError::Stream(20),
        ),
    ];
    for (limits, input, events, error) in table {
        let decoded = decode(limits, &[input]);
        assert_eq!((decoded.0.len(), decoded.1), (events, Some(error)));
        assert_eq!(bytewise(limits, input), decoded);
    }
}

#[test]
fn exactly_at_the_limit_is_allowed() {
    let limits = StreamLimits::default()
        .max_line(9)
        .max_event(3)
        .max_stream(11);
    assert_eq!(
        decode(limits, &[b"data: one\n\n"]),
        (vec![(vec![], b"one".to_vec())], None)
    );
}

#[test]
fn nothing_follows_a_passed_limit() {
    let mut decoder = Decoder::new(StreamLimits::default().max_line(3));
    assert!(decoder.next(&mut &b"data: a\n\n"[..]).is_err());
    assert_eq!(decoder.next(&mut &b"x\n\n"[..]), Ok(None));
    assert_eq!(decoder.finish(), Ok(None));
}

#[test]
fn a_long_line_in_small_pieces_stays_below_twice_its_cap() {
    let mut decoder = Decoder::new(StreamLimits::default().max_line(1 << 20));
    let piece = [b'x'; 1000];
    while decoder.next(&mut &piece[..]).is_ok() {
        assert!(decoder.line.len() <= 1 << 20);
    }
    assert!(decoder.line.is_empty(), "the memory is given back");
}

/// Bytes that hit every branch far more often than random ones do.
fn sse_like() -> impl Strategy<Value = Vec<u8>> {
    const TOKENS: [&[u8]; 19] = [
        b"data",
        b"data:",
        b"data: ",
        b"event: error",
        b"id: 1",
        b": comment",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"\xef",
        b"{\"a\":1}",
        b"[DONE]",
        b"\xf0\x9f\xa6\x80",
        b"\0",
        b" ",
        b":",
    ];
    let token = prop::sample::select(&TOKENS[..]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

fn some_limits() -> impl Strategy<Value = StreamLimits> {
    (1u64..40, 1u64..40, 1u64..200).prop_map(|(line, event, stream)| {
        StreamLimits::default()
            .max_line(line)
            .max_event(event)
            .max_stream(stream)
    })
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(
        input in sse_like(),
        limits in prop_oneof![Just(StreamLimits::default()), some_limits()],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let whole = decode(limits, &[&input]);
        prop_assert_eq!(&bytewise(limits, &input), &whole);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        let pieces: Vec<_> = cuts.windows(2).map(|cut| &input[cut[0]..cut[1]]).collect();
        prop_assert_eq!(&decode(limits, &pieces), &whole);
    }

    #[test]
    fn random_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..300), limits in some_limits()) {
        prop_assert_eq!(bytewise(limits, &input), decode(limits, &[&input]));
    }

    #[test]
    fn what_is_written_is_read(events in prop::collection::vec("[^\r\n]{0,20}(\n[^\r\n]{0,20}){0,2}", 0..10)) {
        let mut stream = String::new();
        for event in &events {
            for line in event.split('\n') {
                stream.extend(["data: ", line, "\n"]);
            }
            stream.push('\n');
        }
        prop_assert_eq!(data(stream.as_bytes()), events);
    }
}
