//! The status line and the headers.

use std::fmt::Write as _;
use std::time::SystemTime;

use bytes::BytesMut;

use super::Plan;
use crate::faults::Fault;
use crate::response::Response;

/// How the end of the body is announced.
#[derive(Clone, Copy)]
pub(super) enum Length {
    Known(i64),
    Chunked,
    UntilClose,
}

impl Plan {
    pub(super) fn head(&self, response: &Response, length: Length) -> BytesMut {
        let mut head = BytesMut::with_capacity(1024);
        let reason = http::StatusCode::from_u16(response.status)
            .ok()
            .and_then(|status| status.canonical_reason());
        let _ = write!(
            head,
            "HTTP/1.1 {} {}\r\n",
            response.status,
            reason.unwrap_or("Unknown")
        );
        if !self.names(response, "date") {
            let _ = write!(
                head,
                "date: {}\r\n",
                httpdate::HttpDate::from(SystemTime::now())
            );
        }
        self.headers(&mut head, response);
        // These two statuses never have a body, and a length would be a lie about one.
        let bodiless = matches!(response.status, 204 | 304);
        match length {
            _ if bodiless
                || self.names(response, "content-length")
                || self.names(response, "transfer-encoding") => {}
            Length::Known(length) => {
                let _ = write!(head, "content-length: {length}\r\n");
            }
            Length::Chunked => head.extend_from_slice(b"transfer-encoding: chunked\r\n"),
            Length::UntilClose => {}
        }
        if !self.framing.keep_alive && !self.names(response, "connection") {
            head.extend_from_slice(b"connection: close\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Whether the reply or a fault brings a header of that name, which is then not written here.
    fn names(&self, response: &Response, name: &str) -> bool {
        response.has(name) || self.faults.iter().any(|fault| replaces(fault, name))
    }

    fn headers(&self, head: &mut BytesMut, response: &Response) {
        for (name, value) in &response.headers {
            if !self.faults.iter().any(|fault| replaces(fault, name)) {
                header(head, name, value);
            }
        }
        for fault in &*self.faults {
            match fault {
                Fault::ContentType(Some(value)) => header(head, "content-type", value.as_bytes()),
                Fault::Header { name, value } => header(head, name, value),
                _ => {}
            }
        }
    }
}

fn replaces(fault: &Fault, name: &str) -> bool {
    match fault {
        Fault::ContentType(_) => name.eq_ignore_ascii_case("content-type"),
        Fault::Header { name: own, .. } => name.eq_ignore_ascii_case(own),
        _ => false,
    }
}

fn header(head: &mut BytesMut, name: &str, value: &[u8]) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}
