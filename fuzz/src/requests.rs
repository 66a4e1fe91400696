//! What stands between the socket and the service: which operation, who says so, and what its body means.

use claviger_model::{Operation, iam, sts, wire::decode_any};
use claviger_server::{
    protocol::{Dialect, action, operation},
    sigv4::{Claim, Freshness, Received, SigningKeys, verify},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// Headers, a blank line, a body: the dialect and the operation's name.
pub(crate) fn router(input: &[u8]) {
    let (headers, body) = request(input);
    let claim = Claim::read(&headers, None);
    let service = claim.as_ref().ok().map(|claim| claim.service);
    match Dialect::of(&headers, || service) {
        Dialect::Json => drop(operation(&headers).and_then(Operation::from_name)),
        Dialect::Query(service) => drop(action(service, body)),
    }
}

/// The `Authorization` header and what it claims. Nobody knows the secret, so nothing is accepted.
pub(crate) fn authorization(input: &[u8]) {
    let (headers, body) = request(input);
    let freshness = Freshness {
        now_ms: NOW_MS,
        skew_minutes_max: 5,
    };
    let Ok(claim) = Claim::read(&headers, Some(freshness)) else {
        return;
    };
    let received = Received {
        method: &Method::POST,
        uri: &Uri::from_static("/"),
        headers: &headers,
        body,
    };
    assert!(verify(&claim, &received, None, &SigningKeys::default()).is_err());
}

/// The first byte chooses the operation of KMS, the others are its JSON.
pub(crate) fn json_inputs(input: &[u8]) {
    let Some((chosen, body)) = input.split_first() else {
        return;
    };
    let all = Operation::ALL;
    let chosen = all.get(usize::from(*chosen) % all.len());
    let _ = decode_any(*chosen.expect("an operation"), body);
}

/// The first byte chooses the operation of IAM or STS, the others are its form.
pub(crate) fn query_inputs(input: &[u8]) {
    let Some((chosen, form)) = input.split_first() else {
        return;
    };
    let (iam, sts) = (iam::Operation::ALL, sts::Operation::ALL);
    let chosen = usize::from(*chosen) % (iam.len() + sts.len());
    match iam.get(chosen) {
        Some(operation) => drop(iam::decode_any(*operation, form)),
        None => {
            let operation = sts.get(chosen - iam.len()).expect("an operation");
            drop(sts::decode_any(*operation, form));
        }
    }
}

/// Lines `name: value` up to a blank one, then the body.
fn request(input: &[u8]) -> (HeaderMap, &[u8]) {
    let mut headers = HeaderMap::new();
    let mut rest = input;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, behind) = rest.split_at(end);
        rest = behind.get(1..).unwrap_or_default();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            break;
        };
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    (headers, rest)
}

/// 2015-08-30T12:36:00Z, the moment of AWS's examples.
const NOW_MS: i64 = 1_440_938_160_000;
