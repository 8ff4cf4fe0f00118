//! A mock that runs until its input ends: `cargo run -p groq-mock --example serve -- [--port N] [--key KEY]`.
//!
//! The first line that it prints is the address. The checks with other clients run against it; a request says in a
//! header what shall go wrong with its answer:
//!
//! | `x-fault` | |
//! | --- | --- |
//! | `status=N` | an error of this status |
//! | `first=N` | an error of this status, unless the official clients' header says that it is a retry |
//! | `cut=N` | the connection is closed after so many events |
//! | `error=N` | an error object comes after so many events |

use std::error::Error;

use groq_mock::{Builder, Fault, Mock, Reply, Request, When};
use serde_json::json;
use tokio::io::{AsyncReadExt, stdin};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = builder()?.start().await?;
    let faulty = When::any().matching(|request| request.header("x-fault").is_some());
    mock.always(faulty, Reply::from_fn(wrong));
    println!("{}", mock.url());
    let mut scratch = [0; 64];
    while stdin().read(&mut scratch).await? > 0 {}
    mock.shutdown().await;
    Ok(())
}

fn builder() -> Result<Builder, Box<dyn Error>> {
    let mut builder = Mock::builder();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        builder = match name.as_str() {
            "--port" => builder.port(value.parse()?),
            "--key" => builder.api_key(value),
            _ => return Err(format!("{name} is not known; use --port N and --key KEY").into()),
        };
    }
    Ok(builder)
}

fn wrong(request: &Request) -> Reply {
    let fault = request.header("x-fault").unwrap_or_default();
    let (name, number) = fault.split_once('=').unwrap_or((fault, "0"));
    let number: u16 = number.parse().unwrap_or(0);
    let is_retry = request
        .header("x-stainless-retry-count")
        .is_some_and(|count| count != "0");
    match name {
        "first" if is_retry => Reply::generated(),
        "status" | "first" => refusal(number),
        "cut" => Reply::generated().fault(Fault::AbortAfterEvents(number.into())),
        "error" => Reply::generated().fault(Fault::ErrorEvent {
            events: number.into(),
            message: "the model stopped".into(),
            named: true,
        }),
        _ => Reply::error(400, "x-fault is not known"),
    }
}

fn refusal(status: u16) -> Reply {
    match status {
        429 => Reply::error(429, "Rate limit reached. Please try again in 10ms.")
            .header("retry-after", "0.01"),
        498 => {
            let error = json!({"message": "flex is at capacity", "type": "flex", "code": "capacity_exceeded"});
            Reply::json(498, &json!({ "error": error }))
        }
        status => Reply::error(status, "as asked for"),
    }
}
