//! `--dry-run`: the request as it would go out, byte for byte, since it does go out: to a server inside this process
//! that keeps it and refuses it.

mod request;

use std::sync::OnceLock;

use groq_core::{Client, ClientBuilder};
use groq_mock::{Mock, Reply, When};
use serde_json::json;

pub(crate) use request::Recorded;

use crate::failure::Failure;

/// Where requests would go if nobody said otherwise.
const SERVICE: &str = "https://api.groq.com";

/// Bytes of requests that are kept: more than the largest upload.
const MAX_BYTES: usize = 256 << 20;

/// Keeps the requests of a dry run.
#[derive(Default)]
pub(crate) struct Recorder {
    running: OnceLock<(Mock, Target)>,
}

/// Where requests would have gone: `https://api.groq.com`, and the path of the base URL, if it has one.
struct Target {
    origin: String,
    path: String,
}

impl Recorder {
    /// A client that talks to the recorder as it would talk to `base_url`.
    pub(crate) async fn client(&self, base_url: Option<String>) -> Result<Client, Failure> {
        if let Some((mock, target)) = self.running.get() {
            return client_of(mock, target);
        }
        // What would be refused is refused here as well.
        let mut wanted = ClientBuilder::from_env()?.api_key("none");
        if let Some(url) = &base_url {
            wanted = wanted.base_url(url);
        }
        wanted.build()?;
        let target = Target::of(base_url.as_deref().unwrap_or(SERVICE));
        let mock = Mock::builder()
            .max_log(1, MAX_BYTES)
            .max_body(MAX_BYTES)
            .start()
            .await
            .map_err(|error| Failure::internal(error.to_string()))?;
        let refusal = json!({"error": {"message": "a dry run", "type": "invalid_request_error", "code": "dry_run"}});
        mock.script(When::any(), [Reply::json(400, &refusal)]);
        mock.always(When::any(), Reply::json(400, &refusal));
        let client = client_of(&mock, &target)?;
        let _ = self.running.set((mock, target));
        Ok(client)
    }

    /// The first request that was made.
    pub(crate) fn first(&self) -> Option<Recorded> {
        let (mock, target) = self.running.get()?;
        let request = mock.requests().into_iter().next()?;
        Some(Recorded::new(&request, &target.origin))
    }
}

/// A client with all that the environment says but the key.
fn client_of(mock: &Mock, target: &Target) -> Result<Client, Failure> {
    let url = format!("{}{}", mock.url(), target.path);
    let builder = ClientBuilder::from_env()?.api_key("none");
    Ok(builder.base_url(url).max_retries(0).build()?)
}

impl Target {
    fn of(base_url: &str) -> Self {
        let base_url = base_url.trim().trim_end_matches('/');
        let after_scheme = base_url.find("://").map_or(0, |at| at + 3);
        let path = base_url[after_scheme..]
            .find('/')
            .map_or(base_url.len(), |at| after_scheme + at);
        Self {
            origin: base_url[..path].to_owned(),
            path: base_url[path..].to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_an_origin_and_perhaps_a_path() {
        for (url, origin, path) in [
            ("https://api.groq.com", "https://api.groq.com", ""),
            ("https://api.groq.com/", "https://api.groq.com", ""),
            ("http://localhost:8000/v1/", "http://localhost:8000", "/v1"),
        ] {
            let target = Target::of(url);
            assert_eq!(
                (target.origin.as_str(), target.path.as_str()),
                (origin, path)
            );
        }
    }
}
