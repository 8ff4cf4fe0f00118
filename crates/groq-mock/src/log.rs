//! The requests received, bounded in number and in bytes.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::lock::lock;
use crate::request::Request;

/// What is kept for [`Mock::requests`](crate::Mock::requests): the newest, up to both bounds.
#[derive(Debug)]
pub(crate) struct Log {
    kept: Mutex<Kept>,
    max_requests: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Request>,
    bytes: usize,
}

/// What a request takes beside its body, roughly: its headers and its own structures.
const OVERHEAD: usize = 1024;

impl Log {
    pub(crate) fn new(max_requests: usize, max_bytes: usize) -> Self {
        Self {
            kept: Mutex::default(),
            max_requests,
            max_bytes,
        }
    }

    pub(crate) fn push(&self, request: Request) {
        let mut kept = lock(&self.kept);
        kept.bytes += weight(&request);
        kept.requests.push_back(request);
        while kept.requests.len() > self.max_requests || kept.bytes > self.max_bytes {
            let Some(oldest) = kept.requests.pop_front() else {
                break;
            };
            kept.bytes -= weight(&oldest);
        }
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        lock(&self.kept).requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        *lock(&self.kept) = Kept::default();
    }
}

/// The parsed JSON stays with the request, so a body counts twice.
fn weight(request: &Request) -> usize {
    OVERHEAD + 2 * request.body().len()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, Method};

    use super::*;
    use crate::request::Head;

    fn request(number: u64, bytes: usize) -> Request {
        let head = Head {
            method: Method::GET,
            path: "/".into(),
            query: None,
            authority: None,
            headers: HeaderMap::new(),
        };
        Request::new(head, Bytes::from(vec![b'x'; bytes]), number, 1)
    }

    fn numbers(log: &Log) -> Vec<u64> {
        log.all().iter().map(Request::number).collect()
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let log = Log::new(2, usize::MAX);
        (0..4).for_each(|number| log.push(request(number, 1)));
        assert_eq!(numbers(&log), [2, 3]);
    }

    #[test]
    fn the_oldest_go_when_they_are_too_big() {
        let log = Log::new(100, 10_000);
        (0..3).for_each(|number| log.push(request(number, 2_000)));
        assert_eq!(numbers(&log), [2]);
        log.push(request(3, 50_000));
        assert_eq!(numbers(&log), [0; 0]);
        log.push(request(4, 10));
        assert_eq!(numbers(&log), [4]);
    }
}
