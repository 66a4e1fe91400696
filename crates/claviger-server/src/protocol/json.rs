//! AWS JSON 1.1: the operation in `X-Amz-Target`, one JSON object each way.

use claviger_core::error::Error;
use claviger_model::error_code;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use super::{Reply, reply};

/// The operation that a request names, when it names one of KMS.
pub fn operation(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(&TARGET)?
        .to_str()
        .ok()?
        .strip_prefix("TrentService.")
}

/// The answer of a call that succeeded.
pub(crate) fn success(request_id: Uuid, body: Vec<u8>) -> Reply {
    reply(StatusCode::OK, CONTENT_TYPE, request_id, body)
}

/// The answer of a call that failed.
pub(super) fn failure(request_id: Uuid, error: &Error) -> Reply {
    let status = StatusCode::from_u16(error_code::http_status(error.code()))
        .unwrap_or(StatusCode::BAD_REQUEST);
    let body = Body {
        code: error.code(),
        message: error.message(),
    };
    reply(
        status,
        CONTENT_TYPE,
        request_id,
        serde_json::to_vec(&body).unwrap_or_default(),
    )
}

/// The member names are AWS's; an error without a text has no `message` at all.
#[derive(Serialize)]
struct Body<'e> {
    #[serde(rename = "__type")]
    code: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'e str>,
}

pub(super) static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
