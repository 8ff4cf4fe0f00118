//! Proxies of the environment: the HTTP library uses them, and errors name them.

use std::env;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// What is between the client and the server.
#[derive(Debug, PartialEq)]
pub(super) enum Proxy {
    None,
    /// Scheme, host and port, without user and password.
    At(String),
    /// Whether and which is a matter of the user's own configuration of the HTTP library.
    Unknown,
}

/// The proxy for a server, by the variables that the HTTP library reads, too.
pub(super) fn of_environment(origin: &str) -> Proxy {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let no_proxy = variable("NO_PROXY").or_else(|| variable("no_proxy"));
    choose(&Matcher::from_env(), no_proxy.as_deref(), origin)
}

fn choose(matcher: &Matcher, no_proxy: Option<&str>, origin: &str) -> Proxy {
    let Ok(server) = origin.parse::<Uri>() else {
        return Proxy::None;
    };
    match matcher.intercept(&server) {
        Some(_) if excludes(no_proxy.unwrap_or_default(), &server) => Proxy::None,
        Some(proxy) => {
            let uri = proxy.uri().to_string();
            Proxy::At(uri.trim_end_matches('/').to_owned())
        }
        None => Proxy::None,
    }
}

/// Whether `NO_PROXY` has an entry with a port for this server. The library reads only entries without one.
fn excludes(no_proxy: &str, server: &Uri) -> bool {
    let port = server.port_u16().unwrap_or(match server.scheme_str() {
        Some("http") => 80,
        _ => 443,
    });
    let suffix = format!(":{port}");
    let hosts = no_proxy.split(',').map(str::trim);
    hosts
        .filter_map(|entry| entry.strip_suffix(&suffix))
        .any(|host| {
            let any = Matcher::builder().all("http://proxy").no(host);
            any.build().intercept(server).is_none()
        })
}

impl Proxy {
    /// Its name in a sentence.
    pub(super) fn name(&self) -> String {
        match self {
            Self::At(uri) => format!("the proxy {uri}"),
            Self::None | Self::Unknown => "the proxy".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_counts_with_a_port_and_without() {
        for (no_proxy, is_used) in [
            ("", true),
            ("api.groq.com", false),
            ("api.groq.com:443", false),
            ("other.example, api.groq.com:443", false),
            (".groq.com:443", false),
            ("groq.com:443", false),
            ("*:443", false),
            ("api.groq.com:80", true),
            ("api.groq.com:8443", true),
            ("xapi.groq.com:443", true),
        ] {
            let proxy = "http://user:canary@proxy.example:3128/";
            let matcher = Matcher::builder().all(proxy).no(no_proxy).build();
            let expected = if is_used {
                Proxy::At("http://proxy.example:3128".to_owned())
            } else {
                Proxy::None
            };
            let chosen = choose(&matcher, Some(no_proxy), "https://api.groq.com");
            assert_eq!(chosen, expected, "{no_proxy}");
        }
    }
}
