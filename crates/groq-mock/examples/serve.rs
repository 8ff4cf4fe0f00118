//! A mock that runs until its input ends: `cargo run -p groq-mock --example serve -- [--port N]`.
//!
//! The first line that it prints is the address. The checks with other clients run against it.

use std::error::Error;

use groq_mock::Mock;
use tokio::io::{AsyncReadExt, stdin};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = Mock::builder().port(port()?).start().await?;
    println!("{}", mock.url());
    let mut scratch = [0; 64];
    while stdin().read(&mut scratch).await? > 0 {}
    mock.shutdown().await;
    Ok(())
}

fn port() -> Result<u16, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        None => Ok(0),
        Some("--port") => Ok(arguments.next().ok_or("--port needs a number")?.parse()?),
        Some(other) => Err(format!("{other} is not known; use --port N").into()),
    }
}
