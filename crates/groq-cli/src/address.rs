//! URLs.

use url::Url;

/// Whether an argument is a URL of the web, and not a file.
pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// An address without user, password, query and fragment, any of which may hold a secret.
pub(crate) fn public(address: &str) -> String {
    let address = address.trim();
    if !address.contains(['@', '?', '#']) {
        return address.to_owned();
    }
    // A proxy may be given without a scheme.
    let (scheme, rest) = address.split_at(address.find("://").map_or(0, |at| at + 3));
    let parsed = Url::parse(&format!("http://{rest}")).ok();
    // A slash in a password makes what follows it look like a path.
    let url = parsed.as_ref().filter(|url| !url.path().contains('@'));
    let Some((host, url)) = url.and_then(|url| Some((url.host_str()?, url))) else {
        return "[hidden: not a valid address]".to_owned();
    };
    let port = url.port().map(|port| format!(":{port}"));
    let (port, path) = (port.unwrap_or_default(), url.path().trim_end_matches('/'));
    format!("{scheme}{host}{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_no_secret() {
        for (address, expected) in [
            ("https://api.groq.com", "https://api.groq.com"),
            ("nonsense", "nonsense"),
            ("https://u:canary@h.org:8/v1/", "https://h.org:8/v1"),
            ("https://canary@h.org", "https://h.org"),
            ("https://h.org/v1?key=canary", "https://h.org/v1"),
            ("https://h.org/v1?mail=a@canary", "https://h.org/v1"),
            ("https://h.org/v1#canary", "https://h.org/v1"),
            ("u:canary@proxy:3128", "proxy:3128"),
            ("socks5://u:can%40ary@proxy:1080", "socks5://proxy:1080"),
            ("http://u:can@ary@proxy", "http://proxy"),
            ("http://[::1]:1?canary", "http://[::1]:1"),
        ] {
            assert_eq!(public(address), expected);
        }
        for broken in [
            "https://u:can/ary@h.org",
            "https://u:80/ary@h.org",
            "https://u:can?ary@h",
            "http://@?canary",
        ] {
            let shown = public(broken);
            assert!(!shown.contains("ary"), "{broken}: {shown}");
        }
    }
}
