//! Where the API is.

use std::borrow::Cow;

use url::{Host, Url};

use crate::error::Error;

/// The service itself.
pub(super) const DEFAULT: &str = "https://api.groq.com";

/// The path of most operations, as the API description writes them.
const PREFIX: &str = "/openai/v1";

/// A checked base URL: an origin, and the path that stands in for `/openai/v1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// Scheme, host and port.
    root: Url,
    /// Begins with a slash and does not end with one, or is empty.
    prefix: String,
    host: String,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str, plaintext_http: bool) -> Result<Self, Error> {
        let refused = |problem: &str| {
            Error::config(format!("the base URL {problem}"))
                .with_hint("it should look like https://api.groq.com or http://127.0.0.1:8080/v1")
        };
        let url =
            Url::parse(text.trim()).map_err(|error| refused(&format!("is not a URL ({error})")))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(refused("is neither https nor http")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password"));
        }
        if url.query().is_some() {
            return Err(refused("holds a query"));
        }
        if url.fragment().is_some() {
            return Err(refused("holds a fragment"));
        }
        let host = url.host().ok_or_else(|| refused("has no host"))?;
        if !https && !is_loopback(&host) && !plaintext_http {
            return Err(Error::config("the base URL is plain http to another machine, which would show the key to the network")
                .with_hint("use https, or call ClientBuilder::allow_plaintext_http"));
        }
        let prefix = match url.path().trim_end_matches('/') {
            "" => PREFIX,
            path => path,
        };
        let mut root = url.clone();
        root.set_path("/");
        Ok(Self {
            root,
            prefix: prefix.to_owned(),
            host: host.to_string(),
        })
    }

    /// Scheme, host and port, without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        self.root.origin().ascii_serialization()
    }

    /// The URL of an operation with this path in the API description.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.root.clone();
        url.set_path(&self.path_of(path));
        url
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn port(&self) -> Option<u16> {
        self.root.port_or_known_default()
    }

    /// The host with the port, for messages.
    pub(crate) fn address(&self) -> String {
        match self.root.port_or_known_default() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn is_https(&self) -> bool {
        self.root.scheme() == "https"
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn is_loopback(&self) -> bool {
        self.root.host().is_some_and(|host| is_loopback(&host))
    }

    /// Where an operation with this path in the API description really is.
    ///
    /// Only whole segments count: `/openai/v10/x` is another path.
    pub(crate) fn path_of<'a>(&self, path: &'a str) -> Cow<'a, str> {
        match path.strip_prefix(PREFIX) {
            Some(_) if self.prefix == PREFIX => Cow::Borrowed(path),
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                Cow::Owned(format!("{}{rest}", self.prefix))
            }
            _ => Cow::Borrowed(path),
        }
    }
}

/// A URL as far as it may be shown, even if it is one that will be refused.
pub(super) fn without_userinfo(text: &str) -> Cow<'_, str> {
    match Url::parse(text.trim()) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            let cleared = url.set_username("").and_then(|()| url.set_password(None));
            if cleared.is_ok() {
                Cow::Owned(url.into())
            } else {
                Cow::Borrowed("[url]")
            }
        }
        Ok(_) => Cow::Borrowed(text),
        Err(_) => Cow::Borrowed("[not a URL]"),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat_url(base: &str) -> String {
        let base = BaseUrl::parse(base, false).expect(base);
        format!(
            "{}{}",
            base.origin(),
            base.path_of("/openai/v1/chat/completions")
        )
    }

    #[test]
    fn the_path_stands_in_for_the_prefix() {
        let table = [
            (
                "https://api.groq.com",
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                "https://api.groq.com/",
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                "https://api.groq.com/openai/v1",
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                "https://api.groq.com/openai/v1//",
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                " https://API.groq.com:443 ",
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                "http://127.0.0.1:8000/v1",
                "http://127.0.0.1:8000/v1/chat/completions",
            ),
            (
                "http://localhost:8000/v1/",
                "http://localhost:8000/v1/chat/completions",
            ),
            ("http://[::1]:9/x", "http://[::1]:9/x/chat/completions"),
            (
                "https://gateway.example/proxy/groq",
                "https://gateway.example/proxy/groq/chat/completions",
            ),
            (
                "https://gateway.example/a/../b",
                "https://gateway.example/b/chat/completions",
            ),
        ];
        for (base, expected) in table {
            assert_eq!(chat_url(base), expected, "{base}");
        }
    }

    #[test]
    fn other_prefixes_keep_their_path() {
        let base = BaseUrl::parse("https://gateway.example/proxy", false).expect("a base URL");
        assert_eq!(base.path_of("/v1/fine_tunings"), "/v1/fine_tunings");
        assert_eq!(base.path_of("/openai/v10/x"), "/openai/v10/x");
    }

    #[test]
    fn what_is_ambiguous_or_unsafe_is_refused() {
        let table = [
            ("", "not a URL"),
            ("api.groq.com", "not a URL"),
            ("localhost:8080", "neither https nor http"),
            ("ftp://api.groq.com", "neither https nor http"),
            ("file:///etc/passwd", "neither https nor http"),
            ("https://api.groq.com?x=1", "query"),
            ("https://api.groq.com#x", "fragment"),
            ("https://user@api.groq.com", "user name"),
            ("https://user:canary@api.groq.com", "user name"),
            ("http://api.groq.com", "plain http"),
            ("http://192.168.0.1/v1", "plain http"),
            ("http://localhost.example.com", "plain http"),
        ];
        for (base, expected) in table {
            let error = BaseUrl::parse(base, false).expect_err(base);
            assert!(error.is_config());
            assert!(error.to_string().contains(expected), "{base}: {error}");
            assert!(!error.to_string().contains("canary"));
        }
    }

    #[test]
    fn plain_http_can_be_allowed() {
        assert!(BaseUrl::parse("http://inference.lan/v1", true).is_ok());
    }

    #[test]
    fn loopback_is_recognised() {
        for base in [
            "http://127.9.9.9",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://localhost.",
            "http://a.localhost",
        ] {
            assert!(
                BaseUrl::parse(base, false).expect(base).is_loopback(),
                "{base}"
            );
        }
        assert!(
            !BaseUrl::parse("https://api.groq.com", false)
                .expect("the default")
                .is_loopback()
        );
    }

    #[test]
    fn user_names_are_not_shown() {
        assert_eq!(
            without_userinfo("https://user:canary@host/x"),
            "https://host/x"
        );
        assert_eq!(without_userinfo("https://host/x"), "https://host/x");
        assert_eq!(without_userinfo("canary"), "[not a URL]");
    }
}
