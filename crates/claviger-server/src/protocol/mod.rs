//! The two wire protocols: JSON 1.1 for KMS, Query with XML answers for STS and IAM.

mod json;
mod query;

use claviger_core::error::Error;
use claviger_model::Secret;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use uuid::Uuid;

pub use json::operation;
pub use query::{QueryService, action};

use crate::sigv4::Refusal;

/// A whole answer.
pub(crate) type Reply = Response<Full<Bytes>>;

/// How a request is written, and so how its answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `X-Amz-Target` and a JSON body.
    Json,
    /// A form with `Action`, and an XML answer.
    Query(QueryService),
}

impl Dialect {
    /// The dialect of a request, told by its headers and, where it is a form, by the scope's service name.
    pub fn of<'h>(headers: &HeaderMap, scope_service: impl FnOnce() -> Option<&'h str>) -> Self {
        let form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        if !form || headers.contains_key(&json::TARGET) {
            return Self::Json;
        }
        match scope_service() {
            Some(KMS) => Self::Json,
            named => Self::Query(QueryService::of_scope(named)),
        }
    }

    /// The service name that the signature must be for.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Self::Json => KMS,
            Self::Query(service) => service.name(),
        }
    }

    /// A refused authentication as an error of this dialect.
    pub(crate) fn refused(self, refusal: &Refusal) -> Error {
        match self {
            Self::Json => Error::new(refusal.reason.json_code(), refusal.message.clone()),
            Self::Query(_) => Error::new(refusal.reason.query_code(), refusal.query_message()),
        }
    }

    /// The answer of a call that failed.
    pub(crate) fn failure(self, request_id: Uuid, error: &Error) -> Reply {
        match self {
            Self::Json => json::failure(request_id, error),
            Self::Query(service) => query::failure(service, request_id, error),
        }
    }
}

pub(crate) use json::success as json_success;
pub(crate) use query::success as query_success;

fn reply(status: StatusCode, content_type: &'static str, request_id: Uuid, body: Vec<u8>) -> Reply {
    let body = Bytes::from_owner(Plain(Secret::from_vec(body)));
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.reserve(HEADERS_MAX_TYPICAL);
    headers.append(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in UNCACHED {
        headers.append(name, HeaderValue::from_static(value));
    }
    let mut text = Uuid::encode_buffer();
    if let Ok(id) = HeaderValue::from_str(request_id.hyphenated().encode_lower(&mut text)) {
        headers.append(REQUEST_ID, id);
    }
    reply
}

/// A body that may hold plaintext, an access key or a session token: its memory is wiped once it was sent.
struct Plain(Secret);

impl AsRef<[u8]> for Plain {
    fn as_ref(&self) -> &[u8] {
        // EXPOSE: the answer to the caller is where it belongs.
        self.0.expose()
    }
}

/// Answers carry plaintext and data keys: no cache on the way may keep them.
const UNCACHED: [(HeaderName, &str); 3] = [
    (
        header::CACHE_CONTROL,
        "no-cache, no-store, must-revalidate, private",
    ),
    (header::PRAGMA, "no-cache"),
    (header::EXPIRES, "0"),
];

/// Room for more than an answer has: hyper reads the connection's next request into the same map.
const HEADERS_MAX_TYPICAL: usize = 12;
/// The name in credential scopes.
const KMS: &str = "kms";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

#[cfg(test)]
mod tests {
    use claviger_model::error_code;
    use http_body_util::BodyExt;

    use super::*;

    async fn body(reply: Reply) -> Bytes {
        reply
            .into_body()
            .frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap()
    }

    #[tokio::test]
    async fn every_answer_wipes_its_memory() {
        let id = Uuid::nil();
        let (iam, error) = (QueryService::Iam, Error::silent(error_code::KMS_INTERNAL));
        let result = b"<CreateAccessKeyResult>secret</CreateAccessKeyResult>".to_vec();
        for reply in [
            json_success(id, b"{}".to_vec()),
            query_success(iam, "CreateAccessKey", id, result),
            Dialect::Json.failure(id, &error),
            Dialect::Query(iam).failure(id, &error),
        ] {
            let body = body(reply).await;
            // Bytes without an owner, who wipes them, would be unique.
            assert!(!body.is_empty() && !body.is_unique(), "{body:?}");
        }
        assert!(Bytes::from(vec![1]).is_unique());
    }

    #[tokio::test]
    async fn a_query_answer_holds_its_result_as_it_is() {
        let reply = query_success(
            QueryService::Sts,
            "GetCallerIdentity",
            Uuid::nil(),
            b"<R>\xc3\xa9</R>".to_vec(),
        );
        assert_eq!(
            body(reply).await,
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><R>\u{e9}</R>\
             <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>\
             </GetCallerIdentityResponse>"
        );
    }
}
