//! Why no connection came about, in words.

use std::error::Error as StdError;
use std::io::{self, ErrorKind as Io};

use super::failure::{Failure, find};
use super::proxy::Proxy;
use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::retry::decision::Outcome;
use crate::shared::Core;

/// The failure of an attempt to connect to `server`.
pub(super) fn failure(error: reqwest::Error, server: &str, client: &Core) -> Failure {
    let http = &client.shared().http;
    let proxy = http.proxy();
    if let Some(cause) = find::<rustls::Error>(&error) {
        let message = format!("no trusted TLS connection to {server}: {cause}");
        let error = Error::new(ErrorKind::Tls, message)
            .with_hint("check the base URL, or add a root certificate");
        return Failure::new(error, Outcome::Final, "TLS refused");
    }
    if let Some((problem, hint)) = refused_by_proxy(&text(&error), proxy) {
        let message = format!("cannot connect to {server}: {} {problem}", proxy.name());
        let error = Error::new(ErrorKind::Connect, message)
            .with_hint(hint)
            .with_source(error);
        return Failure::new(error, Outcome::Final, "proxy refused");
    }
    let over = match proxy {
        Proxy::At(_) => format!(" through {}", proxy.name()),
        Proxy::None | Proxy::Unknown => String::new(),
    };
    if error.is_timeout() {
        let timeout = Error::timed_out(TimeoutKind::Connect, http.connect_timeout());
        let timeout = timeout.waiting_for(&format!("a connection to {server}{over}"));
        return Failure::new(
            timeout.with_source(error),
            Outcome::Unsent,
            "connect timeout",
        );
    }
    let (reason, hint) = reason(&error);
    let message = format!("cannot connect to {server}{over}: {reason}");
    let error = Error::new(ErrorKind::Connect, message)
        .with_hint(hint)
        .with_source(error);
    Failure::new(error, Outcome::Unsent, "cannot connect")
}

/// What a proxy that does not want to pass the connection on says, and what to do. The library keeps no status but 407.
fn refused_by_proxy(causes: &str, proxy: &Proxy) -> Option<(&'static str, &'static str)> {
    let is_socks = matches!(proxy, Proxy::At(uri) if uri.starts_with("socks"));
    if is_socks && causes.contains("scheme") {
        return Some((
            "needs SOCKS, which this program was built without",
            "set HTTPS_PROXY to an http proxy, name the server in NO_PROXY, or enable the feature `socks` of reqwest",
        ));
    }
    if causes.contains("proxy authorization required") {
        return Some((
            "asks for a user and a password (status 407)",
            "set them in HTTPS_PROXY: http://user:password@host:port",
        ));
    }
    causes.contains("tunnel error: unsuccessful").then_some((
        "refuses to connect to it (a status other than 200, such as 403)",
        "ask who runs the proxy to allow it, or name the server in NO_PROXY",
    ))
}

/// Why a connection failed, and what to do about it.
fn reason(error: &(dyn StdError + 'static)) -> (&'static str, &'static str) {
    const NETWORK: &str = "check the network, the base URL, and any proxy";
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    let mut cause = find::<io::Error>(error);
    while let Some(inner) = cause.and_then(io::Error::get_ref)
        && let Some(inner) = find::<io::Error>(inner)
    {
        cause = Some(inner);
    }
    let code = cause.and_then(io::Error::raw_os_error);
    if cfg!(unix) && code.is_some_and(|code| TOO_MANY_FILES.contains(&code)) {
        return (
            "too many open files",
            "set max_concurrency, or raise the limit (ulimit -n)",
        );
    }
    if text(error).contains("dns error") {
        return (
            "no such name, or no answer from DNS",
            "check the host of the base URL, and the network",
        );
    }
    match cause.map(io::Error::kind) {
        Some(Io::ConnectionRefused) => (
            "connection refused",
            "nothing listens there: check the base URL and its port",
        ),
        Some(Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown) => {
            ("no route to it", NETWORK)
        }
        Some(Io::TimedOut) => ("no answer", NETWORK),
        Some(Io::AddrNotAvailable) => ("no free local port", "set max_concurrency"),
        Some(Io::PermissionDenied) => (
            "not permitted",
            "check the firewall, or the sandbox of this program",
        ),
        Some(Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof) => {
            ("the connection was closed at once", NETWORK)
        }
        _ => ("the network failed", NETWORK),
    }
}

/// What an error and its causes say.
fn text(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn StdError> = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("{error}\n"));
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_which_it_is() {
        for (kind, expected) in [
            (Io::ConnectionRefused, "connection refused"),
            (Io::HostUnreachable, "no route to it"),
            (Io::NetworkUnreachable, "no route to it"),
            (Io::AddrNotAvailable, "no free local port"),
            (Io::PermissionDenied, "not permitted"),
            (Io::UnexpectedEof, "the connection was closed at once"),
            (Io::Other, "the network failed"),
        ] {
            // As the HTTP library passes it on: within another error, and that within another.
            let wrapped = io::Error::other(io::Error::from(kind));
            assert_eq!(reason(&wrapped).0, expected);
        }
        let dns = io::Error::other("dns error");
        assert!(reason(&dns).0.starts_with("no such name"));
        #[cfg(unix)]
        assert_eq!(
            reason(&io::Error::from_raw_os_error(24)).0,
            "too many open files"
        );
    }

    #[test]
    fn a_proxy_that_refuses_says_what_to_set() {
        let socks = Proxy::At("socks5://127.0.0.1:1080".to_owned());
        let plain = Proxy::At("http://127.0.0.1:3128".to_owned());
        for (causes, proxy, expected) in [
            ("tunnel error: proxy authorization required", &plain, "407"),
            ("tunnel error: unsuccessful", &plain, "403"),
            ("invalid URL, scheme is not http", &socks, "SOCKS"),
        ] {
            let (problem, hint) = refused_by_proxy(causes, proxy).expect("it refuses");
            assert!(problem.contains(expected), "{problem}");
            assert!(hint.contains("PROXY"), "{hint}");
        }
        let refused = "tcp connect error: Connection refused";
        assert_eq!(refused_by_proxy(refused, &plain), None);
        assert_eq!(refused_by_proxy("scheme", &plain), None);
    }
}
