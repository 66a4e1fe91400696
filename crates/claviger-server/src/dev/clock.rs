//! `--test-clock`: `POST /_dev/clock {"advance_seconds": N}`.

use std::sync::Arc;

use bytes::Bytes;
use claviger_core::{Core, jobs};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde::Deserialize;

use crate::{assemble::Extras, listen::Pending};

/// Moves the service's clock and answers after all due jobs ran.
pub(super) struct TestClock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

impl Extras for TestClock {
    fn serve(&self, core: &Arc<Core>, request: Request<Bytes>) -> Option<Pending<Response<Bytes>>> {
        if request.method() != Method::POST || request.uri().path() != "/_dev/clock" {
            return None;
        }
        let core = Arc::clone(core);
        Some(Box::pin(async move {
            if from_a_web_page(request.headers()) {
                let error = serde_json::json!({ "error": "web pages may not move the clock" });
                return answer(StatusCode::FORBIDDEN, error);
            }
            advance(&core, request.body()).await
        }))
    }
}

/// A page in the developer's browser can send requests here, but not without saying where it comes from, and not under
/// a name of loopback unless it was served from there.
fn from_a_web_page(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    headers.contains_key(header::ORIGIN) || !matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

async fn advance(core: &Core, body: &[u8]) -> Response<Bytes> {
    let Ok(Advance { advance_seconds }) = serde_json::from_slice(body) else {
        return answer(
            StatusCode::BAD_REQUEST,
            serde_json::json!({ "error": "send {\"advance_seconds\": N}" }),
        );
    };
    match jobs::advance_clock(core, advance_seconds).await {
        Ok(now) => answer(
            StatusCode::OK,
            serde_json::json!({ "now": now.to_string() }),
        ),
        Err(error) => answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            serde_json::json!({ "error": error.to_string() }),
        ),
    }
}

fn answer(status: StatusCode, body: serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}
