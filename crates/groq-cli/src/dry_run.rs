//! `--dry-run`: the exact request, because it is sent, to a server inside this process that records and refuses it.

mod request;

use groq_core::{Client, ClientBuilder};
use groq_mock::{Mock, Reply, When};
use tokio::sync::OnceCell;

pub(crate) use request::Recorded;

use crate::{address, failure::Failure, session::SERVICE};

/// The largest request that is recorded, in bytes: more than the largest upload.
const MAX_BYTES: usize = 256 << 20;

/// Records the requests of a dry run.
#[derive(Default)]
pub(crate) struct Recorder {
    /// The server, and the origin to which requests would have gone.
    running: OnceCell<(Mock, String)>,
}

impl Recorder {
    /// Makes a client that calls the recorder as a client of `builder` would call `base_url`.
    pub(crate) async fn client(
        &self,
        builder: impl Fn() -> Result<ClientBuilder, Failure>,
        base_url: Option<String>,
    ) -> Result<Client, Failure> {
        let target = address::public(base_url.as_deref().unwrap_or(SERVICE));
        let (origin, path) = split(&target);
        let start = || async {
            // What would be refused is refused here as well.
            builder()?.build()?;
            let mock = Mock::builder()
                .max_log(1, MAX_BYTES)
                .max_body(MAX_BYTES)
                .start()
                .await?;
            mock.always(When::any(), Reply::error(400, "a dry run"));
            Ok::<_, Failure>((mock, origin.to_owned()))
        };
        let (mock, _) = self.running.get_or_try_init(start).await?;
        let url = format!("{}{path}", mock.url());
        Ok(builder()?.base_url(url).max_retries(0).build()?)
    }

    /// The first request that was made.
    pub(crate) fn first(&self) -> Option<Recorded> {
        let (mock, origin) = self.running.get()?;
        let request = mock.requests().into_iter().next()?;
        Some(Recorded::new(&request, origin))
    }
}

/// A base URL as its origin, `https://api.groq.com`, and its path.
fn split(base_url: &str) -> (&str, &str) {
    let base_url = base_url.trim_end_matches('/');
    let host = base_url.find("://").map_or(0, |at| at + 3);
    let path = base_url[host..].find('/').map(|at| host + at);
    base_url.split_at(path.unwrap_or(base_url.len()))
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
            assert_eq!(split(&address::public(url)), (origin, path));
        }
    }
}
