//! What the tests share.

use groq_core::Client;
use httpmock::MockServer;

/// A client of a mock server, with some key.
pub(crate) fn client(server: &MockServer) -> Client {
    Client::builder()
        .api_key("test-key")
        .base_url(server.base_url())
        .build()
        .unwrap()
}
