//! Headers that a user adds.

use http::{HeaderName, HeaderValue};

/// Headers that belong to the connection, to the body, or to the client.
const RESERVED: [&str; 15] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Checks a header, or says what is wrong with it: without its value, which may be a secret.
pub(crate) fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let shown: String = name
        .chars()
        .take(40)
        .collect::<String>()
        .escape_debug()
        .to_string();
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("the header name \"{shown}\" is not a header name"))?;
    if RESERVED.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
        return Err(format!(
            "the header {name} is the client's own, and cannot be set"
        ));
    }
    let value = HeaderValue::from_str(value.trim())
        .map_err(|_| format!("the value of the header {name} holds control characters"))?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_headers_are_taken() {
        let (name, value) =
            checked_header("Groq-Model-Version", " latest ").expect("a good header");
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("groq-model-version", &b"latest"[..])
        );
    }

    #[test]
    fn injection_and_reserved_names_are_refused() {
        for (name, value) in [
            ("x\r\ny", "z"),
            ("", "z"),
            ("a b", "z"),
            ("x", "canary\r\nauthorization: y"),
            ("x", "canary\0"),
            ("Host", "evil.example"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Length", "0"),
            ("Connection", "close"),
            ("Authorization", "Bearer canary"),
            ("Proxy-Authorization", "Basic canary"),
            ("Proxy-Connection", "x"),
        ] {
            let problem = checked_header(name, value).expect_err(name);
            assert!(
                !problem.contains("canary") && !problem.contains('\r'),
                "{problem}"
            );
        }
    }
}
