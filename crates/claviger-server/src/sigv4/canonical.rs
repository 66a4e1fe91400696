//! The canonical request and the string to sign.
//!
//! Method, path and query are taken as they came. The suite of rules that brings a path and a query into one form is for
//! services that have more than one of each; here a request that is not in that form already is refused.

use aws_lc_rs::digest::{SHA256, digest};
use http::{HeaderMap, Method, Uri, header};
use memchr::memchr;

use super::{
    parse::{ALGORITHM, Claim, parts},
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
    let mut text = canonical_request(claim, received)?;
    let hash = hex(digest(&SHA256, &text).as_ref())?;
    text.clear();
    for line in [ALGORITHM, &claim.signed_at.text, claim.scope] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(&hash);
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
    let sent: Vec<_> = received
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let mut request = Vec::with_capacity(REQUEST_BYTES_TYPICAL);
    for part in [
        received.method.as_str(),
        received.uri.path(),
        received.uri.query().unwrap_or_default(),
    ] {
        request.extend_from_slice(part.as_bytes());
        request.push(b'\n');
    }
    append_headers(&mut request, claim.signed_headers, &sent)?;
    request.push(b'\n');
    request.extend_from_slice(claim.signed_headers.as_bytes());
    request.push(b'\n');
    let body_hash = hex(digest(&SHA256, received.body).as_ref())?;
    if let Some((_, told)) = sent.iter().find(|(name, _)| *name == CONTENT_SHA256)
        && *told != body_hash
    {
        return Err(if names_no_hash(told) {
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

/// A SHA-256, or a code made with it, in lower-case hexadecimal: sixteen digits at a time, because no table is looked up.
pub(super) fn hex(hash: &[u8]) -> Result<[u8; 64], Refusal> {
    let hash: &[u8; 32] = hash.try_into().map_err(|_| Refusal::mismatch())?;
    let digit = |of: u8| of + if of < 10 { b'0' } else { b'a' - 10 };
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    Ok(text)
}

/// `sent` are the names and values of all headers, each as often as it occurs.
fn append_headers(
    request: &mut Vec<u8>,
    signed: &str,
    sent: &[(&str, &[u8])],
) -> Result<(), Refusal> {
    let mut previous = "";
    let mut amazon_signed = 0_usize;
    for name in parts(signed, b';') {
        if name <= previous {
            return Err(Refusal::mismatch());
        }
        // Sent names are in lower case here, so a signed one that is not is none of them.
        let mut values = sent.iter().filter(|(sent, _)| *sent == name);
        let (Some((_, value)), None) = (values.next(), values.next()) else {
            return Err(Refusal::mismatch());
        };
        request.extend_from_slice(name.as_bytes());
        request.push(b':');
        append_value(request, value);
        request.push(b'\n');
        amazon_signed += usize::from(name.starts_with(AMAZON_PREFIX));
        previous = name;
    }
    // Signed names are distinct and occur once each, so equal counts mean that none is unsigned.
    let amazon_sent = || {
        let names = sent.iter().map(|(name, _)| *name);
        names.filter(|name| name.starts_with(AMAZON_PREFIX))
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
    let spaced = memchr(b' ', value).is_some() && value.windows(2).any(|pair| pair == b"  ");
    if !spaced {
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
const CONTENT_SHA256: &str = "x-amz-content-sha256";
const REQUEST_BYTES_TYPICAL: usize = 768;
