//! Redirects: nothing crosses an origin.

use groq_core::ErrorKind;

use crate::support::{CANARY, MODELS, Reply, Server, models, request};

fn redirect(status: u16, location: &str) -> Reply {
    Reply::whole(status, &[("location", location)], "")
}

/// H06, H07
#[tokio::test]
async fn nothing_goes_to_another_origin() {
    let elsewhere = Server::repeating(models()).await;
    for status in [301, 302, 303, 307, 308] {
        let port = elsewhere.url().replace("127.0.0.1", "localhost");
        for location in [
            elsewhere.url() + "/canary?canary=1",
            port,
            "https://127.0.0.1/x".into(),
            "//evil.example/x".into(),
        ] {
            let server = Server::repeating(redirect(status, &location)).await;
            let (client, _) = server.client();
            let error = client
                .chat()
                .create(request())
                .await
                .expect_err("not followed");
            assert_eq!((error.kind(), server.count()), (ErrorKind::Redirect, 1));
            assert!(
                error.is_redirect() && error.to_string().contains("redirects to http"),
                "{error}"
            );
            assert!(!error.to_string().contains("canary=1") && !error.to_string().contains(CANARY));
        }
        let server = Server::start([]).await;
        let with_user = server.url().replace("http://", "http://user:canary@");
        let server = Server::repeating(redirect(status, &with_user)).await;
        let (client, _) = server.client();
        assert!(
            client
                .models()
                .list()
                .await
                .expect_err("not followed")
                .is_redirect()
        );
    }
    assert_eq!(elsewhere.count(), 0, "the other server never saw a thing");
}

/// H08
#[tokio::test]
async fn within_the_origin_307_and_308_are_followed_with_method_and_body() {
    for status in [307, 308] {
        let server = Server::start([
            redirect(status, "/moved?x=1"),
            Reply::json(200, crate::support::COMPLETION),
        ])
        .await;
        let (client, _) = server.client();
        let reply = client.chat().create(request()).await.expect("followed");
        assert_eq!(reply.attempts().len(), 1);
        let requests = server.requests();
        assert_eq!(requests[1].line(), "POST /moved?x=1");
        assert_eq!(requests[1].body, requests[0].body);
        assert!(requests[1].header("authorization").is_some());
    }
    for status in [301, 302, 303] {
        let server = Server::repeating(redirect(status, "/moved")).await;
        let (client, _) = server.client();
        assert!(
            client
                .chat()
                .create(request())
                .await
                .expect_err("not followed")
                .is_redirect()
        );
        assert_eq!(server.count(), 1);
    }
}

/// H09
#[tokio::test]
async fn loops_end_and_odd_places_are_refused() {
    let server = Server::repeating(redirect(307, "/again")).await;
    let (client, _) = server.client();
    let error = client.models().list().await.expect_err("a loop");
    assert!(error.is_redirect());
    assert_eq!((server.count(), error.attempts().len()), (4, 1));

    for location in [
        "file:///etc/passwd",
        "data:text/plain,x",
        "http://[",
        "mailto:x@y",
        "\u{fc}",
    ] {
        let server = Server::repeating(redirect(308, location)).await;
        let (client, _) = server.client();
        assert!(
            client
                .models()
                .list()
                .await
                .expect_err("refused")
                .is_redirect(),
            "{location}"
        );
        assert_eq!(server.count(), 1);
    }
    let nowhere = Server::repeating(Reply::whole(308, &[], MODELS)).await;
    let (client, _) = nowhere.client();
    assert!(
        client
            .models()
            .list()
            .await
            .expect_err("nowhere")
            .is_redirect()
    );
}
