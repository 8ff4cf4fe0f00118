use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Incoming, Bad> {
    head(text.as_bytes())
}

#[test]
fn a_usual_request() {
    let text = "POST /openai/v1/x?a=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n";
    assert_eq!(head_end(text.as_bytes(), 0), Some(text.len()));
    let incoming = parse(text).unwrap();
    assert_eq!(incoming.head.method, Method::POST);
    assert_eq!(incoming.head.path, "/openai/v1/x");
    assert_eq!(incoming.head.query.as_deref(), Some("a=1"));
    assert_eq!(incoming.length, Length::Known(12));
    assert!(incoming.keep_alive);
}

#[test]
fn the_end_is_found_across_reads() {
    let text = b"GET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
    for searched in 0..text.len() - 7 {
        assert_eq!(head_end(text, searched), Some(text.len() - 4), "{searched}");
    }
    assert_eq!(head_end(b"\r\n", 9), None);
}

#[test]
fn requests_that_are_refused() {
    let table = [
        ("hello\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            501,
        ),
        ("GET example.org HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ];
    for (text, status) in table {
        assert_eq!(
            parse(text).map(|_| ()).map_err(|bad| bad.status),
            Err(status),
            "{text}"
        );
    }
}

#[test]
fn connections_close_when_they_should() {
    assert!(
        !parse("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n")
            .unwrap()
            .keep_alive
    );
    assert!(!parse("GET / HTTP/1.0\r\n\r\n").unwrap().keep_alive);
    assert!(
        parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            .unwrap()
            .keep_alive
    );
}

#[test]
fn an_absolute_target_names_its_host() {
    let head = parse("GET http://api.groq.com/openai/v1/models HTTP/1.1\r\n\r\n")
        .unwrap()
        .head;
    assert_eq!(
        (head.authority.as_deref(), head.path.as_str()),
        (Some("api.groq.com"), "/openai/v1/models")
    );
    let head = parse("GET http://api.groq.com HTTP/1.1\r\n\r\n")
        .unwrap()
        .head;
    assert_eq!(head.path, "/");
}

#[test]
fn chunks_decode_at_every_split() {
    let wire = b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\nnext";
    for split in 0..wire.len() {
        let (mut chunks, mut body) = (Chunks::default(), BytesMut::new());
        let mut buffer = BytesMut::from(&wire[..split]);
        let early = chunks.decode(&mut buffer, &mut body, 100).unwrap();
        buffer.extend_from_slice(&wire[split..]);
        assert!(
            early || chunks.decode(&mut buffer, &mut body, 100).unwrap(),
            "{split}"
        );
        assert_eq!(
            (&body[..], &buffer[..]),
            (&b"abc0123456789"[..], &b"next"[..]),
            "{split}"
        );
    }
}

#[test]
fn chunks_that_are_refused() {
    let table: [(&[u8], u16); 5] = [
        (b"xyz\r\n", 400),
        (b"3\r\nabcd\r\n", 400),
        (b"ffffffffffffffffff\r\n", 400),
        (b"ffff\r\n", 413),
        (&[b'1'; 300], 400),
    ];
    for (wire, status) in table {
        let found = Chunks::default().decode(&mut BytesMut::from(wire), &mut BytesMut::new(), 100);
        assert_eq!(found.map_err(|bad| bad.status), Err(status));
    }
}

/// Bytes that are nearly a request: pieces of some, in any order.
fn nearly_http() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        &b"GET"[..],
        b"POST",
        b" ",
        b"/openai/v1/models",
        b"http://localhost",
        b"*",
        b"?",
        b"%2f%",
        b" HTTP/1.1",
        b" HTTP/1.0",
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked",
        b"18446744073709551616",
        b"7",
        b";",
        b"ffffffffffffffff",
        b"\xff\x00",
        b": ",
        b"Host",
    ]);
    let piece = prop_oneof![
        4 => pieces.prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_head_is_read_or_refused(bytes in nearly_http()) {
        match head(&bytes) {
            Ok(incoming) => {
                let path = &incoming.head.path;
                prop_assert!(path.starts_with('/') || path == "*", "{path}");
                prop_assert!(!path.contains('?'));
            }
            Err(bad) => prop_assert!((400..=501).contains(&bad.status)),
        }
        for searched in 0..=bytes.len() {
            if let Some(end) = head_end(&bytes, searched) {
                prop_assert!(bytes[..end].ends_with(b"\r\n\r\n"));
            }
        }
    }

    #[test]
    fn any_chunks_are_decoded_within_bounds(bytes in nearly_http(), split in any::<prop::sample::Index>()) {
        let split = split.index(bytes.len() + 1);
        let (mut chunks, mut body) = (Chunks::default(), BytesMut::new());
        let mut buffer = BytesMut::from(&bytes[..split]);
        let early = chunks.decode(&mut buffer, &mut body, 64);
        if early == Ok(false) {
            buffer.extend_from_slice(&bytes[split..]);
            let _ = chunks.decode(&mut buffer, &mut body, 64);
        }
        prop_assert!(body.len() <= 64);
    }

    #[test]
    fn what_is_chunked_is_decoded(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6)) {
        let mut wire = Vec::new();
        for piece in &pieces {
            wire.extend(format!("{:x}\r\n", piece.len()).bytes());
            wire.extend(piece);
            wire.extend(b"\r\n");
        }
        wire.extend(b"0\r\n\r\n");
        let (mut buffer, mut body) = (BytesMut::from(&wire[..]), BytesMut::new());
        prop_assert_eq!(Chunks::default().decode(&mut buffer, &mut body, 1 << 20), Ok(true));
        prop_assert_eq!(&body[..], &pieces.concat()[..]);
        prop_assert!(buffer.is_empty());
    }
}
