//! The form on disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::router::decoded;

/// Bytes of a file of recordings that is read.
const MAX_FILE: u64 = 256 * 1024 * 1024;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Exchange {
    pub(super) when: When,
    pub(super) then: Then,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct When {
    pub(super) path: String,
    pub(super) method: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) query_param: Vec<Header>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) header: Vec<Header>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json_body: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Then {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) header: Vec<Header>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body_base64: Option<String>,
}

/// A name with a value: a header, or a parameter of a query.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

impl Header {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

impl Then {
    /// Whether it is a stream of events.
    pub(super) fn streams(&self) -> bool {
        let is = |header: &&Header| header.name.eq_ignore_ascii_case("content-type");
        let content_type = self.header.iter().find(is);
        content_type.is_some_and(|header| header.value.starts_with("text/event-stream"))
    }

    pub(super) fn set_body(&mut self, bytes: &[u8]) {
        (self.body, self.body_base64) = body(bytes);
    }

    pub(super) fn bytes(&self) -> Bytes {
        let coded = self.body_base64.as_deref();
        match (
            &self.body,
            coded.and_then(|coded| STANDARD.decode(coded).ok()),
        ) {
            (_, Some(bytes)) => bytes.into(),
            (Some(text), None) => text.clone().into(),
            (None, None) => Bytes::new(),
        }
    }
}

/// A body as text, or else in Base64.
pub(super) fn body(bytes: &[u8]) -> (Option<String>, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(STANDARD.encode(bytes))),
    }
}

/// The parameters of a query.
pub(super) fn query(query: &str) -> Vec<Header> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Header::new(decoded(name), decoded(value))
        })
        .collect()
}

pub(super) fn read(path: &Path) -> io::Result<Vec<Exchange>> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(no_plain_file());
    }
    if about.len() > MAX_FILE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the file is too long for recordings",
        ));
    }
    parse(&fs::read_to_string(path)?)
}

fn parse(text: &str) -> io::Result<Vec<Exchange>> {
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents
        .enumerate()
        .map(|(index, document)| {
            Exchange::deserialize(document).map_err(|why| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("recording {}: {why}", index + 1),
                )
            })
        })
        .collect()
}

fn no_plain_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file")
}

/// Fails where something else than a plain file is in the place of the file to write: links are not followed.
pub(super) fn check_target(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() => Err(no_plain_file()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes all recordings, into place when they are whole. Only the owner may read the file.
pub(super) fn write(path: &Path, exchanges: &[Exchange]) -> io::Result<()> {
    check_target(path)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    // What an earlier process left, or another program put there; a link is removed, not what it points to.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    for exchange in exchanges {
        file.write_all(text(exchange)?.as_bytes())?;
    }
    file.sync_all()?;
    fs::rename(&part, path)
}

/// A document.
fn text(exchange: &Exchange) -> io::Result<String> {
    let text = serde_yaml_ng::to_string(exchange).map_err(io::Error::other)?;
    Ok(format!("---\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let odd = "a \"b\" \\ \n\n\t: # - {x} 'y' \u{85}\u{2028}\u{feff}\u{7f}\u{1} 日本 🙂 ";
        let exchange = Exchange {
            when: When {
                path: "/a b".into(),
                method: "POST".into(),
                query_param: vec![Header::new("q", odd)],
                header: vec![Header::new("accept", "*/*")],
                body: Some(odd.into()),
                ..When::default()
            },
            then: Then {
                status: 200,
                header: vec![Header::new("x", odd)],
                body: None,
                body_base64: Some("AP8=".into()),
            },
        };
        let two = [exchange.clone(), exchange];
        let text = two.each_ref().map(|one| text(one).unwrap()).concat();
        assert_eq!(parse(&text).unwrap(), two);
        assert_eq!(two[0].then.bytes(), &[0_u8, 255][..]);
    }

    #[test]
    fn what_others_write_is_read() {
        let text = "when:\n  path: /x\n  method: GET\n  query_param: []\n  body: null\nthen:\n  status: 200\n  body: |+\n    data: 1\n\n";
        let read = parse(text).unwrap();
        assert_eq!(read[0].then.bytes(), "data: 1\n\n");
        assert!(parse("when: 1").is_err());
    }
}
