//! The key.

use std::fmt;

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;

/// A key that is fit for a header: never printed, and overwritten in memory when it is dropped.
pub(crate) struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// The longest key that is taken; Groq's have 56 characters.
    const MAX_LENGTH: usize = 4096;

    pub(crate) fn new(key: Option<String>) -> Result<Self, Error> {
        let key = Zeroizing::new(key.ok_or_else(|| {
            Error::config("there is no API key")
                .with_hint("set GROQ_API_KEY, or call ClientBuilder::api_key")
        })?);
        let problem = match key.as_str() {
            "" => Some("is empty"),
            key if key.len() > Self::MAX_LENGTH => Some("is longer than 4096 bytes"),
            key if key.starts_with(' ') || key.ends_with([' ', '\n', '\r']) => {
                Some("begins or ends with blank space; trim it")
            }
            key if !key.bytes().all(|byte| byte.is_ascii_graphic()) => Some(
                "has characters that no key has: blanks, control characters, or others than ASCII",
            ),
            _ => None,
        };
        match problem {
            Some(problem) => Err(Error::config(format!("the API key {problem}"))),
            None => Ok(Self(key)),
        }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        let text = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = HeaderValue::from_str(&text).expect("a key is printable ASCII");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_into_a_sensitive_header() {
        let key = ApiKey::new(Some("gsk_canary".to_owned())).expect("a good key");
        let header = key.header();
        assert_eq!(header, "Bearer gsk_canary");
        assert!(header.is_sensitive());
        assert!(!format!("{key:?} {header:?}").contains("canary"));
    }

    #[test]
    fn a_bad_key_is_refused_without_showing_it() {
        let long = "canary".repeat(200_000);
        for key in [
            "",
            " canary",
            "canary ",
            "canary\n",
            "canary\r\nx: y",
            "can ary",
            "canärycanary",
            "canary\u{7f}",
            &long,
        ] {
            let error = ApiKey::new(Some(key.to_owned())).expect_err("a bad key");
            assert!(error.is_config());
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_missing_key_names_the_variable() {
        let error = ApiKey::new(None).expect_err("no key");
        assert!(error.to_string().contains("GROQ_API_KEY"));
    }
}
