//! `--dry-run`: the exact request, because it is sent, to a server inside this process that records and refuses it.

mod request;

use std::sync::OnceLock;

use groq_core::{Client, ClientBuilder};
use groq_mock::{Mock, Reply, When};
use serde_json::json;

pub(crate) use request::Recorded;

use crate::{address, failure::Failure};

/// The default server.
const SERVICE: &str = "https://api.groq.com";

/// The largest request that is recorded, in bytes: more than the largest upload.
const MAX_BYTES: usize = 256 << 20;

/// Records the requests of a dry run.
#[derive(Default)]
pub(crate) struct Recorder {
    running: OnceLock<(Mock, Target)>,
}

/// Where requests would have gone: `https://api.groq.com`, and the path of the base URL.
struct Target {
    origin: String,
    path: String,
}

impl Recorder {
    /// Makes a client that calls the recorder as a client of `builder` would call `base_url`.
    pub(crate) async fn client(
        &self,
        builder: impl Fn() -> Result<ClientBuilder, Failure>,
        base_url: Option<String>,
    ) -> Result<Client, Failure> {
        if self.running.get().is_none() {
            // What would be refused is refused here as well.
            builder()?.build()?;
            let target = Target::new(base_url.as_deref().unwrap_or(SERVICE));
            let started = Mock::builder()
                .max_log(1, MAX_BYTES)
                .max_body(MAX_BYTES)
                .start()
                .await;
            let mock = started.map_err(|error| Failure::internal(error.to_string()))?;
            let refusal = json!({"error": {"message": "a dry run", "type": "invalid_request_error", "code": "dry_run"}});
            mock.always(When::any(), Reply::json(400, &refusal));
            let _ = self.running.set((mock, target));
        }
        let (mock, target) = self
            .running
            .get()
            .ok_or_else(|| Failure::internal("the recorder is gone"))?;
        let url = format!("{}{}", mock.url(), target.path);
        Ok(builder()?.base_url(url).max_retries(0).build()?)
    }

    /// The first request that was made.
    pub(crate) fn first(&self) -> Option<Recorded> {
        let (mock, target) = self.running.get()?;
        let request = mock.requests().into_iter().next()?;
        Some(Recorded::new(&request, &target.origin))
    }
}

impl Target {
    fn new(base_url: &str) -> Self {
        let base_url = address::public(base_url);
        let base_url = base_url.trim_end_matches('/');
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
            ("https://u:p@h.org/v1", "https://h.org", "/v1"),
        ] {
            let target = Target::new(url);
            assert_eq!(
                (target.origin.as_str(), target.path.as_str()),
                (origin, path)
            );
        }
    }
}
