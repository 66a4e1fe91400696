//! What a session token says.
//!
//! `format 1 │ packing 1 │ JSON`, deflated where that makes it shorter: most of a large token is the text of a policy.

use std::collections::{BTreeMap, BTreeSet};

use claviger_core::records::Fault;
use miniz_oxide::{deflate, inflate};
use serde::{Deserialize, Serialize};

/// The session, as its token carries it. The names are short because tokens are.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Claims {
    /// The account.
    #[serde(rename = "a")]
    pub(crate) account: String,
    /// The unique id of the role or user; the account id of the root.
    #[serde(rename = "p")]
    pub(crate) principal: String,
    /// The epoch of the role or user when the session was made.
    #[serde(rename = "e")]
    pub(crate) epoch: u64,
    /// The access key id that the token belongs to.
    #[serde(rename = "k")]
    pub(crate) access_key_id: String,
    /// The name of a role's session.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// When it was made, epoch milliseconds.
    #[serde(rename = "i")]
    pub(crate) issued_ms: i64,
    /// When it ends, epoch milliseconds.
    #[serde(rename = "x")]
    pub(crate) expires_ms: i64,
    /// The session policies.
    #[serde(flatten)]
    pub(crate) policies: SessionPolicies,
    /// The session tags, the inherited ones included.
    #[serde(rename = "t", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// Which of them the next role inherits.
    #[serde(rename = "c", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) transitive: BTreeSet<String>,
    /// The source identity.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<String>,
    /// The ARN of the provider that vouched for a web identity.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
}

/// What narrows a session.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct SessionPolicies {
    /// The text of the inline policy.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) inline: Option<String>,
    /// The managed ones: AWS's by their ARNs, the account's by unique id and the version that the record had at least.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) managed: Vec<(String, u64)>,
}

impl SessionPolicies {
    pub(crate) fn is_empty(&self) -> bool {
        self.inline.is_none() && self.managed.is_empty()
    }
}

impl Claims {
    /// The plaintext of the token, filled up to a length: blanks behind JSON mean nothing, and what follows the end of a
    /// deflated text is not read.
    pub(crate) fn pack(&self, bytes_min: usize) -> Result<Vec<u8>, Fault> {
        let json = serde_json::to_vec(self).map_err(|_| Fault::Engine)?;
        let deflated = deflate::compress_to_vec(&json, DEFLATE_LEVEL);
        let (packing, content) = if deflated.len() < json.len() {
            (DEFLATED, deflated)
        } else {
            (PLAIN, json)
        };
        let mut plaintext = [&[FORMAT, packing], content.as_slice()].concat();
        plaintext.resize(plaintext.len().max(bytes_min), b' ');
        Ok(plaintext)
    }

    /// Reads the plaintext of a token.
    pub(crate) fn unpack(plaintext: &[u8]) -> Option<Self> {
        match plaintext {
            [FORMAT, PLAIN, json @ ..] => serde_json::from_slice(json).ok(),
            [FORMAT, DEFLATED, deflated @ ..] => {
                let json = inflate::decompress_to_vec_with_limit(deflated, JSON_BYTES_MAX).ok()?;
                serde_json::from_slice(&json).ok()
            }
            _ => None,
        }
    }
}

const FORMAT: u8 = 1;
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;
/// The best that DEFLATE can do: tokens are made rarely and sent often.
const DEFLATE_LEVEL: u8 = 10;
/// More than any token that was ever sealed unpacks to.
const JSON_BYTES_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks() {
        for claims in [bare(), full()] {
            for bytes_min in [0, 3_000] {
                let packed = claims.pack(bytes_min).unwrap();
                assert!(packed.len() >= bytes_min);
                assert_eq!(Claims::unpack(&packed).as_ref(), Some(&claims));
            }
        }
    }

    #[test]
    fn a_policy_is_deflated() {
        let packed = full().pack(0).unwrap();
        assert_eq!(packed[..2], [FORMAT, DEFLATED]);
        assert!(packed.len() < serde_json::to_vec(&full()).unwrap().len() / 2);
    }

    #[test]
    fn other_formats_are_none() {
        let packed = full().pack(0).unwrap();
        assert_eq!(Claims::unpack(&[]), None);
        assert_eq!(Claims::unpack(&[FORMAT]), None);
        assert_eq!(Claims::unpack(&[FORMAT, PLAIN]), None);
        assert_eq!(Claims::unpack(&[&[2], &packed[1..]].concat()), None);
        assert_eq!(Claims::unpack(&[&[FORMAT, 2], &packed[2..]].concat()), None);
        assert_eq!(Claims::unpack(&packed[..packed.len() - 1]), None);
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let zeros = deflate::compress_to_vec(&vec![b' '; 2 * JSON_BYTES_MAX], 10);
        assert!(zeros.len() < 8192);
        assert_eq!(
            Claims::unpack(&[&[FORMAT, DEFLATED], zeros.as_slice()].concat()),
            None
        );
    }

    fn bare() -> Claims {
        Claims {
            account: "111122223333".to_owned(),
            principal: "AROADBQP57FF2AEXAMPLE".to_owned(),
            epoch: 3,
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            name: Some("build".to_owned()),
            issued_ms: 1_767_323_045_000,
            expires_ms: 1_767_326_645_000,
            policies: SessionPolicies::default(),
            tags: BTreeMap::new(),
            transitive: BTreeSet::new(),
            source_identity: None,
            provider: None,
        }
    }

    fn full() -> Claims {
        Claims {
            policies: SessionPolicies {
                inline: Some(r#"{"Action":"kms:Decrypt"},"#.repeat(80)),
                managed: vec![("ANPADBQP57FF2AEXAMPLE".to_owned(), 4)],
            },
            tags: BTreeMap::from([("team".to_owned(), "payments".to_owned())]),
            transitive: BTreeSet::from(["team".to_owned()]),
            source_identity: Some("alice".to_owned()),
            provider: Some("arn:aws:iam::111122223333:oidc-provider/idp.example".to_owned()),
            ..bare()
        }
    }
}
