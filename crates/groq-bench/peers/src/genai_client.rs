//! genai, as its documentation uses it.

use futures_util::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{Client, ModelIden, ServiceTarget};

const MODEL: &str = "openai/gpt-oss-20b";

pub(crate) async fn request(server: &str, n: usize, each: &mut impl FnMut(&str)) {
    let client = client(format!("{server}/openai/v1/"));
    for _ in 0..n {
        let reply = client.exec_chat(MODEL, question(), Some(&options())).await;
        each(reply.expect("a reply").first_text().unwrap_or_default());
    }
}

pub(crate) async fn stream(base: &str, each: &mut impl FnMut(&str)) {
    let client = client(format!("{base}/"));
    let options = options();
    let answer = client.exec_chat_stream(MODEL, question(), Some(&options));
    let mut stream = answer.await.expect("a stream").stream;
    while let Some(event) = stream.next().await {
        if let ChatStreamEvent::Chunk(chunk) = event.expect("an event") {
            each(&chunk.content);
        }
    }
}

fn question() -> ChatRequest {
    ChatRequest::new(vec![
        ChatMessage::system("You answer in two sentences, without lists."),
        ChatMessage::user("Explain to a child why the sky is blue, and why sunsets are not."),
    ])
}

fn options() -> ChatOptions {
    ChatOptions::default().with_temperature(0.5)
}

fn client(base: String) -> Client {
    crate::choose_cryptography();
    let resolver = ServiceTargetResolver::from_resolver_fn(
        move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
            Ok(ServiceTarget {
                endpoint: Endpoint::from_owned(base.clone()),
                auth: AuthData::from_single("gsk_unused"),
                model: ModelIden::new(AdapterKind::Groq, target.model.model_name),
            })
        },
    );
    Client::builder()
        .with_service_target_resolver(resolver)
        .build()
        .expect("a client")
}
