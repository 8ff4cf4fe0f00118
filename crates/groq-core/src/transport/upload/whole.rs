//! A body that is put together before it goes out: a browser takes no other.

use std::future::poll_fn;

use bytes::BytesMut;
use reqwest::Request;

use super::super::attempt;
use super::super::failure::Failure;
use super::super::http_client::Answering;
use super::super::source::Source;
use crate::error::Error;
use crate::retry::decision::Outcome;
use crate::runtime::Instant;
use crate::shared::Core;

/// Sends a request with such a body, until the response begins. The source itself bounds what is held in memory.
pub(in crate::transport) async fn send(
    client: &Core,
    mut request: Request,
    source: &dyn Source,
    started: Instant,
) -> Result<Answering, Failure> {
    let body = collect(source)
        .await
        .map_err(|error| Failure::new(error, Outcome::Final, "source failed"))?;
    *request.body_mut() = Some(body.freeze().into());
    attempt::send(client, request, started).await
}

async fn collect(source: &dyn Source) -> Result<BytesMut, Error> {
    let mut opened = source.open().await?;
    let length = opened
        .length
        .and_then(|length| usize::try_from(length).ok());
    let mut body = BytesMut::with_capacity(length.unwrap_or_default());
    while let Some(piece) = poll_fn(|context| opened.pieces.as_mut().poll_next(context)).await {
        body.extend_from_slice(&piece?);
    }
    Ok(body)
}
