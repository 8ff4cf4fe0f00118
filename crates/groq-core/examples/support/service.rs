//! Groq if there is a key, else a mock on this machine.

use groq_core::Client;
use groq_mock::Mock;

/// A client, and the mock that it talks to, if it is one.
pub(crate) async fn connect() -> Result<(Client, Option<Mock>), Box<dyn std::error::Error>> {
    if std::env::var_os("GROQ_API_KEY").is_some() {
        return Ok((Client::from_env()?, None));
    }
    let mock = Mock::start().await?;
    let client = Client::builder()
        .api_key("gsk_mock")
        .base_url(mock.base_url())
        .build()?;
    Ok((client, Some(mock)))
}
