//! Expectations over HTTP: what a client sends is matched, and what was said is answered. How paths, forms and events are
//! spelled is tested beside the code.

use groq_httpmock::MockServerExt;
use groq_types::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, Choice, ChunkChoice,
    CompletionMessage, Delta, ErrorObject, ErrorResponse, FileObject, FilePurpose, FileUpload,
    Message, Model, ResponseStreamEvent, SpeechRequest, TimestampGranularity, Transcription,
    TranscriptionRequest, VerboseTranscription,
    client::{Client, Error},
};
use httpmock::MockServer;
use reqwest::multipart::{Form, Part};

/// An HTTP client. Where the whole workspace is built, reqwest has TLS without a provider of its own, and asks for one.
fn http() -> reqwest::Client {
    // Another test may have been first; which one does not matter.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

fn client(server: &MockServer) -> Client {
    Client::direct(&server.base_url(), http())
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("ping")]).with_temperature(0.2)
}

fn completion() -> ChatCompletion {
    let choice = Choice::new(0, CompletionMessage::new().with_content("pong"));
    ChatCompletion::new("c1", [choice], 1, "openai/gpt-oss-20b")
}

#[tokio::test]
async fn a_request_is_compared_and_the_reply_is_typed() {
    let server = MockServer::start_async().await;
    let mock = server.create_chat_completion(|when, then| {
        when.body(&request());
        then.ok(&completion());
    });
    let reply = client(&server)
        .create_chat_completion(None, &request())
        .await
        .unwrap();
    assert_eq!(*reply, completion());

    let other = request().with_temperature(0.3);
    assert!(
        client(&server)
            .create_chat_completion(None, &other)
            .await
            .is_err()
    );
    mock.assert_calls(1);
}

#[tokio::test]
async fn an_error_is_typed_and_keeps_its_headers() {
    let server = MockServer::start_async().await;
    let error =
        ErrorResponse::new(ErrorObject::new("Rate limit reached").with_code("rate_limit_exceeded"));
    server.create_chat_completion(|_, then| {
        then.client_error(429, &error)
            .into_inner()
            .header("retry-after", "2");
    });
    match client(&server)
        .create_chat_completion(None, &request())
        .await
    {
        Err(Error::ErrorResponse(reply)) => {
            assert_eq!(reply.status().as_u16(), 429);
            assert_eq!(reply.headers()["retry-after"], "2");
            assert_eq!(*reply, error);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_error_is_one() {
    let server = MockServer::start_async().await;
    let error = ErrorResponse::new(ErrorObject::new("over capacity"));
    server.list_models(|_, then| {
        then.server_error(503, &error);
    });
    let status = client(&server).list_models().await.unwrap_err().status();
    assert_eq!(status.map(|status| status.as_u16()), Some(503));
}

#[tokio::test]
#[should_panic(expected = "200 is not the status of a client error")]
async fn a_status_of_another_class_is_refused() {
    let server = MockServer::start_async().await;
    server.list_models(|_, then| {
        then.client_error(200, &ErrorResponse::new(ErrorObject::new("no error")));
    });
}

#[tokio::test]
async fn an_optional_header_is_matched_and_so_is_its_absence() {
    let server = MockServer::start_async().await;
    let with = server.create_chat_completion(|when, then| {
        when.groq_model_version("latest");
        then.ok(&completion());
    });
    let without = server.create_chat_completion(|when, then| {
        when.groq_model_version(None);
        then.ok(&completion());
    });
    let client = client(&server);
    client
        .create_chat_completion(Some("latest"), &request())
        .await
        .unwrap();
    client
        .create_chat_completion(None, &request())
        .await
        .unwrap();
    with.assert_calls(1);
    without.assert_calls(1);
}

#[tokio::test]
async fn a_slash_in_a_parameter_is_matched_percent_encoded() {
    let server = MockServer::start_async().await;
    let model = Model::new("openai/gpt-oss-20b");
    let mock = server.retrieve_model(|when, then| {
        when.model("openai/gpt-oss-20b");
        then.ok(&model);
    });
    assert_eq!(
        *client(&server)
            .retrieve_model("openai/gpt-oss-20b")
            .await
            .unwrap(),
        model
    );
    assert!(
        client(&server)
            .retrieve_model("openai/gpt-oss-120b")
            .await
            .is_err()
    );
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_stream_of_chunks_ends_with_done() {
    let server = MockServer::start_async().await;
    let chunk = |text| {
        let choice = ChunkChoice::new(0, Delta::new().with_content(text));
        ChatCompletionChunk::new("c1", [choice], 1, "openai/gpt-oss-20b")
    };
    let chunks = [chunk("po"), chunk("ng")];
    server.create_chat_completion(|when, then| {
        when.body(&request().with_stream(true));
        then.ok_stream(&chunks);
    });
    let url = server.url("/openai/v1/chat/completions");
    let sent = http().post(url).json(&request().with_stream(true));
    let reply = sent.send().await.unwrap();
    assert_eq!(reply.headers()["content-type"], "text/event-stream");
    let text = reply.text().await.unwrap();
    let events: Vec<&str> = text
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect();
    let [first, second, "[DONE]"] = events[..] else {
        panic!("{text}")
    };
    let decoded =
        [first, second].map(|event| serde_json::from_str::<ChatCompletionChunk>(event).unwrap());
    assert_eq!(decoded, chunks);
}

#[tokio::test]
async fn the_events_of_a_response_are_named() {
    let server = MockServer::start_async().await;
    let json = r#"{"type":"response.output_text.delta","item_id":"m1","output_index":0,"content_index":0,"delta":"pong"}"#;
    let event: ResponseStreamEvent = serde_json::from_str(json).unwrap();
    server.create_response(|_, then| {
        then.ok_stream(&[event]);
    });
    let reply = http()
        .post(server.url("/openai/v1/responses"))
        .send()
        .await
        .unwrap();
    let text = reply.text().await.unwrap();
    assert!(
        text.starts_with("event: response.output_text.delta\ndata: {"),
        "{text}"
    );
}

#[tokio::test]
async fn a_form_is_matched_by_fields_file_name_and_content() {
    let server = MockServer::start_async().await;
    let request = TranscriptionRequest::new("whisper-large-v3")
        .with_temperature(0.0)
        .with_timestamp_granularities([TimestampGranularity::Word, TimestampGranularity::Segment]);
    let mock = server.create_transcription(|when, then| {
        when.body(&request)
            .file("talk é.wav")
            .file_content(b"RIFF\r\n\0");
        then.ok_transcription(&Transcription::new("Hello."));
    });
    let form = || {
        Form::new()
            .part("file", Part::bytes(b"RIFF\r\n\0").file_name("talk é.wav"))
            .text("timestamp_granularities[]", "word")
            .text("timestamp_granularities[]", "segment")
            .text("temperature", "0")
    };
    let url = server.url("/openai/v1/audio/transcriptions");
    let send = async |form: Form| http().post(&url).multipart(form).send().await.unwrap();

    let reply = send(form().text("model", "whisper-large-v3")).await;
    let reply: Transcription = reply.json().await.unwrap();
    assert_eq!(reply.text, "Hello.");
    assert_eq!(
        send(form().text("model", "whisper-large-v3-turbo"))
            .await
            .status(),
        404
    );
    assert_eq!(
        send(
            form()
                .text("model", "whisper-large-v3")
                .text("stream", "false")
        )
        .await
        .status(),
        404
    );
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_transcription_can_be_verbose_or_bare_text() {
    let server = MockServer::start_async().await;
    let verbose: VerboseTranscription =
        serde_json::from_str(r#"{"text":"Hello.","duration":1.5}"#).unwrap();
    let url = server.url("/openai/v1/audio/transcriptions");
    let send = async || {
        http()
            .post(&url)
            .multipart(Form::new())
            .send()
            .await
            .unwrap()
    };

    let mut mock = server.create_transcription(|_, then| {
        then.ok_verbose_transcription(&verbose);
    });
    assert_eq!(
        send().await.json::<VerboseTranscription>().await.unwrap(),
        verbose
    );
    mock.delete();
    server.create_transcription(|_, then| {
        then.ok_text("Hello.");
    });
    let reply = send().await;
    assert_eq!(reply.headers()["content-type"], "text/plain");
    assert_eq!(reply.text().await.unwrap(), "Hello.");
}

#[tokio::test]
async fn an_upload_answers_with_a_file_and_a_download_with_bytes() {
    let server = MockServer::start_async().await;
    let file = FileObject::new("file_1");
    server.upload_file(|when, then| {
        when.body(&FileUpload::new(FilePurpose::Batch))
            .file("requests.jsonl");
        then.ok(&file);
    });
    server.download_file(|when, then| {
        when.file_id("file_1");
        then.ok_bytes(b"{}\n\xff");
    });
    let http = http();
    let form = Form::new()
        .text("purpose", "batch")
        .part("file", Part::bytes(b"{}").file_name("requests.jsonl"));
    let reply = http
        .post(server.url("/openai/v1/files"))
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.json::<FileObject>().await.unwrap(), file);
    let reply = http
        .get(server.url("/openai/v1/files/file_1/content"))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.headers()["content-type"], "application/octet-stream");
    assert_eq!(reply.bytes().await.unwrap(), b"{}\n\xff"[..]);
}

#[tokio::test]
async fn speech_is_bytes_for_json() {
    let server = MockServer::start_async().await;
    let request = SpeechRequest::new("canopylabs/orpheus-v1-english", "Good morning!", "hannah");
    server.create_speech(|when, then| {
        when.body(&request);
        then.ok_bytes("RIFF");
    });
    let sent = http()
        .post(server.url("/openai/v1/audio/speech"))
        .json(&request);
    let reply = sent.send().await.unwrap();
    assert_eq!(reply.headers()["content-type"], "audio/wav");
    assert_eq!(reply.bytes().await.unwrap(), "RIFF");
}
