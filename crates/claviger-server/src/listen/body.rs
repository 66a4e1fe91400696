//! Reads a request's body within its limits.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use claviger_core::error::Error;
use claviger_model::error_code;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};

/// Why a body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// More bytes than allowed.
    TooLarge,
    /// It did not arrive in time.
    TimedOut,
    /// The connection broke, or the chunks were malformed.
    Broken,
}

impl BodyError {
    /// The error for the client.
    pub(super) fn error(self) -> Error {
        match self {
            Self::TooLarge => Error::new(
                "RequestEntityTooLargeException",
                "The request body is too large.",
            ),
            Self::TimedOut => Error::new(
                "RequestTimeoutException",
                "The request body did not arrive in time.",
            ),
            Self::Broken => Error::silent(error_code::SERIALIZATION),
        }
    }
}

/// The whole body.
///
/// # Errors
/// [`BodyError`]; the connection cannot be used for another request then.
pub(super) async fn read(
    body: &mut Incoming,
    bytes_max: usize,
    timeout: Duration,
) -> Result<Bytes, BodyError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut collecting = pin!(collect(body, bytes_max));
    // A small body comes with its head: it needs no timer.
    if let Poll::Ready(body) = poll_fn(|cx| Poll::Ready(collecting.as_mut().poll(cx))).await {
        return body;
    }
    tokio::time::timeout(timeout, collecting)
        .await
        .unwrap_or(Err(BodyError::TimedOut))
}

async fn collect(body: &mut Incoming, bytes_max: usize) -> Result<Bytes, BodyError> {
    let drained_max = bytes_max.saturating_add(DRAINED_BYTES_MAX);
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > drained_max {
        return Err(BodyError::TooLarge);
    }
    let first = next(body).await?.unwrap_or_default();
    if body.is_end_stream() && first.len() <= bytes_max {
        return Ok(first);
    }
    let mut total = first.len();
    let mut whole = Vec::with_capacity(announced.min(bytes_max).min(BELIEVED_BYTES_MAX));
    whole.extend_from_slice(&first);
    while let Some(more) = next(body).await? {
        total = total.saturating_add(more.len());
        if total > drained_max {
            return Err(BodyError::TooLarge);
        }
        // Too large already: the rest is read and dropped, because most clients send all before they read an answer.
        if total <= bytes_max {
            whole.extend_from_slice(&more);
        }
    }
    if total <= bytes_max {
        Ok(whole.into())
    } else {
        Err(BodyError::TooLarge)
    }
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// How much of a body that is too large is read, so that the client sees the answer instead of a reset connection.
const DRAINED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is set aside for a body on its announcement alone; the rest as it comes. Nobody has authenticated who announces it.
const BELIEVED_BYTES_MAX: usize = 8 * 1024;
