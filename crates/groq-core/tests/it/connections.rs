//! Connections that do not come about.

use groq_core::{Client, ErrorKind};
use tokio::net::TcpListener;

use crate::support::{CANARY, Waits};

fn client(url: &str) -> Client {
    Client::builder()
        .api_key(CANARY)
        .base_url(url)
        .runtime(Waits::default())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_refused_connection_is_retried_and_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client(&format!("http://{address}"))
        .models()
        .list()
        .await
        .expect_err("nobody there");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_connect() && error.is_retryable() && error.status().is_none());
    assert_eq!(error.attempts().len(), 3);
    assert!(
        error
            .to_string()
            .contains(&format!("cannot connect to {address}: connection refused")),
        "{error}"
    );
    assert!(causes(&error).contains("refused"), "{}", causes(&error));
}

/// Knows no name: no question leaves this machine.
struct NoNames;

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("no such host".into()) })
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_connect_error() {
    let client = Client::builder()
        .api_key(CANARY)
        .base_url("http://does-not-exist.invalid")
        .allow_plaintext_http()
        .proxy_from_env(false)
        .configure_reqwest(|builder| builder.dns_resolver(NoNames))
        .runtime(Waits::default())
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("no such host");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(
        error
            .to_string()
            .contains("does-not-exist.invalid:80: no such name"),
        "{error}"
    );
    assert!(
        causes(&error).contains("no such host"),
        "{}",
        causes(&error)
    );
    assert_eq!(error.attempts().len(), 3);
}

/// H23
#[test]
fn without_a_runtime_there_is_a_clear_error() {
    let client = client("http://127.0.0.1:1");
    let mut call = std::pin::pin!(async { client.models().list().await });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("an error at once")
    };
    assert!(error.to_string().contains("no tokio runtime"), "{error}");
}

/// H23
#[test]
fn a_client_works_on_one_runtime_after_another() {
    use crate::support::{Server, models};
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let first = runtime();
    let server = first.block_on(Server::repeating(models()));
    let (client, _) = first.block_on(async { server.client() });
    first
        .block_on(async { client.models().list().await })
        .expect("a list");
    // The server lives on the first runtime, so that one must go on.
    let other = std::thread::spawn(move || {
        let second = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let list = second.block_on(async { client.models().list().await });
        drop(second);
        list.map(|list| list.data.len())
    });
    let list = first.block_on(async move {
        while !other.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        other.join().expect("a thread")
    });
    assert_eq!(list.expect("a list"), 0);
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        text = text + ": " + &cause.to_string();
        next = cause.source();
    }
    text
}
