//! The form on disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::percent;

/// Bytes of a file of recordings that is read.
const MAX_FILE: u64 = 256 * 1024 * 1024;

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Exchange {
    pub(super) when: When,
    pub(super) then: Then,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(super) struct When {
    pub(super) path: String,
    pub(super) method: String,
    #[serde(default)]
    pub(super) query_param: Vec<Header>,
    #[serde(default)]
    pub(super) header: Vec<Header>,
    pub(super) body: Option<String>,
    pub(super) body_base64: Option<String>,
    pub(super) json_body: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Then {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) header: Vec<Header>,
    pub(super) body: Option<String>,
    pub(super) body_base64: Option<String>,
}

/// A name with a value: a header, or a parameter of a query.
#[derive(Clone, Debug, Deserialize, PartialEq)]
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
            Header::new(percent::decoded(name), percent::decoded(value))
        })
        .collect()
}

pub(super) fn read(path: &Path) -> io::Result<Vec<Exchange>> {
    if fs::metadata(path)?.len() > MAX_FILE {
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

/// Writes all recordings, into place when they are whole.
pub(super) fn write(path: &Path, exchanges: &[Exchange]) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut file = fs::File::create(&part)?;
    for exchange in exchanges {
        file.write_all(text(exchange).as_bytes())?;
    }
    file.sync_all()?;
    fs::rename(&part, path)
}

/// A document. Its texts are written as JSON writes them, which YAML reads as the same.
fn text(exchange: &Exchange) -> String {
    let Exchange { when, then } = exchange;
    let mut text = String::from("---\nwhen:\n");
    text += &format!(
        "  path: {}\n  method: {}\n",
        quoted(&when.path),
        when.method
    );
    list(&mut text, "query_param", &when.query_param);
    list(&mut text, "header", &when.header);
    bodies(&mut text, when.body.as_deref(), when.body_base64.as_deref());
    text += &format!("then:\n  status: {}\n", then.status);
    list(&mut text, "header", &then.header);
    bodies(&mut text, then.body.as_deref(), then.body_base64.as_deref());
    text
}

fn list(text: &mut String, name: &str, list: &[Header]) {
    if list.is_empty() {
        return;
    }
    *text += &format!("  {name}:\n");
    for Header { name, value } in list {
        *text += &format!("  - name: {}\n    value: {}\n", quoted(name), quoted(value));
    }
}

fn bodies(text: &mut String, body: Option<&str>, coded: Option<&str>) {
    for (name, body) in [("body", body), ("body_base64", coded)] {
        if let Some(body) = body {
            *text += &format!("  {name}: {}\n", quoted(body));
        }
    }
}

fn quoted(text: &str) -> String {
    // JSON leaves these as they are, and YAML takes them for ends of lines or for nothing it knows.
    Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
        .replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .replace('\u{feff}', "\\ufeff")
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
        let text = two.each_ref().map(text).concat();
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
