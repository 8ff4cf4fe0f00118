//! Gets a client: for Groq, for another server, or for the Groq inside this process.

use groq_core::Client;
use groq_mock::Mock;

use crate::{args::Common, failure::Failure};

/// A client, and the embedded server that it talks to, if that is where it talks.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Stops when this is dropped.
    pub(crate) mock: Option<Mock>,
}

/// What the user asked for: `--mock`, or a server and a key.
pub(crate) async fn connect(common: &Common) -> Result<Connection, Failure> {
    if common.mock {
        embedded(Mock::builder()).await
    } else {
        remote(common)
    }
}

/// A client of an embedded server.
pub(crate) async fn embedded(server: groq_mock::Builder) -> Result<Connection, Failure> {
    let mock = server
        .start()
        .await
        .map_err(|error| Failure::internal(error.to_string()))?;
    let client = Client::builder()
        .api_key("embedded")
        .base_url(mock.base_url())
        .build()?;
    Ok(Connection {
        client,
        mock: Some(mock),
    })
}

fn remote(common: &Common) -> Result<Connection, Failure> {
    if !has_key() {
        return Err(Failure::usage(
            "no key: set GROQ_API_KEY, or use --mock for a local Groq that needs none",
        ));
    }
    let mut builder = groq_core::ClientBuilder::from_env()?;
    if let Some(url) = &common.base_url {
        builder = builder.base_url(url);
    }
    Ok(Connection {
        client: builder.build()?,
        mock: None,
    })
}

/// Whether the environment has a key.
pub(crate) fn has_key() -> bool {
    std::env::var_os("GROQ_API_KEY").is_some_and(|key| !key.is_empty())
}
