use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use claviger_core::call::Caller;
use claviger_model::{AccountId, Secret};
use claviger_policy::{Principal, PrincipalKind};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::*;
use crate::sigv4::{Freshness, signer::Signer};

mod mutations;
mod suite;

/// AWS's example credential, and its moment.
const SIGNER: Signer<'static> = Signer {
    access_key_id: "AKIDEXAMPLE",
    secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    date: "20150830T123600Z",
    region: "us-east-1",
    service: "kms",
};
const NOW_MS: i64 = 1_440_938_160_000;
const BODY: &[u8] = br#"{"KeyId":"alias/orders","NumberOfBytes":32}"#;

/// What botocore signs.
const SIGNED: [(&str, &str); 4] = [
    ("content-type", "application/x-amz-json-1.1"),
    ("host", "127.0.0.1:9911"),
    ("x-amz-date", "20150830T123600Z"),
    ("x-amz-target", "TrentService.GenerateDataKey"),
];

fn credential() -> Credential {
    let account = AccountId::parse("111122223333").unwrap();
    let principal = Principal {
        account,
        arn: "arn:aws:iam::111122223333:root".into(),
        unique_id: "111122223333".into(),
        kind: PrincipalKind::Root,
    };
    let caller = Caller {
        account,
        principal,
        access_key_id: SIGNER.access_key_id.into(),
        identity_policies: Vec::new(),
        boundary: None,
        session: None,
        tags: std::collections::BTreeMap::new(),
        web_identity: None,
        audited: claviger_core::pipeline::Audited::default(),
        verified: true,
    };
    Credential {
        secret: Secret::copy_of(SIGNER.secret.as_bytes()),
        caller: Arc::new(caller),
        version: 1,
    }
}

fn header_map(headers: &[(&str, &str)], authorization: Option<&str>) -> HeaderMap {
    let named = |name: &str, value: &str| {
        (
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        )
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let (name, value) = named(name, value);
        map.append(name, value);
    }
    if let Some(authorization) = authorization {
        map.insert(
            "authorization",
            HeaderValue::from_bytes(authorization.as_bytes()).unwrap(),
        );
    }
    map
}

fn signed(headers: &[(&str, &str)], body: &[u8]) -> HeaderMap {
    header_map(headers, Some(&SIGNER.authorization(headers, body)))
}

/// The request that the API takes: `POST /`.
fn post<'r>(headers: &'r HeaderMap, body: &'r [u8], root: &'r Uri) -> Received<'r> {
    Received {
        method: &Method::POST,
        uri: root,
        headers,
        body,
    }
}

/// All steps, as the listener takes them.
fn authenticate_at(now_ms: i64, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let claim = Claim::read(
        headers,
        Some(Freshness {
            now_ms,
            skew_minutes_max: 5,
        }),
    )?;
    claim.check_scope(claim.region == "us-east-1", "kms")?;
    let credential = credential();
    let known = claim.access_key_id == SIGNER.access_key_id;
    verify(
        &claim,
        &post(headers, body, &Uri::from_static("/")),
        known.then_some(&credential),
        &SigningKeys::default(),
    )
}

fn authenticate(headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    authenticate_at(NOW_MS, headers, body)
}

fn refused(headers: &HeaderMap) -> (&'static str, String) {
    let refusal = authenticate(headers, BODY).unwrap_err();
    (refusal.reason.json_code(), refusal.message.into_owned())
}

fn with_authorization(text: &str) -> HeaderMap {
    header_map(&SIGNED, Some(text))
}

/// A header as AWS's parser sees it, with one credential scope put in.
fn with_scope(scope: &str) -> HeaderMap {
    with_authorization(&format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders=host;x-amz-date, Signature=00"
    ))
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

#[test]
fn a_request_as_botocore_signs_it_is_accepted() {
    authenticate(&signed(&SIGNED, BODY), BODY).unwrap();
}

#[test]
fn header_variants_of_real_clients() {
    let hash = hex::encode(digest(&SHA256, BODY));
    let length = BODY.len().to_string();
    let variants: [&[(&str, &str)]; 5] = [
        &[("x-amz-content-sha256", &hash)],
        &[("content-length", &length)],
        &[
            ("amz-sdk-invocation-id", "1"),
            ("x-amz-user-agent", "aws-sdk-js/3.0"),
        ],
        &[("x-spaces", "a   b  \"c   d\" ")],
        &[("x-empty", "")],
    ];
    for extra in variants {
        let mut headers = SIGNED.to_vec();
        headers.extend(extra);
        authenticate(&signed(&headers, BODY), BODY).unwrap();
    }
    let mut hostname_only = SIGNED;
    hostname_only[1] = ("host", "localhost");
    authenticate(&signed(&hostname_only, BODY), BODY).unwrap();
    let spaced = SIGNER.authorization(&SIGNED, BODY);
    for joined in [",", " , ", ",   "] {
        authenticate(&with_authorization(&spaced.replace(", ", joined)), BODY).unwrap();
    }
}

#[test]
fn the_date_header_serves_as_well() {
    let unsigned_date = [("host", "a"), ("x-amz-target", "TrentService.ListKeys")];
    let mut map = signed(&unsigned_date, BODY);
    map.insert(
        "date",
        HeaderValue::from_static("Sun, 30 Aug 2015 12:36:00 GMT"),
    );
    authenticate(&map, BODY).unwrap();
    map.insert(
        "date",
        HeaderValue::from_static("Sun, 30 Aug 2015 12:36:01 GMT"),
    );
    assert_eq!(authenticate(&map, BODY), Err(Refusal::mismatch()));
}

#[test]
fn no_authorization_header() {
    let expected = (
        "MissingAuthenticationTokenException",
        "Missing Authentication Token".to_owned(),
    );
    assert_eq!(refused(&header_map(&SIGNED, None)), expected);
}

#[test]
fn each_missing_part_has_its_sentence() {
    let (code, message) = refused(&header_map(&[("host", "a")], Some("AWS4-HMAC-SHA256")));
    assert_eq!(code, "IncompleteSignatureException");
    assert_eq!(
        message,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
         'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) \
         Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0="
    );
    let (_, message) = refused(&with_authorization(
        "AWS4-HMAC-SHA256 Credential=a, Signature=b",
    ));
    assert!(
        message.starts_with("Authorization header requires 'SignedHeaders' parameter. (Hashed"),
        "{message}"
    );
}

#[test]
fn what_is_no_such_header_is_incomplete() {
    for (text, expected) in [
        (
            "Bearer ey.x",
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed",
        ),
        ("Basic QTpC", "Invalid key=value pair"),
        (
            "AWS4-HMAC-SHA256 Credential=a, Credential=b",
            "Authorization header has more than one 'Credential'",
        ),
        (
            "AWS4-HMAC-SHA256 Nonce=a",
            "Authorization header has an unknown parameter.",
        ),
    ] {
        let (code, message) = refused(&with_authorization(text));
        assert_eq!(code, "IncompleteSignatureException", "{text}");
        assert!(message.starts_with(expected), "{message}");
    }
    let good = SIGNER.authorization(&SIGNED, BODY);
    let asymmetric = good.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    assert_eq!(
        refused(&with_authorization(&asymmetric)).1,
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."
    );
    let short = refused(&with_scope("20150830/us-east-1/kms"));
    assert_eq!(
        short.1,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
         got 'AKIDEXAMPLE/20150830/us-east-1/kms'"
    );
    let mut odd_date = header_map(&SIGNED, Some(&good));
    odd_date.insert("x-amz-date", HeaderValue::from_static("2015"));
    assert_eq!(
        refused(&odd_date).1,
        "Date must be in ISO-8601 'basic format'. Got '2015'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
}

#[test]
fn the_scope_error_names_every_wrong_part() {
    assert_eq!(
        refused(&with_scope("20150829/atlantis-1/s3/aws5_request")),
        (
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'atlantis-1'. Credential should be scoped to correct \
             service: 'kms'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. \
             Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != \
             '20150830', from '20150830T123600Z'. "
                .to_owned()
        )
    );
    let one = refused(&with_scope("20150830/us-east-1/sts/aws4_request"));
    assert_eq!(
        one.1,
        "Credential should be scoped to correct service: 'kms'. "
    );
}

#[test]
fn an_unknown_access_key_or_a_session_token_is_not_recognized() {
    let expected = (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.".to_owned(),
    );
    let stranger = Signer {
        access_key_id: "AKIDSTRANGER",
        ..SIGNER
    };
    assert_eq!(
        refused(&with_authorization(&stranger.authorization(&SIGNED, BODY))),
        expected
    );
    let mut headers = SIGNED.to_vec();
    headers.push(("x-amz-security-token", "token"));
    assert_eq!(refused(&signed(&headers, BODY)), expected);
}

#[test]
fn another_signature_does_not_match() {
    let expected = ("InvalidSignatureException", MISMATCH.to_owned());
    let wrong_secret = Signer {
        secret: "another",
        ..SIGNER
    };
    assert_eq!(
        refused(&with_authorization(
            &wrong_secret.authorization(&SIGNED, BODY)
        )),
        expected
    );
    assert_eq!(refused(&signed(&SIGNED, b"another body")), expected);
    let upper = SIGNER
        .authorization(&SIGNED, BODY)
        .replace("content-type;", "Content-Type;");
    assert_eq!(refused(&with_authorization(&upper)), expected);
}

#[test]
fn the_skew_window_is_five_minutes_on_each_side() {
    let headers = signed(&SIGNED, BODY);
    for minutes in [-5, 0, 5] {
        authenticate_at(NOW_MS + minutes * 60_000, &headers, BODY).unwrap();
    }
    let expired = authenticate_at(NOW_MS + 301_000, &headers, BODY).unwrap_err();
    assert_eq!(expired.reason.json_code(), "InvalidSignatureException");
    assert_eq!(
        expired.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
    );
    let early = authenticate_at(NOW_MS - 301_000, &headers, BODY).unwrap_err();
    assert_eq!(early.reason.json_code(), "InvalidSignatureException");
    assert_eq!(
        early.message,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"
    );
}

#[test]
fn what_must_be_signed_is() {
    let [kind, host, date, target] = SIGNED;
    let mut map = signed(&[kind, date, target], BODY);
    map.insert("host", HeaderValue::from_static("127.0.0.1:9911"));
    assert_eq!(
        refused(&map).1,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );

    for (name, value) in [
        target,
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-amz-anything", "1"),
    ] {
        let mut map = signed(&[kind, host, date], BODY);
        map.insert(name, HeaderValue::from_static(value));
        let expected = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        assert_eq!(refused(&map), ("InvalidSignatureException", expected));
    }
}

#[test]
fn a_payload_hash_must_be_the_bodys() {
    let other = hex::encode(digest(&SHA256, b"other"));
    for (hash, refusal) in [
        ("UNSIGNED-PAYLOAD", Refusal::unsigned_payload()),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            Refusal::unsigned_payload(),
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Refusal::unsigned_payload(),
        ),
        ("unsigned-payload", Refusal::mismatch()),
        (&other, Refusal::mismatch()),
    ] {
        let mut headers = SIGNED.to_vec();
        headers.push(("x-amz-content-sha256", hash));
        let answer = authenticate(&signed(&headers, BODY), BODY);
        assert_eq!(answer, Err(refusal), "{hash}");
    }
}

#[test]
fn a_doubled_header_is_refused() {
    for name in [
        "host",
        "x-amz-target",
        "x-amz-date",
        "content-type",
        "authorization",
    ] {
        let mut map = signed(&SIGNED, BODY);
        let value = map.get(name).unwrap().clone();
        map.append(HeaderName::from_static(name), value);
        assert!(authenticate(&map, BODY).is_err(), "{name}");
    }
}

#[test]
fn a_kept_signing_key_serves_its_credential_version_only() {
    let headers = signed(&SIGNED, BODY);
    let claim = Claim::read(&headers, None).unwrap();
    let keys = SigningKeys::default();
    let first = credential();
    let root = Uri::from_static("/");
    let received = post(&headers, BODY, &root);
    verify(&claim, &received, Some(&first), &keys).unwrap();
    verify(&claim, &received, Some(&first), &keys).unwrap();
    let replaced = Credential {
        secret: Secret::copy_of(b"new"),
        caller: Arc::clone(&first.caller),
        version: 2,
    };
    assert_eq!(
        verify(&claim, &received, Some(&replaced), &keys),
        Err(Refusal::mismatch())
    );
}
