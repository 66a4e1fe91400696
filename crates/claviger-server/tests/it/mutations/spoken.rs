//! A request as it goes over the wire, and what it says.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use fastrand::Rng;

use crate::{
    client::SIGNER,
    server::{ACCESS_KEY_ID, DATE, SESSION_KEY_ID},
    signer::Signer,
};

/// The parts of a request that is about to be sent.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// All that a signature vouches for; two requests with the same meaning are the same to the service.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    line: (String, String),
    algorithm: String,
    parameters: BTreeSet<String>,
    covered: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Spoken {
    /// A request as one of the usual clients signs it.
    pub(super) fn signed(rng: &mut Rng) -> Self {
        let sts = rng.u8(..4) == 0;
        let (service, kind, body) = if sts {
            (
                "sts",
                "application/x-www-form-urlencoded; charset=utf-8",
                STS_BODY.to_owned(),
            )
        } else {
            let body = format!(
                "{{\"KeyId\": \"alias/{}\",\"NumberOfBytes\":{}}}",
                letters(rng, 12),
                rng.u8(1..)
            );
            ("kms", "application/x-amz-json-1.1", body)
        };
        let mut headers = vec![
            ("content-type".to_owned(), kind.to_owned()),
            (
                "host".to_owned(),
                format!("kms-{}.example:{}", letters(rng, 3), rng.u16(1..)),
            ),
            ("x-amz-date".to_owned(), DATE.to_owned()),
        ];
        if !sts {
            headers.push(("x-amz-target".to_owned(), "TrentService.Echo".to_owned()));
        }
        if rng.bool() {
            headers.push((
                "x-amz-user-agent".to_owned(),
                format!("aws-sdk-js/{} os linux", rng.u8(..)),
            ));
        }
        if rng.bool() {
            let hash = hex::encode(digest(&SHA256, body.as_bytes()));
            headers.push(("x-amz-content-sha256".to_owned(), hash));
        }
        if rng.bool() {
            headers.push(("amz-sdk-invocation-id".to_owned(), letters(rng, 16)));
        }
        let session = rng.u8(..3) == 0;
        if session {
            headers.push(("x-amz-security-token".to_owned(), "token".to_owned()));
        }
        let region = pick(rng, REGIONS);
        let signer = Signer {
            access_key_id: if session {
                SESSION_KEY_ID
            } else {
                ACCESS_KEY_ID
            },
            service,
            region,
            ..SIGNER
        };
        let plain: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let authorization = signer.authorization(&plain, body.as_bytes());
        headers.push(("authorization".to_owned(), authorization));
        // Nobody signs this one.
        headers.push(("user-agent".to_owned(), "Boto3/1.44.5".to_owned()));
        Self {
            method: "POST".to_owned(),
            target: "/".to_owned(),
            headers,
            body: body.into_bytes(),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let lines: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{} {} HTTP/1.1\r\n{lines}content-length: {}\r\n\r\n",
            self.method,
            self.target,
            self.body.len()
        );
        [head.as_bytes(), &self.body].concat()
    }

    /// Header names have no case, values no outer spaces and no runs of inner ones, and what is neither signed nor of
    /// AWS says nothing; nor do the spaces and the order of the authorization's parameters, a fragment, or an empty query.
    pub(super) fn meaning(&self) -> Meaning {
        let (target, _) = self.target.split_once('#').unwrap_or((&self.target, ""));
        let target = target.strip_suffix('?').unwrap_or(target);
        let authorization = self.value("authorization").unwrap_or_default().trim();
        let (algorithm, parameters) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let parameters: BTreeSet<String> = parameters
            .split(',')
            .map(|parameter| parameter.trim().to_owned())
            .filter(|parameter| !parameter.is_empty())
            .collect();
        let names = parameters
            .iter()
            .find_map(|parameter| parameter.strip_prefix("SignedHeaders="));
        let names: Vec<&str> = names.unwrap_or_default().split(';').collect();
        let mut covered: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), one_space(value)))
            .filter(|(name, _)| names.contains(&&**name) || name.starts_with("x-amz-"))
            .collect();
        // The order of different headers says nothing, the order of equal ones does.
        covered.sort_by(|(a, _), (b, _)| a.cmp(b));
        Meaning {
            line: (self.method.clone(), target.to_owned()),
            algorithm: algorithm.to_owned(),
            parameters,
            covered,
            body: self.body.clone(),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(own, _)| own == name);
        header.map(|(_, value)| &**value)
    }

    pub(super) fn value_mut(&mut self, name: &str) -> &mut String {
        let header = self.headers.iter_mut().find(|(own, _)| own == name);
        &mut header.unwrap().1
    }
}

fn one_space(value: &str) -> String {
    value
        .trim()
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn pick<T: Clone>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())].clone()
}

pub(super) fn letters(rng: &mut Rng, count: usize) -> String {
    std::iter::repeat_with(|| rng.lowercase())
        .take(count)
        .collect()
}

const STS_BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
/// The Regions that the listener serves.
pub(super) const REGIONS: &[&str] = &["us-east-1", "eu-central-1"];
