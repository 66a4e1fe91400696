//! The canonical request and the string to sign.
//!
//! Method, path and query are taken as they came. The suite of rules that brings a path and a query into one form is for
//! services that have more than one of each; here a request that is not in that form already is refused.

use aws_lc_rs::digest::{SHA256, digest};
use http::{HeaderMap, HeaderName, Method, Uri, header};

use super::{
    parse::{ALGORITHM, Claim},
    refusal::Refusal,
};

/// A request as it was received: what a signature must cover.
#[derive(Clone, Copy, Debug)]
pub struct Received<'r> {
    /// The method.
    pub method: &'r Method,
    /// The path and the query.
    pub uri: &'r Uri,
    /// All headers.
    pub headers: &'r HeaderMap,
    /// The whole body.
    pub body: &'r [u8],
}

impl Received<'_> {
    /// A request line as for a proxy names a host too, which no signature covers: it must be the one of the header.
    fn names_one_host(&self) -> bool {
        self.uri.authority().is_none_or(|authority| {
            let host = self.headers.get(header::HOST);
            host.is_some_and(|host| host.as_bytes() == authority.as_str().as_bytes())
        })
    }
}

/// The bytes that a signature covers.
///
/// # Errors
/// As [`canonical_request`].
pub(super) fn string_to_sign(
    claim: &Claim<'_>,
    received: &Received<'_>,
) -> Result<Vec<u8>, Refusal> {
    let request = canonical_request(claim, received)?;
    // The scope is all of the credential behind the access key id.
    let scope = claim
        .credential
        .strip_prefix(claim.access_key_id)
        .unwrap_or_default();
    let mut text = Vec::with_capacity(STRING_TO_SIGN_BYTES_TYPICAL);
    text.extend_from_slice(ALGORITHM.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(claim.signed_at.text.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(scope.trim_start_matches('/').as_bytes());
    text.push(b'\n');
    text.extend_from_slice(&hex_digest(&request)?);
    Ok(text)
}

/// The request in the form that is hashed.
///
/// # Errors
/// A header that must be signed and is not; signed headers that are absent, doubled, unsorted or not in lower case;
/// a payload hash header that is not the hash of the body; two hosts.
pub(super) fn canonical_request(
    claim: &Claim<'_>,
    received: &Received<'_>,
) -> Result<Vec<u8>, Refusal> {
    if !received.names_one_host() {
        return Err(Refusal::mismatch());
    }
    let mut request = Vec::with_capacity(REQUEST_BYTES_TYPICAL);
    for part in [
        received.method.as_str(),
        received.uri.path(),
        received.uri.query().unwrap_or_default(),
    ] {
        request.extend_from_slice(part.as_bytes());
        request.push(b'\n');
    }
    append_headers(&mut request, claim.signed_headers, received.headers)?;
    request.push(b'\n');
    request.extend_from_slice(claim.signed_headers.as_bytes());
    request.push(b'\n');
    let body_hash = hex_digest(received.body)?;
    if let Some(sent) = received.headers.get(&CONTENT_SHA256)
        && sent.as_bytes() != body_hash
    {
        return Err(if names_no_hash(sent.as_bytes()) {
            Refusal::unsigned_payload()
        } else {
            Refusal::mismatch()
        });
    }
    request.extend_from_slice(&body_hash);
    Ok(request)
}

/// The words of S3 for a body that is not signed, or signed in chunks.
///
/// AWS: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html>
fn names_no_hash(content_sha256: &[u8]) -> bool {
    content_sha256 == b"UNSIGNED-PAYLOAD" || content_sha256.starts_with(b"STREAMING-")
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn hex_digest(bytes: &[u8]) -> Result<[u8; 64], Refusal> {
    let mut text = [0; 64];
    hex::encode_to_slice(digest(&SHA256, bytes), &mut text).map_err(|_| Refusal::mismatch())?;
    Ok(text)
}

fn append_headers(request: &mut Vec<u8>, signed: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut previous = "";
    let mut amazon_signed = 0_usize;
    for name in signed.split(';') {
        let lower_case = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        if name <= previous || !lower_case {
            return Err(Refusal::mismatch());
        }
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Refusal::mismatch());
        };
        request.extend_from_slice(name.as_bytes());
        request.push(b':');
        append_value(request, value.as_bytes());
        request.push(b'\n');
        amazon_signed += usize::from(name.starts_with(AMAZON_PREFIX));
        previous = name;
    }
    // Signed names are distinct and occur once each, so equal counts mean that none is unsigned.
    let amazon_sent = || {
        headers
            .keys()
            .map(HeaderName::as_str)
            .filter(|name| name.starts_with(AMAZON_PREFIX))
    };
    if amazon_sent().count() == amazon_signed {
        return Ok(());
    }
    let unsigned = amazon_sent().find(|sent| !signed.split(';').any(|name| name == *sent));
    Err(Refusal::unsigned_header(unsigned.unwrap_or(AMAZON_PREFIX)))
}

/// Trimmed, and each run of spaces made one.
fn append_value(request: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    if !value.windows(2).any(|pair| pair == b"  ") {
        return request.extend_from_slice(value);
    }
    let mut after_space = false;
    for byte in value.iter().copied() {
        let space = byte == b' ';
        if !(space && after_space) {
            request.push(byte);
        }
        after_space = space;
    }
}

const AMAZON_PREFIX: &str = "x-amz-";
static CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const REQUEST_BYTES_TYPICAL: usize = 768;
const STRING_TO_SIGN_BYTES_TYPICAL: usize = 192;
