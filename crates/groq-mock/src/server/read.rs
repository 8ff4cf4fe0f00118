//! HTTP/1.1 requests from a byte stream: plain functions over a buffer.

use bytes::{Buf, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::request::Head;

/// The most that a request line and headers may take.
pub(crate) const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 128;
/// A chunk's size line with its extensions.
const MAX_CHUNK_LINE: usize = 256;

/// A request before its body.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) head: Head,
    pub(crate) length: Length,
    pub(crate) keep_alive: bool,
    pub(crate) is_http_1_1: bool,
    pub(crate) expects_continue: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    Known(usize),
    Chunked,
}

/// A request that cannot be read; the connection is closed after the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bad {
    pub(crate) status: u16,
    pub(crate) message: &'static str,
}

const fn bad(status: u16, message: &'static str) -> Bad {
    Bad { status, message }
}

/// Where the head ends, looking only at what came since `searched` bytes had been looked at.
pub(crate) fn head_end(buffer: &[u8], searched: usize) -> Option<usize> {
    let from = searched.saturating_sub(3);
    let place = buffer
        .get(from..)?
        .windows(4)
        .position(|window| window == b"\r\n\r\n")?;
    Some(from + place + 4)
}

/// Parses a whole head.
pub(crate) fn head(bytes: &[u8]) -> Result<Incoming, Bad> {
    let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut slots);
    match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(bad(400, "the request head is not complete")),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(bad(431, "the request has too many headers"));
        }
        Err(_) => return Err(bad(400, "the request is not HTTP/1.1")),
    }
    let method = parsed
        .method
        .and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    let (Some(method), Some(target)) = (method, parsed.path) else {
        return Err(bad(400, "the request line is not complete"));
    };
    let headers = headers(parsed.headers)?;
    let is_http_1_1 = parsed.version == Some(1);
    if !is_http_1_1 && headers.contains_key("transfer-encoding") {
        return Err(bad(400, "HTTP/1.0 has no transfer-encoding"));
    }
    let (authority, path, query) = target_parts(target)?;
    Ok(Incoming {
        length: length(&headers)?,
        keep_alive: keep_alive(&headers, is_http_1_1),
        is_http_1_1,
        expects_continue: is_http_1_1 && has_token(&headers, "expect", "100-continue"),
        head: Head {
            method,
            path,
            query,
            authority,
            headers,
        },
    })
}

/// A request of HTTP/1.1 names one host, and no request names two.
pub(crate) fn check_host(incoming: &Incoming) -> Result<(), Bad> {
    match incoming.head.headers.get_all("host").iter().count() {
        1 => Ok(()),
        0 if !incoming.is_http_1_1 => Ok(()),
        _ => Err(bad(400, "the request must have one host header")),
    }
}

fn headers(parsed: &[httparse::Header<'_>]) -> Result<HeaderMap, Bad> {
    let mut headers = HeaderMap::with_capacity(parsed.len());
    for header in parsed {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_bytes(header.value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(bad(400, "a header has a forbidden character"));
        };
        headers.append(name, value);
    }
    Ok(headers)
}

/// Authority, path and query of `/path?query` or `http://authority/path?query`.
fn target_parts(target: &str) -> Result<(Option<String>, String, Option<String>), Bad> {
    let (authority, rest) = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(rest[..end].to_owned()), &rest[end..])
        }
        _ if target.starts_with('/') || target == "*" => (None, target),
        _ => return Err(bad(400, "the request target is not a path")),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (rest, None),
    };
    let path = if path.is_empty() { "/" } else { path };
    Ok((authority, path.to_owned(), query))
}

/// How long the body is. Two ways of saying it are one too many: that is how requests are smuggled.
fn length(headers: &HeaderMap) -> Result<Length, Bad> {
    let mut lengths = headers.get_all("content-length").iter();
    let first = lengths.next();
    if headers.contains_key("transfer-encoding") {
        let mut codings = headers.get_all("transfer-encoding").iter();
        let is_chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
        // Chunked twice over is no coding that anyone means.
        let chunked = codings.next().is_some_and(is_chunked) && codings.next().is_none();
        return match (chunked, first) {
            (true, None) => Ok(Length::Chunked),
            (true, Some(_)) => Err(bad(
                400,
                "both content-length and transfer-encoding are given",
            )),
            (false, _) => Err(bad(501, "this transfer-encoding is not supported")),
        };
    }
    let Some(first) = first else {
        return Ok(Length::Known(0));
    };
    if lengths.any(|other| other != first) {
        return Err(bad(400, "content-length is given twice"));
    }
    let digits = first
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number
        .map(Length::Known)
        .ok_or(bad(400, "content-length is not a number"))
}

fn keep_alive(headers: &HeaderMap, is_http_1_1: bool) -> bool {
    if is_http_1_1 {
        !has_token(headers, "connection", "close")
    } else {
        has_token(headers, "connection", "keep-alive")
    }
}

fn has_token(headers: &HeaderMap, name: &str, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// A decoder of `transfer-encoding: chunked`, fed from a buffer that grows.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    #[default]
    Size,
    Data(usize),
    DataEnd,
    Trailers,
    Done,
}

impl Chunks {
    /// Moves what is decoded from `buffer` to `body`; true when the last chunk has been read.
    pub(crate) fn decode(
        &mut self,
        buffer: &mut BytesMut,
        body: &mut BytesMut,
        max: usize,
    ) -> Result<bool, Bad> {
        loop {
            match self.state {
                State::Done => return Ok(true),
                State::Data(left) => {
                    let here = left.min(buffer.len());
                    body.extend_from_slice(&buffer[..here]);
                    buffer.advance(here);
                    if here < left {
                        self.state = State::Data(left - here);
                        return Ok(false);
                    }
                    self.state = State::DataEnd;
                }
                _ => match line(buffer)? {
                    Some(line) => self.line(&line, max.saturating_sub(body.len()))?,
                    None => return Ok(false),
                },
            }
        }
    }

    /// Takes a line between the data of chunks; `room` is what the body may still get.
    fn line(&mut self, line: &[u8], room: usize) -> Result<(), Bad> {
        self.state = match self.state {
            State::Size => match chunk_size(line)? {
                0 => State::Trailers,
                size if size > room => return Err(TOO_LARGE),
                size => State::Data(size),
            },
            State::DataEnd if line.is_empty() => State::Size,
            State::DataEnd => return Err(bad(400, "a chunk is longer than its size")),
            _ if line.is_empty() => State::Done,
            _ => State::Trailers,
        };
        Ok(())
    }
}

/// A body over the cap, announced or met.
pub(crate) const TOO_LARGE: Bad = bad(413, "Request Entity Too Large");

/// A head over [`MAX_HEAD`].
pub(crate) const TOO_MUCH_HEAD: Bad = bad(431, "the request's headers are too large");

/// Takes a line that ends in CRLF off the buffer, if it is all there.
fn line(buffer: &mut BytesMut) -> Result<Option<BytesMut>, Bad> {
    let looked_at = &buffer[..buffer.len().min(MAX_CHUNK_LINE)];
    match looked_at.windows(2).position(|pair| pair == b"\r\n") {
        Some(end) => {
            let line = buffer.split_to(end);
            buffer.advance(2);
            Ok(Some(line))
        }
        None if buffer.len() >= MAX_CHUNK_LINE => Err(bad(400, "a chunk line is too long")),
        None => Ok(None),
    }
}

fn chunk_size(line: &[u8]) -> Result<usize, Bad> {
    let digits = line
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let size = text.and_then(|text| usize::from_str_radix(text, 16).ok());
    size.ok_or(bad(400, "a chunk size is not a number"))
}

#[cfg(test)]
mod tests;
