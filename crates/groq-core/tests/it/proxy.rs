//! Proxies, set by the hook or by the environment.

use groq_core::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{CANARY, Server, models};
use crate::tls::Authority;

/// A proxy that says no, and keeps what it was asked.
async fn refusing_proxy() -> (String, tokio::sync::oneshot::Receiver<String>) {
    proxy_with("407 Proxy Authentication Required").await
}

async fn proxy_with(status: &'static str) -> (String, tokio::sync::oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut input = vec![0; 4096];
        let length = socket.read(&mut input).await.expect("a request");
        let _ = sender.send(String::from_utf8_lossy(&input[..length]).into_owned());
        let _ = socket
            .write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes())
            .await;
    });
    (address.to_string(), receiver)
}

/// H18
#[tokio::test]
async fn a_proxy_sees_the_host_and_never_the_key() {
    let (proxy, asked) = refusing_proxy().await;
    let url = format!("http://user:proxycanary@{proxy}");
    let client = Client::builder()
        .api_key(CANARY)
        .max_retries(0)
        // There may be none in the system.
        .root_certificates(Authority::new().pem().as_bytes())
        .configure_reqwest(move |builder| {
            builder.proxy(reqwest::Proxy::all(&url).expect("a proxy"))
        })
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("the proxy refuses");
    assert!(error.is_connect(), "{error:?}");
    let asked = asked.await.expect("it was asked");
    assert!(asked.starts_with("CONNECT api.groq.com:443"), "{asked}");
    assert!(
        asked.to_ascii_lowercase().contains("proxy-authorization") && !asked.contains("canary")
    );
    let shown = format!("{error} {error:?} {client:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

/// Set where a test runs again as a process of its own.
const AGAIN: &str = "GROQ_TEST_PROXY_OF_THE_ENVIRONMENT";

/// The environment belongs to the whole process, so the test runs itself again in another one that has a proxy.
#[test]
fn this_machine_is_never_asked_through_a_proxy_of_the_environment() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if std::env::var_os(AGAIN).is_some() {
        runtime.block_on(with_a_proxy_of_the_environment());
        return;
    }
    let (proxy, asked) = runtime.block_on(refusing_proxy());
    let test = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "proxy::this_machine_is_never_asked_through_a_proxy_of_the_environment",
        ])
        .env(AGAIN, "1")
        .env("HTTP_PROXY", format!("http://{proxy}"))
        .env("http_proxy", format!("http://{proxy}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("a process");
    let output = String::from_utf8_lossy(&test.stdout);
    assert!(
        test.status.success() && output.contains("1 passed"),
        "{output}"
    );
    let asked = runtime.block_on(asked).expect("the proxy was asked");
    assert!(asked.starts_with("GET http://groq.example/"), "{asked}");
}

async fn with_a_proxy_of_the_environment() {
    let elsewhere = Client::builder()
        .api_key(CANARY)
        .max_retries(0)
        .base_url("http://groq.example")
        .allow_plaintext_http()
        .build()
        .expect("a client");
    let error = elsewhere
        .models()
        .list()
        .await
        .expect_err("the proxy refuses");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(407));
    let server = Server::start([models()]).await;
    let builder = server.builder().proxy_from_env(true);
    let client = builder.build().expect("a client");
    client.models().list().await.expect("a list");
}

/// Which server the test is to ask, where it runs again; what its error says is written to its output.
const SERVER: &str = "GROQ_TEST_SERVER";

/// The proxy of the environment, what it answers, and what the error says of it.
#[test]
fn a_proxy_of_the_environment_that_refuses_names_itself() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Some(server) = std::env::var_os(SERVER) {
        let server = server.to_str().expect("a URL").to_owned();
        runtime.block_on(print_error_of(server));
        return;
    }
    for (scheme, status, no_proxy, said) in [
        (
            "http",
            "403 Forbidden",
            "",
            ["refuses to connect", "NO_PROXY"],
        ),
        ("http", "407 Denied", "", ["status 407", "HTTPS_PROXY"]),
        ("socks5", "200 OK", "", ["needs SOCKS", "HTTPS_PROXY"]),
        (
            "http",
            "403 Forbidden",
            "other.example:443",
            ["refuses", "NO_PROXY"],
        ),
        // It counts, so that the name is looked up, which does not exist.
        (
            "http",
            "403 Forbidden",
            "groq.invalid:443",
            ["no such name", "base URL"],
        ),
    ] {
        let (proxy, _asked) = runtime.block_on(proxy_with(status));
        let name = "proxy::a_proxy_of_the_environment_that_refuses_names_itself";
        let test = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", name, "--nocapture"])
            .env(SERVER, "https://groq.invalid")
            .env("HTTPS_PROXY", format!("{scheme}://user:canary@{proxy}"))
            .env("NO_PROXY", no_proxy)
            .env_remove("https_proxy")
            .env_remove("no_proxy")
            .output()
            .expect("a process");
        let output = String::from_utf8_lossy(&test.stdout);
        for said in said {
            assert!(
                output.contains(said),
                "{scheme} {status} {no_proxy}: {output}"
            );
        }
        let is_named = output.contains(&format!("the proxy {scheme}://{proxy}"));
        assert_eq!(is_named, !no_proxy.contains("groq"), "{output}");
        // What the proxy refuses is not tried again; a name may yet be found.
        assert!(output.contains("attempts: 1") || !is_named, "{output}");
        assert!(!output.contains("canary"), "{output}");
    }
}

async fn print_error_of(server: String) {
    let client = Client::builder()
        .api_key(CANARY.replace("canary", "secret"))
        .base_url(server)
        .root_certificates(Authority::new().pem().as_bytes())
        .runtime(crate::support::Waits::default())
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("no way through");
    println!("{error}; attempts: {}", error.attempts().len());
}
