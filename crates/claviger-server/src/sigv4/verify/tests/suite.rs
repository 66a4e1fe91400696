//! AWS's Signature Version 4 test suite: every case is accepted byte for byte, or is one that this service refuses.

use std::{collections::BTreeSet, fs, path::PathBuf};

use aws_lc_rs::hmac;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{SECURITY_TOKEN, SIGNER, compare, credential, verify};
use crate::sigv4::{
    Claim, Reason, Received, Refusal, SigningKeys,
    canonical::{canonical_request, string_to_sign},
    keys::derive,
};

/// What a case comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Canonical request and string to sign are the suite's, and its signature is accepted.
    Accepted,
    /// The request is refused for this reason.
    Refused(Reason),
    /// The HTTP parser refuses it.
    NoRequest,
}

/// A header that occurs twice.
const DOUBLED: Outcome = Outcome::Refused(Reason::Mismatch);
/// A path or a query that is not written in the canonical form: the API has one path, and no query.
const NOT_CANONICAL: Outcome = Outcome::Refused(Reason::Mismatch);
/// A token that anybody could have added.
const UNSIGNED_TOKEN: Outcome = Outcome::Refused(Reason::UnsignedHeader);

/// The cases that are not accepted; the listener refuses all but `POST /` besides.
const REFUSED: [(&str, Outcome); 18] = [
    ("get-header-key-duplicate", DOUBLED),
    ("get-header-value-multiline", Outcome::NoRequest),
    ("get-header-value-order", DOUBLED),
    ("get-utf8", NOT_CANONICAL),
    ("get-vanilla-query-order-encoded", NOT_CANONICAL),
    ("get-vanilla-query-order-key", NOT_CANONICAL),
    ("get-vanilla-query-order-key-case", NOT_CANONICAL),
    ("get-vanilla-query-order-value", NOT_CANONICAL),
    ("get-vanilla-utf8-query", NOT_CANONICAL),
    ("normalize-path/get-relative", NOT_CANONICAL),
    ("normalize-path/get-relative-relative", NOT_CANONICAL),
    ("normalize-path/get-slash", NOT_CANONICAL),
    ("normalize-path/get-slash-dot-slash", NOT_CANONICAL),
    ("normalize-path/get-slash-pointless-dot", NOT_CANONICAL),
    ("normalize-path/get-slashes", NOT_CANONICAL),
    ("normalize-path/get-space", Outcome::NoRequest),
    ("normalize-path/get-special-character", NOT_CANONICAL),
    ("post-sts-token/post-sts-header-after", UNSIGNED_TOKEN),
];

#[test]
fn aws_test_suite() {
    let names = case_names();
    assert_eq!(names.len(), CASES, "{names:?}");
    for (refused, _) in REFUSED {
        assert!(names.contains(refused), "{refused} is no case");
    }
    for name in &names {
        let expected = REFUSED
            .iter()
            .find(|(refused, _)| refused == name)
            .map_or(Outcome::Accepted, |(_, outcome)| *outcome);
        assert_eq!(run(&Case { name }), expected, "{name}");
    }
}

fn run(case: &Case<'_>) -> Outcome {
    let Some(request) = case.request() else {
        return Outcome::NoRequest;
    };
    let received = Received {
        method: &request.method,
        uri: &request.uri,
        headers: &request.headers,
        body: &request.body,
    };
    match check(case, &received) {
        Ok(()) => Outcome::Accepted,
        Err(refusal) => Outcome::Refused(refusal.reason),
    }
}

fn check(case: &Case<'_>, received: &Received<'_>) -> Result<(), Refusal> {
    let claim = Claim::read(received.headers, None)?;
    claim.check_scope(claim.region == SIGNER.region, "service")?;
    let request = canonical_request(&claim, received)?;
    let to_sign = string_to_sign(&claim, received)?;
    let key = derive(
        SIGNER.secret.as_bytes(),
        claim.date,
        claim.region,
        claim.service,
    );
    compare(&hmac::sign(&key, &to_sign), &claim)?;
    let name = case.name;
    assert_eq!(str::from_utf8(&request), Ok(&*case.part("creq")), "{name}");
    assert_eq!(str::from_utf8(&to_sign), Ok(&*case.part("sts")), "{name}");
    // The suite's tokens are none of ours.
    if !received.headers.contains_key(&SECURITY_TOKEN) {
        verify(
            &claim,
            received,
            Some(&credential()),
            &SigningKeys::default(),
        )?;
    }
    Ok(())
}

struct Case<'c> {
    name: &'c str,
}

struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Case<'_> {
    /// The signed request, read by the parser that the listener's HTTP library uses.
    fn request(&self) -> Option<Request> {
        let request = self.part("sreq");
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        // One case's signed request carries another case's signature; the header's own file is right.
        let (unsigned, _) = head.split_once("\nAuthorization:").unwrap();
        let signed = format!("{unsigned}\nAuthorization: {}\n\n", self.part("authz"));
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(signed.as_bytes()).ok()?;
        let headers = parsed.headers.iter().map(|header| {
            let name = HeaderName::from_bytes(header.name.as_bytes()).unwrap();
            (name, HeaderValue::from_bytes(header.value).unwrap())
        });
        Some(Request {
            method: parsed.method?.parse().ok()?,
            uri: parsed.path?.parse().ok()?,
            headers: headers.collect(),
            body: body.into(),
        })
    }

    fn part(&self, extension: &str) -> String {
        let last = self.name.rsplit('/').next().unwrap();
        let path = suite().join(self.name).join(format!("{last}.{extension}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// The folders that hold a request, at either depth.
fn case_names() -> BTreeSet<String> {
    let folders = |of: PathBuf| fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
    let deep = folders(suite())
        .filter(|path| path.is_dir())
        .flat_map(|path| {
            let inner: Vec<PathBuf> = folders(path.clone())
                .filter(|inner| inner.is_dir())
                .collect();
            if inner.is_empty() { vec![path] } else { inner }
        });
    deep.map(|path| {
        path.strip_prefix(suite())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    })
    .collect()
}

fn suite() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/sigv4"))
}

const CASES: usize = 34;
