//! Redirects: nothing leaves the origin.

use http::{HeaderMap, StatusCode, header};
use url::Url;

/// What a status and its `Location` ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// It is no redirect.
    None,
    /// The same request, elsewhere on the same server.
    Follow(Url),
    /// A redirect that is not followed, to there.
    Refuse(String),
}

/// Whether a status asks for another URL.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Reads a redirect. 301, 302 and 303 would turn a POST into a GET, and another origin would get the key and the body.
pub(super) fn of(status: StatusCode, headers: &HeaderMap, from: &Url) -> Redirect {
    if !is_redirect(status) {
        return Redirect::None;
    }
    let Some(location) = headers
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok())
    else {
        return Redirect::Refuse("nowhere".to_owned());
    };
    let Ok(url) = from.join(location) else {
        return Redirect::Refuse("what is not a URL".to_owned());
    };
    let keeps_method = matches!(status.as_u16(), 307 | 308);
    let same_server =
        url.origin() == from.origin() && url.username().is_empty() && url.password().is_none();
    if keeps_method && same_server && url.origin().is_tuple() {
        Redirect::Follow(url)
    } else {
        Redirect::Refuse(shown(&url))
    }
}

/// Scheme, host, port and path: a query or a user name may be a secret.
fn shown(url: &Url) -> String {
    const MAX: usize = 200;
    let path: String = url.path().chars().take(MAX).collect();
    match url.host_str() {
        Some(_) => format!("{}{path}", url.origin().ascii_serialization()),
        None => format!("{}:", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn redirect(status: u16, location: &'static [u8]) -> Redirect {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::LOCATION,
            HeaderValue::from_bytes(location).expect("a header value"),
        );
        let from = Url::parse("https://api.groq.com/openai/v1/models").expect("a URL");
        of(
            StatusCode::from_u16(status).expect("a status"),
            &headers,
            &from,
        )
    }

    #[test]
    fn only_307_and_308_within_the_origin_are_followed() {
        let there = Url::parse("https://api.groq.com/v2/models").expect("a URL");
        for location in [
            &b"/v2/models"[..],
            b"https://api.groq.com/v2/models",
            b"https://api.groq.com:443/v2/models",
        ] {
            assert_eq!(redirect(307, location), Redirect::Follow(there.clone()));
            assert_eq!(redirect(308, location), Redirect::Follow(there.clone()));
            for status in [301, 302, 303] {
                assert!(matches!(redirect(status, location), Redirect::Refuse(_)));
            }
        }
    }

    #[test]
    fn nothing_leaves_the_origin() {
        for location in [
            &b"https://evil.example/"[..],
            b"//evil.example/",
            b"http://api.groq.com/v2",
            b"https://api.groq.com:444/v2",
            b"https://user:canary@api.groq.com/v2",
            b"https://api.groq.com.evil.example/",
            b"file:///etc/passwd",
            b"data:text/plain,x",
            b"javascript:alert(1)",
            b"https://",
            b"http://[",
            b"\xff",
        ] {
            let Redirect::Refuse(shown) = redirect(308, location) else {
                panic!("{location:?} must not be followed");
            };
            assert!(!shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn a_redirect_to_nowhere_is_refused_and_other_statuses_are_none() {
        let from = Url::parse("https://api.groq.com/").expect("a URL");
        assert!(matches!(
            of(StatusCode::PERMANENT_REDIRECT, &HeaderMap::new(), &from),
            Redirect::Refuse(_)
        ));
        for status in [200, 201, 300, 304, 305, 400, 500] {
            assert_eq!(redirect(status, b"/x"), Redirect::None);
        }
    }
}
