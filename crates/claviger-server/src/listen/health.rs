//! `/livez` and `/readyz`: for load balancers, without signature, and without a word about versions.

use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;

use super::service::Readiness;
use crate::protocol::Reply;

/// The answer of a health path; `None` for any other request.
pub(super) fn answer(
    method: &Method,
    path: &str,
    readiness: impl FnOnce() -> Readiness,
) -> Option<Reply> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let (status, text) = match path {
        "/livez" => (StatusCode::OK, "live\n".to_owned()),
        "/readyz" => match readiness() {
            Readiness::Ready => (StatusCode::OK, "ready\n".to_owned()),
            Readiness::NotReady(reason) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("not ready: {reason}\n"),
            ),
        },
        _ => return None,
    };
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    *reply.status_mut() = status;
    reply.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    reply
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(reply)
}
